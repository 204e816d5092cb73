"""The worksheets of a workbook as any library writes them, and what such a library must do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any, Protocol

import polars as pl

from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.excel_cells import ODD_DATE, column_widths, excel_frame
from komet.language import _

MARK = "#FFE9A8"
"""The colour of the filled cells of a marked column."""

_NAME_LIMIT = 31
_NAME_FORBIDDEN = frozenset("[]:*?/\\")
# Small enough that other threads wait 0.03 s at most: a whole frame handed to
# the Rust library holds the interpreter lock for 1.8 s per 100,000 rows.
_BATCH = 1_000

_NUMBER_FORMAT = {
    ColumnKind.INTEGER: "0",
    ColumnKind.MONEY: "#,##0.00",
    ColumnKind.UNIT_COST: "#,##0.0000",
    # Not 0.####, which shows a whole number with a lonely point: "1."
    ColumnKind.FACTOR: "0.00##",
    ColumnKind.DATE: "yyyy-mm-dd",
    ColumnKind.TIME: "yyyy-mm-dd hh:mm",
}


@dataclass(frozen=True)
class PartColumn:
    """One column: its heading, Excel's number format or None, and its width in Excel's unit."""

    heading: str
    number_format: str | None
    width: float
    marked: bool
    is_text: bool


@dataclass(frozen=True)
class Part:
    """One worksheet of the file: a sheet, or a stretch of one that is too long.

    `frame` holds its rows as `excel_frame` made them; `totals` its last row, in bold and outside
    the filter, by heading.
    """

    name: str
    columns: tuple[PartColumn, ...]
    frame: pl.DataFrame
    totals: dict[str, Any] | None

    @property
    def marked(self) -> bool:
        """Whether some of its columns stand out. Then none has a format beyond its last row."""
        return any(column.marked for column in self.columns)

    def records(self) -> Iterator[dict[str, Any]]:
        """Its rows below the headings: heading → text, number, truth, date, or None."""
        odd = [name for name in self.frame.columns if name.endswith(ODD_DATE)]
        for record in self.frame.iter_rows(named=True, buffer_size=_BATCH):
            for name in odd:
                text = record.pop(name)
                if text is not None:
                    record[name.removesuffix(ODD_DATE)] = text
            yield record

    def totals_record(self) -> dict[str, Any] | None:
        """The row of totals, whose first cell says so."""
        if self.totals is None:
            return None
        headings = [column.heading for column in self.columns]
        return dict.fromkeys(headings) | {headings[0]: _("Total")} | self.totals


class Engine(Protocol):
    """A library that writes workbooks."""

    def __call__(self, target: Path, parts: Sequence[Part]) -> None:
        """Write the parts to `target`, a worksheet each.

        A bold frozen row of headings; a filter over headings and rows; every filled cell in the
        format of its column, in `MARK` where that is marked; then the totals, bold, outside the
        filter. Texts stay texts, whatever they look like; None and an empty text are no cells.
        """


def parts_of(sheets: Sequence[Sheet], max_rows: int) -> list[Part]:
    """The worksheets for sheets; one that has more than `max_rows` rows goes on in the next.

    Raises `TypeError` for values that a column's kind cannot show, `ValueError` for sheets that do
    not fit together or for a name that Excel refuses.
    """
    if not sheets:
        raise ValueError("A workbook needs at least one sheet.")
    if max_rows < 2:
        raise ValueError("max_rows must leave room for a heading and one row.")
    parts: list[Part] = []
    for sheet in sheets:
        sheet.check()
        parts += _parts(sheet, excel_frame(sheet), max_rows)
    _check_names([part.name for part in parts])
    return parts


def _parts(sheet: Sheet, frame: pl.DataFrame, max_rows: int) -> Iterator[Part]:
    columns = tuple(
        PartColumn(
            heading=column.heading,
            number_format=_number_format(column, sheet, frame),
            width=width,
            marked=column.marked,
            is_text=column.kind is ColumnKind.TEXT,
        )
        for column, width in zip(sheet.columns, column_widths(sheet, frame), strict=True)
    )
    room = max_rows - 1
    needed = frame.height + (sheet.totals is not None)
    count = max(1, -(-needed // room))
    for number in range(1, count + 1):
        totals = None
        if number == count and sheet.totals is not None:
            totals = {h: _plain(v) for h, v in sheet.totals.items()}
        rows = frame.slice((number - 1) * room, room)
        yield Part(_part_name(sheet.name, number), columns, rows, totals)


def _part_name(name: str, number: int) -> str:
    suffix = f" {number}" if number > 1 else ""
    units = name.encode("utf-16-le")[: 2 * (_NAME_LIMIT - len(suffix))]
    return units.decode("utf-16-le", "ignore") + suffix


def _check_names(names: Sequence[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if not name.strip() or _NAME_FORBIDDEN & set(name) or not name.isprintable():
            raise ValueError(f"Excel refuses the sheet name {name!r}: no blanks only, no []:*?/\\.")
        if name.startswith("'") or name.endswith("'") or name.casefold() == "history":
            raise ValueError(f"Excel refuses the sheet name {name!r}.")
        if name.casefold() in seen:
            raise ValueError(f"Two sheets would be called {name!r}.")
        seen.add(name.casefold())


def _plain(value: Decimal | int | float | None) -> int | float | None:
    if value is None or not isfinite(value):
        return None
    return float(value) if isinstance(value, Decimal) else value


def _number_format(column: Column, sheet: Sheet, frame: pl.DataFrame) -> str | None:
    if column.kind is not ColumnKind.QUANTITY:
        return _NUMBER_FORMAT.get(column.kind)
    total = float((sheet.totals or {}).get(column.heading) or 0)
    whole = _is_whole(frame.get_column(column.heading)) and total.is_integer()
    return "#,##0" if whole else "#,##0.00"


def _is_whole(values: pl.Series) -> bool:
    return values.dtype != pl.Float64 or bool((values == values.floor()).all())
