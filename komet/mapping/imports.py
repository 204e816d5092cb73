"""Importing, editing and exporting SKU mappings, for the page and the command line alike."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import polars as pl

from komet.desk import Desk
from komet.errors import InvalidInput
from komet.language import _
from komet.mapping.check import DryRun, check_mapping
from komet.mapping.export_form import mapping_csv
from komet.mapping.file import read_mapping
from komet.mapping.headings import KOMET_ID
from komet.store import mappings, providers
from komet.store.mappings import PRODUCT, MappingImport

MOST_BYTES = 50 * 1024 * 1024
_EDITED = {"provider_id": pl.String, "komet_id": pl.String, "sku": pl.String}


def dry_run(
    desk: Desk, data: bytes, file_name: str, provider_id: str | None, kind: str = PRODUCT
) -> DryRun:
    """Read a file and say what it would do. Raises `MappingFileError`; writes nothing."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            _("{name} is larger than 50 MB.").format(name=file_name),
            next_step=_("Split it, or leave out columns that are not needed."),
        )
    file = read_mapping(data, file_name)
    if kind == "box_type":
        # orders are joined by the code in capitals
        file = replace(file, rows=file.rows.with_columns(pl.col(KOMET_ID).str.to_uppercase()))
    with desk.db.read() as con:
        return check_mapping(
            file,
            products=mappings.known(con, kind),
            mappings=mappings.held(con, kind),
            providers={p.name: p.id for p in providers.all_providers(con)},
            default_provider_id=provider_id,
        )


def apply(desk: Desk, checked: DryRun, file_name: str, kind: str = PRODUCT) -> MappingImport:
    """Write the new and the changed rows of a dry run, in one transaction."""
    with desk.db.write() as con:
        return mappings.apply(
            con,
            checked.to_apply,
            file_name=file_name,
            source=_("file {name}").format(name=file_name),
            now=desk.now(),
            kind=kind,
        )


def edit(
    desk: Desk,
    provider_id: str,
    skus: Mapping[str, str | None],
    kind: str = PRODUCT,
    *,
    name: str | None = None,
) -> int:
    """Set codes of ours by Komet ID, as edited in a grid; an empty one takes the mapping away.

    Returns how many changed.
    """
    rows = pl.DataFrame(
        [
            {"provider_id": provider_id, "komet_id": komet_id, "sku": (sku or "").strip() or None}
            for komet_id, sku in skus.items()
        ],
        schema=_EDITED,
    ).with_columns(sku_description=pl.lit(None, dtype=pl.String))
    with desk.db.write() as con:
        held = mappings.held(con, kind).select("provider_id", "komet_id", was="sku")
        changed = (
            rows.join(held, on=["provider_id", "komet_id"], how="left")
            .filter(pl.col("sku").ne_missing(pl.col("was")))
            .drop("was")
        )
        if changed.height:
            mappings.apply(
                con,
                changed,
                file_name=name or _("edited by hand"),
                source=name or _("by hand"),
                now=desk.now(),
                kind=kind,
            )
    return changed.height


def undo(desk: Desk, import_id: str | None = None) -> MappingImport:
    """Undo an import or edit, by default the newest. Raises `InvalidInput` where there is none."""
    with desk.db.write() as con:
        return mappings.undo(con, desk.now(), import_id)


def export(desk: Desk, provider_ids: Sequence[str], kind: str = PRODUCT) -> bytes:
    """All that is known of a kind with our code for it, as CSV that can be imported again."""
    with desk.db.read() as con:
        frame = con.frame(
            "SELECT p.name AS provider, k.komet_id AS komet_product_id,"
            " k.legacy_code AS komet_legacy_code, k.description AS komet_description,"
            " m.code AS sku, s.description AS sku_description"
            f" FROM ({mappings.known_sql(kind)}) k JOIN providers p ON p.id = k.provider_id"
            " LEFT JOIN mappings m ON m.provider_id = k.provider_id AND m.kind = $kind"
            " AND m.komet_id = k.komet_id"
            " LEFT JOIN skus s ON s.sku = m.code AND m.kind = 'product'"
            " WHERE list_contains($providers, k.provider_id)"
            " ORDER BY p.name, k.description, k.komet_id",
            {"providers": list(provider_ids), "kind": kind},
        )
    return mapping_csv(frame)
