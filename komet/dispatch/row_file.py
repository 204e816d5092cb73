"""A file with new orders or stock, read into rows of values; what cannot be read is named.

Nothing is guessed: where neither the file nor the cell shows which of two dates or numbers is
meant, the row is in error, because it would be written to Komet.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from komet.dispatch.model import Remark, WriteKind
from komet.dispatch.row_fields import (
    COLUMNS,
    FIELDS,
    NEEDED,
    Field,
    Kind,
    headings_of,
    is_only_shown,
)
from komet.errors import InvalidInput
from komet.ingest.sources.portal_file.cells import damage, read_identifier
from komet.ingest.sources.portal_file.values import (
    DayOrder,
    day_evidence,
    decimal_signs,
    is_undecided_day,
    is_undecided_number,
    read_cell_number,
    read_day,
    read_number,
)
from komet.language import _
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet
from komet.text import EDGES, normalize_text

MOST_BYTES = 20 * 1024 * 1024
_DEPTH = 25
"""How far down the headings may be: a title and a date stand above them in places."""
_MANY_PLACES = 12
_PLACES = 3
"""Decimals that Komet takes of a cost."""
_MOST_BOXES = 100_000
_YES = {"1", "true", "yes", "y", "x", "si", "s", "verdadero", "sim"}
_NO = {"0", "false", "no", "n", "falso"}
Value = str | int | Decimal | date | bool


@dataclass(frozen=True)
class Row:
    """One row that is not blank: its number as Excel shows it, and its values by column."""

    number: int
    values: Mapping[str, Value]
    problems: tuple[str, ...] = ()
    """What keeps it from being sent, as sentences."""

    def text(self, name: str) -> str:
        """The value of a column as text; empty where there is none."""
        value = self.values.get(name)
        return "" if value is None else str(value)


@dataclass(frozen=True)
class RowFile:
    """`unused`: headings that no column of the kind is called by, and that have cells below them.

    `headings`: their row as Excel shows it.
    """

    name: str
    rows: Sequence[Row]
    headings: int
    unused: tuple[str, ...] = ()


def read_rows(data: bytes, file_name: str, kind: WriteKind) -> RowFile:
    """The rows of a workbook or a text with columns.

    Raises `TableError` where it cannot be read, and `InvalidInput` where a needed column is not
    there.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            _("{name} is larger than 20 MB.").format(name=file_name),
            next_step=_("Split it, or leave out columns that are not needed."),
        )
    known = headings_of(kind)

    def likeness(records: Sequence[Sequence[str]]) -> int:
        return max((len(_columns(record, known)) for record in records[:_DEPTH]), default=0)

    file = read_table_file(data, file_name, likeness)
    sheet = max(file.sheets, key=lambda one: (likeness(one.records), not one.hidden))
    at, columns = _headings(sheet, known)
    missing = [name for name in NEEDED[kind] if name not in columns]
    if not columns or missing:
        raise _without(file_name, missing if columns else list(COLUMNS[kind]))
    unused = tuple(
        heading
        for position, cell in enumerate(sheet.records[at])
        if (heading := cell.strip(EDGES))
        and position not in columns.values()
        and not is_only_shown(heading)
        and any(_cell(record, position) for record in sheet.records[at + 1 :])
    )
    return RowFile(file_name, _rows(sheet, at, columns), at + 1, unused)


