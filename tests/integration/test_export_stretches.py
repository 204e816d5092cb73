"""A large export is read a stretch of days at a time; nobody can tell from the file."""

import tempfile
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from sample_accounts import ACTOR, Accounts

from komet.export import table
from komet.export.orders import export_orders
from komet.export.template import AS_KOMET, KOMET_DESK, ExportTemplate, Level, TemplateColumn
from komet.export.templates import export_by_template, preview, rows_of
from komet.orders.filters import Gone, OrderFilter

FILTERS = [OrderFilter(), OrderFilter(gone=Gone.SHOW), OrderFilter(product="ros")]


def cells(target: Path) -> dict[str, list[tuple[Any, ...]]]:
    book = openpyxl.load_workbook(target)
    found = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
    found["Info"] = [row for row in found["Info"] if row[0] != "Exported at"]
    return found


@pytest.fixture
def filled(accounts: Accounts) -> Accounts:
    """Several days, mixed boxes, cartons, fields that we do not know, and a line without a day."""
    accounts.download(*accounts.days(0, 6))
    with accounts.ctx.db.write() as con:
        con.run(
            "UPDATE po_lines SET extra = CASE position % 3 WHEN 0 THEN NULL"
            """ WHEN 1 THEN '{"colour": "red", "PO number": 7}' ELSE '{"Zeal": [1]}' END"""
        )
        con.run("UPDATE po_boxes SET extra = '{\"colour\": null}' WHERE box_code < '5'")
        con.run(
            "UPDATE po_lines SET ship_date = NULL WHERE po_item_id IN (SELECT min(po_item_id)"
            " FROM po_lines UNION SELECT max(po_item_id) FROM po_lines)"
        )
    return accounts


@pytest.mark.parametrize("chosen", FILTERS, ids=str)
def test_stretches_change_nothing(
    filled: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: OrderFilter
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "spool"))
    (tmp_path / "spool").mkdir()
    for size in (1_000_000, 40, 1):
        monkeypatch.setattr(table, "STRETCH", size)
        for suffix in (".xlsx", ".csv", ".parquet"):
            export_orders(filled.ctx, ACTOR, chosen, tmp_path / f"{size}{suffix}")
    whole = cells(tmp_path / "1000000.xlsx")
    assert len(whole["Items"]) > 100
    headings = whole["Lines"][0]
    assert [headings.count(name) for name in ("colour", "PO number (Komet)", "Zeal")] == [1, 1, 1]
    for size in (40, 1):
        assert cells(tmp_path / f"{size}.xlsx") == whole
        text = (tmp_path / f"{size}.csv").read_bytes()
        assert text == (tmp_path / "1000000.csv").read_bytes()
        frame = pl.read_parquet(tmp_path / f"{size}.parquet")
        assert frame.equals(pl.read_parquet(tmp_path / "1000000.parquet"))
        assert frame.schema == pl.read_parquet_schema(tmp_path / "1000000.parquet")
    # nothing is left of what waited on disk
    assert list((tmp_path / "spool").iterdir()) == []


@pytest.mark.parametrize("level", Level)
def test_a_template_and_its_preview(
    filled: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, level: Level
) -> None:
    template = {
        Level.ITEM: KOMET_DESK,
        Level.LINE: AS_KOMET.model_copy(update={"totals": True}),
        Level.PO: ExportTemplate(
            name="POs",
            level=Level.PO,
            columns=tuple(TemplateColumn(source=name) for name in ("po_number", "boxes")),
            totals=True,
        ),
    }[level]
    everything = OrderFilter()
    whole = rows_of(filled.ctx, template, everything)
    made = {}
    for size in (1_000_000, 1):
        monkeypatch.setattr(table, "STRETCH", size)
        path, count = export_by_template(
            filled.ctx, ACTOR, template, everything, tmp_path / f"{size}.xlsx"
        )
        assert count == whole.height
        made[size] = list(openpyxl.load_workbook(path)["Orders"].iter_rows(values_only=True))
    assert made[1] == made[1_000_000]
    assert made[1][-1][0] == "Total"
    assert preview(filled.ctx, template, everything).equals(whole.head(20))
