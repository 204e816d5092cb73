"""One product in several rows of a file: a contradiction, or merely said twice."""

import polars as pl

from komet.language import _
from komet.mapping.headings import SKU, SKU_DESCRIPTION, Headings
from komet.mapping.problems import ERROR, WARNING, problems_where
from komet.mapping.sentences import listed, sentence

_PRODUCT = ["provider_id", "komet_id"]


def settle_repeats(
    rows: pl.DataFrame, headings: Headings
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Mark rows that say again what a row above has said; refuse those that disagree.

    `rows`: [row: Int64, provider_id, komet_id, sku, sku_description: String]. Returns
    [row: Int64, is_repeat: Boolean, sku_description: String] for all rows, where the first row
    of a product has the description that any of them gives, and the problems
    [row: Int64, column, severity, reason: String].
    """
    # No row may win by standing last: which of two SKUs is meant, only a person knows.
    groups = (
        rows.sort("row")
        .group_by(_PRODUCT, maintain_order=True)
        .agg(
            pl.len().alias("times"),
            pl.col("row").first().alias("first_row"),
            pl.col("row").alias("rows"),
            pl.col(SKU).unique(maintain_order=True).alias("skus"),
            pl.col(SKU_DESCRIPTION).drop_nulls().unique(maintain_order=True).alias("descriptions"),
        )
        .filter(pl.col("times") > 1)
    )
    repeated = rows.join(groups, on=_PRODUCT, how="left", maintain_order="left").with_columns(
        ((pl.col("times") > 1) & (pl.col("row") != pl.col("first_row")))
        .fill_null(False)
        .alias("is_repeat")
    )
    two_skus = pl.col("skus").list.len() > 1
    two_descriptions = ~two_skus & (pl.col("descriptions").list.len() > 1)
    other_skus = sentence(
        _("Rows {rows} give product {id} different SKUs: {skus}. Keep one of them."),
        rows=listed(pl.col("rows")),
        id=pl.col("komet_id"),
        skus=listed(pl.col("skus")),
    )
    other_descriptions = sentence(
        _("Rows {rows} describe the SKU of product {id} differently: {texts}. Keep one of them."),
        rows=listed(pl.col("rows")),
        id=pl.col("komet_id"),
        texts=listed(pl.col("descriptions")),
    )
    again = sentence(_("The same as row {row}: not needed twice."), row=pl.col("first_row"))
    agreed = pl.col("is_repeat") & ~two_skus & ~two_descriptions
    problems = [
        problems_where(
            repeated,
            condition,
            column=headings.name(field),
            severity=severity,
            reason=reason,
        )
        for condition, field, severity, reason in (
            (two_skus, SKU, ERROR, other_skus),
            (two_descriptions, SKU_DESCRIPTION, ERROR, other_descriptions),
            (agreed, SKU, WARNING, again),
        )
    ]
    settled = repeated.select(
        "row",
        "is_repeat",
        pl.coalesce(SKU_DESCRIPTION, pl.col("descriptions").list.first()).alias(SKU_DESCRIPTION),
    )
    return settled, problems
