"""What Excel finds in our workbooks, read back with two independent readers."""

import random
import re
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import fastexcel
import openpyxl
import polars as pl
import pytest
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet
from xlsxwriter_engine import write_with_xlsxwriter

from komet import language
from komet.export.writers import excel_file
from komet.export.writers.excel_cells import Engine
from komet.export.writers.excel_file import write_excel_file
from komet.export.writers.xlsx import Column, ColumnKind, Sheet, write_workbook

K = ColumnKind


@pytest.fixture(params=[write_excel_file, write_with_xlsxwriter], ids=["ours", "xlsxwriter"])
def engine(request: pytest.FixtureRequest) -> Engine:
    """The library that writes: whatever Excel finds is the same."""
    engine: Engine = request.param
    return engine


NOON = datetime(2026, 11, 2, 12, 0, 5, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=0, second=0, tzinfo=None)


def orders(totals: dict[str, Any] | None = None) -> Sheet:
    columns = (
        Column("Code", K.TEXT),
        Column("ID", K.INTEGER),
        Column("Boxes", K.QUANTITY),
        Column("Half boxes", K.QUANTITY),
        Column("Cost", K.MONEY),
        Column("Unit cost", K.UNIT_COST),
        Column("FBE", K.FACTOR),
        Column("Ship date", K.DATE),
        Column("Downloaded", K.TIME),
        Column("Notes", K.TEXT, width=33),
    )
    frame = pl.DataFrame(
        {
            "Code": ["007", "12345678901234567890", None],
            "ID": [1, 2, 3],
            "Boxes": pl.Series([Decimal("10.00"), Decimal("2000.00"), None]),
            "Half boxes": [0.5, 1.0, float("nan")],
            "Cost": pl.Series([Decimal("10.10"), Decimal("-5.25"), None]),
            "Unit cost": pl.Series([Decimal("0.2750"), Decimal("0.1000"), None]),
            "FBE": [0.25, 1.0, float("inf")],
            "Ship date": [date(2026, 11, 2), date(1900, 1, 1), None],
            "Downloaded": pl.Series([NOON, NOON, None], dtype=pl.Datetime("us", "UTC")),
            "Notes": ["=1+1", "https://example.com", None],
        }
    )
    return Sheet("Orders", columns, frame, totals)


TOTALS = {"Boxes": Decimal("2010.00"), "Half boxes": 1.5, "Cost": Decimal("4.85"), "FBE": None}


def read(target: Path, name: str = "Orders", *, formulas: bool = False) -> Worksheet:
    return openpyxl.load_workbook(target, data_only=not formulas)[name]


def rows(sheet: Worksheet) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def xml(target: Path, number: int = 1) -> str:
    with ZipFile(target) as file:
        assert file.testzip() is None
        return file.read(f"xl/worksheets/sheet{number}.xml").decode()


@pytest.mark.parametrize("totals", [None, TOTALS])
def test_values_come_back_with_their_types(
    engine: Engine, tmp_path: Path, totals: dict[str, Any] | None
) -> None:
    write_workbook(tmp_path / "o.xlsx", [orders(totals)], engine=engine)
    found = rows(read(tmp_path / "o.xlsx"))
    naive = NOON.replace(tzinfo=None)
    assert found[0] == [column.heading for column in orders().columns]
    first = ["007", 1, 10, 0.5, 10.1, 0.275, 0.25, MIDNIGHT, naive, "=1+1"]
    assert found[1] == first
    assert found[2][:5] == ["12345678901234567890", 2, 2000, 1, -5.25]
    assert found[2][9] == "https://example.com"
    assert found[3] == [None, 3] + [None] * 8
    assert len(found) == (5 if totals else 4)


def test_a_second_reader_agrees(engine: Engine, tmp_path: Path) -> None:
    write_workbook(tmp_path / "o.xlsx", [orders(TOTALS)], engine=engine)
    frame = fastexcel.read_excel(tmp_path / "o.xlsx").load_sheet("Orders").to_polars()
    assert frame.get_column("Code").to_list() == ["007", "12345678901234567890", None, "Total"]
    assert frame.get_column("Cost").to_list() == [10.1, -5.25, None, 4.85]
    assert frame.get_column("Ship date").to_list()[0] == MIDNIGHT
    assert frame.get_column("Downloaded").to_list()[0] == NOON.replace(tzinfo=None)


