"""A second `Engine` for workbooks, XlsxWriter: what we write is held against it."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from komet.export.writers.excel_cells import MARK, TO_FILL, Part, PartColumn
from komet.export.writers.excel_markup import FOOTER


def write_with_xlsxwriter(target: Path, parts: Sequence[Part]) -> None:
    """Write row by row, so that memory stays small."""
    with Workbook(str(target), {"constant_memory": True}) as book:
        for part in parts:
            _write(book, book.add_worksheet(part.name), part)


def _write(book: Workbook, sheet: Worksheet, part: Part) -> None:
    last = len(part.columns) - 1
    plain = [book.add_format(_look(column)) for column in part.columns]
    bold = [book.add_format(_look(column) | {"bold": True}) for column in part.columns]
    heading = book.add_format({"bold": True})
    for at, column in enumerate(part.columns):
        sheet.set_column(at, at, column.width, None if part.marked else plain[at])
    texts = [xl_col_to_name(at) for at, column in enumerate(part.columns) if column.is_text]
    last_row = part.last_row
    if texts and last_row > 1:
        ranges = " ".join(f"{letter}2:{letter}{last_row}" for letter in texts)
        sheet.ignore_errors({"number_stored_as_text": ranges})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_footer(FOOTER)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, part.height, last)
    for at, column in enumerate(part.columns):
        sheet.write_string(0, at, column.heading, heading)
    for row, record in enumerate(part.records(), start=1):
        _write_row(sheet, row, record, part, plain)
    if (totals := part.totals_record()) is not None:
        _write_row(sheet, part.height + 1, totals, part, bold, part.subtotal)


def _look(column: PartColumn) -> dict[str, Any]:
    look: dict[str, Any] = {}
    if column.number_format:
        look["num_format"] = column.number_format
    if column.marked:
        look |= {"pattern": 1, "bg_color": MARK}
    if column.to_fill:
        look |= {"pattern": 1, "bg_color": TO_FILL}
    return look


def _write_row(
    sheet: Worksheet,
    row: int,
    record: dict[str, Any],
    part: Part,
    looks: list[Format],
    formula: Callable[[str], str | None] = lambda _heading: None,
) -> None:
    for at, column in enumerate(part.columns):
        value = record[column.heading]
        if value is None or value == "":
            continue
        if isinstance(value, str):
            sheet.write_string(row, at, value, looks[at])
        elif isinstance(value, bool):
            sheet.write_boolean(row, at, value, looks[at])
        elif isinstance(value, date):
            sheet.write_datetime(row, at, value, looks[at])
        elif (sums := formula(column.heading)) is not None:
            sheet.write_formula(row, at, sums, looks[at], value)
        else:
            sheet.write_number(row, at, value, looks[at])
