"""Shared by all tests: a context in its own folder, a sandbox, and accounts that lead to it."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import hypothesis
import pytest
from prepared import PreparedFolders
from sample_accounts import ROOT, Accounts, Downloaded, Komet, make_accounts, stored_accounts
from warm_interpreter import WarmInterpreter

from komet.context import AppContext, open_context
from komet.sandbox.server import Sandbox, build_application
from komet.sandbox.state import SandboxState
from komet.settings import Settings

# a loaded machine is slow, not wrong; CI tries the same examples each time, a person ever new ones
hypothesis.settings.register_profile("patient", deadline=None, derandomize="CI" in os.environ)
hypothesis.settings.load_profile("patient")


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> PreparedFolders:
    base = tmp_path_factory.getbasetemp()
    several = "PYTEST_XDIST_WORKER" in os.environ
    return PreparedFolders((base.parent if several else base) / "prepared")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def ctx(home: Path, prepared: PreparedFolders) -> AppContext:
    """A data file as it is after its migrations."""
    if home.exists():
        return open_context(Settings(home=home))
    return prepared.new(home)


@pytest.fixture(scope="session")
def _running_sandbox() -> Iterator[Sandbox]:
    with Sandbox(evolve=False) as running:
        yield running


@pytest.fixture
def sandbox(_running_sandbox: Sandbox) -> Sandbox:
    """One server for all tests; its data is new for each."""
    running = _running_sandbox.start()  # a test may have stopped it
    assert running._server
    running.state = SandboxState(evolve=False)
    running._server.config.loaded_app = build_application(running.state)
    return running


@pytest.fixture
def accounts(ctx: AppContext, sandbox: Sandbox) -> Accounts:
    return make_accounts(ctx, sandbox)


@pytest.fixture
def downloaded(home: Path, sandbox: Sandbox, prepared: PreparedFolders) -> Downloaded:
    """The accounts after a download of so many days back and ahead; it was made only once."""

    def give(back: int, ahead: int) -> Accounts:
        def make(ctx: AppContext) -> None:
            made = make_accounts(ctx, sandbox)
            made.download(*made.days(back, ahead))

        where = urlsplit(sandbox.url).port
        name = f"{sandbox.state.today:%Y%m%d}-{back}-{ahead}-at-{where}"
        return stored_accounts(prepared.copy(name, home, make), sandbox)

    return give


@pytest.fixture(scope="session")
def _warm_command_line() -> Iterator[WarmInterpreter]:
    commands = [f"komet.cli.{path.stem}" for path in (ROOT / "komet/cli").glob("[a-z]*.py")]
    interpreter = WarmInterpreter("komet.cli", commands)
    yield interpreter
    interpreter.close()


@pytest.fixture
def komet(home: Path, _warm_command_line: WarmInterpreter) -> Komet:
    """The command line as a process of its own, on the same data folder."""

    def run(
        *arguments: str, stdin: str = "", env: dict[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        return _warm_command_line.run(
            "komet",
            arguments,
            cwd=ROOT,
            env=os.environ | {"KOMET_HOME": str(home)} | (env or {}),
            stdin=stdin,
            timeout=120,
        )

    return run
