"""Which client and which Komet product each row of a mapping file means."""

from collections.abc import Callable, Mapping

import polars as pl

from komet.language import _
from komet.mapping.model import DESCRIPTION, KOMET_ID, LEGACY_CODE, PROVIDER, Headings, Known
from komet.mapping.problems import ERROR, WARNING, find_problems, list_items, message
from komet.text import comparison_key, normalize_text

_MOST_NAMES = 10


def make_provider_finder(providers: Mapping[str, str]) -> Callable[[str], str | None]:
    """From the name that a file writes to the provider's ID; None where it is nobody's, or two's.

    Names match without regard to case, accents, spaces and punctuation; where that makes two
    clients alike, the exact name decides.
    """
    by_key: dict[str, set[str]] = {}
    for name, provider_id in providers.items():
        by_key.setdefault(normalize_text(name, solid=True) or name.strip(), set()).add(provider_id)

    def find_provider(name: str) -> str | None:
        if name in providers:
            return providers[name]
        alike = by_key.get(normalize_text(name, solid=True) or name.strip(), set())
        return next(iter(alike)) if len(alike) == 1 else None

    return find_provider


def match_clients(
    rows: pl.DataFrame,
    providers: Mapping[str, str],
    default_provider_id: str | None,
    headings: Headings,
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Add provider_id (String, null where it is not known) to `rows`, which has `provider`.

    Names match as `make_provider_finder` says. The other frames are the errors
    [row: Int64, column, severity, reason: String].
    """
    find_provider = make_provider_finder(providers)
    names: list[str] = rows.get_column(PROVIDER).drop_nulls().unique().to_list()
    known = pl.DataFrame(
        {PROVIDER: names, "provider_id": [find_provider(name) for name in names]},
        schema={PROVIDER: pl.String, "provider_id": pl.String},
    )
    matched = rows.join(known, on=PROVIDER, how="left", maintain_order="left").with_columns(
        pl.when(pl.col(PROVIDER).is_null())
        .then(pl.lit(default_provider_id, dtype=pl.String))
        .otherwise(pl.col("provider_id"))
        .alias("provider_id")
    )
    shown = sorted(providers, key=str.casefold)
    more = " …" if len(shown) > _MOST_NAMES else ""
    unknown = message(
        _("There is no importer “{name}”. Known: {known}."),
        name=pl.col(PROVIDER),
        known=pl.lit(", ".join(shown[:_MOST_NAMES]) + more),
    )
    nobody = pl.lit(_("The row names no importer, and none was chosen for the file."))
    lost = pl.col("provider_id").is_null()
    named = pl.col(PROVIDER).is_not_null()
    column = headings.name(PROVIDER)
    return matched, [
        find_problems(matched, lost & condition, column=column, severity=ERROR, reason=reason)
        for condition, reason in ((named, unknown), (~named, nobody))
    ]


_PRODUCT = ["provider_id", "komet_id"]


def match_products(
    rows: pl.DataFrame, known: Known, headings: Headings
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Find the product of each row by Komet's ID, else legacy code, else description.

    `rows`: [row: Int64, provider_id, komet_product_id, komet_legacy_code, komet_description:
    String, …]. Returns `rows` in their order with komet_id (null: not found), listed_description
    (null: not in the product list) and is_unknown (Boolean: an ID that is not in the list of a
    client that has one), and the problems [row: Int64, column, severity, reason: String].
    """
    products = known.products
    if "is_listed" not in products.columns:
        products = products.with_columns(is_listed=pl.lit(True))
    catalog = products.unique(_PRODUCT, keep="first", maintain_order=True).select(
        *_PRODUCT,
        pl.col("description").alias("listed_description"),
        comparison_key(pl.col("legacy_code")).alias("legacy_key"),
        comparison_key(pl.col("description")).alias("description_key"),
        "is_listed",
    )
    found = rows.with_columns(
        comparison_key(pl.col(LEGACY_CODE)).alias("legacy_key"),
        comparison_key(pl.col(DESCRIPTION)).alias("description_key"),
    )
    for key, ids in (("legacy_key", "ids_by_legacy"), ("description_key", "ids_by_description")):
        holders = (
            catalog.filter(pl.col(key).is_not_null())
            .group_by("provider_id", key)
            .agg(pl.col("komet_id").sort().alias(ids))
        )
        found = found.join(holders, on=["provider_id", key], how="left", maintain_order="left")
    only_legacy = pl.when(pl.col("ids_by_legacy").list.len() == 1).then(
        pl.col("ids_by_legacy").list.first()
    )
    only_description = pl.when(pl.col("ids_by_description").list.len() == 1).then(
        pl.col("ids_by_description").list.first()
    )
    found = found.with_columns(
        pl.when(pl.col(KOMET_ID).is_not_null())
        .then(pl.col(KOMET_ID))
        .when(pl.col("legacy_key").is_not_null())
        .then(only_legacy)
        .otherwise(only_description)
        .alias("komet_id")
    )
    found = found.join(
        catalog.rename({"description_key": "listed_key"}).drop("legacy_key"),
        on=_PRODUCT,
        how="left",
        maintain_order="left",
    ).with_columns(pl.col("is_listed").fill_null(False))
    # without a list there is nothing that an ID could be missing from
    has_list = pl.col("provider_id").is_in(list(known.providers_with_list))
    found = found.with_columns(
        is_unknown=pl.col(KOMET_ID).is_not_null() & ~pl.col("is_listed") & has_list
    )
    errors = _errors(found, headings)
    sound = found.join(pl.concat(errors), on="row", how="anti", maintain_order="left")
    matched = found.select(*rows.columns, "komet_id", "listed_description", "is_unknown")
    return matched, [*errors, *_warnings(sound, headings)]


def _errors(found: pl.DataFrame, headings: Headings) -> list[pl.DataFrame]:
    no_id = pl.col(KOMET_ID).is_null()
    by_legacy = no_id & pl.col("legacy_key").is_not_null()
    by_description = no_id & pl.col("legacy_key").is_null()
    by_description &= pl.col("description_key").is_not_null()
    problems = [
        find_problems(
            found,
            no_id & pl.col("legacy_key").is_null() & pl.col("description_key").is_null(),
            column=None,
            severity=ERROR,
            reason=message(_("The row gives a SKU but no Komet product.")),
        )
    ]
    for condition, field, ids in (
        (by_legacy, LEGACY_CODE, "ids_by_legacy"),
        (by_description, DESCRIPTION, "ids_by_description"),
    ):
        heading = headings.name(field)
        missing = message(_("“{text}” is not in this importer's product list."), text=pl.col(field))
        several = message(
            _("“{text}” fits several products ({ids}). Give the Komet product ID."),
            text=pl.col(field),
            ids=list_items(pl.col(ids)),
        )
        for wrong, reason in (
            (pl.col(ids).is_null(), missing),
            (pl.col(ids).list.len() > 1, several),
        ):
            problems.append(
                find_problems(
                    found, condition & wrong, column=heading, severity=ERROR, reason=reason
                )
            )
    contradiction = pl.col(KOMET_ID).is_not_null() & ~pl.col("ids_by_legacy").list.contains(
        pl.col(KOMET_ID)
    )
    text = _(
        "The row names two products: ID {id}, and legacy code {code}, which is that of product "
        "{other}. Correct one of them, or leave it empty."
    )
    problems.append(
        find_problems(
            found,
            contradiction,
            column=headings.name(LEGACY_CODE),
            severity=ERROR,
            reason=message(
                text,
                id=pl.col(KOMET_ID),
                code=pl.col(LEGACY_CODE),
                other=list_items(pl.col("ids_by_legacy")),
            ),
        )
    )
    return problems


def _warnings(found: pl.DataFrame, headings: Headings) -> list[pl.DataFrame]:
    given = pl.col(KOMET_ID).is_not_null()
    unlisted = message(
        _("Product {id} is not in this importer's product list."), id=pl.col(KOMET_ID)
    )
    other_code = message(
        _("No product has the legacy code {code}: product {id} was taken by its ID."),
        code=pl.col(LEGACY_CODE),
        id=pl.col(KOMET_ID),
    )
    other_text = message(
        _("Komet describes product {id} as “{listed}”."),
        id=pl.col("komet_id"),
        listed=pl.col("listed_description"),
    )
    rules = (
        (pl.col("is_unknown"), KOMET_ID, unlisted),
        (
            given
            & pl.col("is_listed")
            & pl.col("ids_by_legacy").is_null()
            & pl.col("legacy_key").is_not_null(),
            LEGACY_CODE,
            other_code,
        ),
        (
            pl.col("description_key").is_not_null()
            & (pl.col("description_key") != pl.col("listed_key")),
            DESCRIPTION,
            other_text,
        ),
    )
    return [
        find_problems(
            found, condition, column=headings.name(field), severity=WARNING, reason=reason
        )
        for condition, field, reason in rules
    ]
