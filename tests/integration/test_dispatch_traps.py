"""The traps of Komet's writing methods: what an answer means, what is learned, what is followed."""

from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

import pytest
from dispatch_world import AWBS, World, Worlds
from prepared import PreparedFolders
from sample_accounts import ACTOR

from komet.clients.check import check_token
from komet.dispatch.check import check_lines
from komet.dispatch.follow import refresh_orders
from komet.dispatch.model import Draft, LineEntry, Preview, Receipt, WriteKind, WriteState
from komet.dispatch.outbox import list_writes, queue_writes
from komet.dispatch.planning_again import plan_again
from komet.dispatch.preview import preview_writes
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.send import send_batch
from komet.sandbox.box_actions import BoxActions
from komet.sandbox.companies import MAGNOLIA, PETALO
from komet.sandbox.order_actions import OrderActions
from komet.sandbox.server import Sandbox
from komet.sandbox.shipping import Shipping
from komet.sandbox.tokens import IMPORTER_A_COMPANY
from komet.sandbox.truth import LineTruth

SHIP, CONFIRM = "purchase.order.items.awb.add", "purchase.order.item.confirm"
MOVE, CHANGE = "box.move.awb", "box.code.change"


@pytest.fixture
def world(sandbox: Sandbox, prepared: PreparedFolders, tmp_path: Path) -> World:
    return Worlds(sandbox, prepared, tmp_path).new(Random(7))


def lines_of(world: World, boxes: int = 1, company: str = MAGNOLIA) -> list[LineTruth]:
    """Lines with at least so many boxes that may be confirmed and shipped."""
    held = world.state.awaiting_checkout[company]
    return [
        line
        for line in world.truth(company)
        if line.status == "Pending" and line.order_status != "CA" and line.boxes >= boxes
        and line.product_id and line.po_item_id not in held
    ]  # fmt: skip


def entry(world: World, line: LineTruth, row: int = 1, **values: str) -> LineEntry:
    return LineEntry(row, world.provider_id(MAGNOLIA), str(line.po_item_id), **values)


def preview(world: World, *entries: LineEntry) -> Preview:
    found = check_lines(world.accounts.ctx, "test", entries)
    assert found.problems == ()
    return found


def box_draft(
    world: World, line: LineTruth, code: str, kind: WriteKind, **content: str
) -> Draft:  # fmt: skip
    return Draft(
        world.provider_id(MAGNOLIA), kind, code, content, po_id=str(line.order_id),
        po_number=line.number, po_item_id=str(line.po_item_id),
    )  # fmt: skip


def send(world: World, found: Preview) -> Receipt:
    queued = queue_writes(world.accounts.ctx, ACTOR, found, accepted=True)
    assert queued.overtaken == ()
    return send_batch(world.accounts.ctx, ACTOR, queued.batch_id)


def ship(world: World, line: LineTruth, codes: str, row: int = 1) -> Receipt:
    receipt = send(world, preview(world, entry(world, line, row, awb=AWBS[0], box_codes=codes)))
    assert receipt.all_sent
    return receipt


def requests(world: World, method: str) -> int:
    return world.state.requests.counts().get((method, None), 0)


def elsewhere(world: World, method: str, **given: str) -> None:
    """Somebody else does it, by another program."""
    state = world.state
    acts = OrderActions(state).methods | Shipping(state).methods | BoxActions(state).methods
    acts[method](IMPORTER_A_COMPANY, given)


# --- answers ------------------------------------------------------------------------------------


def test_single_lines_fail_under_a_status_of_success(world: World) -> None:
    first, second, third = lines_of(world, boxes=2)[:3]
    found = preview(
        world,
        entry(world, first, 1, awb=AWBS[0], box_codes="A1, A2"),
        entry(world, second, 2, awb=AWBS[0], box_codes="B1, B2"),
    )
    elsewhere(world, "purchase.order.item.awb.add", poItemId=str(third.po_item_id), awb=AWBS[1],
              shipDate=third.ship_date, boxCodes='["B1"]')  # fmt: skip
    by_item = {write.po_item_id: write for write in send(world, found).writes}
    assert by_item[str(first.po_item_id)].state is WriteState.SENT
    refused = by_item[str(second.po_item_id)]
    assert refused.state is WriteState.REFUSED
    assert "B1" in str(refused.reason)
    world.check_store()


def test_single_lines_may_be_done_under_a_status_of_failure(world: World) -> None:
    lines = lines_of(world)[:3]
    rows = [entry(world, line, row, awb=AWBS[0]) for row, line in enumerate(lines)]
    world.state.faults.add(SHIP, message="An error occurred.", effect="after")
    receipt = send(world, preview(world, *rows))
    assert receipt.count(WriteState.UNKNOWN) == 3
    assert "An error occurred." in str(receipt.writes[0].reason)
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert {write.state for write in found.writes} == {WriteState.SENT}
    world.check_outbox()


