"""CSV files that programs read as they are, and that Excel opens in its language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import polars as pl
import polars.selectors as cs

from komet import time_zone
from komet.errors import InvalidInput
from komet.export.replacing import replacing
from komet.language import _, _later, has_decimal_comma

SEPARATORS = {",": _later("comma"), ";": _later("semicolon"), "\t": _later("tab")}
"""What may stand between two columns."""
_NESTED = (pl.List, pl.Array, pl.Struct, pl.Object, pl.Binary)
# What makes Excel run a cell of a CSV file as a formula (OWASP: CSV injection).
_FORMULA = r"^([=+\-@\t\r\n])"


@dataclass(frozen=True)
class CsvDialect:
    """What stands between two columns (one of `SEPARATORS`), and before decimals."""

    separator: str = ","
    decimal_comma: bool = False

    @property
    def word(self) -> str:
        """The dialect in words, with a figure written in it."""
        return _("{separator}, decimals as in {figure}").format(
            separator=_(SEPARATORS[self.separator]), figure="0,5" if self.decimal_comma else "0.5"
        )


def dialect_of(
    language: str, separator: str | None = None, decimal_comma: bool | None = None
) -> CsvDialect:
    """What Excel reads in a language, but for what is chosen: `;` beside a decimal comma.

    Raises `InvalidInput` where a comma would part both the columns and the decimals.
    """
    if separator == "," and decimal_comma:
        raise InvalidInput(
            _("A comma cannot part both the columns and the decimals."),
            next_step=_("Choose another separator, or a decimal point."),
        )
    if decimal_comma is None:
        decimal_comma = has_decimal_comma(language) and separator != ","
    return CsvDialect(separator or (";" if decimal_comma else ","), decimal_comma)


def dialects(language: str) -> list[CsvDialect]:
    """Every dialect, that of the language first."""
    every = [CsvDialect(s, c) for s in SEPARATORS for c in (False, True) if not (s == "," and c)]
    usual = dialect_of(language)
    return [usual, *(one for one in every if one != usual)]


def write_csv(
    target: Path,
    frame: pl.DataFrame,
    *,
    delimiter: str = ",",
    decimal_comma: bool = False,
    guard_formulas: bool = True,
    decimals: Mapping[str, int] | None = None,
) -> None:
    """Write ``frame`` as CSV: UTF-8 with byte order mark, RFC 4180, atomic.

    Dates are ISO (2026-11-02), timestamps 2026-11-02 03:04:05 in the time zone in
    force, nulls, NaN and infinities empty. Numbers have the decimals that they need
    (10, 0.5), or as many as ``decimals`` says for their column. With
    ``guard_formulas`` a text that begins with = + - @, tab or a line end gets a
    leading apostrophe, because Excel would otherwise run it as a formula; numbers
    are never touched, so -5 stays a number.

    Raises ``TypeError`` naming the column for nested or binary values, ``OSError``
    if the folder cannot be written.
    """
    for name, dtype in frame.schema.items():
        if dtype in _NESTED:
            raise TypeError(f"Column {name!r}: {dtype} cannot be written as CSV.")
    texts = (cs.string() | cs.categorical() | cs.enum()).cast(pl.String)
    fixed = decimals or {}
    safe = frame.with_columns(
        texts.str.replace(_FORMULA, "'$1") if guard_formulas else texts,
        cs.datetime(time_zone="*")
        .dt.convert_time_zone(time_zone.name())
        .dt.replace_time_zone(None),
        *(
            _figures(frame[name], fixed.get(name), decimal_comma)
            for name, dtype in frame.schema.items()
            if dtype.is_float() or dtype.is_decimal() or (name in fixed and dtype.is_integer())
        ),
    )
    if guard_formulas:
        headings = pl.Series(frame.columns, dtype=pl.String).str.replace(_FORMULA, "'$1")
        safe.columns = headings.to_list()
    with replacing(target) as part:
        safe.write_csv(
            part,
            include_bom=True,
            separator=delimiter,
            line_terminator="\r\n",
            date_format="%Y-%m-%d",
            datetime_format="%Y-%m-%d %H:%M:%S",
        )


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
