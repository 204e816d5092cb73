"""The SQL of what is known of each kind, and of what is unmapped: one definition for every screen.

A product is *unmapped* where an order item asks for it that stands (Komet shows it, and neither the
PO nor the line was cancelled) and no SKU is mapped to its Komet product ID. An item without such an
ID cannot be mapped, and is counted by itself.

A box is *at stake* in each unmapped product that its line asks for. A sum counts a line's boxes
once, however many of its products are unmapped: it may be less than its products' boxes together.
"""

from collections.abc import Sequence
from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.formulas import SKU_JOIN
from komet.mapping.model import PRODUCT, AtStake, check_kind

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
    Raises `InvalidInput` for a kind that is none.
    """
    if check_kind(kind) == PRODUCT:
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
        f" FROM mappings m WHERE kind = '{kind}' AND NOT EXISTS (FROM listed l"
        " WHERE l.provider_id = m.provider_id AND l.komet_id = m.komet_id)"
    )


def load_known(con: Connection, kind: str = PRODUCT) -> pl.DataFrame:
    """provider_id, komet_id, legacy_code, description (String), is_listed: see `known_sql`.

    `is_listed` is false for what only a mapping names.
    """
    return con.frame(
        "SELECT provider_id, komet_id, legacy_code, description, is_listed"
        f" FROM ({known_sql(kind)})"
    )


def load_providers_with_list(con: Connection, kind: str = PRODUCT) -> frozenset[str]:
    """The providers whose list of a kind has been fetched from Komet; only two kinds have one."""
    sources = {
        PRODUCT: "komet_products WHERE source = 'komet'",
        "box_type": "catalogs WHERE method = 'boxtype.list' AND outcome = 'ok'",
    }
    if kind not in sources:
        return frozenset()
    rows = con.rows(f"SELECT DISTINCT provider_id FROM {sources[kind]}")
    return frozenset(row["provider_id"] for row in rows)


def load_skus(con: Connection) -> frozenset[str]:
    """Every SKU of ours that a mapping has ever named, exactly as it is stored."""
    return frozenset(row["sku"] for row in con.rows("SELECT sku FROM skus"))


def load_described_skus(con: Connection) -> pl.DataFrame:
    """sku, description (String): every SKU of ours."""
    return con.frame("SELECT sku, description FROM skus ORDER BY sku")


def load_evidence(con: Connection) -> pl.DataFrame:
    """provider_name, description, sku (String): what each provider's mapped products are called."""
    return con.frame(
        "SELECT p.name AS provider_name, k.description, m.code AS sku FROM mappings m"
        " JOIN komet_products k ON k.provider_id = m.provider_id AND k.product_id = m.komet_id"
        " JOIN providers p ON p.id = m.provider_id"
        " WHERE m.kind = 'product' AND k.description IS NOT NULL ORDER BY ALL"
    )


def load_export_rows(con: Connection, provider_ids: Sequence[str], kind: str) -> pl.DataFrame:
    """All that is known of a kind, with our code for it: the fields of a mapping file (String)."""
    return con.frame(
        "SELECT p.name AS provider, k.komet_id AS komet_product_id,"
        " k.legacy_code AS komet_legacy_code, k.description AS komet_description,"
        " m.code AS sku, s.description AS sku_description"
        f" FROM ({known_sql(kind)}) k JOIN providers p ON p.id = k.provider_id"
        " LEFT JOIN mappings m ON m.provider_id = k.provider_id AND m.kind = $kind"
        " AND m.komet_id = k.komet_id"
        " LEFT JOIN skus s ON s.sku = m.code AND m.kind = 'product'"
        " WHERE list_contains($providers, k.provider_id)"
        " ORDER BY p.name, k.description, k.komet_id",
        {"providers": list(provider_ids), "kind": kind},
    )


