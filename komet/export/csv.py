"""CSV files that Excel opens correctly and safely."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import polars.selectors as cs

from komet import time_zone
from komet.export.replacing import replacing

_NESTED = (pl.List, pl.Array, pl.Struct, pl.Object, pl.Binary)
# What makes Excel run a cell of a CSV file as a formula (OWASP: CSV injection).
_FORMULA = r"^([=+\-@\t\r\n])"


def write_csv(
    target: Path, frame: pl.DataFrame, *, delimiter: str = ",", decimal_comma: bool = False
) -> None:
    """Write ``frame`` as CSV: UTF-8 with byte order mark, RFC 4180, atomic.

    Dates are ISO (2026-11-02), timestamps 2026-11-02 03:04:05 in the time zone in
    force, nulls, NaN
    and infinities empty. A text that begins with = + - @, tab or a line end gets a
    leading apostrophe, because Excel would otherwise run it as a formula; numbers
    are never touched, so -5.00 stays a number.

    Raises ``TypeError`` naming the column for nested or binary values, ``OSError``
    if the folder cannot be written.
    """
    for name, dtype in frame.schema.items():
        if dtype in _NESTED:
            raise TypeError(f"Column {name!r}: {dtype} cannot be written as CSV.")
    texts = cs.string() | cs.categorical() | cs.enum()
    floats = cs.float()
    safe = frame.with_columns(
        texts.cast(pl.String).str.replace(_FORMULA, "'$1"),
        pl.when(floats.is_finite()).then(floats),
        cs.datetime(time_zone="*")
        .dt.convert_time_zone(time_zone.name())
        .dt.replace_time_zone(None),
    )
    headings = pl.Series(frame.columns, dtype=pl.String).str.replace(_FORMULA, "'$1")
    safe.columns = headings.to_list()
    with replacing(target) as part:
        safe.write_csv(
            part,
            include_bom=True,
            separator=delimiter,
            decimal_comma=decimal_comma,
            line_terminator="\r\n",
            date_format="%Y-%m-%d",
            datetime_format="%Y-%m-%d %H:%M:%S",
        )
