"""What is wrong with a mapping file as a whole, or with its rows: one frame shape for all of them.

    AppError
    └── MappingFileError    not a table, not text, no headings, two columns for one field …

A bad row is never an exception: it is a line of `MappingFile.problems`.
"""

from collections.abc import Sequence
from string import Formatter

import polars as pl

from komet.errors import AppError


class MappingFileError(AppError):
    """The file as a whole cannot be read."""

    code = "mapping_file_error"

    def __str__(self) -> str:
        return f"{self.title}: {self.reason} {self.next_step}"


ERROR = "error"
WARNING = "warning"
PROBLEM_SCHEMA = pl.Schema(
    {"row": pl.Int64, "column": pl.String, "severity": pl.String, "reason": pl.String}
)


def find_problems(
    frame: pl.DataFrame, condition: pl.Expr, *, column: str | None, severity: str, reason: pl.Expr
) -> pl.DataFrame:
    """One problem for each row of `frame` (which has `row`) that meets `condition`.

    Returns [row: Int64, column, severity, reason: String]. `column` is the heading as the
    file spells it, or None when the whole row is meant.
    """
    found = frame.filter(condition)
    if found.is_empty():
        return PROBLEM_SCHEMA.to_frame()
    return found.select(
        pl.col("row"),
        pl.lit(column, dtype=pl.String).alias("column"),
        pl.lit(severity).alias("severity"),
        reason.alias("reason"),
    )


def join_problems(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """All problems by row, errors before warnings, otherwise in the order given."""
    whole = pl.concat([PROBLEM_SCHEMA.to_frame(), *parts])
    return whole.sort("row", "severity", maintain_order=True)


def message(template: str, **values: pl.Expr) -> pl.Expr:
    """`template.format(**values)` as one String expression; an empty value reads as "".

    Raises KeyError when the template (or a translation of it) names a value not given.
    """
    parts: list[pl.Expr] = []
    for literal, name, _spec, _conversion in Formatter().parse(template):
        if literal:
            parts.append(pl.lit(literal))
        if name is not None:
            parts.append(values[name].cast(pl.String).fill_null(""))
    return pl.concat_str(parts)


def list_items(items: pl.Expr, most: int = 5) -> pl.Expr:
    """The items of a list column as "a, b, c", with " …" after the first `most`."""
    texts = items.cast(pl.List(pl.String))
    more = pl.when(texts.list.len() > most).then(pl.lit(" …")).otherwise(pl.lit(""))
    return texts.list.head(most).list.join(", ") + more
