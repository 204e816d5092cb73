"""What changed between two downloads: told completely, summed up rightly, exported."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import openpyxl
import pytest
from sample_accounts import Accounts

from komet.export.changes import export_changes
from komet.export.orders import export
from komet.orders import changes, query
from komet.orders.changes import GROUPS, ChangeFilter, Kind
from komet.orders.detail import order_detail
from komet.orders.filters import OrderFilter
from komet.store.runs import RunState

Store = dict[tuple[str, ...], dict[str, Any]]
_HEAD = ("number", "status", "total_boxes", "total_cost", "comments", "ship_date")
_LINE = ("product_description", "total_boxes", "unit_cost", "total_cost", "quantity_confirmed",
         "line_item_status", "customer_name", "mark_code", "notes")  # fmt: skip


@pytest.fixture
def twice(accounts: Accounts) -> tuple[Accounts, Store, Store]:
    """Two downloads with changes of every kind between them, and the store after each."""
    accounts.download(*accounts.days(3, 9))
    before = state(accounts)
    for _step in range(3):
        accounts.sandbox.state.advance()
    assert accounts.download(*accounts.days(3, 9)).state is RunState.DONE
    return accounts, before, state(accounts)


def text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        shown = format(value, "f")
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    return None if value is None else str(value)


def state(accounts: Accounts) -> Store:
    with accounts.desk.db.read() as con:
        heads = con.rows(
            f"SELECT provider_id, po_id, {', '.join(_HEAD)}, gone_at FROM purchase_orders"
        )
        lines = con.rows(
            f"SELECT provider_id, po_id, po_item_id, {', '.join(_LINE)}, gone_at FROM po_lines"
        )
    return {
        **{
            (r["provider_id"], r["po_id"]):
            {f: text(r[f]) for f in _HEAD} | {"gone": r["gone_at"] is not None} for r in heads
        },
        **{
            (r["provider_id"], r["po_id"], r["po_item_id"]):
            {f: text(r[f]) for f in _LINE} | {"gone": r["gone_at"] is not None} for r in lines
        },
    }  # fmt: skip


def last_changes(accounts: Accounts, **chosen: Any) -> list[dict[str, Any]]:
    with accounts.desk.db.read() as con:
        since = changes.last_download(con)
        return changes.changes(con, ChangeFilter(since=since, **chosen)).rows(named=True)


def test_the_changes_applied_to_the_first_download_give_the_second(
    twice: tuple[Accounts, Store, Store],
) -> None:
    accounts, before, after = twice
    told = {key: dict(fields) for key, fields in before.items()}
    found = last_changes(accounts)
    assert {"new", "moved", "changed", "gone"} <= {row["kind"] for row in found}
    for row in found:
        po = (row["provider_id"], row["po_id"])
        key = (*po, row["po_item_id"]) if row["po_item_id"] else po
        if row["kind"] == "new":
            told |= {k: v for k, v in after.items() if k == key or (len(key) == 2 and k[:2] == po)}
        elif row["kind"] in {"gone", "back"}:
            for k in told:
                if k == key or (len(key) == 2 and k[:2] == po):
                    told[k]["gone"] = row["kind"] == "gone"
        elif row["field"] in told[key]:
            assert told[key][row["field"]] == row["before"], row
            told[key][row["field"]] = row["after"]
    assert told == after


def test_differences_are_those_of_the_totals(twice: tuple[Accounts, Store, Store]) -> None:
    accounts, _before, _after = twice
    with accounts.desk.db.read() as con:
        now = query.totals(con, OrderFilter())
        since = changes.last_download(con)
        for by in GROUPS:
            everything = changes.differences(con, ChangeFilter(), by)
            assert everything["boxes"].sum() == now.boxes
            assert everything["stems"].sum() == now.stems
            assert everything["total_cost"].sum() == now.total_cost
        of_last = changes.differences(con, ChangeFilter(since=since))
        first = changes.differences(con, ChangeFilter(until=since))
    assert of_last.height
    assert first["boxes"].sum() + of_last["boxes"].sum() == now.boxes


def test_filters(twice: tuple[Accounts, Store, Store]) -> None:
    accounts, _before, _after = twice
    moved = last_changes(accounts, kinds=(Kind.MOVED,))
    assert moved
    assert {row["field"] for row in moved} == {"ship_date"}
    assert all(str(row["ship_date"]) == row["after"] for row in moved)
    one = moved[0]
    customer = one["customer_name"].split(",")[0]
    assert one in last_changes(accounts, customer=customer.upper())
    assert last_changes(accounts, product="no such flower") == []
    assert {r["provider_id"] for r in last_changes(accounts, providers=(accounts.petalo.id,))} <= {
        accounts.petalo.id
    }


def test_excel_has_what_the_screen_has(
    twice: tuple[Accounts, Store, Store], tmp_path: Path
) -> None:
    accounts, _before, _after = twice
    with accounts.desk.db.read() as con:
        chosen = ChangeFilter(since=changes.last_download(con))
    count = export_changes(accounts.desk, chosen, tmp_path / "changes.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "changes.xlsx").load_sheet("Changes").to_polars()
    assert sheet.height == count == len(last_changes(accounts))
    book = openpyxl.load_workbook(tmp_path / "changes.xlsx")["Changes"]
    headings = [cell.value for cell in book[1]]
    after, before = headings.index("After"), headings.index("Before")
    for row in book.iter_rows(min_row=2):
        marked = row[after].fill.fgColor.rgb == "FFFFE9A8"
        assert marked == (row[after].value is not None)
        assert row[before].fill.fgColor.rgb != "FFFFE9A8"


def test_every_orders_export_has_them(twice: tuple[Accounts, Store, Store], tmp_path: Path) -> None:
    accounts, _before, _after = twice
    export(accounts.desk, OrderFilter(), tmp_path / "all.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "all.xlsx").load_sheet("Changes").to_polars()
    assert sheet.height == len(last_changes(accounts))


def test_a_pos_history_is_in_time_order(twice: tuple[Accounts, Store, Store]) -> None:
    accounts, _before, _after = twice
    moved = last_changes(accounts, kinds=(Kind.MOVED,))[0]
    history = order_detail(accounts.desk, moved["provider_id"], moved["po_id"]).changes
    assert history["seen_at"].is_sorted()
    assert history["kind"][0] == "new"
    assert "moved" in history["kind"]
