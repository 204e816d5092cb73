"""Unmapped products and the boxes at stake in them: one definition for every screen and file.

A product is *unmapped* where an order item asks for it that stands (Komet shows it, and neither the
PO nor the line was cancelled) and no SKU is mapped to its Komet product ID. An item without such an
ID cannot be mapped, and is counted by itself.

A box is *at stake* in each unmapped product that its line asks for. A sum counts a line's boxes
once, however many of its products are unmapped: it may be less than its products' boxes together.
"""

from decimal import Decimal
from typing import Any, NamedTuple

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.formulas import SKU_JOIN


class AtStake(NamedTuple):
    """Figures of unmapped products; `lines` are PO lines, boxes and stems of their unmapped part.

    `unidentified`: standing items without a Komet product ID, which cannot be mapped.
    """

    products: int
    items: int
    lines: int
    boxes: Decimal
    stems: Decimal
    unidentified: int


_LINE = "i.provider_id, i.po_id, i.po_item_id"


def by_product_sql(where: str = "true") -> str:
    """provider_id, product_id, product, boxes, stems, items, first_ship_date, last_ship_date.

    `where` is a condition on `order_items i` and its mapping `m`.
    """
    return (
        "SELECT provider_id, product_id, any_value(product) AS product, sum(boxes) AS boxes,"
        " sum(stems) AS stems, sum(items)::BIGINT AS items, min(first_date) AS first_ship_date,"
        " max(last_date) AS last_ship_date FROM ("
        f"SELECT {_LINE}, i.product_id, any_value(i.product) AS product,"
        " any_value(i.boxes) AS boxes, sum(i.stems) AS stems, count(*) AS items,"
        " min(i.ship_date) AS first_date, max(i.ship_date) AS last_date"
        f" FROM order_items i{SKU_JOIN} WHERE {where} AND {formulas.unmapped('i', 'm')}"
        " GROUP BY ALL) GROUP BY provider_id, product_id"
    )


def by_provider_sql() -> str:
    """provider_id, products, boxes: unmapped products of each client, each line's boxes once."""
    return (
        "SELECT p.provider_id, p.products, b.boxes FROM (SELECT i.provider_id,"
        f" count(DISTINCT i.product_id) AS products FROM order_items i{SKU_JOIN}"
        f" WHERE {formulas.unmapped('i', 'm')} GROUP BY ALL) p JOIN ("
        "SELECT provider_id, sum(boxes) AS boxes FROM ("
        f"SELECT {_LINE}, any_value(i.boxes) AS boxes FROM order_items i{SKU_JOIN}"
        f" WHERE {formulas.unmapped('i', 'm')} GROUP BY ALL) GROUP BY ALL) b USING (provider_id)"
    )


def by_product(con: Connection, where: str, params: dict[str, Any]) -> pl.DataFrame:
    """provider, product_id, product, legacy_code, and the figures of `by_product_sql`.

    The most boxes at stake first.
    """
    return con.frame(
        f"""
        SELECT p.name AS provider, i.product_id, i.product, k.legacy_code, i.boxes, i.stems,
          i.items, i.first_ship_date, i.last_ship_date
        FROM ({by_product_sql(where)}) i JOIN providers p ON p.id = i.provider_id
        LEFT JOIN komet_products k ON k.provider_id = i.provider_id AND k.product_id = i.product_id
        ORDER BY i.boxes DESC NULLS LAST, i.product, i.provider_id, i.product_id
        """,
        params,
    )


def at_stake(con: Connection, where: str = "true", params: dict[str, Any] | None = None) -> AtStake:
    """The figures over the order items that a condition on `i` and `m` leaves."""
    row = con.rows(
        f"""
        WITH chosen AS (
          SELECT i.*, {formulas.unmapped("i", "m")} AS unmapped FROM order_items i{SKU_JOIN}
          WHERE {where}
        ), lines AS (
          SELECT {_LINE}, any_value(i.boxes) AS boxes, sum(i.stems) AS stems FROM chosen i
          WHERE unmapped GROUP BY ALL
        )
        SELECT count(DISTINCT (i.provider_id, i.product_id)) FILTER (unmapped) AS products,
          count(*) FILTER (unmapped) AS items,
          (SELECT count(*) FROM lines) AS lines,
          (SELECT coalesce(sum(boxes), 0) FROM lines) AS boxes,
          (SELECT coalesce(sum(stems), 0) FROM lines) AS stems,
          count(*) FILTER (i.product_id IS NULL AND i.gone_at IS NULL AND {formulas.standing("i")})
            AS unidentified
        FROM chosen i
        """,
        params or {},
    )[0]
    return AtStake(**row)
