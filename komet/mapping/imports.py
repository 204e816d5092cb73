"""Everything that writes mappings, for the page and the command line: file, copy, edit, undo."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from komet.clients.providers import get_provider, list_providers
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.language import _
from komet.mapping.attributes import read_attributes
from komet.mapping.cells import clean_code, write_mapping_csv
from komet.mapping.check import check_mapping
from komet.mapping.file import read_mapping
from komet.mapping.history import MappingImport, Source, label_sources
from komet.mapping.model import (
    DESCRIPTION,
    FIELDS,
    KINDS,
    KOMET_ID,
    LEGACY_CODE,
    PRODUCT,
    PROVIDER,
    SKU,
    SKU_DESCRIPTION,
    DryRun,
    Headings,
    Known,
    MappingFile,
    Written,
)
from komet.mapping.problems import PROBLEM_SCHEMA
from komet.mapping.table import columns as remembered
from komet.mapping.table import mappings, products
from komet.permissions import Actor, Permission
from komet.text import normalize_text

MOST_BYTES = 50 * 1024 * 1024
_EDITED = {"provider_id": pl.String, "komet_id": pl.String, "sku": pl.String}
_SHOWN = {"provider_id": pl.String, "komet_id": pl.String, "shown": pl.String}


def check_size(data: bytes, file_name: str) -> None:
    """Raise `InvalidInput` for a file that is too large to be read."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            _("{name} is larger than 50 MB.").format(name=file_name),
            next_step=_("Split it, or leave out columns that are not needed."),
        )


def dry_run_file(
    ctx: AppContext,
    data: bytes,
    file_name: str,
    provider_id: str | None,
    kind: str = PRODUCT,
    *,
    columns: Mapping[str, int] | None = None,
) -> DryRun:
    """Read a file and say what it would do; nothing is written.

    `provider_id` is for rows that name no client. `columns`: field → position, where a person says
    which column is which (see `komet.mapping.matching`). Raises `InvalidInput`, `MappingFileError`.
    """
    check_size(data, file_name)
    known = load_known(ctx, provider_id, kind)
    file = read_mapping(data, file_name, known, columns)
    if kind == "box_type":
        # orders are joined by the code in capitals
        file = replace(file, rows=file.rows.with_columns(pl.col(KOMET_ID).str.to_uppercase()))
    return replace(check_mapping(file, known), kind=kind, name=file_name)


def load_known(ctx: AppContext, provider_id: str | None, kind: str = PRODUCT) -> Known:
    """What we hold of a kind; `provider_id` is for rows that name no client."""
    providers = {provider.name: provider.id for provider in list_providers(ctx)}
    with ctx.read() as con:
        return Known(
            products=products.load_known(con, kind),
            mappings=mappings.load_mappings(con, kind),
            providers=providers,
            default_provider_id=provider_id,
            skus=products.load_skus(con) if kind == PRODUCT else frozenset(),
            listed=products.load_providers_with_list(con, kind),
            remembered=remembered.load_remembered(con, provider_id, kind),
        )


def apply_import(ctx: AppContext, actor: Actor, dry_run: DryRun) -> Written:
    """Write what a dry run shows, in one transaction.

    A product whose mapping is no longer what the dry run showed is left alone, and named. Raises
    `NotPermitted`, and `InvalidInput` for a kind that is none.
    """
    return _write(
        ctx,
        actor,
        dry_run.to_apply,
        dry_run.shown,
        kind=dry_run.kind,
        source=dry_run.source,
        name=dry_run.name,
    )


def edit_cells(
    ctx: AppContext,
    actor: Actor,
    provider_id: str,
    codes: Mapping[str, str | None],
    kind: str = PRODUCT,
    *,
    shown: Mapping[str, str | None] | None = None,
    source: Source = Source.HAND,
) -> Written:
    """Set codes of ours by Komet ID, as edited in a grid; an empty one takes the mapping away.

    `shown`: the code that the person saw at each ID. Where the stored one differs from it, it is
    left alone, and named. Without `shown`, whatever is stored is replaced. Raises `NotPermitted`,
    and `InvalidInput` for a kind that is none.
    """
    rows = pl.DataFrame(
        [
            {"provider_id": provider_id, "komet_id": komet_id, "sku": code or ""}
            for komet_id, code in codes.items()
        ],
        schema=_EDITED,
    ).with_columns(sku=clean_code(pl.col("sku")), sku_description=pl.lit(None, dtype=pl.String))
    seen = pl.DataFrame(
        [
            {"provider_id": provider_id, "komet_id": komet_id, "shown": code}
            for komet_id, code in (shown or {}).items()
        ],
        schema=_SHOWN,
    )
    return _write(ctx, actor, rows, seen, kind=kind, source=source, name="")


