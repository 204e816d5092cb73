"""Importing a mapping into a real data file: dry run, apply, edit, undo, and round trip."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from sample_accounts import ACTOR, add_client

from komet.clients.model import Provider
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.mapping import imports, products
from komet.mapping.cells import write_bad_rows_csv


@pytest.fixture
def acme(ctx: AppContext) -> Provider:
    provider = add_client(ctx, "Acme")
    with ctx.db.write() as con:
        con.run(
            "INSERT INTO komet_products BY NAME SELECT $provider AS provider_id,"
            " n::VARCHAR AS product_id, '00' || n AS legacy_code,"
            " 'Rosa Ñandú ' || n AS description, 'komet' AS source FROM range(1, 6) t(n)",
            {"provider": provider.id},
        )
    return provider


def held(ctx: AppContext) -> dict[str, tuple[str, str | None]]:
    frame = imports.list_mappings(ctx)
    return {row[0]: (row[1], row[2]) for row in frame.drop("provider_id").rows()}


def put(ctx: AppContext, provider: Provider, text: str) -> None:
    checked = imports.dry_run_file(ctx, text.encode(), "mapping.csv", provider.id)
    imports.apply_import(ctx, ACTOR, checked)


def test_dry_run_writes_nothing_and_apply_writes_all(ctx: AppContext, acme: Provider) -> None:
    put(ctx, acme, "komet_product_id,sku,sku_description\n1,A,First\n2,B,\n")
    text = "komet legacy code;sku;sku_description\n001;A2;\n002;B;\n003;007;Third\n009;X;\n"
    checked = imports.dry_run_file(ctx, text.encode("utf-16"), "mapping.csv", acme.id)
    assert dict(checked.counts) == {
        "new": 1, "unknown": 0, "changed": 1, "unchanged": 1, "skipped": 0, "error": 1,
    }  # fmt: skip
    assert held(ctx) == {"1": ("A", "First"), "2": ("B", None)}
    done = imports.apply_import(ctx, ACTOR, checked)
    assert (done.new, done.changed) == (1, 1)
    assert held(ctx) == {"1": ("A2", None), "2": ("B", None), "3": ("007", "Third")}
    assert b"009" in write_bad_rows_csv(checked)


def test_undo_puts_back_what_was_there(ctx: AppContext, acme: Provider) -> None:
    put(ctx, acme, "komet_product_id,sku,sku_description\n1,A,First\n")
    before = held(ctx)
    put(ctx, acme, "komet_product_id,sku,sku_description\n1,A,Renamed\n2,B,Second\n")
    assert held(ctx)["1"] == ("A", "Renamed")
    imports.undo_import(ctx, ACTOR)
    assert held(ctx) == before
    imports.undo_import(ctx, ACTOR)
    assert held(ctx) == {}
    with pytest.raises(InvalidInput):
        imports.undo_import(ctx, ACTOR)


def test_undo_leaves_alone_what_was_changed_since(ctx: AppContext, acme: Provider) -> None:
    put(ctx, acme, "komet_product_id,sku\n1,A\n2,B\n")
    imports.edit_cells(ctx, ACTOR, acme.id, {"1": "EDITED", "2": "B"})
    imports.undo_import(ctx, ACTOR)  # the edit
    assert held(ctx)["1"][0] == "A"
    imports.undo_import(ctx, ACTOR)  # the file
    assert held(ctx) == {}


def test_an_edit_counts_only_what_changed_and_an_empty_sku_unmaps(
    ctx: AppContext, acme: Provider
) -> None:
    assert imports.edit_cells(ctx, ACTOR, acme.id, {"1": " 007 ", "2": "", "3": None}).written == 1
    assert held(ctx) == {"1": ("007", None)}
    assert imports.edit_cells(ctx, ACTOR, acme.id, {"1": None}).written == 1
    assert held(ctx) == {}


def test_the_export_imported_again_changes_nothing(ctx: AppContext, acme: Provider) -> None:
    put(ctx, acme, 'komet_product_id,sku,sku_description\n1,007,"=1+1, Ñ"\n4,1E5,\n')
    before = held(ctx)
    data = imports.export_mapping(ctx, ACTOR, [acme.id])
    checked = imports.dry_run_file(ctx, data, "export.csv", None)
    assert dict(checked.counts) == {
        "new": 0, "unknown": 0, "changed": 0, "unchanged": 2, "skipped": 3, "error": 0,
    }  # fmt: skip
    imports.apply_import(ctx, ACTOR, checked)
    assert held(ctx) == before


def test_excel_and_the_grid(ctx: AppContext, acme: Provider, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Código SKU", "ID producto"])
    sheet.append(["007", 1])
    book.save(tmp_path / "m.xlsx")
    checked = imports.dry_run_file(ctx, (tmp_path / "m.xlsx").read_bytes(), "m.xlsx", acme.id)
    imports.apply_import(ctx, ACTOR, checked)
    assert held(ctx) == {"1": ("007", None)}
    assert products.list_known(ctx, acme.id, "ñandu 2")["komet_id"].to_list() == ["2"]
    assert products.list_known(ctx, acme.id, only="unmapped").height == 4
    row = products.list_known(ctx, acme.id, "007").row(0, named=True)
    assert (row["sku"], row["source"]) == ("007", "file m.xlsx")
    assert products.load_coverage(ctx).select(pl.col("products"), pl.col("mapped")).row(0) == (5, 1)
