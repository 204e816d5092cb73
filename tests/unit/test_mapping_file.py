"""Reading mapping files: every dialect, and refusals that say what to do."""

import io
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from komet.mapping.cells import write_template_csv
from komet.mapping.file import read_mapping
from komet.mapping.model import MappingFile
from komet.mapping.problems import MappingFileError

ROWS = [
    ["SKU", "Descripción", "Komet product ID"],
    ["007", "Rosa “Niña” 50 cm", "0123"],
    ["A-8", "two\nlines; a tab\t, a comma", "456"],
]
ENCODINGS = {
    "utf-8": "utf-8",
    "utf-8-sig": "utf-8-sig",
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "cp1252": "cp1252",
}


def as_csv(rows: list[list[str]], delimiter: str = ",", newline: str = "\r\n") -> str:
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    return "".join(delimiter.join(row) + newline for row in quoted)


def read(text: str) -> MappingFile:
    return read_mapping(text.encode(), "mapping.csv")


def workbook(rows: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def problems(file: MappingFile) -> list[tuple[int, str | None, str]]:
    return file.problems.select("row", "column", "severity").rows()


@pytest.mark.parametrize("newline", ["\r\n", "\n", "\r"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_every_dialect(encoding: str, delimiter: str, newline: str) -> None:
    data = as_csv(ROWS, delimiter, newline).encode(encoding)
    file = read_mapping(data, "mapping.csv")
    assert (file.encoding, file.delimiter) == (ENCODINGS[encoding], delimiter)
    assert file.rows["sku"].to_list() == ["007", "A-8"]
    assert file.rows["komet_product_id"].to_list() == ["0123", "456"]
    assert file.rows["komet_description"].to_list() == [row[1] for row in ROWS[1:]]
    assert file.rows["row"].to_list() == [2, 3]
    assert file.problems.is_empty()


def test_utf16_big_endian_with_mark() -> None:
    data = b"\xfe\xff" + as_csv(ROWS).encode("utf-16-be")
    assert read_mapping(data, "m.csv").rows.height == 2


def test_excels_sep_line_and_blank_lines_keep_excels_row_numbers() -> None:
    file = read("sep=;\n\nSKU;Komet ID\n\n;\nA;1\n")
    assert file.delimiter == ";"
    assert file.rows["row"].to_list() == [5]


def test_a_report_title_above_the_headings() -> None:
    file = read("Our mapping, 2026\n\nsku,komet id\nA,1")
    assert file.rows.select("row", "sku", "komet_product_id").rows() == [(4, "A", "1")]


def test_short_rows_are_filled_and_long_ones_refused() -> None:
    file = read("sku,komet id,descripcion\nA,1\nB,2,Rose,,\nC,3,Rose, red, 50\n")
    assert file.rows["sku"].to_list() == ["A", "B", "C"]
    assert problems(file) == [(4, None, "error")]
    assert "red 50" in file.problems["reason"][0]


def test_endlessly_long_rows_stay_small() -> None:
    file = read("sku,komet id\nA,1," + "x," * 5_000 + "\n")
    assert file.source.width < 50
    assert problems(file) == [(2, None, "error")]


def test_the_original_cells_are_kept() -> None:
    file = read("row,SKU,Notes,Notes,komet id\n1, A ,x,y,7\n")
    assert file.source.columns == ["row", "row (2)", "SKU", "Notes", "Notes (2)", "komet id"]
    assert file.source.rows() == [(2, "1", " A ", "x", "y", "7")]
    assert file.ignored_columns == ("row", "Notes", "Notes")


def test_a_workbook() -> None:
    file = read_mapping(
        workbook(
            [
                [],
                [None, "SKU", "Komet ID", "Descripción"],
                [None, "007", 12345, "Niña"],
                [],
                [None, 8, 12345.0, None, "a note aside"],
                [None, "#N/A", 5],
                [None, "X", "=1/0"],
            ]
        ),
        "mapping.xlsx",
    )
    assert file.rows.select("row", "sku", "komet_product_id").rows() == [
        (3, "007", "12345"),
        (5, "8", "12345"),
        (6, "#N/A", "5"),
        (7, "X", None),
    ]
    assert problems(file) == [(6, "SKU", "error")]
    assert (file.encoding, file.delimiter) == (None, None)


@pytest.mark.parametrize(
    ("data", "title"),
    [
        (b"", "empty"),
        (b"\xef\xbb\xbf", "empty"),
        (b" \r\n\r\n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old kind"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"PK\x03\x04 not a workbook", "opened"),
        (bytes(range(256)) * 4, "not a table"),
        (b"\xff\xfes\x00k", "not a table"),
        (b"1,2,3\n4,5,6", "Headings are missing"),
        (b"sku,colour\nA,red", "Headings are missing"),
        (b"komet id,description\n1,Rose", "Headings are missing"),
        (b'sku,komet id\nA,1\n"B,2\nC,3\n', "quotation mark"),
        (b'sku,komet id\nA,1\n"B,2\n' + b"x" * 200_000, "quotation mark"),
    ],
)
def test_refusals_say_what_to_do(data: bytes, title: str) -> None:
    with pytest.raises(MappingFileError) as caught:
        read_mapping(data, "mapping.csv")
    error = caught.value
    assert title in error.title
    assert error.reason.endswith(".")
    assert error.next_step.endswith(".")
    assert str(error) == f"{error.title}: {error.reason} {error.next_step}"


def test_an_open_quotation_names_its_row() -> None:
    with pytest.raises(MappingFileError, match="row 3"):
        read('sku,komet id\nA,1\n"B,2\nC,3')


def test_rows_eaten_by_an_inch_sign_do_not_vanish_silently() -> None:
    file = read('sku,komet id,description\nA,1,"20 in\nB,2,Rose\nC,3,20" rose\nD,4,x\n')
    assert file.rows["sku"].to_list() == ["A", "D"]
    assert problems(file) == [(2, None, "warning")]
    file = read('sku,komet id\n"A,1\nB",2\n')
    assert problems(file) == [(2, "sku", "error"), (2, None, "warning")]


def test_an_empty_workbook() -> None:
    with pytest.raises(MappingFileError, match="empty"):
        read_mapping(workbook([]), "mapping.xlsx")


def test_headings_alone_are_a_file_without_rows() -> None:
    file = read("sku,komet id")
    assert file.rows.is_empty()
    assert file.rows.columns == [
        *("row", "provider", "komet_product_id", "komet_legacy_code"),
        *("komet_description", "sku", "sku_description"),
    ]


def test_the_template_can_be_read() -> None:
    file = read_mapping(write_template_csv(), "template.csv")
    assert file.rows.height == 2
    assert file.problems.is_empty()
    assert file.ignored_columns == ()


@given(st.binary(max_size=300))
def test_binary_junk_is_refused(data: bytes) -> None:
    with pytest.raises(MappingFileError):
        read_mapping(data, "junk.bin")


@given(
    prefix=st.sampled_from([b"sku,komet id\n", b"\xff\xfes\x00k\x00u\x00;\x00i\x00d\x00\n\x00"]),
    junk=st.binary(max_size=200),
)
def test_junk_under_good_headings_never_crashes(prefix: bytes, junk: bytes) -> None:
    try:
        file = read_mapping(prefix + junk, "junk.csv")
    except MappingFileError:
        return
    assert file.rows.height == file.source.height


@given(position=st.integers(0, 4_000), junk=st.binary(min_size=1, max_size=40))
def test_a_damaged_workbook_never_crashes(position: int, junk: bytes) -> None:
    whole = workbook([["sku", "komet id"], ["A", 1]])
    position %= len(whole)
    try:
        read_mapping(whole[:position] + junk + whole[position + len(junk) :], "damaged.xlsx")
    except MappingFileError:
        return
