"""What changed between two downloads: told completely, summed up rightly, exported."""

from pathlib import Path
from typing import Any

import fastexcel
import openpyxl
import pytest
import replayed_changes
from replayed_changes import Store
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.export.orders import export_orders
from komet.export.reports import export_changes
from komet.ingest.model import RunState
from komet.orders import changes, query
from komet.orders.filters import OrderFilter
from komet.orders.model import CHANGE_GROUPS, ChangeFilter, ChangeKind


@pytest.fixture
def twice(downloaded: Downloaded) -> tuple[Accounts, Store, Store]:
    """Two downloads with changes of every kind between them, and the store after each."""
    accounts = downloaded(3, 9)
    before = state(accounts)
    for _step in range(3):
        accounts.sandbox.state.advance()
    assert accounts.download(*accounts.days(3, 9)).state is RunState.DONE
    return accounts, before, state(accounts)


def state(accounts: Accounts) -> Store:
    with accounts.ctx.db.read() as con:
        return replayed_changes.state(con)


def last_changes(accounts: Accounts, **chosen: Any) -> list[dict[str, Any]]:
    since = changes.last_download(accounts.ctx)
    return changes.find_changes(accounts.ctx, ChangeFilter(since=since, **chosen)).rows(named=True)


def test_the_changes_applied_to_the_first_download_give_the_second(
    twice: tuple[Accounts, Store, Store],
) -> None:
    accounts, before, after = twice
    found = last_changes(accounts)
    assert {"new", "moved", "changed", "gone"} <= {row["kind"] for row in found}
    assert replayed_changes.applied(before, found, after) == after


def test_differences_are_those_of_the_totals(twice: tuple[Accounts, Store, Store]) -> None:
    accounts, _before, _after = twice
    # what is cancelled is worth nothing in what the changes come to
    now = query.total_items(accounts.ctx, OrderFilter())
    since = changes.last_download(accounts.ctx)
    for by in CHANGE_GROUPS:
        everything = changes.sum_differences(accounts.ctx, ChangeFilter(), by)
        assert everything["boxes"].sum() == now.boxes
        assert everything["stems"].sum() == now.stems
        assert everything["total_cost"].sum() == now.total_cost
    of_last = changes.sum_differences(accounts.ctx, ChangeFilter(since=since))
    first = changes.sum_differences(accounts.ctx, ChangeFilter(until=since))
    assert of_last.height
    assert first["boxes"].sum() + of_last["boxes"].sum() == now.boxes


def test_filters(twice: tuple[Accounts, Store, Store]) -> None:
    accounts, _before, _after = twice
    moved = last_changes(accounts, kinds=(ChangeKind.MOVED,))
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
    chosen = ChangeFilter(since=changes.last_download(accounts.ctx))
    count = export_changes(accounts.ctx, ACTOR, chosen, tmp_path / "changes.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "changes.xlsx").load_sheet("Changes").to_polars()
    assert sheet.height == count == len(last_changes(accounts))
    book = openpyxl.load_workbook(tmp_path / "changes.xlsx")["Changes"]
    headings = [cell.value for cell in book[1]]
    after, before = headings.index("After"), headings.index("Before")
    for row in book.iter_rows(min_row=2):
        marked = row[after].fill.fgColor.rgb == "FFFFE9A8"
        assert marked == (row[after].value is not None)
        assert row[before].fill.fgColor.rgb != "FFFFE9A8"
    columns = book.column_dimensions.values()
    assert not [column for column in columns if column.fill.fill_type], "a column is coloured whole"


def test_every_orders_export_has_them(twice: tuple[Accounts, Store, Store], tmp_path: Path) -> None:
    accounts, _before, _after = twice
    export_orders(accounts.ctx, ACTOR, OrderFilter(), tmp_path / "all.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "all.xlsx").load_sheet("Changes").to_polars()
    assert sheet.height == len(last_changes(accounts))


def test_a_pos_history_is_in_time_order(twice: tuple[Accounts, Store, Store]) -> None:
    accounts, _before, _after = twice
    moved = last_changes(accounts, kinds=(ChangeKind.MOVED,))[0]
    history = query.read_order(accounts.ctx, moved["provider_id"], moved["po_id"]).changes
    assert history["seen_at"].is_sorted()
    assert history["kind"][0] == "new"
    assert "moved" in history["kind"]
