"""What stops an order file from being read, and what is wrong with its cells and rows.

    AppError
    └── OrderFileError
        ├── EmptyFile            nothing in it
        ├── NotATable            a PDF, a picture, a web page, a damaged workbook …
        ├── PasswordProtected    a workbook that only its password opens
        └── NoHeadings           no row that names a PO, a ship date and a product

A bad row or cell is never an exception: it is a line of `OrderFile.problems`.
"""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

from komet.errors import AppError
from komet.language import _


class OrderFileError(AppError):
    """The file as a whole cannot be read."""

    code = "order_file_error"


class EmptyFile(OrderFileError):
    """There is nothing in it."""

    code = "order_file_empty_file"

    def __init__(self, file_name: str) -> None:
        super().__init__(
            _("The file is empty"),
            _("{file_name} has no rows.").format(file_name=file_name),
            _("Export the purchase orders with their products again, and upload that file."),
        )


class NotATable(OrderFileError):
    """It is not a workbook, and not a text with columns."""

    code = "order_file_not_a_table"


class PasswordProtected(OrderFileError):
    """Only its password opens it."""

    code = "order_file_password_protected"

    def __init__(self, file_name: str) -> None:
        super().__init__(
            _("The workbook has a password"),
            _("{file_name} is encrypted, so nothing can be read.").format(file_name=file_name),
            _("Open it in Excel, save it without a password, and upload the new file."),
        )


class NoHeadings(OrderFileError):
    """No row tells which column is which."""

    code = "order_file_no_headings"


ERROR = "error"
"""The row cannot be stored."""
WARNING = "warning"
"""The row can be stored; what could not be read is empty."""

PROBLEMS = pl.Schema(
    {
        "row": pl.Int64,
        "column": pl.String,
        "value": pl.String,
        "reason": pl.String,
        "severity": pl.String,
    }
)
SKIPPED = pl.Schema({"row": pl.Int64, "text": pl.String, "why": pl.String})
_LONGEST_TEXT = 200


class Problem(NamedTuple):
    """`row` as Excel shows it, None for the whole file; `column` as the file spells it."""

    row: int | None
    column: str | None
    value: str | None
    reason: str
    severity: str = WARNING


class Skipped(NamedTuple):
    """A row that is not an order line, and why it was taken for none."""

    row: int
    text: str
    why: str


def problem_frame(problems: Iterable[Problem]) -> pl.DataFrame:
    """[row: Int64, column, value, reason, severity: String]: the whole file first, then by row."""
    frame = pl.DataFrame(list(problems), schema=PROBLEMS, orient="row")
    return frame.sort("row", nulls_last=False, maintain_order=True)


def skipped_frame(skipped: Iterable[Skipped]) -> pl.DataFrame:
    """[row: Int64, text, why: String], by row; `text` is what the row says, cut when long."""
    frame = pl.DataFrame(list(skipped), schema=SKIPPED, orient="row")
    return frame.sort("row", maintain_order=True)


def row_text(cells: Iterable[str]) -> str:
    """What a row says, on one line."""
    text = " | ".join(" ".join(cell.split()) for cell in cells if cell)
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1] + "…"
