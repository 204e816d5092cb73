"""Order items: one page, the totals, the chart. SQL does the work, the caller gets what it shows.

Boxes, cost, FBE and confirmed boxes belong to a line: of a mixed line they stand on the first of
its items that a filter leaves, and nowhere else, so that a column adds up to its total.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

import polars as pl

from komet import formulas
from komet.context import AppContext
from komet.db.database import Connection
from komet.orders import columns
from komet.orders.filters import OrderFilter
from komet.orders.table.items import BOX_TYPE_JOIN, LOOKUPS, MAPPING_JOIN, items_sql

_LINE = "i.provider_id, i.po_id, i.po_item_id"
_ORDER = "i.ship_date, i.provider_id, i.po_number, i.po_id, i.po_item_id, i.item_no"

SORTS = {
    "ship_date": _ORDER,
    "newest": f"i.ship_date DESC, {_ORDER}",
    "changed": f"i.changed_at DESC, {_ORDER}",
    "waiting": f"i.first_seen_at, {_ORDER}",
    "boxes": f"i.boxes DESC NULLS LAST, {_ORDER}",
    "cost": f"i.total_cost DESC NULLS LAST, {_ORDER}",
    "product": f"i.product_folded, {_ORDER}",
}


@dataclass(frozen=True)
class Totals:
    """Sums over a filter. Amounts are in the providers' currency; empty where nothing has a value.

    Stems are not bunches: `total_units` of both unit types are separate sums.
    """

    items: int
    purchase_orders: int
    lines: int
    boxes: Decimal | None
    fbe: Decimal | None
    stems: Decimal | None
    total_cost: Decimal | None
    stem_units: Decimal | None
    bunch_units: Decimal | None
    quantity_confirmed: Decimal | None


def source(chosen: OrderFilter) -> tuple[str, dict[str, Any]]:
    """`FROM … WHERE …` over `order_items i`, and its parameters."""
    where, params = chosen.where()
    joined = MAPPING_JOIN if chosen.needs_sku else ""
    return f"FROM order_items i{joined} WHERE {where}", params


def items_of(chosen: OrderFilter, selected: str = "i.*") -> tuple[str, dict[str, Any]]:
    """`SELECT selected, is_first …` of the items that the filter finds, and its parameters.

    `is_first`: whether an item is the one of its line that carries boxes and cost. Where a filter
    cannot part the items of a line, that is the first breakdown; else the first that is left.
    """
    found, params = source(chosen)
    first = f"min(i.item_no) OVER (PARTITION BY {_LINE})" if chosen.by_item else "1"
    return f"SELECT {selected}, i.item_no <= {first} AS is_first {found}", params


def totals(con: Connection, chosen: OrderFilter) -> Totals:
    """Sums over everything that the filter finds."""
    found, params = source(chosen)
    items, _params = items_of(
        chosen,
        "i.provider_id, i.box_type, i.boxes, i.stems, i.total_cost, i.total_units, i.unit_type,"
        " i.quantity_confirmed",
    )
    stem_unit = formulas.is_unit("unit_type", "stem")
    bunch_unit = formulas.is_unit("unit_type", "bunch")
    row = con.rows(
        f"""
        WITH by_type AS (
          SELECT provider_id, box_type, count(*) AS items, count(*) FILTER (is_first) AS lines,
            sum(boxes) FILTER (is_first) AS boxes, sum(stems) AS stems,
            sum(total_cost) FILTER (is_first) AS total_cost,
            sum(total_units) FILTER ({stem_unit}) AS stem_units,
            sum(total_units) FILTER ({bunch_unit}) AS bunch_units,
            sum(quantity_confirmed) FILTER (is_first) AS quantity_confirmed
          FROM ({items}) GROUP BY provider_id, box_type
        )
        SELECT coalesce(sum(i.items), 0)::BIGINT AS items,
          coalesce(sum(i.lines), 0)::BIGINT AS lines,
          (SELECT count(*) FROM (SELECT DISTINCT i.provider_id, i.po_id {found}))
            AS purchase_orders,
          sum(i.boxes) AS boxes, sum(i.stems) AS stems, sum(i.total_cost) AS total_cost,
          sum(i.stem_units) AS stem_units, sum(i.bunch_units) AS bunch_units,
          sum(i.quantity_confirmed) AS quantity_confirmed,
          sum(i.boxes::DECIMAL(28, 4) * {formulas.fbe_factor("i.box_type", "f")}) AS fbe
        FROM by_type i {BOX_TYPE_JOIN}
        """,
        params,
    )[0]
    return Totals(**{field.name: row[field.name] for field in fields(Totals)})


def page(
    con: Connection, chosen: OrderFilter, *, sort: str = "newest", offset: int = 0, limit: int = 200
) -> pl.DataFrame:
    """Items of one page, with the columns of `items_sql`. `sort` is a key of `SORTS`."""
    found, params = source(chosen)
    # which item of a line comes first is looked up for the lines of the page alone
    return con.frame(
        f"WITH chosen AS (SELECT i.* {found} ORDER BY {SORTS[sort]} LIMIT $limit OFFSET $offset),"
        f" firsts AS (SELECT {_LINE}, min(i.item_no) AS first_no {found}"
        f" AND i.po_item_id IN (SELECT po_item_id FROM chosen) GROUP BY {_LINE}),"
        " marked AS (SELECT *, item_no = first_no AS is_first FROM chosen"
        " JOIN firsts USING (provider_id, po_id, po_item_id))"
        f" SELECT {items_sql()} FROM marked i{LOOKUPS} ORDER BY {SORTS[sort]}",
        {**params, "limit": limit, "offset": offset},
    )


def by_ship_date(con: Connection, chosen: OrderFilter) -> pl.DataFrame:
    """ship_date (Date), provider (String), boxes (Float64): boxes that ship each day."""
    items, params = items_of(chosen, "i.ship_date, i.provider_id, i.boxes")
    return con.frame(
        f"SELECT ship_date, p.name AS provider, sum(boxes)::DOUBLE AS boxes FROM ({items}"
        ") i JOIN providers p ON p.id = i.provider_id WHERE is_first AND ship_date IS NOT NULL"
        " GROUP BY ALL ORDER BY ALL",
        params,
    )


def choices(con: Connection) -> dict[str, list[str]]:
    """What can be chosen: the distinct values of the columns that filters pick from."""
    picked = columns.picked()
    lists = ", ".join(
        f"list_sort(list(DISTINCT {column.name})) AS {name}" for name, column in picked.items()
    )
    row = con.rows(f"SELECT {lists} FROM order_items")[0]
    return {name: [value for value in row[name] or [] if value] for name in picked}


def total_items(ctx: AppContext, chosen: OrderFilter) -> Totals:
    """Sums over everything that the filter finds."""
    with ctx.read() as con:
        return totals(con, chosen)


def list_items(
    ctx: AppContext, chosen: OrderFilter, *, sort: str = "newest", offset: int = 0, limit: int = 200
) -> pl.DataFrame:
    """Items of one page, with the columns of `items_sql`. `sort` is a key of `SORTS`."""
    with ctx.read() as con:
        return page(con, chosen, sort=sort, offset=offset, limit=limit)