def test_a_failure_without_rows_moves_no_box(world: World) -> None:
    line = lines_of(world)[0]
    codes = [f"M{at}" for at in range(line.boxes)]
    ship(world, line, ", ".join(codes))
    drafts = [
        box_draft(world, line, code, WriteKind.MOVE_BOX, awb=AWBS[1], ship_date=line.ship_date)
        for code in codes
    ]
    world.state.faults.add(MOVE, message="AWB is closed.", effect="before")
    receipt = send(world, preview_writes(world.accounts.ctx, "boxes", drafts))
    assert receipt.count(WriteState.SENT) == 0
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert {write.state for write in found.writes} == {WriteState.NOT_SENT}
    world.check_outbox()


@pytest.mark.parametrize(
    "fault",
    [{"status": 429}, {"body": "drop"}, {"body": "cut"}],
)
def test_the_reading_verb_of_a_method_that_writes_is_never_tried_again(
    world: World, fault: dict[str, Any]
) -> None:
    line = lines_of(world)[0]
    codes = [f"M{at}" for at in range(line.boxes)]
    ship(world, line, ", ".join(codes))
    drafts = [
        box_draft(world, line, code, WriteKind.MOVE_BOX, awb=AWBS[1], ship_date=line.ship_date)
        for code in codes
    ]
    found = preview_writes(world.accounts.ctx, "boxes", drafts)
    assert requests(world, MOVE) == 0  # nothing is fetched before it is asked for
    world.state.faults.add(MOVE, **fault)
    send(world, found)
    resolve_unknown(world.accounts.ctx, ACTOR)
    assert requests(world, MOVE) == found.requests == 1
    world.check_outbox()


def test_each_box_has_an_outcome_of_its_own(world: World) -> None:
    first, second = lines_of(world, boxes=3)[:2]
    ship(world, first, "E1, E2, E3")
    ship(world, second, "F1, F2, F3")
    wanted = {"E1": "G1", "E2": "F1", "E3": "G2", "gone": "G3"}
    drafts = [
        box_draft(world, first, old, WriteKind.BOX_CODE, box_code=new)
        for old, new in wanted.items()
    ] + [box_draft(world, second, "F2", WriteKind.BOX_CODE, box_code="G1")]
    receipt = send(world, preview_writes(world.accounts.ctx, "boxes", drafts))
    assert requests(world, CHANGE) == 1
    assert {write.target: write.state for write in receipt.writes} == {
        "E1": WriteState.SENT, "E2": WriteState.REFUSED, "E3": WriteState.SENT,
        "gone": WriteState.REFUSED, "F2": WriteState.REFUSED,
    }  # fmt: skip
    world.check_outbox()
    world.check_store()


def test_codes_that_are_handed_on_are_not_guessed(world: World) -> None:
    """Box H1 becomes H9 and box H2 becomes H1: then H1 is there as before."""
    line = lines_of(world, boxes=3)[0]
    ship(world, line, "H1, H2, H3")
    drafts = [
        box_draft(world, line, old, WriteKind.BOX_CODE, box_code=new)
        for old, new in (("H1", "H9"), ("H2", "H1"), ("H3", "H7"))
    ]
    world.state.faults.add(CHANGE, body="drop", effect="after")
    send(world, preview_writes(world.accounts.ctx, "boxes", drafts))
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert {write.target: write.state for write in found.writes} == {
        "H1": WriteState.UNKNOWN, "H2": WriteState.SENT, "H3": WriteState.SENT,
    }  # fmt: skip


def test_a_confirmation_that_waits_for_the_checkout_is_refused_whatever_the_status(
    world: World, sandbox: Sandbox
) -> None:
    line = lines_of(world)[0]
    world.state.hold_checkout(MAGNOLIA, [line.po_item_id])
    receipt = send(world, preview(world, entry(world, line, boxes=str(line.boxes))))
    (write,) = receipt.writes
    assert write.state is WriteState.REFUSED
    assert "60 minutes" in str(write.reason)
    world.state.hold_checkout(MAGNOLIA, [])
    anew = plan_again(world.accounts.ctx, [write.id])
    assert send(world, anew).all_sent
    assert requests(world, CONFIRM) == 2


def test_an_unknown_product_is_refused_before_and_not_taken_for_shipped(world: World) -> None:
    line = lines_of(world)[0]
    shipment = preview(world, entry(world, line, awb=AWBS[0]))
    world.state.mark_unknown(MAGNOLIA, [line.po_item_id])
    (write,) = send(world, shipment).writes
    assert write.state is WriteState.UNKNOWN  # skipped without a word
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert [one.state for one in found.writes] == [WriteState.NOT_SENT]
    again = plan_again(world.accounts.ctx, [write.id])
    assert again.drafts == ()
    assert "map or alias this product first" in again.problems[0].reason


