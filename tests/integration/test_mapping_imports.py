"""Importing a mapping into a real data file: dry run, apply, edit, undo, and round trip."""

from pathlib import Path

import openpyxl
import polars as pl
import pytest

from komet.clients.table import providers
from komet.clients.table.providers import Provider, ProviderFields
from komet.context import Desk
from komet.errors import InvalidInput
from komet.mapping import grid, imports
from komet.mapping import table as mappings


@pytest.fixture
def acme(desk: Desk) -> Provider:
    with desk.db.write() as con:
        provider = providers.save_provider(con, ProviderFields(name="Acme"), now=desk.now())
        con.run(
            "INSERT INTO komet_products BY NAME SELECT $provider AS provider_id,"
            " n::VARCHAR AS product_id, '00' || n AS legacy_code,"
            " 'Rosa Ñandú ' || n AS description, 'komet' AS source FROM range(1, 6) t(n)",
            {"provider": provider.id},
        )
    return provider


def held(desk: Desk) -> dict[str, tuple[str, str | None]]:
    with desk.db.read() as con:
        frame = mappings.held(con)
    return {row[0]: (row[1], row[2]) for row in frame.drop("provider_id").rows()}


def put(desk: Desk, provider: Provider, text: str) -> None:
    checked = imports.dry_run(desk, text.encode(), "mapping.csv", provider.id)
    imports.apply(desk, checked, "mapping.csv")


def test_dry_run_writes_nothing_and_apply_writes_all(desk: Desk, acme: Provider) -> None:
    put(desk, acme, "komet_product_id,sku,sku_description\n1,A,First\n2,B,\n")
    text = "komet legacy code;sku;sku_description\n001;A2;\n002;B;\n003;007;Third\n009;X;\n"
    checked = imports.dry_run(desk, text.encode("utf-16"), "mapping.csv", acme.id)
    assert dict(checked.counts) == {
        "new": 1, "unknown": 0, "changed": 1, "unchanged": 1, "skipped": 0, "error": 1,
    }  # fmt: skip
    assert held(desk) == {"1": ("A", "First"), "2": ("B", None)}
    done = imports.apply(desk, checked, "mapping.csv")
    assert (done.new, done.changed) == (1, 1)
    assert held(desk) == {"1": ("A2", None), "2": ("B", None), "3": ("007", "Third")}
    assert b"009" in checked.bad_rows_csv()


def test_undo_puts_back_what_was_there(desk: Desk, acme: Provider) -> None:
    put(desk, acme, "komet_product_id,sku,sku_description\n1,A,First\n")
    before = held(desk)
    put(desk, acme, "komet_product_id,sku,sku_description\n1,A,Renamed\n2,B,Second\n")
    assert held(desk)["1"] == ("A", "Renamed")
    imports.undo(desk)
    assert held(desk) == before
    imports.undo(desk)
    assert held(desk) == {}
    with pytest.raises(InvalidInput):
        imports.undo(desk)


def test_undo_leaves_alone_what_was_changed_since(desk: Desk, acme: Provider) -> None:
    put(desk, acme, "komet_product_id,sku\n1,A\n2,B\n")
    imports.edit(desk, acme.id, {"1": "EDITED", "2": "B"})
    imports.undo(desk)  # the edit
    assert held(desk)["1"][0] == "A"
    imports.undo(desk)  # the file
    assert held(desk) == {}


def test_an_edit_counts_only_what_changed_and_an_empty_sku_unmaps(
    desk: Desk, acme: Provider
) -> None:
    assert imports.edit(desk, acme.id, {"1": " 007 ", "2": "", "3": None}).written == 1
    assert held(desk) == {"1": ("007", None)}
    assert imports.edit(desk, acme.id, {"1": None}).written == 1
    assert held(desk) == {}


def test_the_export_imported_again_changes_nothing(desk: Desk, acme: Provider) -> None:
    put(desk, acme, 'komet_product_id,sku,sku_description\n1,007,"=1+1, Ñ"\n4,1E5,\n')
    before = held(desk)
    data = imports.export(desk, [acme.id])
    checked = imports.dry_run(desk, data, "export.csv", None)
    assert dict(checked.counts) == {
        "new": 0, "unknown": 0, "changed": 0, "unchanged": 2, "skipped": 3, "error": 0,
    }  # fmt: skip
    imports.apply(desk, checked, "export.csv")
    assert held(desk) == before


def test_excel_and_the_grid(desk: Desk, acme: Provider, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Código SKU", "ID producto"])
    sheet.append(["007", 1])
    book.save(tmp_path / "m.xlsx")
    checked = imports.dry_run(desk, (tmp_path / "m.xlsx").read_bytes(), "m.xlsx", acme.id)
    imports.apply(desk, checked, "m.xlsx")
    assert held(desk) == {"1": ("007", None)}
    assert grid.known(desk, acme.id, "ñandu 2")["komet_id"].to_list() == ["2"]
    assert grid.known(desk, acme.id, only="unmapped").height == 4
    row = grid.known(desk, acme.id, "007").row(0, named=True)
    assert (row["sku"], row["source"]) == ("007", "file m.xlsx")
    assert grid.coverage(desk).select(pl.col("products"), pl.col("mapped")).row(0) == (5, 1)
