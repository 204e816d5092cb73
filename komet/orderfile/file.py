"""An order file as a person exports it from the portal, read into one shape.

Never invented: what is missing or cannot be read stays empty, and stands in `problems`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from komet.language import _
from komet.mapping.headings import plain
from komet.mapping.identifiers import EDGES
from komet.orderfile import columns as read
from komet.orderfile.body import split_body
from komet.orderfile.columns import Cells
from komet.orderfile.contradictions import contradictions
from komet.orderfile.csv_text import is_blank, read_csv
from komet.orderfile.errors import EmptyFile
from komet.orderfile.fields import BY_NAME, FIELDS, LOOSE, Field, Kind
from komet.orderfile.fill_down import fill_down
from komet.orderfile.headings import Headings, find, missing, no_headings, score
from komet.orderfile.problems import ERROR, Problem, problem_frame, skipped_frame
from komet.orderfile.sheet import Sheet
from komet.orderfile.workbook import NEW, OLD, read_workbook
from komet.store.order_tables import MONEY, QUANTITY

_TYPES: Mapping[Kind, pl.DataType | type[pl.DataType]] = {
    Kind.TEXT: pl.String,
    Kind.IDENTIFIER: pl.String,
    Kind.QUANTITY: QUANTITY,
    Kind.MONEY: MONEY,
    Kind.DATE: pl.Date,
}
_PLACES = {Kind.QUANTITY: 4, Kind.MONEY: 6}

LINES = pl.Schema(
    {"row": pl.Int64, **{field.name: _TYPES[field.kind] for field in FIELDS}, "extra": pl.String}
)

_CANNOT_BE_STORED = ("po_number", "ship_date")
_EXPECTED = ("product_description", "total_boxes", "unit_cost")
"""Every order line has these, so that an empty cell is worth a word."""


@dataclass(frozen=True)
class OrderFile:
    """What a file says, before anyone compares it with what we hold.

    `lines`: see `LINES`; one row an order line in the file's order, named like the store's
    columns, quantities in boxes, bunches and units, amounts in the file's currency; `status` and
    `line_item_status` are the file's words; `extra` is a JSON object of the columns that we have
    none for, by heading; `row` is the number that Excel shows.
    `problems`: [row: Int64, column, value, reason, severity: String], the whole file (row null)
    first; "error" is a row that cannot be stored, "warning" a cell that stays empty, or a doubt.
    `skipped`: [row: Int64, text, why: String], the rows that are no order lines.
    `sheet` is None for CSV.
    """

    name: str
    lines: pl.DataFrame
    problems: pl.DataFrame
    skipped: pl.DataFrame
    headings: Headings
    sheet: str | None

    @property
    def storable(self) -> pl.DataFrame:
        """The lines with a PO number and a ship date."""
        return self.lines.drop_nulls(_CANNOT_BE_STORED)


def read_order_file(data: bytes, file_name: str) -> OrderFile:
    """Read an Excel workbook or a CSV file; the content decides which, not the name.

    Raises OrderFileError when the file as a whole cannot be used.
    """
    if is_blank(data):
        raise EmptyFile(file_name)
    if data.startswith((NEW, OLD)):
        sheets = read_workbook(data, file_name)
    else:
        sheets = [read_csv(data, file_name)]
    sheet, headings, problems = _choose(sheets, file_name)
    body = split_body(sheet.records, headings)
    filled = fill_down(body.rows, headings)
    problems += [*_about_headings(headings), *body.problems, *filled.problems]
    cells = {
        name: Cells(
            headings.name(name),
            {row: texts[name] for row, texts in filled.rows.items()},
            severity=ERROR if name in _CANNOT_BE_STORED else "warning",
        )
        for name in headings.columns
    }
    values = _values(cells, sheet, headings, problems)
    rows = list(filled.rows)
    problems += _absences(cells, values, rows, {p.row for p in filled.problems})
    values["row"] = {row: row for row in rows}
    values["extra"] = _extra(sheet, headings, rows)
    lines = pl.DataFrame(
        {name: [values.get(name, {}).get(row) for row in rows] for name in LINES},
        schema=LINES,
    )
    problems += contradictions(lines, headings)
    return OrderFile(
        name=file_name,
        lines=lines,
        problems=problem_frame(problems),
        skipped=skipped_frame(body.skipped),
        headings=headings,
        sheet=sheet.name,
    )


def _choose(sheets: Sequence[Sheet], file_name: str) -> tuple[Sheet, Headings, list[Problem]]:
    """The sheet that holds the orders, tidied; a visible one before a hidden one."""
    tidy = [_tidied(sheet) for sheet in sheets]
    if not any(any(record) for sheet in tidy for record in sheet.records):
        raise EmptyFile(file_name)
    found = [(sheet, headings) for sheet in tidy if (headings := find(sheet.records))]
    if not found:
        raise no_headings(None, file_name)
    usable = [(sheet, headings) for sheet, headings in found if not missing(headings)]
    if not usable:
        raise no_headings(max(found, key=lambda pair: score(pair[1]))[1], file_name)
    sheet, headings = max(
        usable, key=lambda pair: (not pair[0].hidden, score(pair[1]), len(pair[0].records))
    )
    others = [f"“{other.name}”" for other, _headings in usable if other is not sheet]
    if not others:
        return sheet, headings, []
    reason = _(
        "Several sheets hold purchase orders. “{sheet}” was read; {others} was not. To import "
        "another one, save it as a file of its own."
    ).format(sheet=sheet.name, others=", ".join(others))
    return sheet, headings, [Problem(None, None, sheet.name, reason)]


def _tidied(sheet: Sheet) -> Sheet:
    known: dict[str, str] = {"": ""}

    def tidy(cell: str) -> str:
        if cell not in known:
            text = cell.strip(EDGES)
            # the apostrophe that protects a formula is no part of the text
            known[cell] = (
                text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text
            )
        return known[cell]

    records = [[tidy(cell) for cell in record] for record in sheet.records]
    return Sheet(sheet.name, records, sheet.hidden, sheet.number_cells, sheet.expected_decimal)


def _about_headings(headings: Headings) -> list[Problem]:
    problems = [
        Problem(
            headings.row,
            headings.names[position],
            None,
            _("“{first}” is read as {field} already, so this column is not used.").format(
                first=headings.name(field), field=field
            ),
        )
        for position, field in headings.repeated
    ]
    date_heading = headings.name("ship_date")
    if LOOSE.get(plain(date_heading)) == "ship_date":
        reason = _("“{heading}” was read as the vendor ship date. Is it?").format(
            heading=date_heading
        )
        problems.append(Problem(headings.row, date_heading, None, reason))
    return problems


def _values(
    cells: Mapping[str, Cells], sheet: Sheet, headings: Headings, problems: list[Problem]
) -> dict[str, dict[int, Any]]:
    """Field → row → value; what cannot be read goes to `problems`."""
    fields = [BY_NAME[name] for name in cells]
    figures = [field.name for field in fields if field.kind in _PLACES]
    held = sheet.number_cells([headings.columns[name] for name in figures])
    numbers = {
        name: Cells(
            cells[name].heading,
            cells[name].texts,
            # records count from 0, rows from 1
            frozenset(index + 1 for index in held[headings.columns[name]]),
        )
        for name in figures
    }
    signs, assumed = read.number_signs(list(numbers.values()), sheet.expected_decimal)
    days = {field.name: cells[field.name] for field in fields if field.kind is Kind.DATE}
    orders, assumed_days = read.day_orders(days)
    problems += [*assumed, *assumed_days]

    def values_of(field: Field) -> tuple[dict[int, Any], list[Problem]]:
        name = field.name
        if name in numbers:
            return read.read_numbers(numbers[name], signs, _PLACES[field.kind])
        if name in days:
            return read.read_days(days[name], orders[name])
        reader = read.read_identifiers if field.kind is Kind.IDENTIFIER else read.read_texts
        return reader(cells[name])

    values: dict[str, dict[int, Any]] = {}
    for field in fields:
        values[field.name], unreadable = values_of(field)
        problems += unreadable
    return values


def _absences(
    cells: Mapping[str, Cells],
    values: Mapping[str, Mapping[int, Any]],
    rows: Sequence[int],
    without_number: set[int | None],
) -> list[Problem]:
    """Empty cells that matter; those that hold something unreadable are reported as such."""
    problems: list[Problem] = []
    for row in rows:
        if not cells["ship_date"].texts[row] and row not in without_number:
            reason = _("No ship date, in this row or above it for the same PO: not stored.")
            problems.append(Problem(row, cells["ship_date"].heading, None, reason, ERROR))
    for name in _EXPECTED:
        if name not in cells or (name == "product_description" and "product_id" in cells):
            continue
        if not values[name]:
            if rows:
                reason = _("This column is empty, or nothing in it could be read.")
                problems.append(Problem(None, cells[name].heading, None, reason))
            continue
        problems += [
            Problem(row, cells[name].heading, None, _("The cell is empty."))
            for row in rows
            if not cells[name].texts[row]
        ]
    return problems


def _extra(sheet: Sheet, headings: Headings, rows: Sequence[int]) -> dict[int, str]:
    """What stands under headings that we have no column for, as JSON by heading."""
    kept: dict[int, str] = {}
    for row in rows:
        record = sheet.records[row - 1]
        found = {headings.names[at]: record[at] for at in headings.unused if record[at]}
        if found:
            kept[row] = json.dumps(found, ensure_ascii=False, sort_keys=True)
    return kept
