"""In transit: boxes by AWB, house and ship day are those that the sandbox itself holds."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.activity.model import ActivityFilter
from komet.activity.timeline import list_entries
from komet.dispatch.check import check_lines
from komet.dispatch.model import Draft, LineEntry, Preview, Receipt, WriteKind
from komet.dispatch.outbox import queue_writes
from komet.dispatch.preview import preview_writes
from komet.dispatch.send import send_batch
from komet.dispatch.transit import BoxState, Transit, last_asked, load_transit
from komet.dispatch.transit_file import export_transit
from komet.dispatch.transit_refresh import TransitRefresh, plan_refresh, refresh_transit
from komet.sandbox.box_actions import BoxActions
from komet.sandbox.records import Line
from komet.sandbox.server import Sandbox, build_application
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import IMPORTER_A_COMPANY
from komet.sandbox.truth import BoxTruth

AWB, OTHER = "729-12345675", "729-12345686"  # 1234567 and 1234568 leave 5 and 6 over sevens
BACK, AHEAD = 10, 1
"""Days in which both clients have shipped something, whatever day it is."""


@pytest.fixture(scope="module")
def few_orders() -> Iterator[Sandbox]:
    with Sandbox(evolve=False, orders_per_day=6, lines_per_order=3) as running:
        yield running


@pytest.fixture
def sandbox(few_orders: Sandbox) -> Sandbox:
    """A server with few orders, because lists of AWBs are made of all; its data is new for each."""
    few_orders.state = SandboxState(evolve=False, orders_per_day=6, lines_per_order=3)
    assert few_orders._server
    few_orders._server.config.loaded_app = build_application(few_orders.state)
    return few_orders


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(BACK, AHEAD)


def load(accounts: Accounts, provider: str = "magnolia") -> Transit:
    return load_transit(accounts.ctx, [getattr(accounts, provider).id], *accounts.days(BACK, AHEAD))


def refresh(accounts: Accounts) -> TransitRefresh:
    plan = plan_refresh(accounts.ctx, load(accounts))
    return refresh_transit(accounts.ctx, ACTOR, plan)


def cartons(accounts: Accounts) -> dict[str, BoxTruth]:
    """Code → the box, of all that Magnolia's lines of the days have in the sandbox."""
    first, last = accounts.days(BACK, AHEAD)
    state = accounts.sandbox.state
    found = {}
    for order in state.known_orders("magnolia"):
        if first <= order.ship_date <= last and order.status != "CA":
            for line in order.lines:
                truth = state.line("magnolia", line.id)
                assert truth
                found |= {box.code: box for box in truth.cartons}
    return found


def to_ship(accounts: Accounts) -> list[Line]:
    """Pending lines of three boxes and more."""
    first, last = accounts.days(BACK, AHEAD)
    return [
        line
        for order in accounts.sandbox.state.all_orders("magnolia")
        if first <= order.ship_date <= last and order.status == "A"
        for line in order.lines
        if line.status == "Pending" and line.boxes > 2 and not line.unknown
    ]


def ship(accounts: Accounts, line: Line, **values: str) -> Receipt:
    given = {"awb": AWB, "ship_date": accounts.today.isoformat(), **values}
    entry = LineEntry(1, accounts.magnolia.id, str(line.id), **given)
    return send(accounts, check_lines(accounts.ctx, "test", [entry]))


def send(accounts: Accounts, preview: Preview) -> Receipt:
    assert preview.problems == ()
    queued = queue_writes(accounts.ctx, ACTOR, preview, accepted=True)
    return send_batch(accounts.ctx, ACTOR, queued.batch_id)


def receive(accounts: Accounts, code: str) -> None:
    """A warehouse scans a box."""
    BoxActions(accounts.sandbox.state).receive(IMPORTER_A_COMPANY, {"boxCode": code})


def left(found: Transit) -> pl.DataFrame:
    return found.boxes.filter("has_left")


def test_our_own_shipments_tell_awb_and_house(accounts: Accounts) -> None:
    whole, part = to_ship(accounts)[:2]
    assert ship(accounts, whole, house_awb="H-1").all_sent
    assert ship(accounts, part, house_awb="H-2", box_codes="K-01…K-02").all_sent
    found = load(accounts)
    [awb] = found.awbs.filter(awb=AWB).rows(named=True)
    boxes = whole.boxes + 2
    assert (awb["ship_date"], awb["houses"], awb["clients"]) == (
        accounts.today, "H-1, H-2", "Magnolia",
    )  # fmt: skip
    assert (awb["boxes"], awb["lines"], awb["received"], awb["pieces"]) == (boxes, 2, 0, None)
    listed = accounts.sandbox.state.companies["magnolia"].box_types
    factors = {row.code: row.fbe for row in listed}  # a box type of no list has none
    expected = whole.boxes * factors.get(whole.box_type, 0) + 2 * factors.get(part.box_type, 0)
    assert awb["fbe"] == expected
    houses = dict(found.houses.filter(awb=AWB).select("house_awb", "boxes").iter_rows())
    assert houses == {"H-1": whole.boxes, "H-2": 2}
    own = {code: box for code, box in cartons(accounts).items() if box.awb == AWB}
    rows = found.boxes.filter(awb=AWB)
    assert set(rows["box_code"]) == set(own)
    assert set(rows["state"]) == {BoxState.UNDER_WAY}
    assert rows["shipped_here"].all()
    # the boxes that were left behind wait on their new line, which is not confirmed
    assert found.lines.filter(po_item_id=str(part.id))["boxes"].to_list() == [2]