def test_a_lot_number_beside_those_that_komet_keeps_for_itself_is_taken(world: World) -> None:
    lines = lines_of(world)
    for line, lot in zip(lines, ("1000", "99999"), strict=False):
        row = entry(world, line, awb=AWBS[0], lot=lot)
        assert "1000 to 99999" in check_lines(world.accounts.ctx, "test", [row]).problems[0].reason
    rows = [
        entry(world, line, row, awb=AWBS[0], lot=lot)
        for row, (line, lot) in enumerate(zip(lines, ("999", "100000"), strict=False))
    ]
    assert send(world, preview(world, *rows)).all_sent


# --- rights -------------------------------------------------------------------------------------


def test_a_vendor_token_confirms_by_hand_until_it_is_seen(world: World) -> None:
    line = lines_of(world, company=PETALO)[0]
    row = LineEntry(2, world.provider_id(PETALO), str(line.po_item_id), boxes=str(line.boxes))
    found = preview(world, row)
    assert found.drafts == ()
    assert [draft.po_item_id for draft in found.by_hand] == [str(line.po_item_id)]
    receipt = send(world, found)
    assert [write.state for write in receipt.writes] == [WriteState.BY_HAND]
    assert requests(world, CONFIRM) == 0


def test_a_token_that_is_refused_a_method_is_not_asked_for_it_again(world: World) -> None:
    """Its first call of the day is the one that is refused, as Komet has only 401 for both."""
    first, second = lines_of(world)[:2]
    world.state.faults.add(CONFIRM, status=401, times=None)
    rows = (
        entry(world, first, 1, boxes=str(first.boxes), reference="R-1"),
        entry(world, second, 2, boxes=str(second.boxes)),
    )
    receipt = send(world, preview(world, *rows))
    assert [(write.kind, write.state) for write in receipt.writes] == [
        (WriteKind.CONFIRM, WriteState.REFUSED), (WriteKind.CONFIRM, WriteState.REFUSED),
        (WriteKind.REFERENCE, WriteState.SENT),
    ]  # fmt: skip
    assert requests(world, CONFIRM) == 1
    assert {write.outcome_code for write in receipt.writes[:2]} == {"method_not_allowed"}
    learned = preview(world, *rows)
    assert learned.drafts == ()
    assert len(learned.by_hand) == 2
    world.state.faults.clear()
    check_token(world.accounts.ctx, ACTOR, world.accounts.magnolia.token_id or "")
    assert len(preview(world, *rows).drafts) == 2  # Komet may have granted it since


def test_a_token_that_komet_does_not_know_stops_the_rest(world: World) -> None:
    lines = lines_of(world)[:3]
    for method in (CONFIRM, "purchase.order.list"):
        world.state.faults.add(method, status=401, times=None)
    rows = [entry(world, line, row, boxes=str(line.boxes)) for row, line in enumerate(lines)]
    receipt = send(world, preview(world, *rows))
    assert receipt.count(WriteState.REFUSED) == 1
    assert receipt.count(WriteState.PLANNED) == 2
    assert receipt.not_refreshed
    assert requests(world, CONFIRM) == 1


# --- verdicts -----------------------------------------------------------------------------------


def test_what_somebody_else_has_set_since_cannot_be_told(world: World) -> None:
    first, second = lines_of(world, boxes=3)[:2]
    world.state.faults.add(CONFIRM, body="drop", effect="after", times=2)
    rows = [entry(world, line, row, boxes="3") for row, line in enumerate((first, second))]
    assert send(world, preview(world, *rows)).count(WriteState.UNKNOWN) == 2
    elsewhere(world, CONFIRM, poItemId=str(first.po_item_id), quantityConfirmed="1")
    elsewhere(world, "purchase.order.item.delete", poItemId=str(second.po_item_id))
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert [write.state for write in found.writes] == [WriteState.UNKNOWN] * 2
    assert [write.outcome_code for write in found.writes] == ["cannot_tell", "line_is_gone"]


def test_a_po_with_another_number_is_not_read_for_the_one_it_was(world: World) -> None:
    line = lines_of(world)[0]
    world.state.faults.add(CONFIRM, body="drop", effect="after")
    send(world, preview(world, entry(world, line, boxes=str(line.boxes))))
    order, _line = world.state.find_line(MAGNOLIA, line.po_item_id) or pytest.fail("gone")
    world.state.edit(MAGNOLIA, replace(order, number="P999999"))
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert [write.outcome_code for write in found.writes] == ["not_readable"]
    moved = replace(order, ship_date=world.accounts.days(0, 1)[1])
    world.state.edit(MAGNOLIA, moved)
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert [write.state for write in found.writes] == [WriteState.SENT]