def test_formats_by_kind(engine: Engine, tmp_path: Path) -> None:
    write_workbook(tmp_path / "o.xlsx", [orders(TOTALS)], engine=engine)
    sheet = read(tmp_path / "o.xlsx")
    expected = ["General", "#,##0", "#,##0", "#,##0.00##", "#,##0.00", "#,##0.0000", "0.00##"]
    expected += ["yyyy-mm-dd", "yyyy-mm-dd hh:mm", "General"]
    assert [cell.number_format for cell in sheet[2]] == expected
    assert not any(cell.font.bold for cell in sheet[2])
    with language.using("es"):
        write_workbook(tmp_path / "o.xlsx", [orders(TOTALS)], engine=engine)
    expected[7:9] = "dd/mm/yyyy", "dd/mm/yyyy hh:mm"
    assert [cell.number_format for cell in read(tmp_path / "o.xlsx")[2]] == expected


def test_heading_is_bold_frozen_and_filtered(engine: Engine, tmp_path: Path) -> None:
    write_workbook(tmp_path / "o.xlsx", [orders()], engine=engine)
    sheet = read(tmp_path / "o.xlsx")
    assert all(cell.font.bold for cell in sheet[1])
    assert sheet.freeze_panes == "A2"
    assert sheet.auto_filter.ref == "A1:J4"


def test_totals_are_bold_formatted_values_outside_the_filter(
    engine: Engine, tmp_path: Path
) -> None:
    write_workbook(
        tmp_path / "o.xlsx", [orders(), Sheet("B", *parts(orders(TOTALS)))], engine=engine
    )
    for name, last, ref in (("Orders", 4, "A1:J4"), ("B", 5, "A1:J4")):
        sheet = read(tmp_path / "o.xlsx", name)
        assert (sheet.max_row, sheet.auto_filter.ref) == (last, ref)
    total = read(tmp_path / "o.xlsx", "B")[5]
    assert [cell.value for cell in total[:7]] == ["Total", None, 2010, 1.5, 4.85, None, None]
    assert total[4].number_format == "#,##0.00"
    assert all(total[i].font.bold for i in (0, 2, 3, 4))
    with ZipFile(tmp_path / "o.xlsx") as file:
        workbook = file.read("xl/workbook.xml").decode()
    assert re.findall(r"\$A\$1:\$J\$(\d+)", workbook) == ["4", "4"]


def parts(sheet: Sheet) -> tuple[tuple[Column, ...], pl.DataFrame, Any]:
    return sheet.columns, sheet.frame, sheet.totals


def test_totals_follow_the_filter(engine: Engine, tmp_path: Path) -> None:
    sheet = replace(orders(TOTALS), name="Ñandú & co's", apart=frozenset({"Cost"}))
    write_workbook(tmp_path / "o.xlsx", [sheet], max_rows=4, engine=engine)
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    assert book.sheetnames == ["Ñandú & co's", "Ñandú & co's 2"]
    last = list(book.worksheets[1].iter_rows(values_only=True))[-1]
    earlier = "'Ñandú & co''s'!"
    # of three rows and the totals in a sheet of four rows: only the totals are left for the second
    assert last[2:5] == (
        f"=SUBTOTAL(109,{earlier}C2:C4)", f"=SUBTOTAL(109,{earlier}D2:D4)", 4.85
    )  # fmt: skip
    write_workbook(tmp_path / "o.xlsx", [orders(TOTALS)], engine=engine)
    formulas = read(tmp_path / "o.xlsx", formulas=True)
    assert formulas["C5"].value == "=SUBTOTAL(109,C2:C4)"
    assert read(tmp_path / "o.xlsx")["C5"].value == 2010
    long = Sheet("L", *parts(orders(TOTALS)))
    write_workbook(tmp_path / "o.xlsx", [long], max_rows=3, engine=engine)
    assert read(tmp_path / "o.xlsx", "L 2", formulas=True)["C3"].value == (
        "=SUBTOTAL(109,L!C2:C3,C2:C2)"
    )


def test_a_printed_page_is_landscape_and_has_the_headings(engine: Engine, tmp_path: Path) -> None:
    write_workbook(tmp_path / "o.xlsx", [orders(TOTALS)], max_rows=3, engine=engine)
    for sheet in openpyxl.load_workbook(tmp_path / "o.xlsx"):
        assert printed(sheet) == {
            "orientation": "landscape", "fit": True, "wide": 1, "long": 0,
            "headings": "$1:$1", "below": ("&A", None, "&P / &N"),
        }  # fmt: skip


