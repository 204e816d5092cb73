"""POs and prebooks from a file or from prebook lines: each row once, each order in one request."""

import csv
import io
import json
from collections.abc import Sequence
from datetime import timedelta

import polars as pl
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.catalogs.lists import fetch_list
from komet.clients.model import Provider
from komet.dispatch.model import Preview, Receipt, WriteKind, WriteState
from komet.dispatch.new_orders import check_orders_file, days_of_new_orders
from komet.dispatch.outbox import queue_writes
from komet.dispatch.prebooks import (
    check_deletion,
    check_orders_of_prebooks,
    list_prebook_lines,
    requests_for,
)
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput
from komet.permissions import GRANTS, NotPermitted, Role
from komet.sandbox.masters import Company

Cells = Sequence[object]
PO = ["Ship date", "Vendor", "Order", "Product ID", "Boxes", "Box type", "Unit type",
      "Bunches per box", "Stems per bunch", "Unit cost"]  # fmt: skip


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(0, 2)


@pytest.fixture
def magnolia(accounts: Accounts) -> Company:
    return accounts.sandbox.state.companies["magnolia"]


def csv_file(headings: Sequence[str], *rows: Cells) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows([headings, *rows])
    return text.getvalue().encode()


def row(accounts: Accounts, boxes: int, *, at: int = 3, order: str = "") -> list[object]:
    company = accounts.sandbox.state.companies["magnolia"]
    day = accounts.today + timedelta(days=1)
    return [day, company.vendors[0].id, order, company.products[at].id, boxes, "QB", "stem", 10,
            25, "0.3"]  # fmt: skip


def check(
    accounts: Accounts, data: bytes, kind: WriteKind = WriteKind.CREATE_PO, *, again: bool = False
) -> Preview:
    provider = accounts.magnolia.id
    return check_orders_file(accounts.ctx, provider, data, "orders.csv", kind, again=again)


def send(accounts: Accounts, preview: Preview, *, accepted: bool = False) -> Receipt:
    queued = queue_writes(accounts.ctx, ACTOR, preview, accepted=accepted)
    assert queued.overtaken == ()
    return send_batch(accounts.ctx, ACTOR, queued.batch_id)


def lines_made(accounts: Accounts) -> list[int]:
    """Boxes of the lines that the sandbox has made, in their order."""
    orders = accounts.sandbox.state.known_orders("magnolia")
    return [line.boxes for order in orders if order.id >= 90_000_000 for line in order.lines]


def test_rows_with_one_header_are_one_po_and_each_is_sent_once(accounts: Accounts) -> None:
    rows = [row(accounts, 4), row(accounts, 9, order="b"), row(accounts, 5, at=4), row(accounts, 4)]
    preview = check(accounts, csv_file(PO, *rows))
    assert preview.problems == ()
    assert len(preview.drafts) == 4
    assert preview.requests == 2
    receipt = send(accounts, preview)
    assert receipt.all_sent
    assert "number" in str(receipt.writes[0].reason)
    effects = accounts.sandbox.state.effects.all("purchase.order.create")
    sent = [json.loads(str(effect.parameters["purchaseOrderItems"])) for effect in effects]
    assert [[item["boxes"] for item in items] for items in sent] == [[4, 5, 4], [9]]
    assert not any("AWB" in name or "awb" in name for e in effects for name in e.parameters)
    assert lines_made(accounts) == [4, 5, 4, 9]
    # Komet tells no number, and the day that is to be downloaded shows them
    days = days_of_new_orders(accounts.ctx, receipt.batch_id)
    assert days == [(accounts.magnolia.id, rows[0][0])]
    accounts.download(days[0][1], days[0][1], [accounts.magnolia])
    with accounts.ctx.read() as con:
        stored = con.rows("SELECT total_boxes FROM po_lines WHERE po_id::BIGINT >= 90000000")
    assert sorted(int(line["total_boxes"]) for line in stored) == [4, 4, 5, 9]
    # the file with one row more sends that one alone
    more = check(accounts, csv_file(PO, *rows, row(accounts, 6)))
    assert [draft.content["line"]["boxes"] for draft in more.drafts] == [6]
    assert check(accounts, csv_file(PO, *rows)).is_empty


def test_a_vendor_token_makes_its_own_pos_and_names_no_vendor(accounts: Accounts) -> None:
    company = accounts.sandbox.state.companies["petalo"]
    cells = row(accounts, 4)
    cells[1], cells[3] = "", company.products[3].id
    preview = check_orders_file(
        accounts.ctx, accounts.petalo.id, csv_file(PO, cells), "o.csv", WriteKind.CREATE_PO
    )
    assert send(accounts, preview).all_sent
    (effect,) = accounts.sandbox.state.effects.all("purchase.order.create")
    assert not {"vendorId", "vendorCode"} & set(effect.parameters)


