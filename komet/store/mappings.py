"""Mappings: (provider, kind, Komet ID) → our code; their imports, and what each import changed.

The first kind is `product`, whose code is a SKU. Orders are joined with this table when they are
read, so a mapping works backwards at once.
"""

from datetime import datetime
from uuid import uuid4

import polars as pl
from pydantic import BaseModel, ConfigDict

from komet import person
from komet.errors import InvalidInput
from komet.language import _
from komet.store import audit
from komet.store.database import Connection

PRODUCT = "product"


class MappingImport(BaseModel):
    """One import of a file, or one edit in the grid."""

    model_config = ConfigDict(frozen=True)

    id: str
    file_name: str
    source: str
    new_rows: int
    changed_rows: int
    applied_at: datetime
    who: str | None = None
    undone_at: datetime | None = None


def product_keys(con: Connection) -> pl.DataFrame:
    """provider_id, komet_id, legacy_code, description (String): every known product."""
    return con.frame(
        "SELECT provider_id, product_id AS komet_id, legacy_code, description FROM komet_products"
    )


def product_mappings(con: Connection) -> pl.DataFrame:
    """provider_id, komet_id, sku, sku_description (String): every product mapping in force."""
    return con.frame(
        "SELECT m.provider_id, m.komet_id, m.code AS sku, s.description AS sku_description"
        " FROM mappings m LEFT JOIN skus s ON s.sku = m.code WHERE m.kind = 'product'"
    )


def apply(
    con: Connection, rows: pl.DataFrame, *, file_name: str, source: str, now: datetime
) -> MappingImport:
    """Write mappings [provider_id, komet_id, sku, sku_description: String], a product once.

    A null `sku` takes the mapping away; a null `sku_description` keeps the one that is held. What
    was there before is recorded, for the history and for undo.
    """
    import_id = str(uuid4())
    params = {"id": import_id, "source": source, "now": now}
    con.run(
        "INSERT INTO mapping_changes BY NAME SELECT $id AS import_id, r.provider_id,"
        " 'product' AS kind, r.komet_id, m.code AS before, r.sku AS after,"
        " s.description AS sku_description_before,"
        " coalesce(r.sku_description, s.description) AS sku_description_after,"
        " $source AS source, $now AS changed_at FROM to_write r"
        " LEFT JOIN mappings m ON m.provider_id = r.provider_id AND m.kind = 'product'"
        " AND m.komet_id = r.komet_id LEFT JOIN skus s ON s.sku = r.sku",
        params,
        to_write=rows,
    )
    _write(con, rows, import_id=import_id, source=source, now=now)
    changed = int(
        con.value(
            "SELECT count(*) FROM mapping_changes WHERE import_id = $id AND before IS NOT NULL",
            {"id": import_id},
        )
    )
    con.run(
        "INSERT INTO mapping_imports VALUES"
        " ($id, $file, $source, $new, $changed, $now, NULL, $who)",
        {
            **params,
            "file": file_name,
            "new": rows.height - changed,
            "changed": changed,
            "who": person.current(),
        },
    )
    audit.record(con, "mappings written", file_name, now, {"rows": rows.height})
    return next(done for done in imports(con) if done.id == import_id)


def undo_last(con: Connection, now: datetime) -> MappingImport:
    """Put back what the newest import found. Raises `InvalidInput` where there is none to undo.

    Mappings that have been changed again since are left as they are.
    """
    last = next((done for done in imports(con) if done.undone_at is None), None)
    if last is None:
        raise InvalidInput(_("There is no import to undo."))
    before = con.frame(
        "SELECT c.provider_id, c.komet_id, c.before AS sku,"
        " NULL::VARCHAR AS sku_description FROM mapping_changes c"
        " LEFT JOIN mappings m ON m.provider_id = c.provider_id AND m.kind = c.kind"
        " AND m.komet_id = c.komet_id"
        " WHERE c.import_id = $id AND m.code IS NOT DISTINCT FROM c.after",
        {"id": last.id},
    )
    con.run(
        "UPDATE skus SET description = c.sku_description_before, updated_at = $now"
        " FROM mapping_changes c WHERE c.import_id = $id AND skus.sku = c.after"
        " AND skus.description IS NOT DISTINCT FROM c.sku_description_after",
        {"id": last.id, "now": now},
    )
    _write(con, before, import_id=last.id, source=_("undo of {name}").format(name=last.file_name),
           now=now)  # fmt: skip
    con.run(
        "UPDATE mapping_imports SET undone_at = $now WHERE id = $id", {"id": last.id, "now": now}
    )
    audit.record(con, "import undone", last.file_name, now)
    return next(done for done in imports(con) if done.id == last.id)


def imports(con: Connection, limit: int = 50) -> list[MappingImport]:
    """The newest imports and edits first."""
    rows = con.rows(
        "SELECT * FROM mapping_imports ORDER BY applied_at DESC LIMIT $limit", {"limit": limit}
    )
    return [MappingImport.model_validate(row) for row in rows]


def _write(
    con: Connection, rows: pl.DataFrame, *, import_id: str, source: str, now: datetime
) -> None:
    con.run(
        "DELETE FROM mappings m USING to_write r WHERE m.kind = 'product'"
        " AND m.provider_id = r.provider_id AND m.komet_id = r.komet_id",
        to_write=rows,
    )
    con.run(
        "INSERT INTO mappings SELECT provider_id, 'product', komet_id, sku, $source, $id, $now"
        " FROM to_write WHERE sku IS NOT NULL",
        {"source": source, "id": import_id, "now": now},
        to_write=rows,
    )
    described = (
        rows.filter(pl.col("sku").is_not_null())
        .group_by("sku")
        .agg(pl.col("sku_description").drop_nulls().last())
    )
    con.run(
        "CREATE OR REPLACE TEMP TABLE new_skus AS SELECT d.sku,"
        " coalesce(d.sku_description, s.description) AS description FROM described d"
        " LEFT JOIN skus s ON s.sku = d.sku",
        described=described,
    )
    con.run("DELETE FROM skus USING new_skus n WHERE skus.sku = n.sku")
    con.run("INSERT INTO skus SELECT sku, description, $now FROM new_skus", {"now": now})
    con.run("DROP TABLE new_skus")
