"""The rows of each sheet, read from one snapshot of the data.

A filter chooses order items; the other sheets hold the POs, lines, breakdowns and boxes that the
chosen items belong to, whole.
"""

import json

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.mapping.model import AtStake
from komet.mapping.table import products as store
from komet.orders import statuses
from komet.orders.filters import OrderFilter
from komet.orders.query import BOX_TYPE_JOIN, LOOKUPS, SORTS, items_of, items_sql, source

_HEADER_STATUS = statuses.HEADER
_PROVIDER = " JOIN providers p ON p.id = i.provider_id"
_DOWNLOADED = (
    " LEFT JOIN day_slices d ON d.provider_id = i.provider_id AND d.slice_date = i.slice_date"
)
_SKU = f"{formulas.SKU_JOIN} LEFT JOIN skus s ON s.sku = m.code"
_BY_DATE = "i.ship_date, p.name, i.po_number, i.po_id"


def choose(con: Connection, chosen: OrderFilter) -> None:
    """Note the keys of the chosen items in temporary tables, which the other sheets join."""
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
        f"""
        WITH chosen AS ({found})
        SELECT * REPLACE (
          {statuses.sql(_HEADER_STATUS, "po_status")} AS po_status,
          {statuses.sql(statuses.LINE, "line_status")} AS line_status,
          {statuses.sql(statuses.ORDER_TYPE, "order_type")} AS order_type
        ) FROM (SELECT {items_sql()} FROM chosen i{LOOKUPS} ORDER BY {SORTS["ship_date"]})
        """,
        params,
    )


def purchase_orders(con: Connection) -> pl.DataFrame:
    """One row a PO; boxes and cost as its header has them, else the sums of its lines."""
    return con.frame(
        f"""
        SELECT p.name AS provider, i.number AS po_number, i.ship_date,
          {statuses.sql(_HEADER_STATUS, "i.status")} AS po_status, i.vendor_name, i.location_name,
          i.origin, coalesce(i.total_boxes, l.boxes) AS boxes,
          coalesce(i.total_cost, l.cost) AS total_cost, coalesce(l.lines, 0) AS lines,
          i.comments, i.created_on, i.updated_on, i.po_id, d.fetched_at AS downloaded_at,
          i.gone_at, i.extra
        FROM purchase_orders i SEMI JOIN chosen_orders USING (provider_id, po_id)
        {_PROVIDER}{_DOWNLOADED}
        LEFT JOIN (
          SELECT provider_id, po_id, count(*) AS lines, sum(total_boxes) AS boxes,
            sum(total_cost) AS cost FROM po_lines
          SEMI JOIN chosen_orders USING (provider_id, po_id)
          WHERE gone_at IS NULL GROUP BY ALL
        ) l ON l.provider_id = i.provider_id AND l.po_id = i.po_id
        ORDER BY i.ship_date, p.name, i.number, i.po_id
        """
    )


def lines(con: Connection) -> pl.DataFrame:
    """One row a line, with the boxes and the cost of the whole line."""
    return con.frame(
        f"""
        SELECT p.name AS provider, i.po_number, i.ship_date,
          {statuses.sql(_HEADER_STATUS, "i.po_status")} AS po_status,
          {statuses.sql(statuses.LINE, "i.line_item_status")} AS line_status, i.vendor_name,
          i.customer_name, i.location_name, i.origin, i.carrier_name, i.mark_code, i.product_id,
          i.product_description AS product, i.box_type, i.total_boxes AS boxes, i.bunches,
          i.stems_bunch, i.unit_type, i.total_units, c.stems,
          {formulas.fbe("i.total_boxes", "i.box_type", "f")} AS fbe, i.unit_cost, i.total_cost,
          i.quantity_confirmed,
          {statuses.sql(statuses.ORDER_TYPE, "i.order_type")} AS order_type, i.prebook,
          i.prebook_truck_date AS truck_date, i.reference_number AS reference, i.notes,
          i.po_item_id, c.breakdown_count, i.standing_order, i.prebook_item_id, i.custom_field1,
          i.custom_fields, d.fetched_at AS downloaded_at, i.gone_at, i.extra
        FROM po_lines i JOIN chosen_lines c USING (provider_id, po_id, po_item_id)
        {_PROVIDER}{BOX_TYPE_JOIN}{_DOWNLOADED} ORDER BY {_BY_DATE}, i.position
        """
    ).with_columns(pl.col("custom_fields").map_elements(_custom_text, return_dtype=pl.String))


def breakdowns(con: Connection) -> pl.DataFrame:
    """One row a breakdown of the chosen mixed lines."""
    return con.frame(
        f"""
        SELECT p.name AS provider, l.po_number, l.ship_date,
          l.product_description AS line_product, i.product_id, i.product_description AS product,
          m.code AS sku, s.description AS sku_description, i.bunches, i.stems_bunch,
          {formulas.stems("l.total_boxes", "i.bunches", "i.stems_bunch")} AS stems,
          i.cost AS unit_cost, i.po_item_id, i.extra
        FROM po_breakdowns i SEMI JOIN chosen_lines USING (provider_id, po_id, po_item_id)
        JOIN po_lines l USING (provider_id, po_id, po_item_id){_PROVIDER}{_SKU}
        ORDER BY l.ship_date, p.name, l.po_number, l.po_id, l.position, i.position
        """
    )


def boxes(con: Connection) -> pl.DataFrame:
    """One row a carton; only lines that the grower shipped have any."""
    return con.frame(
        f"""
        SELECT p.name AS provider, l.po_number, l.ship_date, l.product_description AS product,
          l.box_type, i.box_code, i.lot_number, i.position,
          coalesce(i.status_name, i.status_id) AS status_name, i.po_item_id, i.extra
        FROM po_boxes i SEMI JOIN chosen_lines USING (provider_id, po_id, po_item_id)
        JOIN po_lines l USING (provider_id, po_id, po_item_id){_PROVIDER}
        ORDER BY l.ship_date, p.name, l.po_number, l.po_id, l.position, i.box_code
        """
    )


def unmapped(con: Connection, chosen: OrderFilter) -> tuple[pl.DataFrame, AtStake]:
    """One row an unmapped product among the chosen items, by boxes at stake; and their totals."""
    where, params = chosen.where()
    return store.by_product(con, where, params), store.at_stake(con, where, params)


def box_types_without_factor(con: Connection) -> list[str]:
    """`provider: code` of every box type on the chosen lines that has no FBE factor."""
    rows = con.rows(
        f"""
        SELECT DISTINCT p.name AS provider, i.box_type FROM po_lines i
        SEMI JOIN chosen_lines USING (provider_id, po_id, po_item_id){_PROVIDER}{BOX_TYPE_JOIN}
        WHERE i.box_type IS NOT NULL AND {formulas.fbe_factor("i.box_type", "f")} IS NULL
        ORDER BY ALL
        """
    )
    return [f"{row['provider']}: {row['box_type']}" for row in rows]


def _custom_text(value: str) -> str:
    fields = json.loads(value)
    return "; ".join(f"{f.get('field_name') or '?'}: {f.get('value') or ''}" for f in fields)