def test_an_unknown_product_is_refused_before_it_is_sent(accounts: Accounts) -> None:
    wrong = row(accounts, 5)
    wrong[3] = 999_999_999
    preview = check(accounts, csv_file(PO, row(accounts, 4), wrong))
    (problem,) = preview.problems
    assert problem.row == 3
    assert "UNKNOWN" in problem.reason
    assert send(accounts, preview).all_sent
    assert lines_made(accounts) == [4]


def test_a_po_that_broke_on_the_way_is_unknown_line_by_line(accounts: Accounts) -> None:
    data = csv_file(PO, row(accounts, 4), row(accounts, 5))
    accounts.sandbox.state.faults.add("purchase.order.create", body="drop", effect="after")
    receipt = send(accounts, check(accounts, data))
    assert receipt.count(WriteState.UNKNOWN) == 2
    assert len(resolve_unknown(accounts.ctx, ACTOR).unknown) == 2
    assert check(accounts, data).is_empty
    assert lines_made(accounts) == [4, 5]


def test_a_refused_po_is_refused_line_by_line_and_may_be_sent_again(accounts: Accounts) -> None:
    data = csv_file(PO, row(accounts, 4), row(accounts, 5))
    accounts.sandbox.state.faults.add("purchase.order.create", status=200, message="No.")
    receipt = send(accounts, check(accounts, data))
    assert receipt.count(WriteState.REFUSED) == 2
    assert send(accounts, check(accounts, data)).all_sent
    assert lines_made(accounts) == [4, 5]


def test_lines_can_be_added_to_a_po_that_is_there(accounts: Accounts) -> None:
    order = next(
        one for one in accounts.sandbox.state.all_orders("magnolia")
        if one.status == "A" and accounts.today <= one.ship_date <= accounts.days(0, 2)[1]
    )  # fmt: skip
    cells = [*row(accounts, 6), order.number]
    cells[0], cells[1] = order.ship_date, order.vendor_id
    receipt = send(accounts, check(accounts, csv_file([*PO, "Add to PO"], cells)))
    assert receipt.all_sent
    assert receipt.not_refreshed is None
    with accounts.ctx.read() as con:
        stored = con.value(
            "SELECT count(*) FROM po_lines WHERE po_number = $n AND total_boxes = 6"
            " AND product_id = $product",
            {"n": order.number, "product": str(cells[3])},
        )
    assert stored >= 1


def test_a_mixed_box_is_one_line_of_several_products(accounts: Accounts, magnolia: Company) -> None:
    headings = ["Ship date", "Vendor", "Mixed box", "Mixed product", "Boxes", "Box type",
                "Product ID", "Bunches", "Stems per bunch", "Unit cost"]  # fmt: skip
    day, vendor = accounts.today + timedelta(days=1), magnolia.vendors[0].id
    whole, first, second = (magnolia.products[at].id for at in (2, 5, 6))
    data = csv_file(
        headings,
        [day, vendor, "A", whole, 3, "HB", first, 6, 25, "0.31"],
        [day, vendor, "A", "", "", "", second, 4, 20, "0.29"],
        [day, vendor, "B", whole, 2, "HB", first, 6, 25, "0.31"],
        [day, vendor, "B", "", "", "", 999_999_999, 4, 20, "0.29"],
    )
    preview = check(accounts, data, WriteKind.CREATE_MIXED_PO)
    assert {problem.row for problem in preview.problems} == {4, 5}
    assert send(accounts, preview).all_sent
    (effect,) = accounts.sandbox.state.effects.all("purchase.order.mixed.create")
    (item,) = json.loads(str(effect.parameters["purchaseOrderItems"]))
    assert [(part["bunches"], part["stemsBunch"]) for part in item["breakdowns"]] == [
        (6, 25), (4, 20)
    ]  # fmt: skip


def test_a_prebook_is_created_once_and_its_fee_is_said(accounts: Accounts) -> None:
    company = accounts.sandbox.state.companies["magnolia"]
    headings = ["Fecha de despacho", "Cliente", "Transportista", "ID producto", "Cajas",
                "Tipo de caja", "Unidad", "Ramos", "Tallos por ramo",
                "Precio de venta"]  # fmt: skip
    customer, carrier = company.customers[0], company.carriers[0]
    cells = [accounts.today + timedelta(days=2), customer.id, carrier.id, company.products[3].id,
             8, "QB", "ramo", 10, 25, "4,5"]  # fmt: skip
    fetch_list(accounts.ctx, ACTOR, accounts.magnolia, "customers")
    fetch_list(accounts.ctx, ACTOR, accounts.magnolia, "carriers")
    data = csv_file(headings, cells)
    preview = check(accounts, data, WriteKind.CREATE_PREBOOK)
    assert preview.problems == ()
    receipt = send(accounts, preview)
    assert receipt.all_sent
    (effect,) = accounts.sandbox.state.effects.all("prebook.create")
    assert str(effect.made["prebookNumber"]) in str(receipt.writes[0].reason)
    (item,) = json.loads(str(effect.parameters["prebookItems"]))
    assert item["price"] == "4.500"
    assert check(accounts, data, WriteKind.CREATE_PREBOOK).is_empty


