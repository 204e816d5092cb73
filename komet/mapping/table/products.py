"""The SQL of what is known of each kind, and of what is unmapped: one definition for every screen.

A product is *unmapped* where an order item asks for it that stands (Komet shows it, and neither the
PO nor the line was cancelled) and no SKU is mapped to its Komet product ID. An item without such an
ID cannot be mapped, and is counted by itself.

A box is *at stake* in each unmapped product that its line asks for. A sum counts a line's boxes
once, however many of its products are unmapped: it may be less than its products' boxes together.
"""

from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.errors import InvalidInput
from komet.formulas import SKU_JOIN
from komet.language import _
from komet.mapping.model import KINDS, PRODUCT, AtStake

KEY_OF = {
    PRODUCT: "product_id",
    "box_type": "upper(box_type)",
    "carrier": "carrier_id",
    "customer": "customer_id",
    "location": "location_id",
}
"""The Komet ID of each kind, as `order_items` has it."""
NAME_OF = {
    PRODUCT: "product",
    "box_type": "upper(box_type)",
    "carrier": "carrier_name",
    "customer": "customer_name",
    "location": "location_name",
}


def known_sql(kind: str) -> str:
    """provider_id, komet_id, legacy_code, description, category, is_listed: all known of a kind.

    Products come from Komet's lists, the rest from the orders; what only a mapping names, too.
    """
    if kind == PRODUCT:
        listed = (
            "SELECT provider_id, product_id AS komet_id, legacy_code, description, category"
            " FROM komet_products"
        )
    else:
        codes = (
            " UNION SELECT provider_id, code, NULL, code, NULL FROM box_types"
            if kind == "box_type"
            else ""
        )
        listed = (
            "SELECT provider_id, komet_id, NULL::VARCHAR AS legacy_code,"
            " max(description) AS description, NULL::VARCHAR AS category FROM ("
            f"SELECT provider_id, {KEY_OF[kind]} AS komet_id, NULL, {NAME_OF[kind]} AS description,"
            f" NULL FROM order_items WHERE {KEY_OF[kind]} IS NOT NULL{codes}) GROUP BY ALL"
        )
    return (
        f"WITH listed AS ({listed}) SELECT *, true AS is_listed FROM listed"
        " UNION ALL SELECT provider_id, komet_id, NULL, NULL, NULL, false"
        f" FROM mappings m WHERE kind = '{_checked(kind)}' AND NOT EXISTS (FROM listed l"
        " WHERE l.provider_id = m.provider_id AND l.komet_id = m.komet_id)"
    )


def known(con: Connection, kind: str = PRODUCT) -> pl.DataFrame:
    """provider_id, komet_id, legacy_code, description (String), is_listed: see `known_sql`.

    `is_listed` is false for what only a mapping names.
    """
    return con.frame(
        "SELECT provider_id, komet_id, legacy_code, description, is_listed"
        f" FROM ({known_sql(kind)})"
    )


def providers_with_a_list(con: Connection, kind: str = PRODUCT) -> frozenset[str]:
    """The providers whose list of a kind has been fetched from Komet; only two kinds have one."""
    sources = {
        PRODUCT: "komet_products WHERE source = 'komet'",
        "box_type": "catalogs WHERE method = 'boxtype.list' AND outcome = 'ok'",
    }
    if kind not in sources:
        return frozenset()
    rows = con.rows(f"SELECT DISTINCT provider_id FROM {sources[kind]}")
    return frozenset(row["provider_id"] for row in rows)


def skus(con: Connection) -> frozenset[str]:
    """Every SKU of ours that a mapping has ever named, exactly as it is stored."""
    return frozenset(row["sku"] for row in con.rows("SELECT sku FROM skus"))


def _checked(kind: str) -> str:
    if kind not in KINDS:
        raise InvalidInput(
            _("There are no mappings of the kind “{kind}”.").format(kind=kind),
            next_step=_("Choose one of {kinds}.").format(kinds=", ".join(KINDS)),
        )
    return kind


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