def printed(sheet: Worksheet) -> dict[str, Any]:
    """How a worksheet is printed."""
    page, below = sheet.page_setup, sheet.oddFooter
    wide = page.fitToWidth
    return {
        "orientation": page.orientation,
        "fit": sheet.sheet_properties.pageSetUpPr.fitToPage,
        "wide": 1 if wide is None else wide,  # what the schema says where nothing stands
        "long": page.fitToHeight,
        "headings": sheet.print_title_rows,
        "below": (below.left.text, below.center.text, below.right.text),
    }


@pytest.mark.parametrize("engine", [write_excel_file], ids=["ours"])
def test_elements_stand_in_the_order_of_the_schema(engine: Engine, tmp_path: Path) -> None:
    write_workbook(tmp_path / "o.xlsx", [orders(TOTALS)], engine=engine)
    # ECMA-376, part 1, 18.3.1.99: Excel calls a file damaged where the order is another
    assert [element.tag.rpartition("}")[2] for element in ElementTree.fromstring(
        xml(tmp_path / "o.xlsx")
    )] == [
        "sheetPr", "dimension", "sheetViews", "sheetFormatPr", "cols", "sheetData", "autoFilter",
        "pageMargins", "pageSetup", "headerFooter", "ignoredErrors",
    ]  # fmt: skip


@pytest.mark.parametrize("totals", [None, TOTALS])
def test_no_formula_of_a_person_no_link_and_no_row_twice(
    engine: Engine, tmp_path: Path, totals: dict[str, Any] | None
) -> None:
    write_workbook(tmp_path / "o.xlsx", [orders(totals)], engine=engine)
    text = xml(tmp_path / "o.xlsx")
    assert all(one.startswith("SUBTOTAL(109,") for one in re.findall("<f>(.*?)</f>", text))
    assert text.count("<f>") == (3 if totals else 0)
    assert "hyperlink" not in text
    assert re.search(r'<c r="J2"[^>]*t="inlineStr"><is><t>=1\+1</t>', text)
    numbers = re.findall(r'<row r="(\d+)"', text)
    # Excel calls a file damaged when a row occurs twice.
    assert numbers == sorted(set(numbers), key=int)


@pytest.mark.parametrize(("totals", "count"), [(None, 1), ({"Cost": 0}, 2)])
def test_an_empty_frame_keeps_its_headings(
    engine: Engine, tmp_path: Path, totals: Any, count: int
) -> None:
    sheet = Sheet("Orders", orders().columns, orders().frame.clear(), totals)
    write_workbook(tmp_path / "o.xlsx", [sheet], engine=engine)
    found = read(tmp_path / "o.xlsx")
    assert len(rows(found)) == count
    assert [cell.value for cell in found[1]] == [column.heading for column in orders().columns]
    assert all(cell.font.bold for cell in found[1])
    assert found.freeze_panes == "A2"
    assert found.auto_filter.ref == "A1:J1"


