"""Shared by all tests: a context in its own folder, a sandbox, and accounts that lead to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from sample_accounts import ROOT, Accounts, Komet, make_accounts

from komet.context import AppContext, open_context
from komet.sandbox.server import Sandbox
from komet.settings import Settings

# a loaded machine is slow, not wrong
hypothesis.settings.register_profile("patient", deadline=None)
hypothesis.settings.load_profile("patient")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def ctx(home: Path) -> AppContext:
    return open_context(Settings(home=home))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(evolve=False) as running:
        yield running


@pytest.fixture
def accounts(ctx: AppContext, sandbox: Sandbox) -> Accounts:
    return make_accounts(ctx, sandbox)


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
            check=False,
        )

    return run
