"""Runs of processes that are gone, where process IDs repeat: none lives for ever."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest
from sample_accounts import ROOT, Accounts

from komet.db import process
from komet.errors import InvalidInput
from komet.ingest.engine import execute
from komet.ingest.model import Run, RunState
from komet.ingest.plan import plan_days
from komet.ingest.runs import active_run, cancel_run, start_run
from komet.ingest.table import runs
from komet.ingest.worker import Worker
from komet.permissions import SYSTEM

linux = pytest.mark.skipif(sys.platform != "linux", reason="boots and lives are told on Linux")


def queued(accounts: Accounts, back: int = 3) -> Run:
    begin, end = accounts.days(back, 0)
    run, _resumed = start_run(
        accounts.ctx, SYSTEM, plan_days(accounts.ctx, accounts.both, begin, end), source="t"
    )
    return run


def of_another_life(accounts: Accounts, run: Run, **changed: object) -> Run:
    """As if another process with this very ID had left the run behind."""
    sets = ", ".join(f"{name} = ${name}" for name in changed)
    with accounts.ctx.db.write() as con:
        con.run(f"UPDATE runs SET {sets} WHERE id = $id", {"id": run.id, **changed})
        return runs.run_by_id(con, run.id, accounts.ctx.now())


def name_of(place: str, process_id: int, began: str) -> str:
    return f"{place}/{process_id}/{began}"


def in_the_store(accounts: Accounts, run: Run) -> str:
    with accounts.ctx.db.read() as con:
        return str(con.value("SELECT state FROM runs WHERE id = $id", {"id": run.id}))


@linux
@pytest.mark.parametrize("state", ["queued", "running"])
def test_a_process_with_the_same_id_is_not_the_same_process(accounts: Accounts, state: str) -> None:
    run = queued(accounts)
    assert run.process is not None
    place = run.process.rsplit("/", 2)[0]
    left = of_another_life(
        accounts, run, state=state, process=name_of(place, os.getpid(), "1"), process_id=os.getpid()
    )
    assert left.state is RunState.INTERRUPTED  # at once: its heartbeat is a second old
    assert active_run(accounts.ctx) is None


@linux
def test_a_machine_that_was_started_anew_has_none_of_the_old_processes(accounts: Accounts) -> None:
    run = queued(accounts)
    assert run.process is not None
    machine = run.process.partition(":")[0]
    name = name_of(f"{machine}:another-boot/pid:[1]", os.getpid(), "1")
    assert of_another_life(accounts, run, process=name).state is RunState.INTERRUPTED


@pytest.mark.parametrize("name", [None, "elsewhere:boot/pid:[1]/7/42"])
def test_where_it_cannot_be_told_the_heartbeat_tells(accounts: Accounts, name: str | None) -> None:
    run = queued(accounts)
    now = accounts.ctx.now()
    fresh = of_another_life(accounts, run, process=name, process_id=os.getpid())
    assert fresh.active
    silent = of_another_life(accounts, run, heartbeat_at=now - timedelta(seconds=31))
    assert silent.state is RunState.INTERRUPTED


def test_even_a_process_that_lives_cannot_keep_a_run_for_ever(accounts: Accounts) -> None:
    run = queued(accounts)
    now = accounts.ctx.now()
    assert of_another_life(accounts, run, heartbeat_at=now - timedelta(minutes=11)).active
    lost = of_another_life(accounts, run, heartbeat_at=now - timedelta(minutes=21))
    assert lost.state is RunState.INTERRUPTED


@linux
def test_a_killed_process_is_known_before_anybody_waited_for_it() -> None:
    code = "from komet.db import process; print(process.current(), flush=True); input()"
    other = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert other.stdout is not None
    name = other.stdout.readline().strip()
    assert process.is_alive(name) is True
    other.kill()
    Path(f"/proc/{other.pid}/stat").read_text()  # a zombie still has its entry
    other.wait()
    assert process.is_alive(name) is False
    assert process.is_alive(process.current()) is True


@linux
def test_the_next_start_takes_it_up_or_writes_it_down(accounts: Accounts) -> None:
    run = queued(accounts)
    assert run.process is not None
    dead = name_of(run.process.rsplit("/", 2)[0], os.getpid(), "1")
    of_another_life(accounts, run, state="running", process=dead)
    assert in_the_store(accounts, run) == "running"
    Worker(accounts.ctx)  # as the app makes one at its start
    assert in_the_store(accounts, run) == "interrupted"
    begin, end = accounts.days(3, 0)
    plan = plan_days(accounts.ctx, accounts.both, begin, end)
    again, resumed = start_run(accounts.ctx, SYSTEM, plan, source="t")
    assert resumed
    assert again.id == run.id


@linux
def test_a_resumed_run_waits_in_the_queue_until_it_is_at_work(accounts: Accounts) -> None:
    run = queued(accounts)
    assert run.process is not None
    dead = name_of(run.process.rsplit("/", 2)[0], os.getpid(), "1")
    of_another_life(accounts, run, state="running", process=dead)
    again = queued(accounts)
    assert (again.id, again.state, in_the_store(accounts, run)) == (
        run.id, RunState.QUEUED, "queued",
    )  # fmt: skip
    with pytest.raises(InvalidInput, match="at work already"):
        queued(accounts)
    cancel_run(accounts.ctx, SYSTEM, run.id)
    assert execute(accounts.ctx, SYSTEM, run.id).state is RunState.CANCELLED
    # dead again between the queue and the work
    of_another_life(accounts, run, state="queued", process=dead)
    Worker(accounts.ctx)
    assert in_the_store(accounts, run) == "interrupted"


def test_who_was_taken_over_stops_and_leaves_the_run_alone(accounts: Accounts) -> None:
    run = queued(accounts)
    now = accounts.ctx.now()
    with accounts.ctx.db.write() as con:
        runs.begin_run(con, run.id, now)
        assert not runs.heartbeat(con, run.id, set(), now)
        con.run("UPDATE runs SET process = 'another' WHERE id = $id", {"id": run.id})
        assert runs.heartbeat(con, run.id, set(), now)
        runs.finish_run(con, run.id, RunState.CANCELLED, None, now)
        assert con.value("SELECT state FROM runs WHERE id = $id", {"id": run.id}) == "running"


def test_runs_that_wait_behind_another_are_said_to_be_alive(accounts: Accounts) -> None:
    first, second = queued(accounts, 3), queued(accounts, 4)
    long_ago = accounts.ctx.now() - timedelta(minutes=19)
    of_another_life(accounts, second, heartbeat_at=long_ago)
    now = accounts.ctx.now()
    with accounts.ctx.db.write() as con:
        runs.begin_run(con, first.id, now)
        runs.heartbeat(con, first.id, set(), now)
        assert runs.run_by_id(con, second.id, now).heartbeat_at == now
