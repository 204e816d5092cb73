"""What a token may not confirm: the list for the person who does it, and its end by itself."""

import re
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.dispatch.check import check_lines
from komet.dispatch.confirmation_page import confirmation_page
from komet.dispatch.confirmation_sheet import export_confirmation_sheet, list_by_hand
from komet.dispatch.model import LineEntry, WriteState
from komet.dispatch.outbox import count_writes, list_writes, queue_writes
from komet.dispatch.receipt import export_receipt
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput, NotFound
from komet.language import using
from komet.sandbox.records import Line, PurchaseOrder


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(0, 2)


def pending(accounts: Accounts) -> list[tuple[PurchaseOrder, Line]]:
    """Lines of the farm at Pétalo that nobody has confirmed, by day, PO and line."""
    first, last = accounts.days(0, 2)
    with accounts.ctx.read() as con:
        stored = {
            row["po_item_id"]
            for row in con.rows(
                "SELECT po_item_id FROM po_lines WHERE provider_id = $p AND quantity_confirmed"
                " IS NULL AND line_item_status IN ('P', 'Pending')",
                {"p": accounts.petalo.id},
            )
        }
    orders = [
        order for order in accounts.sandbox.state.all_orders("petalo")
        if first <= order.ship_date <= last
    ]  # fmt: skip
    orders.sort(key=lambda order: (order.ship_date, order.number))
    return [(order, line) for order in orders for line in order.lines if str(line.id) in stored]