def _columns(record: Sequence[str], known: Mapping[str, str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for position, cell in enumerate(record):
        name = known.get(normalize_text(cell, solid=True))
        if name:
            found.setdefault(name, position)
    return found


def _headings(sheet: Sheet, known: Mapping[str, str]) -> tuple[int, dict[str, int]]:
    best: tuple[int, dict[str, int]] = (0, {})
    for at, record in enumerate(sheet.records[:_DEPTH]):
        found = _columns(record, known)
        if len(found) > len(best[1]):
            best = at, found
    return best


def _without(file_name: str, missing: Sequence[str]) -> InvalidInput:
    names = ", ".join(f"“{_(FIELDS[name].label)}”" for name in missing)
    return InvalidInput(
        _("A column is missing"),
        _("{name} has no column {names}.").format(name=file_name, names=names),
        _("Name the columns as in the template, and upload the file again."),
    )


def _rows(sheet: Sheet, at: int, columns: Mapping[str, int]) -> list[Row]:
    shown = sheet.as_shown()
    numbers = sheet.number_cells(list(columns.values()))
    body = range(at + 1, len(sheet.records))
    readers = {
        name: _reader(FIELDS[name], sheet, body, position, numbers.get(position, frozenset()))
        for name, position in columns.items()
    }
    rows: list[Row] = []
    for index in body:
        values: dict[str, Value] = {}
        wrong: list[str] = []
        for name, position in columns.items():
            as_shown = FIELDS[name].kind in {Kind.TEXT, Kind.IDENTIFIER}
            cell = _cell(shown[index] if as_shown else sheet.records[index], position)
            if not cell:
                continue
            try:
                values[name] = readers[name].read(cell, real=index in readers[name].numbers)
            except ValueError as problem:
                wrong.append(f"{_(FIELDS[name].label)}: {problem}")
        if values or wrong:
            rows.append(Row(index + 1, values, tuple(wrong)))
    return rows


def _cell(record: Sequence[str], position: int) -> str:
    text = record[position].strip(EDGES) if position < len(record) else ""
    # the apostrophe that protects a formula is no part of the text
    return text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text


@dataclass(frozen=True)
class _Reader:
    """Reads the cells of one column; what its other cells prove decides about the doubtful ones."""

    kind: Kind
    numbers: frozenset[int]
    order: DayOrder | None
    decimal: str | None

    def read(self, cell: str, *, real: bool) -> Value:
        """The value of a cell, not empty. Raises `ValueError` with the reason."""
        match self.kind:
            case Kind.TEXT:
                return " ".join(cell.split())
            case Kind.IDENTIFIER:
                if (why := damage(cell)) is not None:
                    raise ValueError(why)
                return read_identifier(cell) or cell
            case Kind.DATE:
                return self._day(cell)
            case Kind.FLAG:
                return _flag(cell)
            case Kind.COUNT:
                return _count(cell, self._number(cell, real=real))
            case Kind.MONEY:
                return _money(cell, self._number(cell, real=real))

    def _day(self, cell: str) -> date:
        found = read_day(cell, self.order)
        if found is not None:
            return found
        if self.order is None and is_undecided_day(cell):
            first, second = (read_day(cell, order) for order in DayOrder)
            raise ValueError(
                _("“{text}” may be {one} or {other}: write it as {one}.").format(
                    text=cell, one=first, other=second
                )
            )
        raise ValueError(_("“{text}” is not a date; write it as 2026-11-28.").format(text=cell))

    def _number(self, cell: str, *, real: bool) -> Decimal:
        found = (
            read_cell_number(cell, _MANY_PLACES)
            if real
            else read_number(cell, self.decimal, _MANY_PLACES)
        )
        if found is None and self.decimal is None and is_undecided_number(cell):
            raise ValueError(
                _("“{text}” may be a thousand or a small number: write it without a"
                  " separator.").format(text=cell)
            )  # fmt: skip
        if found is None:
            raise ValueError(_("“{text}” is not a number.").format(text=cell))
        return found


def _reader(
    column: Field, sheet: Sheet, body: range, position: int, numbers: frozenset[int]
) -> _Reader:
    texts = [
        cell
        for index in body
        if index not in numbers and (cell := _cell(sheet.records[index], position))
    ]
    order: DayOrder | None = None
    decimal: str | None = None
    if column.kind is Kind.DATE:
        orders = day_evidence(texts).orders
        order = next(iter(orders)) if len(orders) == 1 else None
    elif column.kind in {Kind.COUNT, Kind.MONEY}:
        signs = decimal_signs(texts, expected=sheet.expected_decimal)
        decimal = None if signs.assumed else signs.decimal
    return _Reader(column.kind, numbers, order, decimal)


def _flag(cell: str) -> bool:
    word = normalize_text(cell)
    if word in _YES | _NO:
        return word in _YES
    raise ValueError(_("“{text}” is neither yes nor no.").format(text=cell))


def _count(cell: str, value: Decimal) -> int:
    if value != value.to_integral_value() or not 0 <= value < _MOST_BOXES:
        raise ValueError(_("“{text}” is not a whole number.").format(text=cell))
    return int(value)


def _money(cell: str, value: Decimal) -> Decimal:
    if value < 0:
        raise ValueError(_("“{text}” is less than nothing.").format(text=cell))
    if value != round(value, _PLACES):
        raise ValueError(_("“{text}” has more than {n} decimals.").format(text=cell, n=_PLACES))
    return round(value, _PLACES)


def problems_of(file: RowFile, provider_id: str) -> list[Remark]:
    """The rows that cannot be read, each with all its reasons."""
    return [
        Remark(row.number, subject_of(row), " ".join(row.problems), provider_id)
        for row in file.rows
        if row.problems
    ]


def subject_of(row: Row) -> str:
    """What a row is about, as it names it itself."""
    names = ("inventory_id", "prebook_item_id", "mixed_box", "product", "sku", "product_code",
             "product_id")  # fmt: skip
    return next((row.text(name) for name in names if row.text(name)), "")


_DIGITS = re.compile(r"\d+", re.ASCII)


def id_in(row: Row, name: str) -> str | None:
    """The ID in a column, as Komet counts them. Raises `InvalidInput` for what is none."""
    text = row.text(name)
    if not text:
        return None
    if not _DIGITS.fullmatch(text):
        raise InvalidInput(
            _("{column}: “{text}” is not an ID.").format(column=_(FIELDS[name].label), text=text)
        )
    return text