def test_a_refresh_brings_every_awb_and_what_arrived(accounts: Accounts) -> None:
    now, earlier = to_ship(accounts)[:2]
    ship(accounts, now)
    ship(accounts, earlier, awb=OTHER, ship_date=str(accounts.today - timedelta(days=3)))
    receive(accounts, next(code for code, box in cartons(accounts).items() if box.awb == AWB))
    plan = plan_refresh(accounts.ctx, load(accounts))
    before = accounts.sandbox.state.requests.counts()
    refresh_transit(accounts.ctx, ACTOR, plan)
    after = accounts.sandbox.state.requests.counts()
    assert sum(after.values()) - sum(before.values()) == plan.requests > 1
    assert last_asked(accounts.ctx, [accounts.magnolia.id]) is not None

    truth = cartons(accounts)
    found = load(accounts)
    told = {
        row["box_code"]: (row["awb"], row["ship_date"].isoformat())
        for row in left(found).rows(named=True)
    }
    assert told == {code: (box.awb, box.ship_date) for code, box in truth.items()}
    late = (accounts.today - timedelta(days=1)).isoformat()  # a flight takes a day
    expected = {
        code: BoxState.RECEIVED
        if box.state == "Received"
        else BoxState.MISSING
        if box.ship_date < late
        else BoxState.UNDER_WAY
        for code, box in truth.items()
    }
    assert dict(left(found).select("box_code", "state").iter_rows()) == expected
    assert set(expected.values()) == {BoxState.RECEIVED, BoxState.MISSING, BoxState.UNDER_WAY}
    assert expected[next(code for code, box in truth.items() if box.awb == OTHER)] == "missing"
    for awb in found.awbs.filter("has_left").rows(named=True):
        own = [box for box in truth.values() if box.awb == awb["awb"]]
        received = sum(box.state == "Received" for box in own)
        assert (awb["pieces"], awb["pieces_received"]) == (len(own), received)
        assert (awb["boxes"], awb["received"]) == (len(own), received)
        assert awb["arrival_date"] == awb["ship_date"] + timedelta(days=1)
    assert "unitCost" in str(left(found)["extra"][0])


def test_confirmed_lines_wait_by_ship_day(accounts: Accounts) -> None:
    line = to_ship(accounts)[0]
    entry = LineEntry(1, accounts.magnolia.id, str(line.id), boxes="2")
    send(accounts, check_lines(accounts.ctx, "test", [entry]))
    first, last = accounts.days(BACK, AHEAD)
    expected: dict[date, int] = {}
    for order in accounts.sandbox.state.all_orders("magnolia"):
        if not first <= order.ship_date <= last or order.status == "CA":
            continue
        for line in order.lines:
            if line.quantity_confirmed and line.status not in {"Shipped", "Cancelled"}:
                so_far = expected.get(order.ship_date, 0)
                expected[order.ship_date] = so_far + line.quantity_confirmed
    waiting = load(accounts).awbs.filter(~pl.col("has_left"))
    assert dict(waiting.select("ship_date", "boxes").iter_rows()) == expected != {}
    assert waiting["awb"].null_count() == waiting.height


def test_what_komet_does_not_show_yet_is_said(accounts: Accounts) -> None:
    line = to_ship(accounts)[0]
    accounts.sandbox.state.faults.add("purchase.order.list", status=400, times=None, message="No.")
    receipt = ship(accounts, line, box_codes="K-01…K-02")
    assert receipt.not_refreshed
    rows = load(accounts).boxes.filter(awb=AWB)
    assert dict(rows.select("box_code", "state").iter_rows()) == {
        "K-01": BoxState.NOT_SEEN, "K-02": BoxState.NOT_SEEN,
    }  # fmt: skip
    accounts.sandbox.state.faults.clear()
    refresh(accounts)
    assert set(load(accounts).boxes.filter(awb=AWB)["state"]) == {BoxState.UNDER_WAY}


