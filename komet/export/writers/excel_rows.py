"""The rows of a worksheet as XML, made by polars: a whole batch at a time, without the interpreter.

Expressions put the cells of a column together for all rows at once. That takes a quarter of what
the fastest library takes per cell, lets other threads run, and so can be done by several.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import polars as pl

from komet.export.writers.excel_cells import ODD_DATE
from komet.export.writers.excel_references import letters_of

_EPOCH = 25_569
"""The serial number that Excel gives to 1 January 1970."""
_DAY = 86_400_000_000
"""Microseconds."""
_MARCH_1900 = (date(1900, 3, 1) - date(1970, 1, 1)).days
"""Excel believes in a 29 February 1900: days before this have a number one less."""
_WHOLE = 2.0**53
_SPECIAL = ["&", "<", ">", "_x"]
_ROW = pl.col("row")
_NOTHING = pl.lit("")


def rows_xml(frame: pl.DataFrame, first_row: int, styles: Sequence[int]) -> memoryview:
    """The `<row>` elements of a frame from `excel_frame`, in UTF-8.

    `first_row` is Excel's number of the first, from 1; `styles` has the number of a cell format for
    each column but those of `ODD_DATE`. None and an empty text are no cells.
    """
    numbers = pl.int_range(first_row, first_row + frame.height, eager=True, dtype=pl.Int64)
    found = {"row": numbers.cast(pl.String)}
    row = _Pieces()
    row.add('<row r="', _ROW, '">')
    headings = [name for name in frame.columns if not name.endswith(ODD_DATE)]
    for index, (heading, style) in enumerate(zip(headings, styles, strict=True)):
        start = f'<c r="{letters_of(index)}'
        look = f'" s="{style}' if style else ""
        values = frame.get_column(heading)
        odd = frame.get_column(heading + ODD_DATE) if heading + ODD_DATE in frame.columns else None
        for name, shown in ((f"{index}", values), (f"{index} odd", odd)):
            if shown is None:
                continue
            found[name], before, after, is_blank = _cells(shown)
            cell = (start, _ROW, look + before, pl.col(name), after)
            if is_blank:
                whole = pl.concat_str(pl.lit(p) if isinstance(p, str) else p for p in cell)
                row.add(whole.fill_null(_NOTHING))
            else:
                row.add(*cell)
    row.add("</row>")
    lines = pl.DataFrame(found).select(pl.concat_str(row.expressions())).to_series()
    # the texts of all rows lie in one buffer, one behind the other
    held = lines.to_arrow(compat_level=pl.CompatLevel.oldest())
    offsets = memoryview(held.buffers()[1]).cast("q")
    return memoryview(held.buffers()[2])[offsets[held.offset] : offsets[held.offset + len(held)]]


class _Pieces:
    """What a row is put together from; literals that follow each other are one."""

    def __init__(self) -> None:
        self._held: list[str | pl.Expr] = []

    def add(self, *pieces: str | pl.Expr) -> None:
        for piece in pieces:
            if isinstance(piece, str) and self._held and isinstance(self._held[-1], str):
                self._held[-1] += piece
            else:
                self._held.append(piece)

    def expressions(self) -> list[pl.Expr]:
        return [pl.lit(piece) if isinstance(piece, str) else piece for piece in self._held]


def _cells(values: pl.Series) -> tuple[pl.Series, str, str, bool]:
    """Contents as text, the XML before and after each, and whether there are blanks (nulls)."""
    if values.dtype == pl.String:
        texts = values.set(values == "", None)
        before, after = '" t="inlineStr"><is><t>', "</t></is></c>"
        if (texts != texts.str.strip_chars()).any():
            before = '" t="inlineStr"><is><t xml:space="preserve">'
        return _escaped(texts), before, after, texts.null_count() > 0
    blank = values.null_count() > 0
    if values.dtype == pl.Boolean:
        return values.cast(pl.Int8).cast(pl.String), '" t="b"><v>', "</v></c>", blank
    return _figures(values), '"><v>', "</v></c>", blank


def _escaped(texts: pl.Series) -> pl.Series:
    if not texts.str.contains_any(_SPECIAL).any():
        return texts
    return (
        texts.str.replace_many(["&", "<", ">"], ["&amp;", "&lt;", "&gt;"])
        # what Excel would read as a character by its number
        .str.replace_all("_(x[0-9A-Fa-f]{4})", "_x005F_$1")
    )


def _figures(values: pl.Series) -> pl.Series:
    if values.dtype == pl.Date:
        days = values.cast(pl.Int32)
        return _serial(days, days, pl.Int32).cast(pl.String)
    if values.dtype == pl.Datetime:
        micros = values.dt.cast_time_unit("us").cast(pl.Int64)
        return _serial(micros / _DAY, micros // _DAY, pl.Float64).cast(pl.String)
    if values.dtype.is_float():
        # 93, not 93.0, in a column of whole numbers
        whole = ((values == values.floor()) & (values.abs() < _WHOLE)).all()
        return (values.cast(pl.Int64) if whole else values).cast(pl.String)
    return values.cast(pl.String)


def _serial(moments: pl.Series, days: pl.Series, dtype: type[pl.DataType]) -> pl.Series:
    early = (days < _MARCH_1900).fill_null(value=False)
    return moments + _EPOCH - early.cast(dtype) if early.any() else moments + _EPOCH
