"""The products of a provider with their SKUs, and the queue of those that have none."""

import polars as pl

from komet import formulas
from komet.context import AppContext
from komet.mapping import unmapped
from komet.mapping.table import KEY_OF, PRODUCT, known_sql


def known(
    ctx: AppContext, provider_id: str, text: str = "", *, only: str = "all", kind: str = PRODUCT
) -> pl.DataFrame:
    """What is known of a kind at a provider and has a text.

    `only` all, mapped, unmapped (without a code, ordered or not) or at_stake (without a code, and
    standing orders ask for it: for products, those that `store.unmapped` defines).

    Columns: komet_id, legacy_code, description, category, sku (our code), sku_description, source
    (String), changed_at (Datetime UTC), boxes (Decimal: boxes at stake in its downloaded orders),
    items (Int64). A box of a mixed line is at stake for each product in it. Ordered by boxes.
    """
    state = {
        "mapped": "AND m.code IS NOT NULL",
        "unmapped": "AND m.code IS NULL",
        "at_stake": "AND m.code IS NULL AND stake.items > 0",
    }.get(only, "")
    searched = formulas.folded(
        "concat_ws(' ', k.description, k.komet_id, k.legacy_code, m.code, s.description)"
    )
    with ctx.db.read() as con:
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


def coverage(ctx: AppContext) -> pl.DataFrame:
    """How far each mapping has come, a row a client whose products are known.

    provider_id, products, mapped, unmapped_ordered (Int64), boxes_at_stake (Decimal): the last two
    as `store.unmapped` defines them, each line's boxes once.
    """
    with ctx.db.read() as con:
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
            ) k LEFT JOIN ({unmapped.by_provider_sql()}) o USING (provider_id)
            """
        )
