"""One definition of *unmapped*, told alike by every screen, sheet and command."""

import json
from collections import defaultdict
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import fastexcel
import polars as pl
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.export.orders import export_orders
from komet.ingest.table import runs
from komet.mapping import products
from komet.orders import query
from komet.orders.filters import Gone, Mapped, OrderFilter
from komet.orders.work_lists import WorkList

CANCELLED = {"CA", "CANCELLED"}


@pytest.fixture
def filled(downloaded: Downloaded) -> Accounts:
    """Orders of two clients: a mixed line with two unmapped products, cancelled and gone lines."""
    accounts = downloaded(5, 8)
    with accounts.ctx.db.write() as con:
        products = con.rows(
            "SELECT provider_id, product_id, count(*) FILTER (mixed) AS mixed FROM order_items"
            " WHERE product_id IS NOT NULL GROUP BY ALL ORDER BY 3 DESC, 1, 2"
        )
        # every second product has a SKU; those of mixed lines the most seldom
        for number, row in enumerate(products):
            if number % 2 and number > 12:
                con.run(
                    "INSERT INTO mappings (provider_id, kind, komet_id, code, updated_at)"
                    " VALUES ($provider_id, 'product', $product_id, 'SKU', now())",
                    {"provider_id": row["provider_id"], "product_id": row["product_id"]},
                )
        lines = con.rows(
            "SELECT DISTINCT provider_id, po_id, po_item_id FROM order_items ORDER BY ALL"
        )
        for place, column, value in (
            (2, "line_status", "CA"), (3, "line_status", "Cancelled"), (5, "po_status", "ca"),
            (7, "gone_at", "2026-01-01 00:00:00+00"), (11, "product_id", None),
        ):  # fmt: skip
            for row in lines[place::29]:
                con.run(
                    f"UPDATE order_items SET {column} = $value WHERE provider_id = $provider_id"
                    " AND po_id = $po_id AND po_item_id = $po_item_id",
                    row | {"value": value},
                )
    return accounts


@pytest.fixture
def expected(filled: Accounts) -> dict[str, Any]:
    """The definition in plain Python, over the rows as they lie in the table."""
    with filled.ctx.db.read() as con:
        items = con.rows("SELECT * FROM order_items")
        mapped = {(m["provider_id"], m["komet_id"]) for m in con.rows("FROM mappings")}
    per_product: dict[tuple[str, str], dict[Any, Decimal]] = defaultdict(dict)
    per_line: dict[Any, Decimal] = {}
    count, approved = 0, 0
    for item in items:
        words = {str(item["po_status"]).upper(), str(item["line_status"]).upper()}
        if item["gone_at"] is not None or words & CANCELLED or item["product_id"] is None:
            continue
        if (item["provider_id"], item["product_id"]) in mapped:
            continue
        line = (item["provider_id"], item["po_id"], item["po_item_id"])
        per_product[item["provider_id"], item["product_id"]][line] = item["boxes"] or Decimal()
        per_line[line] = item["boxes"] or Decimal()
        count += 1
        approved += item["po_status"] in {"A", "CF", "SC"}
    rows = {key: sum(lines.values()) for key, lines in per_product.items()}
    assert sum(rows.values()) > sum(per_line.values()), "no mixed line with two unmapped products"
    providers = {provider for provider, _product in rows}
    return {
        "rows": rows,
        "boxes": sum(per_line.values()),
        "items": count,
        "approved": approved,
        "products": {p: sum(key[0] == p for key in rows) for p in providers},
        "boxes_of": {p: sum(b for k, b in per_line.items() if k[0] == p) for p in providers},
    }


def test_the_overview_and_the_mapping_say_it(filled: Accounts, expected: dict[str, Any]) -> None:
    told = {
        row["provider_id"]: row for row in products.load_coverage(filled.ctx).iter_rows(named=True)
    }
    assert {p: row["unmapped_ordered"] for p, row in told.items()} == expected["products"]
    assert {p: row["boxes_at_stake"] for p, row in told.items()} == expected["boxes_of"]
    for provider in filled.both:
        queue = products.list_known(filled.ctx, provider.id, only="at_stake")
        assert dict(queue.select("komet_id", "boxes").iter_rows()) == {
            product: boxes for (id_, product), boxes in expected["rows"].items()
            if id_ == provider.id
        }  # fmt: skip


def test_purchase_orders_say_it(filled: Accounts, expected: dict[str, Any]) -> None:
    for gone in (Gone.HIDE, Gone.SHOW):
        chosen = OrderFilter(mapped=Mapped.UNMAPPED, gone=gone)
        totals = query.total_items(filled.ctx, chosen)
        shown = query.list_items(filled.ctx, chosen, limit=100_000)
        assert totals.items == shown.height == expected["items"]
        assert totals.boxes == shown["boxes"].sum() == expected["boxes"]
        assert shown.select("provider_id", "product_id").n_unique() == len(expected["rows"])
    work = query.total_items(filled.ctx, OrderFilter(work=WorkList.UNMAPPED))
    assert work.items == expected["approved"] > 0


def test_the_sheets_say_it(filled: Accounts, expected: dict[str, Any], tmp_path: Path) -> None:
    export_orders(filled.ctx, ACTOR, OrderFilter(), tmp_path / "all.xlsx")
    book = fastexcel.read_excel(tmp_path / "all.xlsx")
    sheet = book.load_sheet("Unmapped").to_polars()
    assert sheet.height == len(expected["rows"]) + 1
    total = sheet.row(-1, named=True)
    assert total["Boxes at stake"] == float(expected["boxes"])
    assert total["Items"] == expected["items"] == sheet["Items"].head(-1).sum()
    names = {provider.name: provider.id for provider in filled.both}
    assert {
        (names[row["Importer"]], str(row["Komet product ID"])): row["Boxes at stake"]
        for row in sheet.head(-1).iter_rows(named=True)
    } == {key: float(boxes) for key, boxes in expected["rows"].items()}
    info = dict(book.load_sheet("Info").to_polars().iter_rows())
    assert info["Unmapped products"] == str(len(expected["rows"]))
    assert Decimal(info["Boxes at stake in unmapped products"]) == expected["boxes"]
    assert int(info["Items without a Komet product ID, which cannot be mapped"]) > 0


def test_the_command_line_says_it(
    filled: Accounts, expected: dict[str, Any], komet: Komet, tmp_path: Path
) -> None:
    done = komet("export", str(tmp_path / "open.csv"), "--unmapped", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["items"], Decimal(told["boxes"])) == (expected["items"], expected["boxes"])
    rows = pl.read_csv(tmp_path / "open.csv", infer_schema=False)
    assert rows.select("Importer", "Komet product ID").n_unique() == len(expected["rows"])
    with filled.ctx.db.read() as con:
        run = runs.latest_runs(con, filled.ctx.now(), limit=1)[0]
        assert runs.summary(con, run.id)["unmapped"] == len(expected["rows"])


@pytest.mark.parametrize("text", ["rose", ""])
def test_a_filter_leaves_its_part(filled: Accounts, tmp_path: Path, text: str) -> None:
    chosen = OrderFilter(product=text, mapped=Mapped.UNMAPPED)
    export_orders(filled.ctx, ACTOR, chosen, tmp_path / "part.xlsx")
    book = fastexcel.read_excel(tmp_path / "part.xlsx")
    totals = query.total_items(filled.ctx, chosen)
    last: Callable[[str], Any] = book.load_sheet("Unmapped").to_polars().row(-1, named=True).get
    assert last("Boxes at stake") == float(totals.boxes or 0)
    assert last("Items") == totals.items
