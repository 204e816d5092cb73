"""Excel workbooks from frames: real dates and numbers, filters, totals, no surprises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from math import isfinite
from pathlib import Path

from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.excel_cells import Engine, Part, PartColumn
from komet.export.writers.excel_file import write_excel_file
from komet.export.writers.excel_measures import measure
from komet.export.writers.writer import Dialect
from komet.language import _later
from komet.replacing import replacing

__all__ = [
    "EXCEL_ROWS", "EXCEL_TYPE", "Column", "ColumnKind", "ExcelFile", "Sheet", "write_workbook",
]  # fmt: skip

EXCEL_ROWS = 1_048_576
"""Most rows of one worksheet, heading and totals included."""

EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""The MIME type of such a file, for a browser."""

_NAME_LIMIT = 31
_NAME_FORBIDDEN = frozenset("[]:*?/\\")


class ExcelFile:
    """All sheets, formatted, with their totals."""

    suffix = ".xlsx"
    label = _later("Excel, all sheets")
    media_type = EXCEL_TYPE
    has_sheets = True
    has_dialect = False
    cell_bytes = 6.0

    def write(self, target: Path, sheets: Sequence[Sheet], dialect: Dialect) -> None:  # noqa: ARG002
        """See `Writer`; Excel knows its own dialect."""
        write_workbook(target, sheets)


def write_workbook(
    target: Path,
    sheets: Sequence[Sheet],
    *,
    max_rows: int = EXCEL_ROWS,
    engine: Engine = write_excel_file,
) -> None:
    """Write ``sheets`` to the .xlsx file ``target``, which appears complete or not at all.

    Every sheet gets a bold frozen heading row, a filter over heading and data,
    widths, and number formats by kind. Texts stay texts: codes, URLs and whatever
    begins with "=" alike. Null, NaN and infinities are empty cells. Timestamps
    are in the time zone in force. Texts lose control characters and are cut, with a mark, at 32,767
    characters; days outside 1900 to 9999 are written as text. Names are cut to 31
    characters, and a sheet longer than ``max_rows`` goes on in "<name> 2", and so
    on, with the totals on the last, which are those of the rows that Excel's filters show. Printed
    pages are landscape and as wide as the paper, with the headings on each.

    Raises ``TypeError`` naming sheet and column for a dtype that the column's kind
    cannot show, ``ValueError`` for sheets that do not fit together or for a name
    that Excel refuses, ``OSError`` if the folder cannot be written.
    """
    parts = _parts_of(sheets, max_rows)
    with replacing(target) as draft:
        engine(draft, parts)


def _parts_of(sheets: Sequence[Sheet], max_rows: int) -> list[Part]:
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
        parts += _stretches(sheet, max_rows)
    _check_names([part.name for part in parts])
    return parts


def _stretches(sheet: Sheet, max_rows: int) -> Iterator[Part]:
    columns = tuple(
        PartColumn(
            heading=column.heading,
            number_format=measured.number_format(),
            width=measured.width(),
            marked=column.marked,
            is_text=column.kind is ColumnKind.TEXT,
            to_fill=column.to_fill,
        )
        for column, measured in zip(sheet.columns, measure(sheet), strict=True)
    )
    room = max_rows - 1
    needed = sheet.height + (sheet.totals is not None)
    count = max(1, -(-needed // room))
    earlier: list[tuple[str, int]] = []
    for number in range(1, count + 1):
        totals = None
        if number == count and sheet.totals is not None:
            totals = {h: _plain(v) for h, v in sheet.totals.items()}
        first = (number - 1) * room
        height = min(room, max(sheet.height - first, 0))
        name = _part_name(sheet.name, number)
        yield Part(name, columns, sheet, first, height, totals, tuple(earlier))
        earlier.append((name, height))


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
