"""`kill -9` at any moment, then again: the result equals an undisturbed run, nothing twice."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sample_accounts import ROOT, Accounts, Komet, make_accounts
from test_download import assert_same, content

from komet.context import open_context
from komet.ingest.model import RunState
from komet.ingest.table import runs
from komet.sandbox.server import Sandbox
from komet.settings import Settings


@pytest.fixture
def slow() -> Iterator[Sandbox]:
    with Sandbox(evolve=False, delay=0.05) as running:
        yield running


def kill_a_download(accounts: Accounts, after: float) -> None:
    begin, end = accounts.days(14, 5)
    with subprocess.Popen(
        [
            sys.executable,
            "-m",
            "komet",
            "download",
            "--all",
            "--from",
            str(begin),
            "--to",
            str(end),
        ],
        cwd=ROOT,
        env=os.environ | {"KOMET_HOME": str(accounts.ctx.settings.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:  # until the run itself has begun
            with accounts.ctx.db.read() as con:
                if runs.latest_runs(con, accounts.ctx.now(), limit=1):
                    break
            time.sleep(0.05)
        time.sleep(after)
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize("after", [0.0, 0.3, 0.7, 1.1])
def test_killed_and_run_again_equals_an_undisturbed_run(
    slow: Sandbox, tmp_path: Path, komet: Komet, home: Path, after: float
) -> None:
    killed = make_accounts(open_context(Settings(home=home)), slow)
    kill_a_download(killed, after)
    with killed.ctx.db.read() as con:
        newest = runs.latest_runs(con, killed.ctx.now(), limit=1)[0]
        done_before = {
            (s.provider_id, s.slice_date)
            for s in runs.slices_of(con, newest.id)
            if s.state.value in {"done", "empty"}
        }
    assert newest.state is RunState.INTERRUPTED
    slow.state.requests.clear()

    begin, end = killed.days(14, 5)
    again = komet("download", "--all", "--from", str(begin), "--to", str(end))
    assert again.returncode == 0, again.stderr
    assert "interrupted" in again.stderr
    asked = sum(
        n for (method, _d), n in slow.state.requests.counts().items() if "purchase" in method
    )
    assert asked == 40 - len(done_before)  # what was done is not asked for again

    undisturbed = make_accounts(open_context(Settings(home=tmp_path / "other")), slow)
    undisturbed.download(begin, end)
    assert_same(content(killed), content(undisturbed))
    with killed.ctx.db.read() as con:
        summary = runs.summary(con, newest.id)
    assert summary["waiting"] == summary["failed"] == 0
    assert summary["first"] == summary["orders"]
    assert summary["new"] == 0


def test_retry_after_a_kill_fetches_the_rest(slow: Sandbox, komet: Komet, home: Path) -> None:
    killed = make_accounts(open_context(Settings(home=home)), slow)
    kill_a_download(killed, 0.4)
    assert komet("retry").returncode == 0
    with killed.ctx.db.read() as con:
        runs_held = runs.latest_runs(con, killed.ctx.now())
    assert [run.state for run in runs_held] == [RunState.DONE]
