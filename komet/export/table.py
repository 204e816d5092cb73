"""The SQL of exports: the rows of each sheet, and stored templates.

A filter chooses order items; the other sheets hold the POs, lines, breakdowns and boxes that the
chosen items belong to, whole. All are read from one snapshot of the data. A template is a name and
its definition as JSON.

The joins need the tables of orders and of the mapping, so their SQL is read here.
"""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.mapping.model import AtStake
from komet.mapping.table import products
from komet.orders.column import Grain
from komet.orders.filters import OrderFilter
from komet.orders.table.items import (
    BOX_TYPE_JOIN,
    LOOKUPS,
    PROVIDER_JOIN,
    SKU_JOIN,
    SLICE_JOIN,
    items_sql,
    sheet_sql,
)
from komet.orders.table.reading import SORTS, items_of, source

_BY_DATE = "i.ship_date, p.name, i.po_number, i.po_id"


def definitions(con: Connection) -> dict[str, Any]:
    """Name → definition as it is stored, by name; one that is no JSON as its text."""
    rows = con.rows("SELECT name, definition FROM export_templates ORDER BY lower(name)")
    return {row["name"]: _parsed(row["definition"]) for row in rows}


def _parsed(definition: str) -> Any:
    try:
        return json.loads(definition)
    except ValueError:
        return definition


def save(con: Connection, name: str, definition: dict[str, Any], now: datetime) -> None:
    """Store a definition; one of the same name, ignoring case, is replaced."""
    con.run("DELETE FROM export_templates WHERE lower(name) = lower($name)", {"name": name})
    con.run(
        "INSERT INTO export_templates VALUES ($id, $name, $definition, $now, $who)",
        {
            "id": str(uuid4()),
            "name": name,
            "definition": json.dumps(definition),
            "now": now,
            "who": con.actor,
        },
    )


def delete(con: Connection, name: str) -> None:
    """Forget a template; nothing happens where there is none of that name."""
    con.run("DELETE FROM export_templates WHERE lower(name) = lower($name)", {"name": name})


def choose(con: Connection, chosen: OrderFilter) -> None:
    """Put the keys of the chosen items into temporary tables, which the other sheets join."""
    found, params = source(chosen)
    con.run(
        "CREATE OR REPLACE TEMP TABLE chosen_lines AS SELECT i.provider_id, i.po_id, i.po_item_id,"
        " sum(i.stems) AS stems, count(*) FILTER (i.mixed) AS breakdown_count"
        f" {found} GROUP BY ALL",
        params,
    )
    con.run(
        "CREATE OR REPLACE TEMP TABLE chosen_orders AS SELECT DISTINCT provider_id, po_id"
        " FROM chosen_lines"
    )


def items(con: Connection, chosen: OrderFilter) -> pl.DataFrame:
    """Order items with the columns of `items_sql`, statuses and order types in words."""
    found, params = items_of(chosen)
    return con.frame(
        f"WITH chosen AS ({found}) SELECT {items_sql(decoded=True)} FROM chosen i{LOOKUPS}"
        f" ORDER BY {SORTS['ship_date']}",
        params,
    )


def purchase_orders(con: Connection) -> pl.DataFrame:
    """One row a PO; boxes and cost as its header has them, else the sums of its lines."""
    return con.frame(
        f"""
        SELECT {sheet_sql(Grain.PO)}, i.extra
        FROM purchase_orders i SEMI JOIN chosen_orders USING (provider_id, po_id)
        {PROVIDER_JOIN}{SLICE_JOIN}
        LEFT JOIN (
          SELECT provider_id, po_id, count(*) AS lines, sum(total_boxes) AS boxes,
            sum(total_cost) AS cost FROM po_lines
          SEMI JOIN chosen_orders USING (provider_id, po_id)
          WHERE gone_at IS NULL GROUP BY ALL
        ) h ON h.provider_id = i.provider_id AND h.po_id = i.po_id
        ORDER BY i.ship_date, p.name, i.number, i.po_id
        """
    )


def lines(con: Connection) -> pl.DataFrame:
    """One row a line, with the boxes and the cost of the whole line."""
    return con.frame(
        f"""
        SELECT {sheet_sql(Grain.LINE)}, i.extra
        FROM po_lines i JOIN chosen_lines c USING (provider_id, po_id, po_item_id)
        {PROVIDER_JOIN}{BOX_TYPE_JOIN}{SLICE_JOIN} ORDER BY {_BY_DATE}, i.position
        """
    ).with_columns(pl.col("custom_fields").map_elements(_custom_text, return_dtype=pl.String))


def breakdowns(con: Connection) -> pl.DataFrame:
    """One row a breakdown of the chosen mixed lines."""
    return con.frame(
        f"""
        SELECT {sheet_sql(Grain.BREAKDOWN)}, i.extra
        FROM po_breakdowns i SEMI JOIN chosen_lines USING (provider_id, po_id, po_item_id)
        JOIN po_lines l USING (provider_id, po_id, po_item_id){PROVIDER_JOIN}{SKU_JOIN}
        ORDER BY l.ship_date, p.name, l.po_number, l.po_id, l.position, i.position
        """
    )


def boxes(con: Connection) -> pl.DataFrame:
    """One row a carton; only lines that the grower shipped have any."""
    return con.frame(
        f"""
        SELECT {sheet_sql(Grain.BOX)}, i.extra
        FROM po_boxes i SEMI JOIN chosen_lines USING (provider_id, po_id, po_item_id)
        JOIN po_lines l USING (provider_id, po_id, po_item_id){PROVIDER_JOIN}
        ORDER BY l.ship_date, p.name, l.po_number, l.po_id, l.position, i.box_code
        """
    )


def unmapped(con: Connection, chosen: OrderFilter) -> tuple[pl.DataFrame, AtStake]:
    """One row an unmapped product among the chosen items, by boxes at stake; and their totals."""
    where, params = chosen.where()
    return products.by_product(con, where, params), products.at_stake(con, where, params)


def box_types_without_factor(con: Connection) -> list[str]:
    """`provider: code` of every box type on the chosen lines that has no FBE factor."""
    rows = con.rows(
        f"""
        SELECT DISTINCT p.name AS provider, i.box_type FROM po_lines i
        SEMI JOIN chosen_lines USING (provider_id, po_id, po_item_id){PROVIDER_JOIN}{BOX_TYPE_JOIN}
        WHERE i.box_type IS NOT NULL AND {formulas.fbe_factor("i.box_type", "f")} IS NULL
        ORDER BY ALL
        """
    )
    return [f"{row['provider']}: {row['box_type']}" for row in rows]


def _custom_text(value: str) -> str:
    fields = json.loads(value)
    return "; ".join(f"{f.get('field_name') or '?'}: {f.get('value') or ''}" for f in fields)
