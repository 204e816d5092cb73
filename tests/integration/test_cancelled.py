"""What was cancelled is left out everywhere alike, or shown everywhere alike."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.context import AppContext
from komet.db.migrate import migrate, steps
from komet.export.orders import export_orders
from komet.export.template import ExportTemplate, Level, TemplateColumn
from komet.export.templates import rows_of
from komet.mapping import products
from komet.orders import query
from komet.orders.cancelled import describe_cancelled, total_cancelled
from komet.orders.filters import Cancelled, Mapped, OrderFilter
from komet.orders.planning import plan_weeks
from komet.orders.table import day_sums
from komet.orders.work_lists import WorkList

GONE = {"CA", "CANCELLED"}


@pytest.fixture
def cancelled(downloaded: Downloaded) -> Accounts:
    """Whole POs that were cancelled, and a line of three others, by code and by word."""
    accounts = downloaded(5, 9)
    with accounts.ctx.db.write() as con:
        rows = con.rows(
            "SELECT po_id, min(po_item_id) AS line FROM order_items WHERE po_status = 'A'"
            " GROUP BY ALL HAVING count(DISTINCT po_item_id) > 1 ORDER BY po_id LIMIT 3"
        )
        for row, status in zip(rows, ("CA", "Cancelled", "cancelled"), strict=True):
            for table, column in (("order_items", "line_status"), ("po_lines", "line_item_status")):
                con.run(
                    f"UPDATE {table} SET {column} = $status WHERE po_item_id = $line"
                    " AND po_id = $po",
                    {"status": status, "line": row["line"], "po": row["po_id"]},
                )
        days = con.frame("SELECT DISTINCT provider_id, slice_date FROM order_items")
        day_sums.refresh(con, days)
    return accounts


def lines(ctx: AppContext, *, cancelled: bool | None) -> list[dict[str, Any]]:
    """The lines that Komet still shows, read one by one; without, with or only cancelled ones."""
    with ctx.read() as con:
        every = con.rows("SELECT * FROM po_lines WHERE gone_at IS NULL")
    found = []
    for line in every:
        words = {(line[name] or "").upper() for name in ("po_status", "line_item_status")}
        if cancelled is None or bool(words & GONE) == cancelled:
            found.append(line)
    return found


def boxes_of(found: list[dict[str, Any]]) -> Decimal:
    return sum((line["total_boxes"] or Decimal(0) for line in found), Decimal(0))


FILTERS = {
    Cancelled.HIDE: False,
    Cancelled.SHOW: None,
    Cancelled.ONLY: True,
}


@pytest.mark.parametrize("mode", Cancelled)
def test_every_place_has_the_same_boxes(
    cancelled: Accounts, mode: Cancelled, tmp_path: Path
) -> None:
    ctx, chosen = cancelled.ctx, OrderFilter(cancelled=mode)
    found = lines(ctx, cancelled=FILTERS[mode])
    boxes, orders = boxes_of(found), {(line["provider_id"], line["po_id"]) for line in found}
    assert boxes > 0
    # Overview
    assert query.sum_boxes_by_day(ctx, chosen)["boxes"].sum() == float(boxes)
    # Purchase orders: its kept sums, its rows, and the same days when they are looked through
    totals = query.total_items(ctx, chosen)
    assert (totals.boxes, totals.lines, totals.purchase_orders) == (boxes, len(found), len(orders))
    looked = query.total_items(ctx, chosen.model_copy(update={"origins": ("UIO", "BOG", "MDE")}))
    by_origin = [line for line in found if origin(ctx, line) in {"UIO", "BOG", "MDE"}]
    assert (looked.boxes or 0) == boxes_of(by_origin)
    page = query.list_items(ctx, chosen, limit=100_000)
    assert page["boxes"].sum() == boxes
    assert query.list_items(ctx, chosen, sort="newest", limit=3).height == 3
    # Planning
    assert plan_weeks(ctx, chosen, rows=("provider",)).totals["total"] == float(boxes)
    # the workbook, and a file by a template
    export_orders(ctx, ACTOR, chosen, tmp_path / "all.xlsx")
    book = fastexcel.read_excel(tmp_path / "all.xlsx")
    for sheet in ("Items", "Lines", "POs"):
        *values, total = book.load_sheet(sheet).to_polars()["Boxes"]
        assert sum(value or 0 for value in values) == total == float(boxes), sheet
    by_po = ExportTemplate(
        name="Boxes", level=Level.PO, columns=(TemplateColumn(source="boxes", heading="Boxes"),)
    )
    assert Decimal(str(rows_of(ctx, by_po, chosen)["Boxes"].sum())) == boxes
    info = dict(book.load_sheet("Info").to_polars().rows())
    assert info["Cancelled"] == describe_cancelled(chosen, total_cancelled(ctx, chosen))


def origin(ctx: AppContext, line: dict[str, Any]) -> str | None:
    with ctx.read() as con:
        return con.value(
            "SELECT origin FROM purchase_orders WHERE provider_id = $p AND po_id = $o",
            {"p": line["provider_id"], "o": line["po_id"]},
        )


def test_its_effect_is_what_is_left_out(cancelled: Accounts) -> None:
    ctx = cancelled.ctx
    boxes = boxes_of(lines(ctx, cancelled=True))
    chosen = OrderFilter()
    effect = total_cancelled(ctx, chosen)
    assert (effect.boxes, effect.lines) == (boxes, len(lines(ctx, cancelled=True)))
    assert describe_cancelled(chosen, effect) == f"without cancelled: −{boxes.normalize():,f} boxes"
    of_one = OrderFilter(providers=(cancelled.petalo.id,))
    own = [line for line in lines(ctx, cancelled=True) if line["provider_id"] in of_one.providers]
    assert total_cancelled(ctx, of_one).boxes == boxes_of(own)
    without = OrderFilter(ship_from=date(2000, 1, 1), ship_to=date(2000, 1, 2))
    assert describe_cancelled(without, total_cancelled(ctx, without)).endswith("there is none")


def test_what_is_asked_for_is_not_left_out(cancelled: Accounts) -> None:
    found = {
        line["po_item_id"]
        for line in lines(cancelled.ctx, cancelled=True)
        if (line["line_item_status"] or "").upper() in GONE
    }
    for word in ("CA", "cancelled"):
        chosen = OrderFilter(line_statuses=(word,))
        page = query.list_items(cancelled.ctx, chosen, limit=100_000)
        assert set(page["po_item_id"]) == found
    assert not OrderFilter(work=WorkList.PLANNED).leaves_out_cancelled
    assert OrderFilter(work=WorkList.PENDING).leaves_out_cancelled


def test_unmapped_products_are_counted_by_the_same_rule(cancelled: Accounts) -> None:
    ctx = cancelled.ctx
    standing = lines(ctx, cancelled=False)
    with ctx.read() as con:
        mixed = {row["po_item_id"] for row in con.rows("SELECT po_item_id FROM po_breakdowns")}
    known = [line for line in standing if line["product_id"] or line["po_item_id"] in mixed]
    expected = boxes_of(known)  # nothing is mapped yet
    for mode in (Cancelled.HIDE, Cancelled.SHOW):
        chosen = OrderFilter(mapped=Mapped.UNMAPPED, cancelled=mode)
        assert query.total_items(ctx, chosen).boxes == expected
    coverage = products.load_coverage(ctx)
    assert coverage["boxes_at_stake"].sum() == expected


def test_the_command_line_has_the_same_rule(
    cancelled: Accounts, komet: Komet, tmp_path: Path
) -> None:
    for option, what in (((), False), (("--cancelled",), None)):
        boxes = boxes_of(lines(cancelled.ctx, cancelled=what))
        done = komet("export", str(tmp_path / "all.csv"), "--json", *option)
        assert done.returncode == 0, done.stderr
        assert Decimal(json.loads(done.stdout)["boxes"]) == boxes
        day = cancelled.today
        span = ("--from", str(day.replace(year=day.year - 1)), "--to", f"{day.year + 1}-12-31")
        done = komet("planning", "--rows", "provider", "--json", *span, *option)
        assert json.loads(done.stdout)["totals"]["total"] == float(boxes)
    said = komet("export", str(tmp_path / "all.csv")).stderr
    assert "Without cancelled: −" in said


def test_views_from_before_keep_their_meaning(tmp_path: Path) -> None:
    raw = duckdb.connect(str(tmp_path / "komet.duckdb"))
    raw.execute("CREATE TABLE schema_migrations (version INTEGER, name VARCHAR, applied_at"
                " TIMESTAMPTZ)")  # fmt: skip
    for version, (name, sql) in steps().items():
        if version < 24:
            raw.execute(sql)
            raw.execute("INSERT INTO schema_migrations VALUES (?, ?, now())", [version, name])
    for name, stored in (("all", {"product": ["rose"]}), ("standing", {"standing": ["True"]})):
        raw.execute("INSERT INTO saved_views (id, name, query) VALUES (?, ?, ?)",
                    [name, name, json.dumps(stored)])  # fmt: skip
    migrate(raw)
    found = dict(raw.execute("SELECT name, query::VARCHAR FROM saved_views").fetchall())
    read = {name: OrderFilter.from_query(json.loads(query)) for name, query in found.items()}
    assert read["all"] == OrderFilter(product="rose", cancelled=Cancelled.SHOW)
    assert read["standing"] == OrderFilter()


def test_an_older_link_that_left_them_out_still_does() -> None:
    assert OrderFilter.from_query({"standing": ["True"]}) == OrderFilter()
