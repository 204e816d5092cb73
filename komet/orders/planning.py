"""Planning: boxes, FBE, stems and cost by ship week and whatever else, for pivots and charts.

Boxes, FBE and cost belong to a line and are counted once, on the first of its items that a filter
leaves; stems belong to the item. Weeks are ISO weeks, Monday to Sunday.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.language import _later
from komet.orders.filters import OrderFilter
from komet.orders.query import items_of
from komet.orders.table.items import BOX_TYPE_JOIN, MAPPING_JOIN

DIMENSIONS = {
    "product": _later("Product"),
    "sku": _later("SKU"),
    "customer_name": _later("Customer"),
    "carrier_name": _later("Carrier"),
    "origin": _later("Origin"),
    "provider": _later("Client provider"),
    "vendor_name": _later("Vendor"),
    "location_name": _later("Location"),
    "box_type": _later("Box type"),
    "mark_code": _later("Mark code"),
}
PERIODS = {
    "week": _later("Ship week"),
    "day": _later("Ship date"),
    "month": _later("Ship month"),
}
MEASURES = {
    "boxes": _later("Boxes"),
    "fbe": _later("FBE"),
    "stems": _later("Stems"),
    "total_cost": _later("Total cost"),
}
_PERIOD = {
    "week": "strftime(i.ship_date, '%G-W%V')",
    "day": "strftime(i.ship_date, '%Y-%m-%d')",
    "month": "strftime(i.ship_date, '%Y-%m')",
}
_COLUMN = {name: f"i.{name}" for name in DIMENSIONS} | {"sku": "m.code", "provider": "p.name"}
NONE = "–"


@dataclass(frozen=True)
class Pivot:
    """`cells`: the row dimensions (String), a Float64 column for each of `columns`, and `total`.

    `columns` are periods or values in their order; `totals` are the sums of the columns.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: pl.DataFrame
    totals: dict[str, float]


def sums(
    con: Connection, chosen: OrderFilter, by: tuple[str, ...], measure: str = "boxes"
) -> pl.DataFrame:
    """One row a combination of `by` (keys of `DIMENSIONS`, `PERIODS`), with `value` (Float64)."""
    items, params = items_of(
        chosen,
        "i.provider_id, i.ship_date, i.product, i.product_id, i.customer_name, i.carrier_name,"
        " i.origin, i.vendor_name, i.location_name, i.box_type, i.mark_code, i.boxes, i.stems,"
        " i.total_cost",
    )
    values = {
        "boxes": "sum(i.boxes) FILTER (i.is_first)",
        "fbe": f"sum({formulas.fbe('i.boxes', 'i.box_type', 'f')}) FILTER (i.is_first)",
        "stems": "sum(i.stems)",
        "total_cost": "sum(i.total_cost) FILTER (i.is_first)",
    }
    columns = _PERIOD | _COLUMN
    shown = ", ".join(f"coalesce({columns[name]}, '{NONE}') AS {name}" for name in by)
    joins = (MAPPING_JOIN if "sku" in by else "") + (BOX_TYPE_JOIN if measure == "fbe" else "")
    return con.frame(
        f"SELECT {shown}{', ' if by else ''}coalesce({values[measure]}, 0)::DOUBLE AS value"
        f" FROM ({items}) i JOIN providers p ON p.id = i.provider_id{joins}"
        f" {'GROUP BY ALL ORDER BY ALL' if by else ''}",
        params,
    )


def pivot(
    con: Connection,
    chosen: OrderFilter,
    *,
    rows: tuple[str, ...],
    column: str | None = "week",
    measure: str = "boxes",
) -> Pivot:
    """The sums turned: `rows` down, `column` across (none: totals only), the largest rows first."""
    by = tuple(dict.fromkeys(rows))
    if column is None or column in by:
        long = sums(con, chosen, by, measure)
        cells = long.rename({"value": "total"})
        names: tuple[str, ...] = ()
    else:
        long = sums(con, chosen, (*by, column), measure)
        names = tuple(sorted(long[column].unique().to_list()))
        wide = long.pivot(on=column, index=list(by), values="value", aggregate_function="sum")
        cells = wide.select(*by, *(pl.col(name).fill_null(0.0) for name in names))
        cells = cells.with_columns(total=pl.sum_horizontal(names) if names else pl.lit(0.0))
    cells = cells.sort(["total", *by], descending=[True, *(False for _name in by)])
    totals = {name: float(cells[name].sum()) for name in (*names, "total")}
    return Pivot(by, names, cells, totals)


def weeks_compared(
    con: Connection, chosen: OrderFilter, today: date
) -> dict[str, dict[str, Decimal]]:
    """Measure → what ships this ISO week, in the last one, and in the same week last year.

    Keys: `this`, `last`, `year_ago`. A week of which nothing is held is left out.
    """
    monday = today - timedelta(days=today.weekday())
    starts = {
        "this": monday,
        "last": monday - timedelta(weeks=1),
        "year_ago": _same_week_last_year(monday),
    }
    found: dict[str, dict[str, Decimal]] = {measure: {} for measure in MEASURES}
    for name, start in starts.items():
        week = chosen.model_copy(update={"ship_from": start, "ship_to": start + timedelta(days=6)})
        held = con.value(
            "SELECT count(*) FROM day_slices WHERE slice_date BETWEEN $start AND $end",
            {"start": start, "end": start + timedelta(days=6)},
        )
        if held:
            for measure in MEASURES:
                value = sums(con, week, (), measure)["value"].sum()
                found[measure][name] = Decimal(str(value))
    return found


def _same_week_last_year(monday: date) -> date:
    """The Monday of the same ISO week a year ago; week 53 becomes 52 where there is none."""
    year, week, _day = monday.isocalendar()
    try:
        return date.fromisocalendar(year - 1, week, 1)
    except ValueError:
        return date.fromisocalendar(year - 1, 52, 1)
