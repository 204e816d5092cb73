"""The products of a provider with their SKUs, and the queue of those that have none."""

import polars as pl

from komet.desk import Desk
from komet.store import formulas


def products(desk: Desk, provider_id: str, text: str = "", *, only: str = "all") -> pl.DataFrame:
    """The products of a provider, `only` all, mapped or unmapped, that contain a text.

    Columns: product_id, legacy_code, description, category, sku, sku_description, source (String),
    changed_at (Datetime UTC), boxes (Decimal: boxes at stake in its downloaded orders), items
    (Int64). A box of a mixed line is at stake for each product in it. Ordered by boxes at stake.
    """
    state = {
        "mapped": "AND m.code IS NOT NULL",
        "unmapped": "AND m.code IS NULL",
    }.get(only, "")
    searched = formulas.folded(
        "concat_ws(' ', k.description, k.product_id, k.legacy_code, m.code, s.description)"
    )
    with desk.db.read() as con:
        return con.frame(
            f"""
            WITH stake AS (
              SELECT product_id, sum(boxes) AS boxes, count(*) AS items FROM (
                SELECT product_id, po_item_id, any_value(boxes) AS boxes FROM order_items
                WHERE provider_id = $provider AND gone_at IS NULL
                  AND coalesce(po_status, '') <> 'CA' GROUP BY product_id, po_item_id
              ) GROUP BY product_id
            ), known AS (
              SELECT product_id, legacy_code, description, category FROM komet_products
              WHERE provider_id = $provider
              UNION ALL
              SELECT komet_id, NULL, NULL, NULL FROM mappings
              WHERE provider_id = $provider AND kind = 'product' AND komet_id NOT IN
                (SELECT product_id FROM komet_products WHERE provider_id = $provider)
            )
            SELECT k.product_id, k.legacy_code, k.description, k.category, m.code AS sku,
              s.description AS sku_description, m.source, m.updated_at AS changed_at,
              stake.boxes, coalesce(stake.items, 0) AS items
            FROM known k LEFT JOIN stake USING (product_id)
            LEFT JOIN mappings m ON m.provider_id = $provider AND m.kind = 'product'
              AND m.komet_id = k.product_id
            LEFT JOIN skus s ON s.sku = m.code
            WHERE contains({searched}, {formulas.folded("$text")}) {state}
            ORDER BY stake.boxes DESC NULLS LAST, k.description, k.product_id
            """,
            {"provider": provider_id, "text": text.strip()},
        )


def coverage(desk: Desk) -> pl.DataFrame:
    """provider_id, products, mapped, unmapped_ordered (Int64): how far each mapping has come.

    `unmapped_ordered`: products without a SKU that downloaded, standing orders ask for.
    """
    with desk.db.read() as con:
        return con.frame(
            """
            SELECT k.provider_id, count(*) AS products, count(m.code) AS mapped,
              count(*) FILTER (m.code IS NULL AND o.product_id IS NOT NULL) AS unmapped_ordered
            FROM komet_products k
            LEFT JOIN mappings m ON m.provider_id = k.provider_id AND m.kind = 'product'
              AND m.komet_id = k.product_id
            LEFT JOIN (
              SELECT DISTINCT provider_id, product_id FROM order_items
              WHERE gone_at IS NULL AND coalesce(po_status, '') <> 'CA'
            ) o ON o.provider_id = k.provider_id AND o.product_id = k.product_id
            GROUP BY k.provider_id
            """
        )