def list_known(con: Connection, provider_id: str, text: str, *, kind: str) -> pl.DataFrame:
    """What is known of a kind at a provider: see `komet.mapping.products.list_known`.

    Its source is still a code, with import_source and import_name beside it.
    """
    searched = formulas.folded(
        "concat_ws(' ', k.description, k.komet_id, k.legacy_code, m.code, s.description)"
    )
    return con.frame(
        f"""
        WITH stake AS (
          SELECT komet_id, sum(boxes) AS boxes, sum(items)::BIGINT AS items FROM (
            SELECT {KEY_OF[kind]} AS komet_id, po_id, po_item_id, any_value(boxes) AS boxes,
              count(*) AS items
            FROM order_items i WHERE provider_id = $provider AND gone_at IS NULL
              AND {formulas.standing("i")} GROUP BY ALL
          ) GROUP BY komet_id
        ), known AS (SELECT * FROM ({known_sql(kind)}) WHERE provider_id = $provider)
        SELECT k.komet_id, k.legacy_code, k.description, k.category, m.code AS sku,
          s.description AS sku_description, m.source, m.updated_at AS changed_at,
          stake.boxes, coalesce(stake.items, 0) AS items,
          d.source AS import_source, d.file_name AS import_name
        FROM known k LEFT JOIN stake USING (komet_id)
        LEFT JOIN mappings m ON m.provider_id = $provider AND m.kind = $kind
          AND m.komet_id = k.komet_id
        LEFT JOIN mapping_imports d ON d.id = m.import_id
        LEFT JOIN skus s ON s.sku = m.code AND m.kind = 'product'
        WHERE contains({searched}, {formulas.folded("$text")})
        ORDER BY stake.boxes DESC NULLS LAST, k.description, k.komet_id
        """,
        {"provider": provider_id, "text": text.strip(), "kind": kind},
    )


def load_coverage(con: Connection) -> pl.DataFrame:
    """How far each mapping has come: see `komet.mapping.products.load_coverage`."""
    return con.frame(
        f"""
        SELECT k.provider_id, k.products, k.mapped,
          coalesce(o.products, 0) AS unmapped_ordered, coalesce(o.boxes, 0) AS boxes_at_stake
        FROM (
          SELECT k.provider_id, count(*) AS products, count(m.code) AS mapped
          FROM komet_products k
          LEFT JOIN mappings m ON m.provider_id = k.provider_id AND m.kind = 'product'
            AND m.komet_id = k.product_id
          GROUP BY k.provider_id
        ) k LEFT JOIN ({by_provider_sql()}) o USING (provider_id)
        """
    )


_LINE = "i.provider_id, i.po_id, i.po_item_id"


def by_product_sql(where: str = "true") -> str:
    """provider_id, product_id, product, boxes, stems, items, first_ship_date, last_ship_date.

    `where` is a condition on `order_items i` and its mapping `m`.
    """
    found = f"FROM order_items i{SKU_JOIN} WHERE {where} AND {formulas.unmapped('i', 'm')}"
    # a solid line is its only item: no group for each of a million lines
    return (
        "SELECT provider_id, product_id, any_value(product) AS product, sum(boxes) AS boxes,"
        " sum(stems) AS stems, sum(items)::BIGINT AS items, min(first_date) AS first_ship_date,"
        " max(last_date) AS last_ship_date FROM ("
        "SELECT i.provider_id, i.product_id, i.product, i.boxes, i.stems, 1 AS items,"
        f" i.ship_date AS first_date, i.ship_date AS last_date {found} AND NOT i.mixed"
        " UNION ALL BY NAME "
        f"SELECT {_LINE}, i.product_id, any_value(i.product) AS product,"
        " any_value(i.boxes) AS boxes, sum(i.stems) AS stems, count(*) AS items,"
        f" min(i.ship_date) AS first_date, max(i.ship_date) AS last_date {found} AND i.mixed"
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
    found = f"FROM order_items i{SKU_JOIN} WHERE {where}"
    unmapped = formulas.unmapped("i", "m")
    row = con.rows(
        f"""
        WITH mixed AS (
          SELECT count(*) AS lines, sum(boxes) AS boxes, sum(stems) AS stems FROM (
            SELECT {_LINE}, any_value(i.boxes) AS boxes, sum(i.stems) AS stems {found}
            AND {unmapped} AND i.mixed GROUP BY ALL
          )
        ), found AS (
          SELECT i.provider_id, i.product_id, i.boxes, i.stems, {unmapped} AS unmapped,
            {unmapped} AND NOT i.mixed AS solid, i.product_id IS NULL AND i.gone_at IS NULL
            AND {formulas.standing("i")} AS unidentified {found}
        ), counted AS (
          SELECT count(DISTINCT (provider_id, product_id)) FILTER (unmapped) AS products,
            count(*) FILTER (unmapped) AS items, count(*) FILTER (solid) AS lines,
            sum(boxes) FILTER (solid) AS boxes, sum(stems) FILTER (solid) AS stems,
            count(*) FILTER (unidentified) AS unidentified
          FROM found
        )
        SELECT c.products, c.items, c.lines + m.lines AS lines,
          coalesce(c.boxes, 0) + coalesce(m.boxes, 0) AS boxes,
          coalesce(c.stems, 0) + coalesce(m.stems, 0) AS stems, c.unidentified
        FROM counted c, mixed m
        """,
        params or {},
    )[0]
    return AtStake(**row)
