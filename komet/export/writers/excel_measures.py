"""What the values of a whole sheet say about its columns: their widths, and their number formats.

A sheet is gone through a stretch at a time, before it is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import accumulate, chain, count, islice
from math import isfinite
from typing import Any

import polars as pl

from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.excel_cells import excel_frame
from komet.language import day_pattern, moment_pattern

WIDEST = 60.0
"""Beyond this, a long note would push the other columns off the screen."""

_FILTER_BUTTON = 4
_TYPICAL = 0.98
_LEAST = {
    ColumnKind.TEXT: 8,
    ColumnKind.INTEGER: 9,
    ColumnKind.QUANTITY: 9,
    ColumnKind.MONEY: 11,
    ColumnKind.UNIT_COST: 10,
    ColumnKind.FACTOR: 9,
    ColumnKind.DATE: 12,
    ColumnKind.TIME: 17,
}
_DECIMALS = {ColumnKind.INTEGER: 0, ColumnKind.UNIT_COST: 4, ColumnKind.FACTOR: 4}

_NUMBER_FORMAT = {
    ColumnKind.INTEGER: "#,##0",
    ColumnKind.MONEY: "#,##0.00",
    ColumnKind.UNIT_COST: "#,##0.0000",
    # Not 0.####, which shows a whole number with a lonely point: "1."
    ColumnKind.FACTOR: "0.00##",
}


class Measure:
    """Of one column: how long its texts are, how large its numbers, and whether all are whole."""

    def __init__(self, column: Column, total: float) -> None:
        self._column = column
        self._extremes = [total]
        self._whole = total.is_integer()
        self._lengths: Counter[int] = Counter()

    def asked(self, dtype: pl.DataType) -> list[pl.Expr]:
        """What to ask of a stretch of values of that type, for `add`."""
        values = pl.col(self._column.heading)
        if self._column.kind is ColumnKind.TEXT and dtype != pl.Boolean:
            lengths = values.cast(pl.String).str.len_chars().drop_nulls().clip(0, int(WIDEST))
            return [lengths.value_counts().implode()]
        if not (self._column.kind.is_number and dtype.is_numeric()):
            return []
        if dtype.is_float():
            values = values.filter(values.is_finite())
        whole = pl.lit(value=True) if dtype.is_integer() else (values == values.floor()).all()
        return [values.min(), values.max(), whole]

    def add(self, answers: Sequence[Any]) -> None:
        """Take in the answers, one to each question."""
        if self._column.kind is ColumnKind.TEXT:
            for counted in answers:
                self._lengths.update(dict(tuple(pair.values()) for pair in counted))
        elif answers and answers[0] is not None:
            least, most, is_whole = answers
            self._extremes += [float(least), float(most)]
            self._whole = self._whole and is_whole

    def width(self) -> float:
        """In Excel's unit, about one digit of the default font.

        Numbers and totals always fit, because Excel shows ##### otherwise. Texts fit
        for 98 of 100 rows, up to ``WIDEST``.
        """
        column = self._column
        if column.width is not None:
            return column.width
        needed = max(_LEAST[column.kind], len(column.heading) + _FILTER_BUTTON)
        if column.kind.is_number:
            decimals = _DECIMALS.get(column.kind, 2)
            if column.kind is ColumnKind.QUANTITY and not self._whole:
                decimals = 4
            needed = max(needed, *(len(f"{n:,.{decimals}f}") + 2 for n in self._extremes))
        elif self._lengths:
            needed = max(needed, self._typical_length() + 2)
        return min(float(needed), WIDEST)

    def _typical_length(self) -> int:
        lengths = sorted(self._lengths)
        reached = accumulate(self._lengths[length] for length in lengths)
        wanted = round((self._lengths.total() - 1) * _TYPICAL) + 1
        return next(n for n, count in zip(lengths, reached, strict=True) if count >= wanted)

    def number_format(self) -> str | None:
        """In Excel's notation; None shows values as they are."""
        if self._column.to_fill and self._column.kind is ColumnKind.TEXT:
            return "@"  # else Excel makes a number of the digits that a person writes
        if self._column.kind is ColumnKind.DATE:
            return day_pattern().lower()
        if self._column.kind is ColumnKind.TIME:
            return moment_pattern().lower()
        if self._column.kind is not ColumnKind.QUANTITY:
            return _NUMBER_FORMAT.get(self._column.kind)
        return "#,##0" if self._whole else "#,##0.00##"


def measure(sheet: Sheet) -> list[Measure]:
    """A measure of each column, over all rows and the totals.

    Raises `TypeError`, naming sheet and column, for values that the column's kind cannot show.
    """
    totals = sheet.totals or {}
    found = [Measure(column, _finite(totals.get(column.heading))) for column in sheet.columns]
    excel_frame(sheet, pl.DataFrame(schema=sheet.rows.schema))
    asked = [one.asked(dtype) for one, dtype in zip(found, sheet.rows.schema.dtypes(), strict=True)]
    names = count()
    questions = [[question.alias(f"{next(names)}") for question in part] for part in asked]
    for stretch in sheet.stretches():
        answers = iter(stretch.select(*chain(*questions)).row(0) if any(questions) else ())
        for one, part in zip(found, questions, strict=True):
            one.add(list(islice(answers, len(part))))
    return found


def _finite(total: object) -> float:
    number = float(str(total or 0))
    return number if isfinite(number) else 0.0
