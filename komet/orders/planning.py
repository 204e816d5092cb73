"""Planning: boxes, FBE, stems and cost by ship week and whatever else, for pivots and charts.

Boxes, FBE and cost belong to a line and are counted once, on the first of its items that a filter
leaves; stems belong to the item. Weeks are ISO weeks, Monday to Sunday.
"""

from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from komet.context import AppContext
from komet.db.database import Connection
from komet.language import _
from komet.mapping.attributes import read_attributes
from komet.orders.filters import OrderFilter
from komet.orders.model import MEASURES, Pivot
from komet.orders.table import reading
from komet.orders.table.totals import totals

_MOST_DAYS = 90
"""Bars of more days than these would be thinner than a few pixels."""


def default_days(today: date) -> tuple[date, date]:
    """The first and the last ship date where nobody chose any: four weeks back to four ahead.

    Whole ISO weeks; the present one is the fifth of nine.
    """
    monday = _monday(today)
    return monday - timedelta(weeks=4), monday + timedelta(weeks=5, days=-1)


def shows_weeks(days: pl.DataFrame) -> bool:
    """Whether a chart of these days is read better by week: they span more than 90 days."""
    if days.is_empty():
        return False
    first, last = days["ship_date"].min(), days["ship_date"].max()
    return isinstance(first, date) and isinstance(last, date) and (last - first).days > _MOST_DAYS


def sum_days_by_week(days: pl.DataFrame) -> pl.DataFrame:
    """ship_date, provider, boxes with the Monday of its ISO week for each ship date."""
    return (
        days.with_columns(pl.col("ship_date").dt.truncate("1w"))
        .group_by("ship_date", "provider")
        .agg(pl.col("boxes").sum())
        .sort("ship_date", "provider")
    )


def sum_weeks(ctx: AppContext, chosen: OrderFilter, dimension: str, measure: str) -> pl.DataFrame:
    """A measure by ship week and one of `DIMENSIONS`: week, the dimension, value (Float64)."""
    with ctx.read() as con:
        return _sums(con, chosen, ("week", dimension), measure)


def plan_weeks(
    ctx: AppContext,
    chosen: OrderFilter,
    *,
    rows: tuple[str, ...],
    column: str | None = "week",
    measure: str = "boxes",
) -> Pivot:
    """The sums turned: `rows` down, `column` across (none: totals only), the largest rows first."""
    by = tuple(dict.fromkeys(rows))
    across = None if column in by else column
    with ctx.read() as con:
        long = _sums(con, chosen, (*by, across) if across else by, measure)
    if across is None:
        cells = long.rename({"value": "total"})
        names: tuple[str, ...] = ()
    else:
        names = tuple(sorted(long[across].unique().to_list()))
        wide = long.pivot(on=across, index=list(by), values="value", aggregate_function="sum")
        cells = wide.select(*by, *(pl.col(name).fill_null(0.0) for name in names))
        cells = cells.with_columns(total=pl.sum_horizontal(names) if names else pl.lit(0.0))
    cells = cells.sort(["total", *by], descending=[True, *(False for _name in by)])
    totals = {name: float(cells[name].sum()) for name in (*names, "total")}
    return Pivot(by, names, cells, totals)


def compare_weeks(
    ctx: AppContext, chosen: OrderFilter, today: date
) -> dict[str, dict[str, Decimal]]:
    """Measure → what ships this ISO week, in the last one, and in the same week last year.

    Keys: `this`, `last`, `year_ago`. A week of which nothing is stored is left out.
    """
    found: dict[str, dict[str, Decimal]] = {measure: {} for measure in MEASURES}
    with ctx.read() as con:
        for name, (start, end) in weeks_of(today).items():
            if not reading.has_days(con, start, end):
                continue
            week = chosen.model_copy(update={"ship_from": start, "ship_to": end})
            shipped = totals(con, week)
            for measure in MEASURES:
                found[measure][name] = getattr(shipped, measure) or Decimal(0)
    return found


def weeks_of(today: date) -> dict[str, tuple[date, date]]:
    """The weeks that are compared, Monday and Sunday, by the keys of `compare_weeks`."""
    monday = _monday(today)
    starts = {
        "this": monday,
        "last": monday - timedelta(weeks=1),
        "year_ago": _same_week_last_year(monday),
    }
    return {name: (start, start + timedelta(days=6)) for name, start in starts.items()}


def name_week(day: date) -> str:
    """The ISO week of a day, as the weeks of a sum are named: 2026-W49."""
    return day.strftime("%G-W%V")


def _sums(con: Connection, chosen: OrderFilter, by: tuple[str, ...], measure: str) -> pl.DataFrame:
    """As `reading.sums`, also by species, which the names of products say."""
    if "species" not in by:
        return reading.sums(con, chosen, by, measure)
    asked = tuple(dict.fromkeys("product" if name == "species" else name for name in by))
    long = reading.sums(con, chosen, asked, measure)
    names = long["product"].unique().to_list()
    species = pl.DataFrame(
        {"product": names, "species": [_species(name) for name in names]},
        schema={"product": pl.String, "species": pl.String},
    )
    of_species = long.join(species, on="product", how="left")
    return of_species.group_by(by).agg(pl.col("value").sum()).sort(by)


def _species(product: str) -> str:
    found = read_attributes(product).species
    return _(found).capitalize() if found else reading.NONE


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _same_week_last_year(monday: date) -> date:
    """The Monday of the same ISO week a year ago; week 53 becomes 52 where there is none."""
    year, week, _day = monday.isocalendar()
    try:
        return date.fromisocalendar(year - 1, week, 1)
    except ValueError:
        return date.fromisocalendar(year - 1, 52, 1)
