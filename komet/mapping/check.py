"""The dry run of a mapping file: what would change, and what is in the way. Nothing is written.

Every step looks only at rows that no step before it has refused, so that a row
is reported with its first real obstacle, not with those that follow from it.
"""

from collections.abc import Sequence

import polars as pl

from komet.language import _
from komet.mapping.cells import canonicalize
from komet.mapping.match import match_clients, match_products
from komet.mapping.model import (
    CHANGED,
    DESCRIPTION,
    FAILED,
    KOMET_ID,
    NEW,
    SKIPPED,
    SKU,
    SKU_DESCRIPTION,
    UNCHANGED,
    UNKNOWN,
    DryRun,
    Headings,
    Known,
    MappingFile,
)
from komet.mapping.problems import ERROR, WARNING, find_problems, join_problems, list_items, message

_PRODUCT = ["provider_id", "komet_id"]


def check_mapping(file: MappingFile, known: Known) -> DryRun:
    """Compare a file with the product lists and with the mappings in force.

    A row without a SKU is skipped, and an empty SKU description keeps the one that is stored.
    """
    headings = file.headings
    found = [file.problems]
    requested = _without_errors(file.rows.filter(pl.col(SKU).is_not_null()), found)

    requested, problems = match_clients(
        requested, known.providers, known.default_provider_id, headings
    )
    found += problems
    matched, problems = match_products(_without_errors(requested, found), known, headings)
    found += problems
    settled, problems = settle_repeats(_without_errors(matched, found), headings)
    found += problems

    everything = join_problems(found)
    details = (
        file.rows.drop("provider")
        .join(requested.select("row", "provider_id"), on="row", how="left")
        .join(
            matched.select("row", "komet_id", "listed_description", "is_unknown"),
            on="row",
            how="left",
        )
        .join(settled.rename({SKU_DESCRIPTION: "settled"}), on="row", how="left")
        .join(_stored(known.mappings), on=_PRODUCT, how="left")
        .join(_failed_rows([everything]), on="row", how="left")
        .join(_first_reasons(everything), on="row", how="left")
        .sort("row")
    )
    return DryRun(rows=_classify(details), problems=everything, file=file)


def _failed_rows(found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    errors = pl.concat(found).filter(pl.col("severity") == ERROR)
    return errors.select("row", pl.lit(True).alias("failed")).unique("row")


def _without_errors(rows: pl.DataFrame, found: Sequence[pl.DataFrame]) -> pl.DataFrame:
    return rows.join(_failed_rows(found), on="row", how="anti", maintain_order="left")


def _first_reasons(problems: pl.DataFrame) -> pl.DataFrame:
    """The first problem of each row; they come sorted, errors before warnings."""
    first = problems.unique("row", keep="first", maintain_order=True)
    return first.select("row", "reason", "column")


def _stored(mappings: pl.DataFrame) -> pl.DataFrame:
    return mappings.unique(_PRODUCT, keep="last", maintain_order=True).select(
        *_PRODUCT,
        pl.col("sku").alias("sku_before"),
        pl.col("sku_description").alias("description_before"),
    )


def _classify(details: pl.DataFrame) -> pl.DataFrame:
    """The kind of each row, in the shape of `DryRun.rows`."""
    given = pl.coalesce("settled", SKU_DESCRIPTION)
    # what a file cannot hold of the SKU in force is no difference
    as_stored = canonicalize(pl.col(SKU)).eq_missing(canonicalize(pl.col("sku_before")))
    sku = pl.when(as_stored).then("sku_before").otherwise(SKU)
    redescribed = given.is_not_null() & given.ne_missing(pl.col("description_before"))
    kind = (
        pl.when(pl.col("failed"))
        .then(pl.lit(FAILED))
        .when(pl.col(SKU).is_null())
        .then(pl.lit(SKIPPED))
        .when(pl.col("is_repeat"))
        .then(pl.lit(UNCHANGED))
        .when(pl.col("sku_before").is_null() & pl.col("is_unknown"))
        .then(pl.lit(UNKNOWN))
        .when(pl.col("sku_before").is_null())
        .then(pl.lit(NEW))
        .when(~as_stored | redescribed)
        .then(pl.lit(CHANGED))
        .otherwise(pl.lit(UNCHANGED))
    )
    return details.select(
        "row",
        kind.alias("kind"),
        "provider_id",
        pl.coalesce("komet_id", KOMET_ID).alias("komet_id"),
        pl.coalesce("listed_description", DESCRIPTION).alias("komet_description"),
        "sku_before",
        sku.alias(SKU),
        # a description belongs to its SKU: another SKU does not inherit it
        pl.coalesce(given, pl.when(as_stored).then("description_before")).alias(SKU_DESCRIPTION),
        "reason",
        "column",
    )


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
    other_skus = message(
        _("Rows {rows} give product {id} different SKUs: {skus}. Keep one of them."),
        rows=list_items(pl.col("rows")),
        id=pl.col("komet_id"),
        skus=list_items(pl.col("skus")),
    )
    other_descriptions = message(
        _("Rows {rows} describe the SKU of product {id} differently: {texts}. Keep one of them."),
        rows=list_items(pl.col("rows")),
        id=pl.col("komet_id"),
        texts=list_items(pl.col("descriptions")),
    )
    again = message(_("The same as row {row}: not needed twice."), row=pl.col("first_row"))
    agreed = pl.col("is_repeat") & ~two_skus & ~two_descriptions
    problems = [
        find_problems(
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