def test_an_effect_that_comes_late_is_waited_for(
    sandbox: Sandbox, prepared: PreparedFolders, tmp_path: Path
) -> None:
    world = Worlds(sandbox, prepared, tmp_path).new(Random(7), late_effect=60, read_timeout=0.5)
    line = lines_of(world)[0]
    world.state.faults.add(CONFIRM, delay=3.0)
    send(world, preview(world, entry(world, line, boxes=str(line.boxes))))
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert [write.outcome_code for write in found.writes] == ["too_early_to_tell"]
    world.wait_for_effects(1)
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    assert [write.state for write in found.writes] == [WriteState.SENT]


@pytest.mark.parametrize("alike", [True, False])
def test_an_awb_is_told_from_another_with_its_last_four_digits(world: World, alike: bool) -> None:
    first, second = lines_of(world)[:2]
    other = "145-12345675"  # as AWBS[0] at its end
    world.state.faults.add(SHIP, body="drop", effect="before")
    send(world, preview(world, entry(world, first, awb=AWBS[0])))
    elsewhere(world, "purchase.order.item.awb.add", poItemId=str(first.po_item_id),
              shipDate=first.ship_date, awb=AWBS[0] if alike else other)  # fmt: skip
    elsewhere(world, "purchase.order.item.awb.add", poItemId=str(second.po_item_id),
              shipDate=first.ship_date, awb=other)  # fmt: skip
    found = resolve_unknown(world.accounts.ctx, ACTOR)
    expected = WriteState.SENT if alike else WriteState.NOT_SENT
    assert [write.state for write in found.writes] == [expected]


# --- split lines --------------------------------------------------------------------------------


def test_a_split_is_followed_once_the_orders_can_be_read_again(world: World) -> None:
    line = lines_of(world, boxes=3)[0]
    found = preview(world, entry(world, line, awb=AWBS[0], box_codes="A1, A2"))
    world.state.faults.add("purchase.order.list", status=404, times=None)
    (write,) = send(world, found).writes
    assert write.state is WriteState.SENT
    assert write.outcome_code is None
    world.state.faults.clear()
    other = next(one for one in lines_of(world) if one.po_item_id < 5_000_000_000)
    send(world, preview(world, entry(world, other, boxes=str(other.boxes), reference="R-9")))
    refresh_orders(world.accounts.ctx, ACTOR, [write])
    send(world, preview(world, entry(world, other, reference="R-10")))
    (followed,) = list_writes(world.accounts.ctx, batch_id=write.batch_id)
    assert followed.outcome_code == "line_split"
    rest = world.state.line(MAGNOLIA, int(str(followed.reason).split("(")[1].rstrip(").")))
    assert rest
    assert rest.boxes == line.boxes - 2


@pytest.mark.parametrize("shipments", [1, 2])
def test_lines_that_look_alike_are_told_to_be(world: World, shipments: int) -> None:
    """Two lines of one PO are alike in all; another one like the rest of them comes meanwhile."""
    line = lines_of(world, boxes=3)[0]
    order, first = world.state.find_line(MAGNOLIA, line.po_item_id) or pytest.fail("gone")
    twin = replace(first, id=first.id + 77)
    world.state.edit(MAGNOLIA, replace(order, lines=(*order.lines, twin)))
    ctx = world.accounts.ctx
    world.accounts.download(*world.accounts.days(0, 2))
    rows = [
        LineEntry(row, world.provider_id(MAGNOLIA), str(one.id), awb=AWBS[0],
                  box_codes=f"{name}1, {name}2")
        for row, (one, name) in enumerate(zip((first, twin), "AB", strict=True))
    ][:shipments]  # fmt: skip
    found = preview(world, *rows)
    if shipments == 1:
        held = world.state.find_line(MAGNOLIA, line.po_item_id) or pytest.fail("gone")
        like_rest = replace(first, id=first.id + 88, boxes=first.boxes - 2)
        world.state.edit(MAGNOLIA, replace(held[0], lines=(*held[0].lines, like_rest)))
    receipt = send(world, found)
    codes = [write.outcome_code for write in list_writes(ctx, batch_id=receipt.batch_id)]
    if shipments == 1:
        assert codes == ["line_split_unclear"]
        return
    assert codes == ["line_split", "line_split"]
    new = {str(write.reason).split("(")[1].rstrip(").") for write in receipt.writes}
    assert new == {str(one.id + 5_000_000_000) for one in (first, twin)}
