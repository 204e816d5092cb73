"""Suggestions for a provider's unmapped products, from what the store holds, and accepting them."""

from collections.abc import Mapping

import polars as pl

from komet.context import AppContext
from komet.language import _
from komet.mapping import grid, imports
from komet.mapping.suggest import suggest
from komet.mapping.table import PRODUCT
from komet.mapping.written import Written


def suggestions(ctx: AppContext, provider_id: str) -> pl.DataFrame:
    """The best candidate for each unmapped product, those with most boxes at stake first.

    komet_id, description, sku, sku_description, score (Float64, 0 to 100), reason, second (the
    next SKU, with its score, in words), boxes (Decimal, in downloaded orders).
    """
    products = grid.known(ctx, provider_id, only="unmapped").with_columns(
        provider_id=pl.lit(provider_id)
    )
    with ctx.db.read() as con:
        skus = con.frame("SELECT sku, description FROM skus ORDER BY sku")
        evidence = con.frame(
            "SELECT p.name AS provider_name, k.description, m.code AS sku FROM mappings m"
            " JOIN komet_products k ON k.provider_id = m.provider_id AND k.product_id = m.komet_id"
            " JOIN providers p ON p.id = m.provider_id"
            " WHERE m.kind = 'product' AND k.description IS NOT NULL ORDER BY ALL"
        )
    found = suggest(products, skus, evidence, limit=2)
    second = found.filter(rank=2).select(
        "komet_id", second=pl.format("{} ({})", "sku", pl.col("score").round(0).cast(pl.Int64))
    )
    return (
        found.filter(rank=1)
        .join(second, on="komet_id", how="left")
        .join(products.select("komet_id", "boxes"), on="komet_id", how="left")
        .sort(["boxes", "score", "komet_id"], descending=[True, True, False], nulls_last=True)
        .select("komet_id", "description", "sku", "sku_description", "score", "reason", "second",
                "boxes")
    )  # fmt: skip


def accept(ctx: AppContext, provider_id: str, skus: Mapping[str, str]) -> Written:
    """Map these products (Komet ID → SKU) as a person has accepted them.

    One that somebody has mapped meanwhile is left alone, and named.
    """
    shown = dict.fromkeys(skus)
    name = _("accepted suggestions")
    return imports.edit(ctx, provider_id, dict(skus), PRODUCT, shown=shown, name=name)
