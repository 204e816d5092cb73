"""The list of what is wrong with rows: one frame shape for reading and for checking."""

from collections.abc import Sequence

import polars as pl

ERROR = "error"
WARNING = "warning"
PROBLEM_SCHEMA = pl.Schema(
    {"row": pl.Int64, "column": pl.String, "severity": pl.String, "reason": pl.String}
)


def problems_where(
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


def joined(parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """All problems by row, errors before warnings, otherwise in the order given."""
    whole = pl.concat([PROBLEM_SCHEMA.to_frame(), *parts])
    return whole.sort("row", "severity", maintain_order=True)