def _write(
    ctx: AppContext,
    actor: Actor,
    rows: pl.DataFrame,
    shown: pl.DataFrame,
    *,
    kind: str,
    source: Source,
    name: str,
) -> Written:
    """Compare and write in one transaction; where nothing differs, nothing is recorded."""
    product = ["provider_id", "komet_id"]
    with ctx.write(actor, Permission.EDIT_MAPPING) as con:
        overtaken = mappings.find_overtaken(con, rows, shown, kind)
        stored = mappings.load_mappings(con, kind).select(
            *product, was="sku", described="sku_description"
        )
        differing = pl.col("sku").ne_missing(pl.col("was")) | (
            pl.col("sku_description").is_not_null()
            & pl.col("sku_description").ne_missing(pl.col("described"))
        )
        to_write = (
            rows.join(overtaken, on=product, how="anti", maintain_order="left")
            .join(stored, on=product, how="left", maintain_order="left")
            .filter(differing)
            .drop("was", "described")
        )
        if to_write.is_empty():
            return Written(0, 0, overtaken)
        done = mappings.write_import(
            con, to_write, source=source, name=name, now=ctx.now(), kind=kind
        )
    return Written(done.new_rows, done.changed_rows, overtaken)


def undo_import(ctx: AppContext, actor: Actor, import_id: str | None = None) -> MappingImport:
    """Restore what an import or edit found, by default the newest.

    Mappings that have been changed again since are left as they are. Raises `InvalidInput` where
    there is none to undo, and `NotPermitted`.
    """
    with ctx.write(actor, Permission.EDIT_MAPPING) as con:
        last = mappings.find_undoable(con, import_id)
        if last is None:
            raise InvalidInput(_("There is no import to undo."))
        now = ctx.now()
        for kind in KINDS:
            mappings.revert(con, last, kind, now)
        return mappings.mark_undone(con, last, now)


def list_imports(ctx: AppContext, limit: int = 50) -> list[MappingImport]:
    """Imports and edits, the newest first, at most `limit`."""
    with ctx.read() as con:
        return mappings.list_imports(con, limit)


def list_changes(ctx: AppContext, text: str = "", limit: int = 500) -> pl.DataFrame:
    """What was done to each mapping, the newest first, where a text is in a name, ID or code.

    changed_at (Datetime UTC), who, source (in the reader's language), provider, kind, komet_id,
    description, before, after (String).
    """
    with ctx.read() as con:
        return label_sources(mappings.list_changes(con, text, limit))


def list_mappings(ctx: AppContext, kind: str = PRODUCT) -> pl.DataFrame:
    """provider_id, komet_id, sku, sku_description (String): every mapping of a kind in force."""
    with ctx.read() as con:
        return mappings.load_mappings(con, kind)


def export_mapping(
    ctx: AppContext, actor: Actor, provider_ids: Sequence[str], kind: str = PRODUCT
) -> bytes:
    """All that is known of a kind with our code for it, as CSV that can be imported again.

    Raises `NotPermitted`, and `InvalidInput` for a kind that is none.
    """
    ctx.authorize(actor, Permission.EXPORT)
    with ctx.read() as con:
        return write_mapping_csv(products.load_export_rows(con, provider_ids, kind))


def dry_run_copy(
    ctx: AppContext, from_id: str, to_id: str, kind: str = PRODUCT, *, overwrite: bool = False
) -> DryRun:
    """What copying would change at the provider `to_id`; nothing is written.

    Without `overwrite`, what is mapped there already is left out. Raises `InvalidInput` where
    there is nothing to copy, and `NotFound` for a provider that is not there.
    """
    source, target = get_provider(ctx, from_id), get_provider(ctx, to_id)
    with ctx.read() as con:
        known = products.load_known(con, kind)
        stored = mappings.load_mappings(con, kind)
    mapped = known.join(stored, on=["provider_id", "komet_id"], how="inner")
    theirs = mapped.filter(pl.col("provider_id") == from_id)
    ours = known.filter(pl.col("provider_id") == to_id)
    if not overwrite:
        ours = ours.join(stored, on=["provider_id", "komet_id"], how="anti")
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
    checked = check_mapping(_as_file(rows), load_known(ctx, to_id, kind))
    return replace(checked, kind=kind, source=Source.COPY, name=source.name)


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
    exact = normalize_text(name)
    read = read_attributes(name)
    # a length at least: two roses without one are not the same product
    return [exact, read] if kind == PRODUCT and read.cm and read.words else [exact]
