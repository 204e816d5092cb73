"""Column widths, in Excel's unit: about one digit of the default font."""

from __future__ import annotations

import polars as pl

from komet.export.sheet import ColumnKind, Sheet

WIDEST = 60.0
"""Beyond this, a long note would push the other columns off the screen."""

_FILTER_BUTTON = 4
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


def column_widths(sheet: Sheet, frame: pl.DataFrame) -> list[float]:
    """Return one width per column, given the sheet's frame as ``excel_frame`` made it.

    Numbers and totals always fit, because Excel shows ##### otherwise. Texts fit
    for 98 of 100 rows, up to ``WIDEST``.
    """
    widths: list[float] = []
    for column in sheet.columns:
        if column.width is not None:
            widths.append(column.width)
            continue
        values = frame.get_column(column.heading)
        needed = max(_LEAST[column.kind], len(column.heading) + _FILTER_BUTTON)
        if column.kind.is_number:
            total = float((sheet.totals or {}).get(column.heading) or 0)
            needed = max(needed, _digits(values, total, _DECIMALS.get(column.kind, 2)))
        elif values.dtype == pl.String:
            typical = values.str.len_chars().quantile(0.98, interpolation="nearest")
            needed = max(needed, int(typical or 0) + 2)
        widths.append(min(float(needed), WIDEST))
    return widths


def _digits(values: pl.Series, total: float, decimals: int) -> int:
    extremes = [total]
    if values.dtype.is_numeric():
        extremes += [float(v) for v in (values.min(), values.max()) if isinstance(v, int | float)]
    return max(len(f"{number:,.{decimals}f}") for number in extremes) + 2
