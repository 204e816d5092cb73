"""Accounts for tests: two providers on a sandbox, and what is done with them."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import SecretStr

from komet.clients.model import Provider, ProviderFields, TokenFields
from komet.clients.providers import add_provider, list_providers
from komet.clients.tokens import add_token
from komet.context import AppContext
from komet.ingest.engine import execute
from komet.ingest.model import Run
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.permissions import SYSTEM, Actor
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_B_VENDOR

ACTOR = Actor(name="Tester")
ROOT = Path(__file__).parents[1]
Komet = Callable[..., subprocess.CompletedProcess[str]]


@dataclass
class Accounts:
    """Two providers on the sandbox: one with a company token, one with a vendor token."""

    ctx: AppContext
    sandbox: Sandbox
    magnolia: Provider
    petalo: Provider

    @property
    def both(self) -> list[Provider]:
        return [self.magnolia, self.petalo]

    @property
    def today(self) -> date:
        return self.ctx.now().date()

    def days(self, back: int, ahead: int) -> tuple[date, date]:
        return self.today - timedelta(days=back), self.today + timedelta(days=ahead)

    def download(
        self,
        start_day: date,
        end_day: date,
        chosen: list[Provider] | None = None,
        actor: Actor = SYSTEM,
    ) -> Run:
        plan = plan_days(self.ctx, chosen or self.both, start_day, end_day)
        run, _resumed = start_run(self.ctx, actor, plan, source="test")
        return execute(self.ctx, actor, run.id)


Downloaded = Callable[[int, int], Accounts]
"""The accounts after a download of so many days back and ahead, see `conftest.py`."""


def make_accounts(ctx: AppContext, sandbox: Sandbox, actor: Actor = ACTOR) -> Accounts:
    found = []
    for name, token in (("Magnolia", IMPORTER_A_COMPANY), ("Pétalo", IMPORTER_B_VENDOR)):
        stored = add_token(
            ctx,
            actor,
            TokenFields(label=name, kind=token.kind.value, owner=name),
            SecretStr(token.secret),
        )
        fields = ProviderFields(
            name=name, token_id=stored.id, base_url=sandbox.base_url, komet_group="Sample"
        )
        found.append(add_provider(ctx, actor, fields))
    return Accounts(ctx, sandbox, found[0], found[1])


def stored_accounts(ctx: AppContext, sandbox: Sandbox) -> Accounts:
    """What `make_accounts` has made, of a data file that has it already."""
    by_name = {stored.name: stored for stored in list_providers(ctx)}
    return Accounts(ctx, sandbox, by_name["Magnolia"], by_name["Pétalo"])


def add_client(ctx: AppContext, name: str, base_url: str | None = None) -> Provider:
    """A client provider with a token of its own, which no Komet knows."""
    fields = TokenFields(label=name, kind="Company")
    token = add_token(ctx, ACTOR, fields, SecretStr("a-secret-of-a-test"))
    return add_provider(ctx, ACTOR, ProviderFields(name=name, token_id=token.id, base_url=base_url))
