"""Copying a mapping from one provider to another: by the same name, else by what the name says.

Komet IDs mean nothing across providers, so a product is found again by its description, and one
of box types by its code. Where two of the source fit with different codes, none is copied.
"""

from collections.abc import Sequence

import polars as pl

from komet.clients.table import providers
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.language import _
from komet.mapping import imports
from komet.mapping import table as mappings
from komet.mapping.attributes import attributes, folded
from komet.mapping.check import DryRun, check_mapping
from komet.mapping.file import MappingFile
from komet.mapping.headings import (
    DESCRIPTION,
    FIELDS,
    KOMET_ID,
    LEGACY_CODE,
    PROVIDER,
    SKU,
    SKU_DESCRIPTION,
    Headings,
)
from komet.mapping.problems import PROBLEM_SCHEMA
from komet.mapping.table import PRODUCT


def copy_dry_run(
    ctx: AppContext, from_id: str, to_id: str, kind: str = PRODUCT, *, overwrite: bool = False
) -> DryRun:
    """What copying would change at the provider `to_id`; nothing is written.

    Without `overwrite`, what is mapped there already is left out. Raises `InvalidInput` where
    there is nothing to copy.
    """
    with ctx.db.read() as con:
        source = providers.provider_by_id(con, from_id)
        target = providers.provider_by_id(con, to_id)
        known = mappings.known(con, kind)
        held = mappings.held(con, kind)
    mapped = known.join(held, on=["provider_id", "komet_id"], how="inner")
    theirs = mapped.filter(pl.col("provider_id") == from_id)
    ours = known.filter(pl.col("provider_id") == to_id)
    if not overwrite:
        ours = ours.join(held, on=["provider_id", "komet_id"], how="anti")
    codes = _codes_by_name(theirs, kind)
    rows = []
    for row in ours.drop_nulls("description").rows(named=True):
        for key in _keys(row["description"], kind):
            if found := codes.get(key):
                rows.append((row["komet_id"], row["description"], *found))
                break
    if not rows:
        raise InvalidInput(
            _("Nothing of {source} fits {target}.").format(source=source.name, target=target.name),
            _("No name there is like one here, or all of them are mapped already."),
            _("Look at the suggestions instead."),
        )
    return check_mapping(_as_file(rows), imports.known_now(ctx, to_id, kind))


def _as_file(rows: Sequence[tuple[str, str, str, str | None]]) -> MappingFile:
    """Komet ID, name, code and its description as what a file of ours would say.

    No file is written and read for it: codes are taken over as they are stored.
    """
    fields = (KOMET_ID, DESCRIPTION, SKU, SKU_DESCRIPTION)
    cells = pl.DataFrame(rows, schema=dict.fromkeys(fields, pl.String), orient="row")
    source = cells.with_row_index("row", offset=1).with_columns(pl.col("row").cast(pl.Int64))
    empty = [pl.lit(None, dtype=pl.String).alias(name) for name in (PROVIDER, LEGACY_CODE)]
    return MappingFile(
        rows=source.with_columns(empty).select("row", *FIELDS),
        problems=PROBLEM_SCHEMA.to_frame(),
        source=source,
        headings=Headings(fields, {name: at for at, name in enumerate(fields)}, ()),
        encoding=None,
        delimiter=None,
    )


def _codes_by_name(mapped: pl.DataFrame, kind: str) -> dict[object, tuple[str, str | None]]:
    """Name key → code and description; a key that stands for several codes is left out."""
    found: dict[object, set[tuple[str, str | None]]] = {}
    for row in mapped.drop_nulls("description").rows(named=True):
        for key in _keys(row["description"], kind):
            found.setdefault(key, set()).add((row["sku"], row["sku_description"]))
    return {key: next(iter(codes)) for key, codes in found.items() if len(codes) == 1}


def _keys(name: str, kind: str) -> list[object]:
    exact = " ".join(folded(name).split())
    read = attributes(name)
    # a length at least: two roses without one are not the same product
    return [exact, read] if kind == PRODUCT and read.cm and read.words else [exact]