@pytest.mark.parametrize("height", [1, 3, 4, 5, 9])
@pytest.mark.parametrize("totals", [None, {"N": 45}])
def test_long_sheets_go_on_in_the_next(
    engine: Engine, tmp_path: Path, height: int, totals: Any
) -> None:
    columns = (Column("Name", K.TEXT), Column("N", K.INTEGER))
    numbers = list(range(height))
    frame = pl.DataFrame({"Name": [str(n) for n in numbers], "N": numbers})
    write_workbook(
        tmp_path / "o.xlsx", [Sheet("L", columns, frame, totals)], max_rows=5, engine=engine
    )
    book = openpyxl.load_workbook(tmp_path / "o.xlsx", data_only=True)
    count = -(-(height + bool(totals)) // 4)
    assert book.sheetnames == ["L", "L 2", "L 3"][:count]
    found = [row for sheet in book for row in rows(sheet)[1:]]
    assert all(sheet.max_row <= 5 for sheet in book)
    if totals:
        assert found.pop() == ["Total", 45]
        last = book.worksheets[-1]
        assert last.auto_filter.ref == f"A1:B{last.max_row - 1}"
    assert found == [[str(n), n] for n in numbers]


def test_widths_are_sensible(engine: Engine, tmp_path: Path) -> None:
    columns = (
        Column("Short", K.TEXT),
        Column("Long", K.TEXT),
        Column("Cost", K.MONEY),
        Column("Set", K.TEXT, width=33),
    )
    frame = pl.DataFrame({"Short": ["a"], "Long": ["x" * 900], "Cost": [1.0], "Set": ["b"]})
    sheet = Sheet("W", columns, frame, {"Cost": 123_456_789_012.5})
    write_workbook(tmp_path / "o.xlsx", [sheet], engine=engine)
    found = read(tmp_path / "o.xlsx", "W").column_dimensions
    # Excel stores a width with the cell's padding, up to 0.72.
    assert [round(found[letter].width - 0.71) for letter in "ABCD"] == [9, 60, 20, 33]


@pytest.mark.parametrize(
    "name", ["", "  ", "a/b", "a[1]", "x:y", "what?", "'quoted'", "History", "a\nb", "a\x00"]
)
def test_names_that_excel_refuses(engine: Engine, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="refuses"):
        write_workbook(tmp_path / "o.xlsx", [Sheet(name, *parts(orders()))], engine=engine)


def test_long_names_are_cut_and_stay_apart(engine: Engine, tmp_path: Path) -> None:
    columns = (Column("Name", K.TEXT),)
    frame = pl.DataFrame({"Name": ["a", "b"]})
    write_workbook(
        tmp_path / "o.xlsx", [Sheet("N" * 40, columns, frame)], max_rows=2, engine=engine
    )
    assert openpyxl.load_workbook(tmp_path / "o.xlsx").sheetnames == ["N" * 31, "N" * 29 + " 2"]
    with pytest.raises(ValueError, match="Two sheets"):
        write_workbook(
            tmp_path / "o.xlsx", [Sheet(n, columns, frame) for n in ("A", "a")], engine=engine
        )


def test_sheets_that_do_not_fit_together(engine: Engine, tmp_path: Path) -> None:
    columns, frame, _ = parts(orders())
    target = tmp_path / "o.xlsx"
    wrong = [
        Sheet("S", (), frame),
        Sheet("S", columns[1:], frame),
        Sheet("S", columns, frame, {"Code": 1}),
        Sheet("S", columns, frame, {"Notes": 1}),
        Sheet("S", columns, frame, {"Nowhere": 1}),
    ]
    for sheet in wrong:
        with pytest.raises(ValueError, match="Sheet 'S'"):
            write_workbook(target, [sheet], engine=engine)
    with pytest.raises(ValueError, match="at least one"):
        write_workbook(target, [], engine=engine)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("piece", ["workbook_parts", "pack", "rows_xml"])
def test_a_failed_export_leaves_the_earlier_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: str
) -> None:
    target = tmp_path / "o.xlsx"
    target.write_bytes(b"earlier")
    works = getattr(excel_file, piece)
    calls = 0

    def fail(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if piece == "workbook_parts" or calls > 5:
            raise OSError("disk full")
        return works(*arguments)

    monkeypatch.setattr(excel_file, "_BATCH", 10)
    monkeypatch.setattr(excel_file, piece, fail)
    columns = (Column("Name", K.TEXT),)
    sheet = Sheet("S", columns, pl.DataFrame({"Name": [str(n) for n in range(1_000)]}))
    with pytest.raises(OSError, match="disk full"):
        write_workbook(target, [orders(TOTALS), sheet])
    assert [path.name for path in tmp_path.iterdir()] == ["o.xlsx"]
    assert target.read_bytes() == b"earlier"
    # the batches that were under way have come to an end
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("excel")]


class Stretched:
    """Rows that come a few at a time, as those of a large export do."""

    def __init__(self, frame: pl.DataFrame, size: int) -> None:
        self.frame, self.size = frame, size
        self.schema, self.height = frame.schema, frame.height

    def stretches(self, first: int = 0) -> Iterator[pl.DataFrame]:
        yield from self.frame.slice(first).iter_slices(self.size)