def test_lines_wait_by_hand_until_the_orders_show_them(accounts: Accounts, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Nothing is to be done by hand"):
        confirmation_page(accounts.ctx, ACTOR)
    chosen = pending(accounts)[:5]
    assert len({order.id for order, _line in chosen}) > 1
    entries = [
        LineEntry(row, accounts.petalo.id, str(line.id), boxes=str(max(line.boxes - 1, 1)))
        for row, (_order, line) in reversed(list(enumerate(chosen, start=2)))
    ]
    preview = check_lines(accounts.ctx, "day.xlsx", entries)
    assert preview.requests == 0
    queued = queue_writes(accounts.ctx, ACTOR, preview)
    receipt = send_batch(accounts.ctx, ACTOR, queued.batch_id)
    assert receipt.count(WriteState.BY_HAND) == 5
    expected = [
        (order.number, order.ship_date, line.description, line.boxes, max(line.boxes - 1, 1))
        for order, line in chosen
    ]

    found = list_by_hand(accounts.ctx)
    rows = found.select("po_number", "ship_date", "product", "boxes", "boxes_by_hand").rows()
    assert [(*row[:3], int(row[3]), row[4]) for row in rows] == expected

    assert export_confirmation_sheet(accounts.ctx, ACTOR, tmp_path / "c.xlsx") == 5
    book = openpyxl.load_workbook(tmp_path / "c.xlsx", data_only=True)
    assert book.sheetnames == ["Pétalo"]
    cells = list(book["Pétalo"].iter_rows(2, values_only=True))
    assert [(r[0], r[1], r[2].date(), r[3], r[7], r[8]) for r in cells[:5]] == [
        ("☐", number, day, product, boxes, wanted)
        for number, day, product, boxes, wanted in expected
    ]
    assert cells[5][8] == sum(row[4] for row in expected)

    with using("es"):
        page = confirmation_page(accounts.ctx, ACTOR)
    assert '<html lang="es">' in page
    assert ">Pétalo</th>" in page
    assert page.count('class="tick"') == 5
    assert "<script" not in page
    assert not re.search(r"https?://|src=", page)
    positions = [page.index(f">{number}, sale el") for number, *_rest in expected]
    assert positions == sorted(positions)

    # somebody does the first in the portal, and the next download sees it
    order, line = chosen[0]
    done = replace(line, quantity_confirmed=max(line.boxes - 1, 1), status="Partially confirmed")
    lines = tuple(done if one.id == line.id else one for one in order.lines)
    accounts.sandbox.state.edit("petalo", replace(order, lines=lines))
    accounts.download(*accounts.days(0, 2), [accounts.petalo])
    left = list_by_hand(accounts.ctx)["po_item_id"].to_list()
    assert left == [str(one.id) for _order, one in chosen[1:]]
    counts = count_writes(accounts.ctx)
    assert (counts[WriteState.BY_HAND], counts[WriteState.SENT]) == (4, 1)
    (seen,) = list_writes(accounts.ctx, states=[WriteState.SENT])
    assert (seen.po_item_id, seen.outcome_code) == (str(line.id), "seen_in_komet")


def test_another_number_takes_the_place_of_the_one_on_the_list(accounts: Accounts) -> None:
    _order, line = next(one for one in pending(accounts) if one[1].boxes > 2)
    for boxes in (line.boxes, line.boxes - 1):
        entry = LineEntry(2, accounts.petalo.id, str(line.id), boxes=str(boxes))
        preview = check_lines(accounts.ctx, "day.xlsx", [entry])
        queue_writes(accounts.ctx, ACTOR, preview)
    assert check_lines(accounts.ctx, "day.xlsx", [entry]).is_empty
    assert list_by_hand(accounts.ctx)["boxes_by_hand"].to_list() == [line.boxes - 1]
    assert count_writes(accounts.ctx)[WriteState.BY_HAND] == 1


def test_names_from_komet_are_data_on_the_page(accounts: Accounts, tmp_path: Path) -> None:
    _order, line = pending(accounts)[0]
    with accounts.ctx.db.write() as con:
        con.run("UPDATE po_lines SET product_description = '<script>alert(1)</script>',"
                " customer_name = '&<b>' WHERE po_item_id = $id", {"id": str(line.id)})  # fmt: skip
        con.run("UPDATE providers SET name = '[Flor/es]: *''s?' WHERE id = $id",
                {"id": accounts.petalo.id})  # fmt: skip
    entry = LineEntry(2, accounts.petalo.id, str(line.id), boxes=str(line.boxes))
    queue_writes(accounts.ctx, ACTOR, check_lines(accounts.ctx, "x", [entry]))
    page = confirmation_page(accounts.ctx, ACTOR)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<script" not in page
    export_confirmation_sheet(accounts.ctx, ACTOR, tmp_path / "c.xlsx")
    (name,) = openpyxl.load_workbook(tmp_path / "c.xlsx").sheetnames
    assert name == "Flor es 's"


def test_the_receipt_says_what_became_of_each_write(accounts: Accounts, tmp_path: Path) -> None:
    first_day, last_day = accounts.days(0, 2)
    lines = [
        line for order in accounts.sandbox.state.all_orders("magnolia") for line in order.lines
        if first_day <= order.ship_date <= last_day
        and line.status == "Pending" and order.status == "A" and line.boxes > 2
    ]  # fmt: skip
    whole, part = lines[:2]
    entries = [
        LineEntry(7, accounts.magnolia.id, str(whole.id), awb="72912345675"),
        LineEntry(3, accounts.magnolia.id, str(part.id), awb="72912345675", box_codes="Q-1, Q-2"),
    ]
    preview = check_lines(accounts.ctx, "day.xlsx", entries)
    queued = queue_writes(accounts.ctx, ACTOR, preview)
    send_batch(accounts.ctx, ACTOR, queued.batch_id)
    assert export_receipt(accounts.ctx, ACTOR, queued.batch_id, tmp_path / "r.xlsx") == 2
    book = openpyxl.load_workbook(tmp_path / "r.xlsx")
    heading, *rows = book["Receipt"].iter_rows(values_only=True)
    first, second = (dict(zip(heading, row, strict=True)) for row in rows)
    assert (first["Row"], second["Row"]) == (3, 7)
    assert first["What was to be done"] == (
        f"ship 2 of {part.boxes} under 729-1234 5675, which splits the line"
    )
    assert {first["State"], second["State"]} == {"Sent"}
    new = int(first["New line ID"])
    stored = {one.id: one for order in accounts.sandbox.state.known_orders("magnolia")
              for one in order.lines}  # fmt: skip
    assert stored[new].boxes == part.boxes - 2
    assert first["Box codes"] == "Q-1, Q-2"
    # codes that Komet gave by itself
    given = [carton.code for carton in stored[whole.id].packed]
    assert second["Box codes"].split(", ") == given
    info = dict(book["Info"].iter_rows(2, values_only=True))
    assert (info["Dispatch"], info["By"], info["Sent"]) == ("day.xlsx", ACTOR.name, "2")
    with pytest.raises(NotFound):
        export_receipt(accounts.ctx, ACTOR, "none", tmp_path / "r.xlsx")
