"""What is wrong with an order file, cell by cell, and the rows of it that are no order lines."""

from collections.abc import Iterable
from typing import NamedTuple

import polars as pl

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
