"""Random dispatch files at a Komet that breaks: every write once, and its outcome is the truth.

What happened is told by the sandbox's own log of effects and its own records. KOMET_EXAMPLES raises
the number of files.
"""

import os
from pathlib import Path
from random import Random

import hypothesis
import pytest
from dispatch_world import World, Worlds, previewed
from hypothesis import strategies as st
from prepared import PreparedFolders
from sample_accounts import ACTOR

from komet.dispatch.check import check_lines
from komet.dispatch.model import Preview, WriteState
from komet.dispatch.outbox import list_writes, queue_writes, settle_by_person
from komet.dispatch.planning_again import plan_again
from komet.dispatch.preview import preview_writes
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput
from komet.sandbox.server import Sandbox

_FILES = int(os.environ.get("KOMET_EXAMPLES", "10"))
_A_WORLD = 5
"""Files that follow each other at the same two clients."""


def send(world: World, preview: Preview, *, faults: bool) -> None:
    """Send what is previewed, with faults or without, and find out what became of it."""
    ctx, dice = world.accounts.ctx, world.dice
    before = world.requests()
    try:
        queued = queue_writes(ctx, ACTOR, preview, accepted=dice.random() < 0.5)
    except InvalidInput:
        assert not preview.drafts or preview.questions
        return
    assert queued.overtaken == ()
    struck = world.break_komet() if faults else []
    receipt = send_batch(ctx, ACTOR, queued.batch_id)
    hypothesis.note(f"faults: {struck}; left: {[(w.kind, w.state) for w in receipt.writes]}")
    sent = world.requests() - before
    assert not sent - previewed(preview)
    if len(preview.drafts) == sum(write.request_id is not None for write in receipt.writes):
        assert sent == previewed(preview)  # nothing was left out and nothing stopped early
    world.state.faults.clear()
    if dice.random() < 0.9 or not faults:
        resolve(world)
    world.check_outbox()


def resolve(world: World) -> None:
    ctx = world.accounts.ctx
    found = resolve_unknown(ctx, ACTOR)
    assert found.not_refreshed is None
    for write in found.unknown:
        assert write.reason
        world.said[write.id] = world.said_by_log(write)
        assert settle_by_person(ctx, ACTOR, [write.id], sent=world.said[write.id]) == 1


def live_through(worlds: Worlds, seed: int) -> int:
    dice = Random(seed)
    world = worlds.new(dice)
    ctx = world.accounts.ctx
    for number in range(_A_WORLD):
        entries = world.entries()
        lines = check_lines(ctx, f"file {number}", entries)
        preview = preview_writes(
            ctx, f"file {number}", [*lines.drafts, *lines.by_hand, *world.box_drafts()],
            problems=lines.problems, left_out=lines.left_out, questions=lines.questions,
            packing=lines.packing,
        )  # fmt: skip
        send(world, preview, faults=True)
        if dice.random() < 0.5:
            for write in list_writes(ctx, states=[WriteState.PLANNED]):
                send_batch(ctx, ACTOR, write.batch_id)
            again = list_writes(ctx, states=[WriteState.NOT_SENT, WriteState.REFUSED])
            anew = plan_again(ctx, [write.id for write in again if not write.resent_as])
            send(world, anew, faults=dice.random() < 0.3)
    resolve(world)
    world.check_outbox()
    world.check_store()
    # what stopped early goes on where it was
    for write in list_writes(ctx, states=[WriteState.PLANNED]):
        send_batch(ctx, ACTOR, write.batch_id)
    world.check_outbox()
    world.check_store()
    made = len(world.state.effects.all())
    worlds.forget(world)
    return made


@pytest.mark.parametrize("files", [_FILES])
def test_no_write_is_made_twice_and_every_outcome_is_true(
    sandbox: Sandbox, prepared: PreparedFolders, tmp_path: Path, files: int
) -> None:
    worlds = Worlds(sandbox, prepared, tmp_path)
    made = []

    @hypothesis.settings(
        max_examples=max(1, files // _A_WORLD), database=None, phases=[hypothesis.Phase.generate],
        derandomize="KOMET_EXAMPLES" not in os.environ,
    )  # fmt: skip
    @hypothesis.given(seed=st.integers(0, 2**32))
    def live(seed: int) -> None:
        made.append(live_through(worlds, seed))

    live()
    assert sum(made) > 2 * files  # the files did something