def prebook_lines(accounts: Accounts, provider: Provider) -> pl.DataFrame:
    first, last = accounts.days(0, 8)
    return list_prebook_lines(accounts.ctx, ACTOR, provider.id, first, last)


def test_prebook_lines_become_po_lines_once(accounts: Accounts) -> None:
    lines = prebook_lines(accounts, accounts.magnolia).head(3)
    assert accounts.sandbox.state.requests.counts()["prebook.details.list", None] == 2
    day = accounts.today + timedelta(days=1)
    preview = check_orders_of_prebooks(accounts.ctx, accounts.magnolia.id, lines, day)
    assert len(preview.drafts) == 3
    assert preview.requests == lines["vendor_id"].n_unique()
    assert send(accounts, preview).all_sent
    orders = accounts.sandbox.state.known_orders("magnolia")
    made = {str(line.prebook_item_id) for o in orders if o.id >= 90_000_000 for line in o.lines}
    assert made == set(lines["prebook_item_id"])
    assert check_orders_of_prebooks(accounts.ctx, accounts.magnolia.id, lines, day).is_empty
    assert prebook_lines(accounts, accounts.magnolia)["po_sent"].sum() == 3
    late = accounts.today - timedelta(days=1)
    asked = check_orders_of_prebooks(accounts.ctx, accounts.magnolia.id, lines, late, again=True)
    assert [question.row for question in asked.questions] == [1, 2, 3]
    assert all("past" in question.reason for question in asked.questions)


@pytest.mark.parametrize("effect", ["before", "after"])
def test_a_cut_po_of_a_prebook_line_is_found_by_that_line(accounts: Accounts, effect: str) -> None:
    lines = prebook_lines(accounts, accounts.magnolia).head(1)
    day = accounts.today + timedelta(days=1)
    accounts.sandbox.state.faults.add("purchase.order.create", body="drop", effect=effect)  # type: ignore[arg-type]
    send(accounts, check_orders_of_prebooks(accounts.ctx, accounts.magnolia.id, lines, day))
    (write,) = resolve_unknown(accounts.ctx, ACTOR).writes
    if effect == "after":
        assert (write.state, write.outcome_code) == (WriteState.SENT, "seen_in_komet")
    else:
        assert (write.state, write.outcome_code) == (WriteState.UNKNOWN, "too_early_to_tell")


@pytest.mark.parametrize("owner", ["magnolia", "petalo"])
def test_a_deleted_prebook_line_is_looked_for(accounts: Accounts, owner: str) -> None:
    """With a Vendor token the line stays, with no boxes."""
    provider = accounts.magnolia if owner == "magnolia" else accounts.petalo
    lines = prebook_lines(accounts, provider).head(1)
    assert lines.height == 1
    accounts.sandbox.state.faults.add("prebook.item.delete", body="drop", effect="after")
    preview = check_deletion(accounts.ctx, provider.id, lines)
    assert send(accounts, preview).count(WriteState.UNKNOWN) == 1
    (write,) = resolve_unknown(accounts.ctx, ACTOR).writes
    assert write.outcome_code in {"seen_in_komet", "cannot_tell"}
    left = prebook_lines(accounts, provider).filter(prebook_item_id=lines["prebook_item_id"][0])
    assert left["boxes"].sum() == 0


def test_the_days_of_prebooks_are_counted_in_requests(accounts: Accounts) -> None:
    today = accounts.today
    assert [requests_for(today, today + timedelta(days=n)) for n in (0, 6, 7, 13)] == [1, 1, 2, 2]
    with pytest.raises(InvalidInput):
        requests_for(today, today - timedelta(days=1))


def test_nobody_without_the_permission_reads_or_sends(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview = check(accounts, csv_file(PO, row(accounts, 4)))
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, frozenset())
    today = accounts.today
    with pytest.raises(NotPermitted):
        list_prebook_lines(accounts.ctx, ACTOR, accounts.magnolia.id, today, today)
    with pytest.raises(NotPermitted):
        queue_writes(accounts.ctx, ACTOR, preview)
