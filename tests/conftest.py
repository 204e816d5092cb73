"""Shared by all tests: a desk in a folder of its own, a sandbox, and accounts that lead to it."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from komet.desk import Desk, open_desk
from komet.download.plan import plan
from komet.download.run import execute
from komet.download.start import start
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_B_VENDOR
from komet.settings import Settings
from komet.store import providers, tokens
from komet.store.providers import Provider, ProviderFields
from komet.store.runs import Run

ROOT = Path(__file__).parents[1]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def desk(home: Path) -> Desk:
    return open_desk(Settings(home=home))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(evolve=False) as running:
        yield running


@dataclass
class Accounts:
    """Two providers on the sandbox: one with a company token, one with a vendor token."""

    desk: Desk
    sandbox: Sandbox
    magnolia: Provider
    petalo: Provider

    @property
    def both(self) -> list[Provider]:
        return [self.magnolia, self.petalo]

    @property
    def today(self) -> date:
        return self.desk.now().date()

    def days(self, back: int, ahead: int) -> tuple[date, date]:
        return self.today - timedelta(days=back), self.today + timedelta(days=ahead)

    def download(self, start_day: date, end_day: date, chosen: list[Provider] | None = None) -> Run:
        planned = plan(self.desk, chosen or self.both, start_day, end_day)
        run, _resumed = start(self.desk, planned, source="test")
        return execute(self.desk, run.id)


def make_accounts(desk: Desk, sandbox: Sandbox) -> Accounts:
    with desk.db.write() as con:
        found = []
        for name, token in (("Magnolia", IMPORTER_A_COMPANY), ("Pétalo", IMPORTER_B_VENDOR)):
            stored = tokens.add_token(
                con,
                desk.box,
                label=name,
                kind=token.kind.value,
                secret=SecretStr(token.secret),
                owner=name,
                now=desk.now(),
            )
            fields = ProviderFields(
                name=name, token_id=stored.id, base_url=sandbox.base_url, komet_group="Sample"
            )
            found.append(providers.save_provider(con, fields, now=desk.now()))
    return Accounts(desk, sandbox, found[0], found[1])


@pytest.fixture
def accounts(desk: Desk, sandbox: Sandbox) -> Accounts:
    return make_accounts(desk, sandbox)


Komet = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def komet(home: Path) -> Komet:
    """The command line as a process of its own, on the same data folder."""

    def run(
        *arguments: str, stdin: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "komet", *arguments],
            cwd=ROOT,
            env=os.environ | {"KOMET_HOME": str(home)} | (env or {}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )

    return run