@pytest.mark.parametrize("totals", [None, TOTALS])
def test_rows_that_come_in_stretches_make_the_same_workbook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, totals: Any
) -> None:
    chance = random.Random(11)
    columns, frame, _ = parts(orders())
    chosen = [chance.randrange(frame.height) for _ in range(1_000)]
    frame = frame[chosen].with_columns(
        pl.Series("Notes", [chr(97 + n % 26) * (n % 70) for n in range(1_000)]),
        pl.Series("Ship date", [date(1900, 2, 27 - n % 2) for n in range(1_000)]),
        pl.Series("Cost", [chance.gauss() * 10 ** chance.randint(-9, 15) for _ in chosen]),
    )
    write_workbook(tmp_path / "one.xlsx", [Sheet("S", columns, frame, totals)], max_rows=300)
    monkeypatch.setattr(excel_file, "_BATCH", 17)
    many = Sheet("S", columns, Stretched(frame, 41), totals)
    assert many.frame.equals(frame)
    write_workbook(tmp_path / "many.xlsx", [many], max_rows=300)
    one, other = described(tmp_path / "one.xlsx"), described(tmp_path / "many.xlsx")
    assert one == other
    found = [
        row
        for sheet in openpyxl.load_workbook(tmp_path / "many.xlsx")
        for row in sheet.iter_rows(min_row=2, values_only=True)
    ]
    assert [row[4] for row in found[:1_000]] == frame.get_column("Cost").to_list()
    assert [row[7].date() for row in found[:1_000]] == frame.get_column("Ship date").to_list()


def test_totals_in_a_part_of_several_batches(engine: Engine, tmp_path: Path) -> None:
    frame = pl.DataFrame({"Note": [f"{n:0200d}" for n in range(20_000)], "N": range(20_000)})
    columns = (Column("Note", K.TEXT), Column("N", K.QUANTITY))
    write_workbook(
        tmp_path / "o.xlsx", [Sheet("B", columns, frame, {"N": 199_990_000})], engine=engine
    )
    assert len(xml(tmp_path / "o.xlsx")) > 4 << 20
    back = fastexcel.read_excel(tmp_path / "o.xlsx").load_sheet("B").to_polars()
    assert back.head(-1).get_column("Note").equals(frame.get_column("Note"))
    assert back.row(-1) == ("Total", 199_990_000)


@pytest.mark.parametrize("totals", [None, {"Boxes": 3}])
def test_a_mark_stands_on_filled_cells_and_nowhere_else(
    engine: Engine, tmp_path: Path, totals: dict[str, Any] | None
) -> None:
    frame = pl.DataFrame(
        {"Before": ["a", "b"], "After": ["c", None], "Day": [date(2026, 11, 2), None], "Boxes": 1.5}
    )
    columns = (
        Column("Before", K.TEXT),
        Column("After", K.TEXT, marked=True),
        Column("Day", K.DATE, marked=True),
        Column("Boxes", K.QUANTITY),
    )
    write_workbook(tmp_path / "o.xlsx", [Sheet("Orders", columns, frame, totals)], engine=engine)
    book = openpyxl.load_workbook(tmp_path / "o.xlsx")
    coloured = {
        cell.coordinate
        for row in book["Orders"].iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid"
    }
    assert coloured == {"B2", "C2"}
    # a format of the column itself would colour every row down to 1,048,576
    for dimension in book["Orders"].column_dimensions.values():
        assert dimension.fill.fill_type is None
    assert book["Orders"]["C2"].number_format == "yyyy-mm-dd"


def test_a_column_to_fill_keeps_what_is_written_in_it_as_text(
    engine: Engine, tmp_path: Path
) -> None:
    frame = pl.DataFrame(
        {"Line": ["a", "b"], "AWB": [None, "729"], "Day": [None, date(2026, 11, 2)]}
    )
    columns = (
        Column("Line", K.TEXT),
        Column("AWB", K.TEXT, to_fill=True),
        Column("Day", K.DATE, to_fill=True),
    )
    write_workbook(tmp_path / "o.xlsx", [Sheet("Orders", columns, frame)], engine=engine)
    sheet = read(tmp_path / "o.xlsx")
    held = {letter: sheet.column_dimensions[letter] for letter in "ABC"}
    # new cells take the format of their column: the digits of an AWB stay text
    assert [held[letter].number_format for letter in "ABC"] == ["General", "@", "yyyy-mm-dd"]
    assert [held[letter].fill.fill_type for letter in "ABC"] == [None, "solid", "solid"]
    assert sheet["B3"].number_format == "@"
    assert sheet["B3"].fill.fill_type == "solid"
    assert sheet["A3"].fill.fill_type is None
    wrong = Sheet("Orders", (columns[1], Column("Day", K.DATE, marked=True)), frame[:, 1:])
    with pytest.raises(ValueError, match="either marked or to be filled"):
        write_workbook(tmp_path / "o.xlsx", [wrong])


