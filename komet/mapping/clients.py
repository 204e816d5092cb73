"""Which client (provider) each row of a mapping file is for."""

from collections.abc import Callable, Mapping

import polars as pl

from komet.language import _
from komet.mapping.headings import PROVIDER, Headings, plain
from komet.mapping.problems import ERROR, problems_where
from komet.mapping.sentences import sentence

_MOST_NAMES = 10


def provider_finder(providers: Mapping[str, str]) -> Callable[[str], str | None]:
    """From the name that a file writes to the provider's ID; None where it is nobody's, or two's.

    Names match without regard to case, accents, spaces and punctuation; where that makes two
    clients alike, the exact name decides.
    """
    by_key: dict[str, set[str]] = {}
    for name, provider_id in providers.items():
        by_key.setdefault(plain(name) or name.strip(), set()).add(provider_id)

    def provider_of(name: str) -> str | None:
        if name in providers:
            return providers[name]
        alike = by_key.get(plain(name) or name.strip(), set())
        return next(iter(alike)) if len(alike) == 1 else None

    return provider_of


def match_clients(
    rows: pl.DataFrame,
    providers: Mapping[str, str],
    default_provider_id: str | None,
    headings: Headings,
) -> tuple[pl.DataFrame, list[pl.DataFrame]]:
    """Add provider_id (String, null where it is not known) to `rows`, which has `provider`.

    Names match as `provider_finder` says. The other frames are the errors
    [row: Int64, column, severity, reason: String].
    """
    provider_of = provider_finder(providers)
    names: list[str] = rows.get_column(PROVIDER).drop_nulls().unique().to_list()
    known = pl.DataFrame(
        {PROVIDER: names, "provider_id": [provider_of(name) for name in names]},
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
    unknown = sentence(
        _("There is no client “{name}”. Known: {known}."),
        name=pl.col(PROVIDER),
        known=pl.lit(", ".join(shown[:_MOST_NAMES]) + more),
    )
    nobody = pl.lit(_("The row names no client, and none was chosen for the file."))
    lost = pl.col("provider_id").is_null()
    named = pl.col(PROVIDER).is_not_null()
    column = headings.name(PROVIDER)
    return matched, [
        problems_where(matched, lost & condition, column=column, severity=ERROR, reason=reason)
        for condition, reason in ((named, unknown), (~named, nobody))
    ]
