"""Identifiers are text: trimmed, repaired where certain, refused where Excel lost digits."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.mapping.cells import clean_cell, protect, protect_source
from komet.mapping.file import read_mapping
from komet.text import EDGES

HEADER = "sku;komet product id;legacy code;descripcion\n"


def one(
    sku: str = "A", komet_id: str = "1", legacy: str = ""
) -> tuple[dict[str, str | None], list[tuple[str, str, str]]]:
    file = read_mapping(f"{HEADER}{sku};{komet_id};{legacy};\n".encode(), "m.csv")
    return file.rows.row(0, named=True), file.problems.drop("row").rows()


@pytest.mark.parametrize("text", ["1.0E+05", "1,23457E+11", "1E+05", "1.2e-7", "-1E+10"])
def test_scientific_is_refused_in_every_identifier(text: str) -> None:
    for cells in ({"sku": text}, {"komet_id": text}, {"komet_id": "", "legacy": text}):
        _row, problems = one(**cells)
        assert [severity for _column, severity, _reason in problems] == ["error"]
        assert text in problems[0][2]
        assert "as text" in problems[0][2]


@pytest.mark.parametrize("text", ["12345.0", "12345.00", "12345,0", "0012,00"])
def test_added_decimals_are_taken_off_with_a_warning(text: str) -> None:
    whole = text.replace(",", ".").partition(".")[0]
    for name, field in (
        ("sku", "sku"),
        ("komet_id", "komet_product_id"),
        ("legacy", "komet_legacy_code"),
    ):
        row, problems = one(**{"komet_id": "" if name == "legacy" else "1", name: text})
        assert row[field] == whole
        assert [severity for _column, severity, _reason in problems] == ["warning"]


@pytest.mark.parametrize(
    "text", ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#¡REF!", "#¿NOMBRE?", "#N/D", "######"]
)
def test_spreadsheet_errors_are_refused(text: str) -> None:
    _row, problems = one(sku=text)
    assert problems[0][:2] == ("sku", "error")


@pytest.mark.parametrize("text", ["007", "-", "N/A", "null", "1E5", "12.5", "1.000", "#1", "'007"])
def test_text_stays_as_it_is(text: str) -> None:
    row, problems = one(sku=text)
    assert row["sku"] == text
    assert problems == []


def test_next_to_an_id_a_legacy_code_is_not_refused_nor_repaired() -> None:
    assert one(komet_id="1", legacy="1E+05")[1][0][:2] == ("legacy code", "warning")
    row, problems = one(komet_id="1", legacy="12.0")
    assert (row["komet_legacy_code"], problems) == ("12.0", [])


def test_a_date_and_thousands_separators_are_refused() -> None:
    assert one(sku="2025-01-02 00:00:00")[1][0][1] == "error"
    assert one(komet_id="1.234.567")[1][0][:2] == ("komet product id", "error")


def test_fifteen_digits_are_worth_a_look() -> None:
    assert one(komet_id="123456789012345000")[1][0][1] == "warning"


def test_nothing_is_wrong_with_a_row_that_asks_for_nothing() -> None:
    assert one(sku="", komet_id="1E+05")[1] == []


@pytest.mark.parametrize("edge", ["  ", "\xa0", "\u200b", "\ufeff", "\u202f"])
def test_edges_are_trimmed(edge: str) -> None:
    row, _problems = one(sku=f"{edge}A 1{edge}", komet_id=f"{edge}5{edge}", legacy=edge)
    assert (row["sku"], row["komet_product_id"], row["komet_legacy_code"]) == ("A 1", "5", None)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("'=A1", "=A1"), ("'-5", "-5"), ("''@x", "'@x"), ("'x", "'x"), ("=A1", "=A1"), ("'", "'")],
)
def test_the_protecting_apostrophe(cell: str, text: str) -> None:
    assert one(sku=cell)[0]["sku"] == text


nasty = st.text(st.sampled_from("'=+-@ \xa0\taB\"\n"), max_size=6)


@given(nasty)
def test_protection_is_undone_and_leaves_no_formula(text: str) -> None:
    written = pl.select(protect(pl.lit(text))).item()
    assert not written.startswith(("=", "+", "-", "@"))
    assert pl.select(clean_cell(pl.lit(written))).item() == (text.strip(EDGES) or None)


@given(nasty)
def test_a_source_cell_made_safe_reads_the_same(cell: str) -> None:
    written = pl.select(protect_source(pl.lit(cell))).item()
    assert not written.startswith(("=", "+", "-", "@"))
    before, after = pl.select(clean_cell(pl.lit(cell)), clean_cell(pl.lit(written)).alias("b")).row(
        0
    )
    assert before == after
