"""Excel workbooks from frames: real dates and numbers, filters, totals, no surprises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isfinite
from pathlib import Path
from typing import Any

import polars as pl
from rustpy_xlsxwriter import Format, write_worksheets

from komet.export.replacing import replacing
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.excel_cells import ODD_DATE, column_widths, excel_frame
from komet.export.writers.excel_rust import finish_workbook
from komet.language import _

__all__ = ["EXCEL_ROWS", "EXCEL_TYPE", "Column", "ColumnKind", "Sheet", "write_workbook"]

EXCEL_ROWS = 1_048_576
"""Most rows of one worksheet, heading and totals included."""

EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What a browser is told that such a file is."""

_NAME_LIMIT = 31
_NAME_FORBIDDEN = frozenset("[]:*?/\\")
# Small enough that other threads wait 0.03 s at most: a whole frame handed to
# the library holds the interpreter lock for 1.8 s per 100,000 rows.
_BATCH = 1_000
_MARK = "#FFE9A8"

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
class _Part:
    """One worksheet of the file: a sheet, or a stretch of one that is too long."""

    name: str
    sheet: Sheet
    frame: pl.DataFrame
    totals: dict[str, Any] | None


def write_workbook(target: Path, sheets: Sequence[Sheet], *, max_rows: int = EXCEL_ROWS) -> None:
    """Write ``sheets`` to the .xlsx file ``target``, which appears complete or not at all.

    Every sheet gets a bold frozen heading row, a filter over heading and data,
    widths, and number formats by kind. Texts stay texts: codes, URLs and whatever
    begins with "=" alike. Null, NaN and infinities are empty cells. Timestamps
    are in the time zone in force. Texts lose control characters and are cut, with a mark, at 32,767
    characters; days outside 1900 to 9999 are written as text. Names are cut to 31
    characters, and a sheet longer than ``max_rows`` goes on in "<name> 2", and so
    on, with the totals on the last.

    Raises ``TypeError`` naming sheet and column for a dtype that the column's kind
    cannot show, ``ValueError`` for sheets that do not fit together or for a name
    that Excel refuses, ``OSError`` if the folder cannot be written.
    """
    if not sheets:
        raise ValueError("A workbook needs at least one sheet.")
    if max_rows < 2:
        raise ValueError("max_rows must leave room for a heading and one row.")
    formats: dict[str, list[Format] | dict[str, Format]] = {}
    widths: dict[str, list[float] | dict[str, float]] = {}
    parts: list[_Part] = []
    for sheet in sheets:
        sheet.check()
        frame = excel_frame(sheet)
        for part in _parts(sheet, frame, max_rows):
            parts.append(part)
            formats[part.name] = [_format(column, sheet, frame) for column in sheet.columns]
            widths[part.name] = column_widths(sheet, frame)
    _check_names([part.name for part in parts])

    with replacing(target) as draft:
        write_worksheets(
            [(part.name, _records(part)) for part in parts],
            str(draft),
            freeze_panes={part.name: {"row": 1, "col": 0} for part in parts},
            header_format={part.name: Format().set_bold() for part in parts},
            column_formats=formats,
            column_widths=widths,
            autofilter={part.name: True for part in parts},
            # Codes are digits kept as text on purpose; no green triangles on them.
            ignore_errors={part.name: _texts(part.sheet) for part in parts},
        )
        rows = {i: part.frame.height + 2 for i, part in enumerate(parts) if part.totals is not None}
        marked = [i for i, part in enumerate(parts) if any(c.marked for c in part.sheet.columns)]
        if rows or marked:
            with replacing(draft) as finished:
                finish_workbook(draft, finished, rows, marked)


def _parts(sheet: Sheet, frame: pl.DataFrame, max_rows: int) -> Iterator[_Part]:
    room = max_rows - 1
    needed = frame.height + (sheet.totals is not None)
    count = max(1, -(-needed // room))
    for number in range(1, count + 1):
        totals = None
        if number == count and sheet.totals is not None:
            totals = {h: _plain(v) for h, v in sheet.totals.items()}
        rows = frame.slice((number - 1) * room, room)
        yield _Part(_part_name(sheet.name, number), sheet, rows, totals)


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


def _records(part: _Part) -> pl.DataFrame | Iterator[dict[str, Any]]:
    if part.frame.is_empty() and part.totals is None:
        # The library learns the headings from the first record; a generator
        # without any would give a sheet without headings.
        return part.frame.select(column.heading for column in part.sheet.columns)
    return _stream(part)


def _stream(part: _Part) -> Iterator[dict[str, Any]]:
    odd = [name for name in part.frame.columns if name.endswith(ODD_DATE)]
    for record in part.frame.iter_rows(named=True, buffer_size=_BATCH):
        for name in odd:
            text = record.pop(name)
            if text is not None:
                record[name.removesuffix(ODD_DATE)] = text
        yield record
    if part.totals is not None:
        headings = [column.heading for column in part.sheet.columns]
        yield dict.fromkeys(headings) | {headings[0]: _("Total")} | part.totals


def _plain(value: Decimal | int | float | None) -> int | float | None:
    if value is None or not isfinite(value):
        return None
    return float(value) if isinstance(value, Decimal) else value


def _format(column: Column, sheet: Sheet, frame: pl.DataFrame) -> Format:
    pattern = _NUMBER_FORMAT.get(column.kind)
    if column.kind is ColumnKind.QUANTITY:
        total = float((sheet.totals or {}).get(column.heading) or 0)
        whole = _is_whole(frame.get_column(column.heading)) and total.is_integer()
        pattern = "#,##0" if whole else "#,##0.00"
    shown = Format().set_num_format(pattern) if pattern else Format()
    return shown.set_background_color(_MARK) if column.marked else shown


def _is_whole(values: pl.Series) -> bool:
    return values.dtype != pl.Float64 or bool((values == values.floor()).all())


def _texts(sheet: Sheet) -> list[str]:
    return [column.heading for column in sheet.columns if column.kind is ColumnKind.TEXT]
