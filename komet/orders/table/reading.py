"""Reading order items: sums, and the values there are.

Boxes, cost, FBE and confirmed boxes belong to a line: of a mixed line they stand on the first of
its items that a filter leaves, and nowhere else, so that a column adds up to its total. Exports
read these in the one snapshot of all their sheets.
"""

from datetime import date
from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.orders import columns
from komet.orders.filters import OrderFilter
from komet.orders.model import DIMENSIONS
from komet.orders.table import day_sums
from komet.orders.table.items import BOX_TYPE_JOIN, MAPPING_JOIN

LINE = "i.provider_id, i.po_id, i.po_item_id"
"""What makes a line of an item `i`."""
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


def in_group(con: Connection, chosen: OrderFilter) -> OrderFilter:
    """The same filter, with the providers of its group in the place of the group.

    A list is looked up once for each word of a packed column, a subquery for every row, and only
    after all columns of the row were read.
    """
    if not chosen.group:
        return chosen
    found = con.rows(
        "SELECT id FROM providers WHERE"
        " (len($providers) = 0 OR list_contains($providers, id))"
        " AND lower(komet_group) = lower($komet_group) ORDER BY id",
        {"providers": list(chosen.providers), "komet_group": chosen.group},
    )
    if not found:
        return chosen
    ids = tuple(row["id"] for row in found)
    return chosen.model_copy(update={"providers": ids, "group": None})


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
    if not chosen.by_item:
        return f"SELECT {selected}, i.item_no <= 1 AS is_first {found}", params
    leads = f"{LINE}, i.item_no"
    # only a mixed line can be parted; the first breakdown leads wherever it is left
    return (
        f"SELECT {selected}, i.item_no <= 1 OR ({leads}) IN (SELECT {LINE}, min(i.item_no)"
        f" {found} AND i.item_no > 0 GROUP BY {LINE}) AS is_first {found}",
        params,
    )


def by_ship_date(con: Connection, chosen: OrderFilter) -> pl.DataFrame:
    """ship_date (Date), provider (String), boxes (Float64): boxes that ship each day."""
    chosen = in_group(con, chosen)
    if chosen.is_of_whole_days:
        where, params = day_sums.where_sums(chosen)
        found = f"SELECT * FROM day_sums i WHERE {where} AND i.lines > 0"
    else:
        items, params = items_of(chosen, "i.ship_date, i.provider_id, i.boxes")
        found = f"SELECT * FROM ({items}) i WHERE i.is_first"
    return con.frame(
        "SELECT ship_date, p.name AS provider, sum(boxes)::DOUBLE AS boxes"
        f" FROM ({found}) i JOIN providers p ON p.id = i.provider_id WHERE ship_date IS NOT NULL"
        " GROUP BY ALL ORDER BY ALL",
        params,
    )


def choices(con: Connection) -> dict[str, list[str]]:
    """What can be chosen: the distinct values of the columns that filters pick from."""
    by_filter = columns.filterable()
    lists = ", ".join(
        f"list_sort(list(DISTINCT {column.name})) AS {name}" for name, column in by_filter.items()
    )
    row = con.rows(f"SELECT {lists} FROM order_items")[0]
    return {name: [value for value in row[name] or [] if value] for name in by_filter}


_PERIOD = {
    "week": "strftime(i.ship_date, '%G-W%V')",
    "day": "strftime(i.ship_date, '%Y-%m-%d')",
    "month": "strftime(i.ship_date, '%Y-%m')",
}
_COLUMN = {name: f"i.{name}" for name in DIMENSIONS if name != "species"}
_COLUMN |= {"sku": "m.code", "provider": "p.name"}
NONE = "–"
"""Stands for what an item has not, as a dimension of a sum."""


def sums(
    con: Connection, chosen: OrderFilter, by: tuple[str, ...], measure: str = "boxes"
) -> pl.DataFrame:
    """One row a combination of `by` (keys of `DIMENSIONS`, `PERIODS`), with `value` (Float64).

    Not by `species`, which no column says: see `komet.orders.planning`.
    """
    chosen = in_group(con, chosen)
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


def has_days(con: Connection, start: date, end: date) -> bool:
    """Whether any day from `start` to `end` was downloaded."""
    return bool(
        con.value(
            "SELECT count(*) > 0 FROM day_slices WHERE slice_date BETWEEN $start AND $end",
            {"start": start, "end": end},
        )
    )