def test_a_box_of_no_order_of_ours_is_named(accounts: Accounts) -> None:
    line = to_ship(accounts)[0]
    ship(accounts, line, box_codes="K-01…K-02")
    refresh(accounts)
    with accounts.ctx.db.write() as con:  # as if its PO had never been downloaded
        for table in ("po_lines", "po_boxes", "order_items", "outbox"):
            con.run(f"DELETE FROM {table} WHERE po_item_id = $item", {"item": str(line.id)})
    found = load(accounts)
    assert found.boxes.filter(awb=AWB, state=BoxState.UNPLANNED)["box_code"].to_list() == [
        "K-01", "K-02",
    ]  # fmt: skip
    [awb] = found.awbs.filter(awb=AWB).rows(named=True)
    assert (awb["boxes"], awb["unplanned"], awb["pieces"], awb["lines"]) == (2, 2, 2, 0)
    assert found.lines.filter(awb=AWB).is_empty()


def test_a_box_that_was_moved_or_got_another_code(accounts: Accounts) -> None:
    ship(accounts, to_ship(accounts)[0], box_codes="K-01…K-03")
    refresh(accounts)
    own, day = accounts.magnolia.id, accounts.today.isoformat()
    with accounts.ctx.read() as con:
        where = con.rows("SELECT po_id, po_number, po_item_id FROM outbox LIMIT 1")[0]
    moved = Draft(own, WriteKind.MOVE_BOX, "K-01", {"awb": OTHER, "ship_date": day}, **where)
    renamed = Draft(own, WriteKind.BOX_CODE, "K-02", {"box_code": "Z-02"}, **where)
    assert send(accounts, preview_writes(accounts.ctx, "test", [moved, renamed])).all_sent
    for _when in ("before", "after"):
        told = dict(left(load(accounts)).filter(pl.col("awb").is_in([AWB, OTHER]))
                    .select("box_code", "awb").iter_rows())  # fmt: skip
        assert told == {"K-01": OTHER, "Z-02": AWB, "K-03": AWB}
        assert BoxState.UNPLANNED not in set(load(accounts).boxes["state"])
        refresh(accounts)
    assert {code: box.awb for code, box in cartons(accounts).items() if code in told} == told


def test_who_may_not_list_awbs_has_the_boxes_of_its_orders(accounts: Accounts) -> None:
    ship(accounts, to_ship(accounts)[0])
    plan = plan_refresh(accounts.ctx, load(accounts, "petalo"))
    assert (plan.awb_requests, plan.may_not) == (0, ["Pétalo"])
    assert "Pétalo" in plan.sentence
    faults = accounts.sandbox.state.faults
    faults.add("awb.details.list", status=403, times=None)
    done = refresh(accounts)
    assert done.refused == []
    assert done.awbs > 0  # the plain list has the codes too
    assert left(load(accounts))["awb"].null_count() == 0
    faults.add("awb.list", status=403, times=None)
    with accounts.ctx.db.write() as con:
        con.run("DELETE FROM awbs; DELETE FROM awb_boxes")
    receive(accounts, next(code for code, box in cartons(accounts).items() if box.awb == AWB))
    assert refresh(accounts).refused == ["Magnolia"]
    rows = left(load(accounts))
    assert set(rows["awb"]) == {AWB, None}  # the orders name no AWB, and tell what arrived
    assert dict(rows.select("box_code", "state").iter_rows()) == {
        code: BoxState.RECEIVED if box.state == "Received" else BoxState.UNDER_WAY
        for code, box in cartons(accounts).items()
    }


def test_nothing_is_said_of_days_without_orders(accounts: Accounts) -> None:
    far = accounts.today + timedelta(days=300)
    found = load_transit(accounts.ctx, [], far, far)
    assert found.is_empty
    assert found.awbs.is_empty()
    assert plan_refresh(accounts.ctx, found).requests == 0


def test_the_excel_file_has_all_of_it(accounts: Accounts, tmp_path: Path) -> None:
    ship(accounts, to_ship(accounts)[0], house_awb="H-1", box_codes="K-01…K-02")
    refresh(accounts)
    found = load(accounts)
    target = tmp_path / "transit.xlsx"
    export_transit(accounts.ctx, ACTOR, found, target)
    book = openpyxl.load_workbook(target, read_only=True, data_only=True)
    sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}
    assert list(sheets) == ["AWBs", "Houses", "Lines", "Boxes"]
    heading, *rows, total = sheets["Boxes"]
    at = {name: place for place, name in enumerate(heading)}
    assert len(rows) == found.boxes.height
    assert total[at["Boxes"]] == sum(row[at["Boxes"]] for row in rows)
    [mine] = [row for row in rows if row[at["Box code"]] == "K-02"]
    assert (mine[at["AWB"]], mine[at["House AWB"]]) == ("729-1234 5675", "H-1")
    assert (mine[at["Importer"]], mine[at["State"]]) == ("Magnolia", "Under way")
    assert "carrierName" in at  # what Komet sent of the box, and we have no column for
    heading, *rows, total = sheets["AWBs"]
    boxes = heading.index("Boxes")
    assert total[boxes] == sum(row[boxes] for row in rows) == found.boxes["boxes"].sum()
    assert "What is in transit exported: transit.xlsx" in set(
        list_entries(accounts.ctx, ActivityFilter())["event"]
    )
