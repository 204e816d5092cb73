"""Sending that is killed, doubled, locked out, run dry: nothing is done twice, nothing is lost."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from dispatch_world import AWBS, World, Worlds
from prepared import PreparedFolders
from sample_accounts import ACTOR, ROOT

from komet import language
from komet.clients.allowance import requests_left
from komet.clients.table import calls
from komet.clients.tokens import retire_token
from komet.context import AppContext
from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, Queued, WriteState
from komet.dispatch.outbox import count_writes, list_writes, queue_writes
from komet.dispatch.planning_again import plan_again
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.send import send_batch
from komet.dispatch.worker import SendWorker
from komet.permissions import Actor
from komet.sandbox.companies import MAGNOLIA
from komet.sandbox.server import Sandbox

CONFIRM = "purchase.order.item.confirm"
OTHER = Actor(name="Rosa")
_SEND = """
from komet.context import open_context
from komet.dispatch.send import send_batch
from komet.permissions import Actor
receipt = send_batch(open_context(), Actor(name="Nightly"), {batch!r})
print(receipt.count("sent"))
"""


@pytest.fixture
def world(sandbox: Sandbox, prepared: PreparedFolders, tmp_path: Path) -> World:
    return Worlds(sandbox, prepared, tmp_path).new(Random(7), read_timeout=20)


def entries(world: World, lines: int, **values: str) -> list[LineEntry]:
    held = world.state.awaiting_checkout[MAGNOLIA]
    found = [
        line for line in world.truth(MAGNOLIA)
        if line.status == "Pending" and line.order_status != "CA" and line.product_id
        and line.po_item_id not in held
    ][:lines]  # fmt: skip
    assert len(found) == lines
    return [
        LineEntry(row, world.provider_id(MAGNOLIA), str(line.po_item_id),
                  **{"boxes": str(line.boxes)} | values)
        for row, line in enumerate(found, start=2)
    ]  # fmt: skip


def queue(world: World, rows: Sequence[LineEntry]) -> Queued:
    found = check_lines(world.accounts.ctx, "test", rows)
    assert found.problems == ()
    return queue_writes(world.accounts.ctx, ACTOR, found)


def process(world: World, script: str, **values: Any) -> subprocess.Popen[str]:
    home = str(world.accounts.ctx.settings.home)
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(script).format(**values)],
        cwd=ROOT, env=os.environ | {"KOMET_HOME": home, "KOMET_LATE_EFFECT": "0"},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def wait(until: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < deadline, "it has not come to that"
        time.sleep(0.02)


def kill(child: subprocess.Popen[str]) -> None:
    child.send_signal(signal.SIGKILL)
    child.communicate()


def states(world: World) -> Counter[WriteState]:
    return Counter(write.state for write in list_writes(world.accounts.ctx))


def confirmations(world: World) -> int:
    return len(world.state.effects.all(CONFIRM))


def go_on(world: World, batch_id: str) -> None:
    """What another process does afterwards: read back, send the rest, send anew what was not."""
    ctx = world.accounts.ctx
    resolve_unknown(ctx, ACTOR)
    world.check_outbox()
    send_batch(ctx, ACTOR, batch_id)
    not_sent = [write.id for write in list_writes(ctx, states=[WriteState.NOT_SENT])]
    if not_sent:
        send_batch(ctx, ACTOR, queue_writes(ctx, ACTOR, plan_again(ctx, not_sent)).batch_id)
    world.check_outbox()
    world.check_store()
    assert Counter(effect.target for effect in world.state.effects.all(CONFIRM)).most_common(1) == [
        (world.state.effects.all(CONFIRM)[0].target, 1)
    ]


# --- killed -------------------------------------------------------------------------------------


@pytest.mark.parametrize("reached", [False, True])
def test_killed_while_a_request_is_under_way(world: World, reached: bool) -> None:
    """Its effect was made, or will never be; the first line was sent, the third is planned."""
    rows = entries(world, 3)
    queued = queue(world, rows)
    effect: Any = "after" if reached else "before"
    world.state.faults.add(CONFIRM, skip=1, delay=3.0, effect=effect)
    child = process(world, _SEND, batch=queued.batch_id)
    wait(lambda: world.requests()[CONFIRM] == 2)
    kill(child)
    found = states(world)
    assert found == {WriteState.SENT: 1, WriteState.UNKNOWN: 1, WriteState.PLANNED: 1}
    assert count_writes(world.accounts.ctx)[WriteState.UNKNOWN] == 1
    (unknown,) = list_writes(world.accounts.ctx, states=[WriteState.UNKNOWN])
    assert unknown.outcome_code == "process_ended"
    assert check_lines(world.accounts.ctx, "again", rows).drafts == ()
    assert confirmations(world) == 1 + reached
    go_on(world, queued.batch_id)
    assert confirmations(world) == 3
    assert world.requests()[CONFIRM] == (3 if reached else 4)


def test_killed_before_anything_is_claimed(world: World) -> None:
    queued = queue(world, entries(world, 2))
    with world.accounts.ctx.db.write():  # the other waits for the data file
        child = process(world, _SEND, batch=queued.batch_id)
        time.sleep(1.5)
        kill(child)
    assert states(world) == {WriteState.PLANNED: 2}
    assert world.requests()[CONFIRM] == 0
    go_on(world, queued.batch_id)
    assert world.requests()[CONFIRM] == 2


def test_killed_before_the_outcome_is_stored(world: World) -> None:
    queued = queue(world, entries(world, 2))
    world.state.faults.add(CONFIRM, delay=0.8, effect="after")
    child = process(world, _SEND, batch=queued.batch_id)
    world.wait_for_effects(1, seconds=60)
    with world.accounts.ctx.db.write():  # the answer comes, and its outcome waits for the file
        time.sleep(1.6)
        kill(child)
    assert states(world) == {WriteState.UNKNOWN: 1, WriteState.PLANNED: 1}
    go_on(world, queued.batch_id)
    assert world.requests()[CONFIRM] == 2


def test_killed_while_the_orders_are_read_again(world: World) -> None:
    queued = queue(world, entries(world, 2))
    world.state.faults.add("purchase.order.list", delay=30.0)
    child = process(world, _SEND, batch=queued.batch_id)
    wait(lambda: world.state.requests.counts().get(("purchase.order.list", None)))
    kill(child)
    assert states(world) == {WriteState.SENT: 2}
    go_on(world, queued.batch_id)
    assert world.requests()[CONFIRM] == 2


# --- side by side -------------------------------------------------------------------------------


def test_two_processes_and_a_thread_send_one_batch(world: World) -> None:
    queued = queue(world, entries(world, 6, awb=AWBS[0]))
    world.state.faults.add(CONFIRM, delay=0.2, times=None)
    children = [process(world, _SEND, batch=queued.batch_id) for _child in range(2)]
    send_batch(world.accounts.ctx, ACTOR, queued.batch_id)
    for child in children:
        _out, err = child.communicate(timeout=120)
        assert child.returncode == 0, err
    world.state.faults.clear()
    assert states(world) == {WriteState.SENT: 12}
    assert confirmations(world) == 6
    world.check_outbox()
    world.check_store()


def test_of_two_that_plan_the_same_lines_the_second_is_told(world: World) -> None:
    ctx, rows = world.accounts.ctx, entries(world, 3)
    previews = [check_lines(ctx, name, rows) for name in ("first", "second")]
    both = threading.Barrier(2)
    queued: dict[str, Queued] = {}

    def press(actor: Actor, number: int) -> None:
        both.wait()
        queued[actor.name] = queue_writes(ctx, actor, previews[number])
        if queued[actor.name].writes:
            send_batch(ctx, actor, queued[actor.name].batch_id)

    threads = [
        threading.Thread(target=press, args=(actor, number))
        for number, actor in enumerate((ACTOR, OTHER))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = sorted(queued, key=lambda name: queued[name].writes, reverse=True)
    assert (queued[first].writes, queued[second].writes) == (3, 0)
    assert len(queued[second].overtaken) == 3
    for remark in queued[second].overtaken:
        assert f"by {first}" in remark.reason
        assert f"{ctx.now():%Y}" in remark.reason or ":" in remark.reason
    assert confirmations(world) == 3
    again = check_lines(ctx, "third", rows)
    assert again.drafts == ()
    assert len(again.left_out) == 3


def test_a_code_that_another_line_has_got_since_the_preview_is_not_sent_twice(
    world: World,
) -> None:
    ctx, rows = world.accounts.ctx, entries(world, 2, awb=AWBS[0])
    previews = []
    for row in rows:
        boxes = int(row.boxes or 0)
        codes = f"Z-001…Z-{boxes:03d}" if boxes > 1 else "Z-001"
        previews.append(check_lines(ctx, "test", [replace(row, boxes=None, box_codes=codes)]))
    first = queue_writes(ctx, ACTOR, previews[0])
    second = queue_writes(ctx, OTHER, previews[1])
    assert (first.writes, second.writes) == (1, 0)
    assert "Z-001 belongs to another line" in second.overtaken[0].reason


# --- the worker ---------------------------------------------------------------------------------


def test_the_worker_sends_batches_in_turn_and_stops_the_one_it_is_told(world: World) -> None:
    ctx = world.accounts.ctx
    rows = entries(world, 9)
    batches = [queue(world, rows[at : at + 3]).batch_id for at in (0, 3, 6)]
    world.state.faults.add(CONFIRM, delay=0.6, effect="after")
    worker = SendWorker(ctx)
    with language.using("es"):
        for batch_id in batches:
            worker.submit(ACTOR, batch_id)
            worker.submit(ACTOR, batch_id)  # pressed twice
    world.wait_for_effects(1)
    worker.stop(batches[0])
    worker.stop(batches[1])  # which waits for its turn
    wait(lambda: not any(worker.is_busy(batch_id) for batch_id in batches))
    found = {
        batch_id: Counter(write.state for write in list_writes(ctx, batch_id=batch_id))
        for batch_id in batches
    }
    assert found[batches[0]] == {WriteState.SENT: 1, WriteState.PLANNED: 2}
    assert found[batches[1]] == {WriteState.PLANNED: 3}
    assert found[batches[2]] == {WriteState.SENT: 3}
    world.check_outbox()
    worker.submit(ACTOR, batches[1])  # stopped before, and sent now
    wait(lambda: not worker.is_busy(batches[1]))
    assert world.requests()[CONFIRM] == 7


# --- locked out, run dry, turned back -----------------------------------------------------------


def test_an_outcome_that_cannot_be_stored_is_unknown_and_not_lost(
    sandbox: Sandbox, prepared: PreparedFolders, tmp_path: Path
) -> None:
    world = Worlds(sandbox, prepared, tmp_path).new(Random(7), unattended_wait=0.4, lock_wait=0.4)
    ctx = world.accounts.ctx
    queued = queue(world, entries(world, 2))
    holder = process(
        world,
        """
        from komet.context import open_context
        ctx = open_context()
        with ctx.read():
            print("ready", flush=True)
        input()
        with ctx.db.write():
            print("held", flush=True)
            input()
        """,
    )
    assert holder.stdin
    assert holder.stdout
    assert holder.stdout.readline() == "ready\n"
    world.state.faults.add(CONFIRM, delay=1.5, effect="after")
    failed: list[BaseException] = []

    def press() -> None:
        try:
            send_batch(ctx, ACTOR, queued.batch_id)
        except Exception as error:
            failed.append(error)

    thread = threading.Thread(target=press)
    thread.start()
    world.wait_for_effects(1)
    holder.stdin.write("\n")
    holder.stdin.flush()
    assert holder.stdout.readline() == "held\n"
    thread.join()
    assert "in use by" in str(failed[0])  # whoever has pressed is told
    holder.communicate("\n")
    (unknown,) = list_writes(ctx, states=[WriteState.UNKNOWN])
    assert unknown.outcome_code == "outcome_not_stored"
    assert states(world)[WriteState.PLANNED] == 1
    go_on(replace(world, accounts=replace(world.accounts, ctx=_patient(ctx))), queued.batch_id)
    assert world.requests()[CONFIRM] == 2


def _patient(ctx: AppContext) -> AppContext:
    return replace(ctx, settings=ctx.settings.model_copy(update={"unattended_wait": 60.0}))


def test_an_allowance_that_is_spent_leaves_the_rest_for_the_next_day(world: World) -> None:
    ctx, client = world.accounts.ctx, world.accounts.magnolia
    queued = queue(world, entries(world, 4))
    left = requests_left(ctx, [client])[client.id] or 0
    row = {"called_at": ctx.now(), "token_id": client.token_id, "method": "product.list",
           "attempt": 1, "outcome": "ok"}  # fmt: skip
    with ctx.db.write() as con:
        calls.record(con, [row] * (left - 2))
    receipt = send_batch(ctx, ACTOR, queued.batch_id)
    assert receipt.count(WriteState.SENT) == 2
    waiting = [write for write in receipt.writes if write.state is WriteState.PLANNED]
    assert len(waiting) == 2
    assert all(write.reason and "used up" in write.reason for write in waiting)
    assert receipt.not_refreshed
    assert world.requests()[CONFIRM] == 2
    tomorrow = replace(ctx, now=lambda: ctx.now() + timedelta(days=1))
    assert send_batch(tomorrow, ACTOR, queued.batch_id).all_sent
    assert world.requests()[CONFIRM] == 4


def test_a_token_that_is_retired_meanwhile_sends_nothing_more(world: World) -> None:
    ctx, client = world.accounts.ctx, world.accounts.magnolia
    queued = queue(world, entries(world, 4))

    def retire(settled: int) -> None:
        if settled == 1:
            retire_token(ctx, ACTOR, client.token_id or "", in_use_too=True)

    receipt = send_batch(ctx, ACTOR, queued.batch_id, on_progress=retire)
    assert receipt.count(WriteState.PLANNED) >= 2
    assert receipt.count(WriteState.PLANNED) == 4 - world.requests()[CONFIRM]
    assert receipt.not_refreshed
    told = {write.reason for write in receipt.writes if write.state is WriteState.PLANNED}
    assert [str(why)[:21] for why in told] == ["The token is retired."]
    later = check_lines(ctx, "test", entries(world, 4))
    assert later.drafts == ()
    assert {problem.reason for problem in later.problems} == {"This importer has no token in use."}
    again = send_batch(ctx, ACTOR, queued.batch_id)
    told = {write.reason for write in again.writes if write.state is WriteState.PLANNED}
    assert told == {"This importer has no token in use."}


def test_a_clock_that_is_turned_back_sends_nothing_twice(
    sandbox: Sandbox, prepared: PreparedFolders, tmp_path: Path
) -> None:
    world = Worlds(sandbox, prepared, tmp_path).new(Random(7), late_effect=60)
    ctx = world.accounts.ctx
    rows = entries(world, 2)
    world.state.faults.add(CONFIRM, body="drop", effect="before")
    world.state.faults.add("purchase.order.list", status=404, times=None)  # nothing is refreshed
    send_batch(ctx, ACTOR, queue(world, rows).batch_id)
    world.state.faults.clear()
    assert states(world) == {WriteState.UNKNOWN: 1, WriteState.SENT: 1}
    yesterday = replace(ctx, now=lambda: ctx.now() - timedelta(days=1))
    assert check_lines(yesterday, "test", rows).drafts == ()
    found = resolve_unknown(yesterday, ACTOR)
    assert [write.outcome_code for write in found.writes] == ["too_early_to_tell"]
    later = replace(ctx, now=lambda: ctx.now() - timedelta(days=1) + timedelta(seconds=61))
    found = resolve_unknown(later, ACTOR)
    assert [write.state for write in found.writes] == [WriteState.NOT_SENT]
    world.check_outbox()