def test_a_library_that_fails_leaves_the_earlier_file(tmp_path: Path) -> None:
    target = tmp_path / "o.xlsx"
    target.write_bytes(b"earlier")

    def fail(draft: Path, parts: Any) -> None:
        draft.write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_workbook(target, [orders(TOTALS)], engine=fail)
    assert [path.name for path in tmp_path.iterdir()] == ["o.xlsx"]
    assert target.read_bytes() == b"earlier"


def everything() -> list[Sheet]:
    """Sheets that between them use all that a workbook can show."""
    columns, frame, totals = parts(orders(TOTALS))
    marked = tuple(replace(c, marked=c.kind in {K.TEXT, K.DATE, K.MONEY}) for c in columns)
    to_fill = tuple(replace(c, to_fill=c.kind in {K.TEXT, K.DATE, K.QUANTITY}) for c in columns)
    odd = (
        Column("Day", K.DATE), Column("At", K.TIME), Column("Yes", K.TEXT), Column("Text", K.TEXT),
    )  # fmt: skip
    values = {
        "Day": [date(202, 3, 4), date(2026, 11, 2), None],
        "At": [NOON.replace(year=1812, tzinfo=None), NOON.replace(tzinfo=None), None],
        "Yes": [True, False, None],
        "Text": ["x" * 40_000, " <lead> & \n _x0041_ 🌹", ""],
    }
    return [
        Sheet("Plain", columns, frame),
        Sheet("Totals", columns, frame, totals),
        Sheet("Marked", marked, frame),
        Sheet("Marked totals", marked, frame, totals),
        Sheet("To fill", to_fill, frame),
        Sheet("Empty", columns, frame.clear()),
        Sheet("Empty totals", columns, frame.clear(), {"Cost": 0}),
        Sheet("Ñandú & <co>", odd, pl.DataFrame(values)),
        Sheet("Long", columns[:3], pl.concat([frame.select("Code", "ID", "Boxes")] * 3),
              {"Boxes": Decimal("6030.00")}),
    ]  # fmt: skip


def described(target: Path) -> dict[str, Any]:
    """All that a workbook shows: cells, formats, marks, widths, panes, filters, warnings."""
    book, values = (openpyxl.load_workbook(target, data_only=only) for only in (False, True))
    found: dict[str, Any] = {}
    for number, sheet in enumerate(book.worksheets, start=1):
        ignored = re.findall(r'<ignoredError sqref="([^"]*)"([^>]*)/>', xml(target, number))
        found[sheet.title] = {
            "cells": {
                cell.coordinate: (
                    cell.value, cell.data_type, cell.number_format, cell.font.b, cell.font.name,
                    cell.font.sz, cell.fill.fill_type, cell.fill.fgColor.rgb,
                    cell.alignment.horizontal, cell.hyperlink,
                )
                for row in sheet.iter_rows() for cell in row
            },
            "columns": {
                letter: (held.width, held.number_format, held.font.b, held.fill.fill_type)
                for letter, held in sheet.column_dimensions.items()
            },
            "heights": {at: held.height for at, held in sheet.row_dimensions.items()},
            "panes": sheet.freeze_panes,
            "filter": sheet.auto_filter.ref,
            "names": {name: held.attr_text for name, held in sheet.defined_names.items()},
            "merged": [str(held) for held in sheet.merged_cells.ranges],
            "conditional": len(sheet.conditional_formatting),
            "ignored": [(str(MultiCellRange(ref)), kinds.strip()) for ref, kinds in ignored],
            "values": rows(values[sheet.title]),
            "printed": printed(sheet),
        }  # fmt: skip
    found["order"] = book.sheetnames
    with ZipFile(target) as file:
        workbook = file.read("xl/workbook.xml").decode()
    # in no order that matters
    found["names"] = sorted(re.findall(r"<definedName [^>]*>[^<]*</definedName>", workbook))
    return found


def test_a_library_writes_the_same_workbook(tmp_path: Path) -> None:
    for name, engine in (("ours", write_excel_file), ("other", write_with_xlsxwriter)):
        write_workbook(tmp_path / f"{name}.xlsx", everything(), max_rows=6, engine=engine)
    ours, other = described(tmp_path / "ours.xlsx"), described(tmp_path / "other.xlsx")
    assert ours["order"] == other["order"]
    for sheet in ours["order"]:
        for what in ours[sheet]:
            assert ours[sheet][what] == other[sheet][what], (sheet, what)
    assert ours == other
    assert len(ours["order"]) == 10
    assert ours["Marked totals"]["cells"]["E5"][3] is True
    assert ours["Marked totals"]["cells"]["E5"][6] == "solid"
