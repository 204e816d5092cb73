"""Who may not write to Komet sends nothing; what Komet echoes is hidden; many lines are quick."""

import json
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random

import pytest
from dispatch_world import World, Worlds
from prepared import PreparedFolders
from sample_accounts import ACTOR, Accounts, add_client, make_accounts
from scripted_server import Asked, Reply, ScriptedServer

from komet.context import AppContext
from komet.dispatch import box_codes, outbox
from komet.dispatch.check import check_lines
from komet.dispatch.model import Draft, LineEntry, Packing, Preview, WriteKind, WriteState
from komet.dispatch.preview import preview_writes
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.send import send_batch
from komet.permissions import GRANTS, Actor, NotPermitted, Permission, Role
from komet.sandbox.companies import MAGNOLIA
from komet.sandbox.server import Sandbox

READER = Actor(name="Reader")


@pytest.fixture
def world(sandbox: Sandbox, prepared: PreparedFolders, tmp_path: Path) -> World:
    return Worlds(sandbox, prepared, tmp_path).new(Random(7))


def planned(world: World) -> Preview:
    provider_id = world.provider_id(MAGNOLIA)
    lines = [line for line in world.truth(MAGNOLIA) if line.status == "Pending"][:1]
    rows = [
        LineEntry(2, provider_id, str(line.po_item_id), boxes=str(line.boxes)) for line in lines
    ]
    return check_lines(world.accounts.ctx, "test", rows)


Act = Callable[[AppContext, Preview, str, str], object]
OPERATIONS: dict[str, Act] = {
    "queue": lambda ctx, preview, _batch, _client: outbox.queue_writes(ctx, READER, preview),
    "send": lambda ctx, _preview, batch, _client: send_batch(ctx, READER, batch),
    "resolve": lambda ctx, _preview, _batch, _client: resolve_unknown(ctx, READER),
    "withdraw": lambda ctx, _preview, batch, _client: outbox.withdraw_writes(
        ctx, READER, [write.id for write in outbox.list_writes(ctx, batch_id=batch)]
    ),
    "settle": lambda ctx, _preview, batch, _client: outbox.settle_by_person(
        ctx, READER, [write.id for write in outbox.list_writes(ctx, batch_id=batch)], sent=True
    ),
    "pattern": lambda ctx, _preview, _batch, client: box_codes.save_pattern(
        ctx, READER, client, box_codes.Pattern("V-", 1, 8)
    ),
    "make codes": lambda ctx, _preview, _batch, client: box_codes.make_box_codes(
        ctx, READER, client, [("1", 2)]
    ),
    "pack": lambda ctx, _preview, _batch, client: box_codes.pack_boxes(
        ctx, READER, [Packing(client, "1", ("A",))]
    ),
}


def test_who_may_not_write_to_komet_changes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = world.accounts.ctx
    preview = planned(world)
    batch_id = outbox.queue_writes(ctx, ACTOR, preview).batch_id
    before = outbox.list_writes(ctx)
    granted = frozenset(Permission) - {Permission.WRITE_TO_KOMET}
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, granted)
    for operation in OPERATIONS.values():
        with pytest.raises(NotPermitted, match="write to Komet"):
            operation(ctx, preview, batch_id, world.provider_id(MAGNOLIA))
    assert outbox.list_writes(ctx) == before
    assert world.state.requests.total() == 0
    with ctx.read() as con:
        assert con.value("SELECT count(*) FROM packed_boxes") == 0
        assert con.value("SELECT count(*) FROM audit WHERE who = 'Reader'") == 0


def test_a_token_that_komet_echoes_is_stored_and_logged_nowhere(
    ctx: AppContext, caplog: pytest.LogCaptureFixture
) -> None:
    """In the row of a box, in the message on top, in a refusal, and in what is no JSON."""
    caplog.set_level("DEBUG")
    secret = "a-secret-of-a-test"
    answers = [
        {"status": "1", "boxes": [{"newBoxCode": "N0", "status": "0", "message": f"No {secret}"}]},
        {"status": "0", "message": f"No {secret}", "boxes": [{"newBoxCode": secret}]},
        {"status": "1", "message": f"{secret} is yours", "boxes": []},
    ]
    replies = [Reply(body=json.dumps(answer).encode()) for answer in answers]
    replies.append(Reply(400, json.dumps({"message": f"Bad {secret}"}).encode()))
    replies.append(Reply(body=f"not JSON, {secret}".encode()))

    def answer(asked: Asked) -> Reply:
        assert secret in asked.body.decode() + asked.path + str(asked.headers)
        return replies.pop(0) if "box.code" in asked.path else Reply(404)

    server = ScriptedServer(answer)
    client = add_client(ctx, "Echo", server.base_url)
    for number in range(5):
        draft = Draft(
            client.id, WriteKind.BOX_CODE, f"O{number}", {"box_code": f"N{number}"}, po_number="P1"
        )
        preview = preview_writes(ctx, "test", [draft])
        send_batch(ctx, ACTOR, outbox.queue_writes(ctx, ACTOR, preview).batch_id)
    assert not replies
    writes = outbox.list_writes(ctx)
    assert [write.state for write in writes] == [
        WriteState.REFUSED, WriteState.UNKNOWN, WriteState.UNKNOWN, WriteState.REFUSED,
        WriteState.UNKNOWN,
    ]  # fmt: skip
    assert secret not in repr(writes)
    assert secret not in caplog.text
    with ctx.read() as con:
        for table in ("outbox", "outbox_batches", "audit", "api_calls", "tokens"):
            assert secret not in str(con.rows(f"SELECT * FROM {table}"))


def test_two_thousand_lines_are_previewed_in_less_than_two_seconds(ctx: AppContext) -> None:
    """In seconds of this process, as other programs may have the computer."""
    with Sandbox(evolve=False, orders_per_day=105, lines_per_order=20) as sandbox:
        accounts: Accounts = make_accounts(ctx, sandbox)
        today: date = accounts.today
        accounts.download(today, today, [accounts.magnolia])
        lines = [line for order in sandbox.state.orders(MAGNOLIA, today) for line in order.lines]
    rows = [
        LineEntry(
            row, accounts.magnolia.id, str(line.id), boxes=str(line.boxes), awb="729-12345675",
            box_codes=f"K{row}-1" if line.boxes == 1 else f"K{row}-01…K{row}-{line.boxes:02d}",
            reference=f"R-{row}",
        )
        for row, line in enumerate(lines[:2_000])
    ]  # fmt: skip
    began = time.process_time()
    preview = check_lines(ctx, "test", rows)
    assert time.process_time() - began < 2
    assert len({draft.row for draft in preview.drafts}) > 1_500
    queued = outbox.queue_writes(ctx, ACTOR, preview, accepted=True)
    began = time.process_time()
    again = check_lines(ctx, "test", rows)
    assert time.process_time() - began < 2
    assert again.drafts == ()
    assert queued.writes == len(preview.drafts)
