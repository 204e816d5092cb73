"""An order file as a person exports it from the portal, read into one shape.

Never invented: what is missing or cannot be read stays empty, and stands in `problems`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from komet.db.database import MONEY, QUANTITY
from komet.ingest.sources.portal_file.body import BodyRow, split_body
from komet.ingest.sources.portal_file.cells import (
    Cells,
    day_orders,
    number_signs,
    read_days,
    read_identifiers,
    read_numbers,
    read_texts,
)
from komet.ingest.sources.portal_file.fields import (
    BY_NAME,
    FIELDS,
    LOOSE,
    Field,
    Kind,
    is_line_word,
)
from komet.ingest.sources.portal_file.fill_down import MergedCells, fill_down, merged_cells
from komet.ingest.sources.portal_file.problems import ERROR, Problem, problem_frame, skipped_frame
from komet.ingest.sources.portal_file.sheet import Headings, choose_table, read_table
from komet.language import _
from komet.tabular.model import Sheet
from komet.text import normalize_text

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
    """Read a workbook or a text with columns; the content decides which, not the name.

    Raises OrderFileError when the file as a whole cannot be used.
    """
    sheet, headings, problems = choose_table(read_table(data, file_name), file_name)
    merged = merged_cells(sheet, headings)
    body = split_body(sheet.records, headings, merged.texts)
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
    rows = list(filled.rows)
    counted = merged.problems(rows, headings)
    values = _values(cells, sheet, headings, merged, problems)
    reported = {(problem.row, problem.column) for problem in [*filled.problems, *counted]}
    problems += [*counted, *_absences(cells, values, rows, reported)]
    values["row"] = {row: row for row in rows}
    values["extra"] = _extra(body.rows, headings)
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
    if LOOSE.get(normalize_text(date_heading, solid=True)) == "ship_date":
        reason = _("“{heading}” was read as the vendor ship date. Is it?").format(
            heading=date_heading
        )
        problems.append(Problem(headings.row, date_heading, None, reason))
    return problems


def _values(
    cells: Mapping[str, Cells],
    sheet: Sheet,
    headings: Headings,
    merged: MergedCells,
    problems: list[Problem],
) -> dict[str, dict[int, Any]]:
    """Field → row → value; what cannot be read goes to `problems`."""
    fields = [BY_NAME[name] for name in cells]
    figures = [field.name for field in fields if field.kind in _PLACES]
    number_cells = sheet.number_cells([headings.columns[name] for name in figures])
    numbers = {
        name: Cells(
            cells[name].heading,
            cells[name].texts,
            merged.with_numbers(
                headings.columns[name],
                # records count from 0, rows from 1
                frozenset(index + 1 for index in number_cells[headings.columns[name]]),
            ),
        )
        for name in figures
    }
    signs, assumed = number_signs(list(numbers.values()), sheet.expected_decimal)
    days = {field.name: cells[field.name] for field in fields if field.kind is Kind.DATE}
    orders, assumed_days = day_orders(days)
    problems += [*assumed, *assumed_days]

    def values_of(field: Field) -> tuple[dict[int, Any], list[Problem]]:
        name = field.name
        if name in numbers:
            return read_numbers(numbers[name], signs, _PLACES[field.kind])
        if name in days:
            return read_days(days[name], orders[name])
        reader = read_identifiers if field.kind is Kind.IDENTIFIER else read_texts
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
    reported: Collection[tuple[int | None, str | None]],
) -> list[Problem]:
    """Empty cells that matter; those that hold something unreadable are reported as such.

    `reported`: row and heading of what is reported already.
    """
    problems: list[Problem] = []
    number, day = cells["po_number"].heading, cells["ship_date"]
    for row in rows:
        if not day.texts[row] and (row, number) not in reported:
            reason = _("No ship date, in this row or above it for the same PO: not stored.")
            problems.append(Problem(row, day.heading, None, reason, ERROR))
    for name in _EXPECTED:
        if name not in cells or (name == "product_description" and "product_id" in cells):
            continue
        heading = cells[name].heading
        if not values[name]:
            if rows:
                reason = _("This column is empty, or nothing in it could be read.")
                problems.append(Problem(None, heading, None, reason))
            continue
        problems += [
            Problem(row, heading, None, _("The cell is empty."))
            for row in rows
            if not cells[name].texts[row] and (row, heading) not in reported
        ]
    return problems


def _extra(rows: Sequence[BodyRow | None], headings: Headings) -> dict[int, str]:
    """What stands under headings that we have no column for, as JSON by heading."""
    kept: dict[int, str] = {}
    for body_row in rows:
        if body_row is None:
            continue
        cells = body_row.cells
        found = {headings.names[at]: cells[at] for at in headings.unused if cells[at]}
        if found:
            kept[body_row.row] = json.dumps(found, ensure_ascii=False, sort_keys=True)
    return kept


_ONE_PER_ORDER = ("ship_date", "vendor_name", "origin", "location_name", "status")


def contradictions(lines: pl.DataFrame, headings: Headings) -> list[Problem]:
    """POs with several ship dates, vendors …, reported once each. `lines`: see `OrderFile`.

    Different statuses of lines ("Shipped" beside "Confirmed") are none.
    """
    found: list[Problem] = []
    for name in _ONE_PER_ORDER:
        if name not in headings.columns:
            continue
        said = lines.drop_nulls(["po_number", name]).group_by("po_number", maintain_order=True)
        several = said.agg(
            pl.col(name).unique(maintain_order=True),
            pl.col("row").filter(pl.col(name) != pl.col(name).first()).first(),
        ).filter(pl.col(name).list.len() > 1)
        for number, values, row in several.iter_rows():
            if name == "status" and all(is_line_word(value) for value in values):
                continue
            listed = ", ".join(str(value) for value in values)
            reason = _("PO {number} has several values here: {values}.").format(
                number=number, values=listed
            )
            found.append(Problem(row, headings.name(name), listed, reason))
    return found
