"""The products of a provider with their SKUs, and the queue of those that have none."""

import polars as pl

from komet.desk import Desk
from komet.store import formulas
from komet.store.mappings import KEY_OF, PRODUCT, known_sql


def known(
    desk: Desk, provider_id: str, text: str = "", *, only: str = "all", kind: str = PRODUCT
) -> pl.DataFrame:
    """What is known of a kind at a provider, `only` all, mapped or unmapped, that has a text.

    Columns: komet_id, legacy_code, description, category, sku (our code), sku_description, source
    (String), changed_at (Datetime UTC), boxes (Decimal: boxes at stake in its downloaded orders),
    items (Int64). A box of a mixed line is at stake for each product in it. Ordered by boxes.
    """
    state = {
        "mapped": "AND m.code IS NOT NULL",
        "unmapped": "AND m.code IS NULL",
    }.get(only, "")
    searched = formulas.folded(
        "concat_ws(' ', k.description, k.komet_id, k.legacy_code, m.code, s.description)"
    )
    with desk.db.read() as con:
        return con.frame(
            f"""
            WITH stake AS (
              SELECT komet_id, sum(boxes) AS boxes, count(*) AS items FROM (
                SELECT {KEY_OF[kind]} AS komet_id, po_item_id, any_value(boxes) AS boxes
                FROM order_items i WHERE provider_id = $provider AND gone_at IS NULL
                  AND {formulas.standing("i")} GROUP BY ALL
              ) GROUP BY komet_id
            ), known AS (SELECT * FROM ({known_sql(kind)}) WHERE provider_id = $provider)
            SELECT k.komet_id, k.legacy_code, k.description, k.category, m.code AS sku,
              s.description AS sku_description, m.source, m.updated_at AS changed_at,
              stake.boxes, coalesce(stake.items, 0) AS items
            FROM known k LEFT JOIN stake USING (komet_id)
            LEFT JOIN mappings m ON m.provider_id = $provider AND m.kind = $kind
              AND m.komet_id = k.komet_id
            LEFT JOIN skus s ON s.sku = m.code AND m.kind = 'product'
            WHERE contains({searched}, {formulas.folded("$text")}) {state}
            ORDER BY stake.boxes DESC NULLS LAST, k.description, k.komet_id
            """,
            {"provider": provider_id, "text": text.strip(), "kind": kind},
        )


def coverage(desk: Desk) -> pl.DataFrame:
    """provider_id, products, mapped, unmapped_ordered (Int64): how far each mapping has come.

    `unmapped_ordered`: products without a SKU that downloaded, standing orders ask for.
    """
    with desk.db.read() as con:
        return con.frame(
            f"""
            SELECT k.provider_id, count(*) AS products, count(m.code) AS mapped,
              count(*) FILTER (m.code IS NULL AND o.product_id IS NOT NULL) AS unmapped_ordered
            FROM komet_products k
            LEFT JOIN mappings m ON m.provider_id = k.provider_id AND m.kind = 'product'
              AND m.komet_id = k.product_id
            LEFT JOIN (
              SELECT DISTINCT provider_id, product_id FROM order_items i
              WHERE gone_at IS NULL AND {formulas.standing("i")}
            ) o ON o.provider_id = k.provider_id AND o.product_id = k.product_id
            GROUP BY k.provider_id
            """
        )
