"""CSV files that programs read as they are, and that Excel opens in its language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import polars as pl
import polars.selectors as cs

from komet import time_zone
from komet.export.sheet import Rows, Sheet, stretches_of
from komet.export.writers.writer import Dialect
from komet.language import _later
from komet.replacing import replacing

_NESTED = (pl.List, pl.Array, pl.Struct, pl.Object, pl.Binary)
# What makes Excel run a cell of a CSV file as a formula (OWASP: CSV injection).
_FORMULA = r"^([=+\-@\t\r\n])"


class CsvFile:
    """Rows as text, for Excel and for programs."""

    suffix = ".csv"
    label = _later("CSV, items")
    media_type = "text/csv"
    has_sheets = False
    has_dialect = True
    cell_bytes = 9.3

    def write(self, target: Path, sheets: Sequence[Sheet], dialect: Dialect) -> None:
        """See `Writer`."""
        first = sheets[0]
        write_csv(
            target,
            first.rows,
            delimiter=dialect.separator,
            decimal_comma=dialect.decimal_comma,
            guard_formulas=dialect.guard_formulas,
            decimals={c.heading: c.decimals for c in first.columns if c.decimals is not None},
        )


def write_csv(
    target: Path,
    rows: pl.DataFrame | Rows,
    *,
    delimiter: str = ",",
    decimal_comma: bool = False,
    guard_formulas: bool = True,
    decimals: Mapping[str, int] | None = None,
) -> None:
    """Write ``rows`` as CSV: UTF-8 with byte order mark, RFC 4180, atomic.

    Dates are ISO (2026-11-02), timestamps 2026-11-02 03:04:05 in the time zone in
    force, nulls, NaN and infinities empty. Numbers have the decimals that they need
    (10, 0.5), or as many as ``decimals`` says for their column. With
    ``guard_formulas`` a text that begins with = + - @, tab or a line end gets a
    leading apostrophe, because Excel would otherwise run it as a formula; numbers
    are never touched, so -5 stays a number.

    Raises ``TypeError`` naming the column for nested or binary values, ``OSError``
    if the folder cannot be written.
    """
    for name, dtype in rows.schema.items():
        if dtype in _NESTED:
            raise TypeError(f"Column {name!r}: {dtype} cannot be written as CSV.")
    with replacing(target) as part, part.open("wb") as file:
        for number, stretch in enumerate(stretches_of(rows)):
            texts = _texts(stretch, decimal_comma, guard_formulas, decimals or {})
            texts.write_csv(
                file,
                include_bom=number == 0,
                include_header=number == 0,
                separator=delimiter,
                line_terminator="\r\n",
                date_format="%Y-%m-%d",
                datetime_format="%Y-%m-%d %H:%M:%S",
            )


def _texts(
    frame: pl.DataFrame, decimal_comma: bool, guard_formulas: bool, decimals: Mapping[str, int]
) -> pl.DataFrame:
    """Values as CSV has them, but for days and times."""
    texts = (cs.string() | cs.categorical() | cs.enum()).cast(pl.String)
    safe = frame.with_columns(
        texts.str.replace(_FORMULA, "'$1") if guard_formulas else texts,
        cs.datetime(time_zone="*")
        .dt.convert_time_zone(time_zone.name())
        .dt.replace_time_zone(None),
        *(
            _figures(frame[name], decimals.get(name), decimal_comma)
            for name, dtype in frame.schema.items()
            if dtype.is_float() or dtype.is_decimal() or (name in decimals and dtype.is_integer())
        ),
    )
    if guard_formulas:
        headings = pl.Series(frame.columns, dtype=pl.String).str.replace(_FORMULA, "'$1")
        safe.columns = headings.to_list()
    return safe


def _figures(values: pl.Series, places: int | None, decimal_comma: bool) -> pl.Series:
    """Numbers as text: with that many decimals, or without idle ones."""
    if values.dtype.is_float():
        values = values.set(~values.is_finite(), None)
    if places is not None:
        texts = values.map_elements(lambda value: f"{value:.{places}f}", return_dtype=pl.String)
    else:
        texts = values.cast(pl.String)
        if texts.str.contains("e", literal=True).any():
            # a float of many digits: 1e16 is no number to every program
            texts = texts.map_elements(lambda text: f"{Decimal(text):f}", return_dtype=pl.String)
        texts = texts.str.replace(r"(\.\d*?)0+$", "$1").str.strip_chars_end(".")
    texts = texts.str.replace(r"^-(0(?:\.0*)?)$", "$1")
    return texts.str.replace(".", ",", literal=True) if decimal_comma else texts
