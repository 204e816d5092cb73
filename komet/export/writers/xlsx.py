"""Excel workbooks from frames: real dates and numbers, filters, totals, no surprises."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.excel_parts import Engine, parts_of
from komet.export.writers.excel_rust import write_with_rust
from komet.export.writers.writer import Dialect, replacing
from komet.language import _later

__all__ = [
    "EXCEL_ROWS", "EXCEL_TYPE", "Column", "ColumnKind", "ExcelFile", "Sheet", "write_workbook",
]  # fmt: skip

EXCEL_ROWS = 1_048_576
"""Most rows of one worksheet, heading and totals included."""

EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
"""What a browser is told that such a file is."""


class ExcelFile:
    """All sheets, formatted, with their totals."""

    suffix = ".xlsx"
    label = _later("Excel, all sheets")
    media_type = EXCEL_TYPE
    has_sheets = True
    has_dialect = False

    def write(self, target: Path, sheets: Sequence[Sheet], dialect: Dialect) -> None:  # noqa: ARG002
        """See `Writer`; Excel knows its own dialect."""
        write_workbook(target, sheets)


def write_workbook(
    target: Path,
    sheets: Sequence[Sheet],
    *,
    max_rows: int = EXCEL_ROWS,
    engine: Engine = write_with_rust,
) -> None:
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
    parts = parts_of(sheets, max_rows)
    with replacing(target) as draft:
        engine(draft, parts)
