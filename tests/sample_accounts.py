"""Accounts for tests: two providers on a sandbox, and what is done with them."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from pydantic import SecretStr

from komet.clients.model import Provider, ProviderFields
from komet.clients.table import providers, tokens
from komet.context import AppContext
from komet.ingest.engine import execute
from komet.ingest.model import Run
from komet.ingest.plan import plan
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
        planned = plan(self.ctx, chosen or self.both, start_day, end_day)
        run, _resumed = start_run(self.ctx, actor, planned, source="test")
        return execute(self.ctx, actor, run.id)


def make_accounts(ctx: AppContext, sandbox: Sandbox) -> Accounts:
    with ctx.db.write() as con:
        found = []
        for name, token in (("Magnolia", IMPORTER_A_COMPANY), ("Pétalo", IMPORTER_B_VENDOR)):
            stored = tokens.add_token(
                con,
                ctx.vault,
                label=name,
                kind=token.kind.value,
                secret=SecretStr(token.secret),
                owner=name,
                now=ctx.now(),
            )
            fields = ProviderFields(
                name=name, token_id=stored.id, base_url=sandbox.base_url, komet_group="Sample"
            )
            found.append(providers.save_provider(con, fields, now=ctx.now()))
    return Accounts(ctx, sandbox, found[0], found[1])


def stored_accounts(ctx: AppContext, sandbox: Sandbox) -> Accounts:
    """What `make_accounts` has made, of a data file that has it already."""
    with ctx.db.read() as con:
        by_name = {held.name: held for held in providers.all_providers(con)}
    return Accounts(ctx, sandbox, by_name["Magnolia"], by_name["Pétalo"])
