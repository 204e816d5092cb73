"""The SQL of the mapping: what is mapped, its imports, and what each import changed.

Orders are joined with this table when they are read, so a mapping works backwards at once.
"""

from datetime import datetime
from uuid import uuid4

import polars as pl

from komet.db import audit
from komet.db.database import Connection
from komet.formulas import folded
from komet.mapping.history import MappingImport, Source
from komet.mapping.model import PRODUCT, check_kind
from komet.mapping.table.products import known_sql


def load_mappings(con: Connection, kind: str = PRODUCT) -> pl.DataFrame:
    """provider_id, komet_id, sku, sku_description (String): every mapping of a kind in force."""
    return con.frame(
        "SELECT m.provider_id, m.komet_id, m.code AS sku, s.description AS sku_description"
        " FROM mappings m LEFT JOIN skus s ON s.sku = m.code AND m.kind = 'product'"
        " WHERE m.kind = $kind",
        {"kind": kind},
    )


def find_overtaken(
    con: Connection, rows: pl.DataFrame, shown: pl.DataFrame, kind: str = PRODUCT
) -> pl.DataFrame:
    """Which of the rows to write would overwrite what somebody else has stored meanwhile.

    `rows`: as for `write_import`; `shown`: [provider_id, komet_id, shown: String], what each ID
    had when the person looked; an ID that is not in it is not compared. Returns [provider_id,
    komet_id, description, shown, stored, typed: String], without those stored as typed already.
    Call it in the transaction of `write_import`.
    """
    return con.frame(
        "SELECT r.provider_id, r.komet_id, k.description, s.shown, m.code AS stored,"
        " r.sku AS typed FROM to_write r"
        " JOIN as_shown s ON s.provider_id = r.provider_id AND s.komet_id = r.komet_id"
        " LEFT JOIN mappings m ON m.provider_id = r.provider_id AND m.kind = $kind"
        " AND m.komet_id = r.komet_id"
        f" LEFT JOIN ({known_sql(kind)}) k ON k.provider_id = r.provider_id"
        " AND k.komet_id = r.komet_id"
        " WHERE m.code IS DISTINCT FROM s.shown AND m.code IS DISTINCT FROM r.sku"
        " ORDER BY k.description, r.komet_id",
        {"kind": check_kind(kind)},
        to_write=rows,
        as_shown=shown,
    )


def write_import(
    con: Connection,
    rows: pl.DataFrame,
    *,
    source: Source,
    name: str,
    now: datetime,
    kind: str = PRODUCT,
) -> MappingImport:
    """Write mappings [provider_id, komet_id, sku, sku_description: String], each ID once.

    A null `sku` takes the mapping away; a null `sku_description` keeps the stored one. What
    was there before is recorded, for the history and for undo.
    """
    import_id = str(uuid4())
    params = {"id": import_id, "source": source, "now": now, "kind": check_kind(kind)}
    con.run(
        "INSERT INTO mapping_changes BY NAME SELECT $id AS import_id, r.provider_id,"
        " $kind AS kind, r.komet_id, m.code AS before, r.sku AS after,"
        " s.description AS sku_description_before,"
        " coalesce(r.sku_description, s.description) AS sku_description_after,"
        " $source AS source, $now AS changed_at FROM to_write r"
        " LEFT JOIN mappings m ON m.provider_id = r.provider_id AND m.kind = $kind"
        " AND m.komet_id = r.komet_id LEFT JOIN skus s ON s.sku = r.sku AND $kind = 'product'",
        params,
        to_write=rows,
    )
    _write(con, rows, import_id=import_id, source=source, now=now, kind=kind)
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
            "id": import_id,
            "source": source,
            "now": now,
            "file": name,
            "new": rows.height - changed,
            "changed": changed,
            "who": con.actor,
        },
    )
    detail = {"rows": rows.height, "kind": kind, "source": source}
    audit.record(con, "mappings written", name, now, detail)
    return load_import(con, import_id)


def revert(con: Connection, done: MappingImport, kind: str, now: datetime) -> None:
    """Restore what an import found of a kind, and record that as changes of its own.

    Mappings that have been changed again since are left as they are.
    """
    before = con.frame(
        "SELECT c.provider_id, c.komet_id, c.before AS sku,"
        " NULL::VARCHAR AS sku_description FROM mapping_changes c"
        " LEFT JOIN mappings m ON m.provider_id = c.provider_id AND m.kind = c.kind"
        " AND m.komet_id = c.komet_id WHERE c.import_id = $id AND c.kind = $kind"
        " AND c.undone IS NULL AND m.code IS NOT DISTINCT FROM c.after",
        {"id": done.id, "kind": kind},
    )
    if before.is_empty():
        return
    if kind == PRODUCT:
        con.run(
            "UPDATE skus SET description = c.sku_description_before, updated_at = $now"
            " FROM mapping_changes c WHERE c.import_id = $id AND skus.sku = c.after"
            " AND skus.description IS NOT DISTINCT FROM c.sku_description_after",
            {"id": done.id, "now": now},
        )
    con.run(
        "INSERT INTO mapping_changes BY NAME SELECT c.import_id, c.provider_id, c.kind,"
        " c.komet_id, c.after AS before, c.before AS after, $source AS source,"
        " $now AS changed_at, true AS undone FROM mapping_changes c SEMI JOIN reverted b"
        " ON b.provider_id = c.provider_id AND b.komet_id = c.komet_id"
        " WHERE c.import_id = $id AND c.kind = $kind AND c.undone IS NULL",
        {"id": done.id, "kind": kind, "source": Source.UNDO, "now": now},
        reverted=before,
    )
    _write(con, before, import_id=done.id, source=Source.UNDO, now=now, kind=kind)


def mark_undone(con: Connection, done: MappingImport, now: datetime) -> MappingImport:
    """Record that an import has been undone."""
    con.run(
        "UPDATE mapping_imports SET undone_at = $now WHERE id = $id", {"id": done.id, "now": now}
    )
    audit.record(con, "import undone", done.file_name, now, {"source": done.source})
    return load_import(con, done.id)


def find_undoable(con: Connection, import_id: str | None) -> MappingImport | None:
    """An import that has not been undone, by default the newest."""
    rows = con.rows(
        "SELECT * FROM mapping_imports WHERE undone_at IS NULL AND ($id IS NULL OR id = $id)"
        " ORDER BY applied_at DESC LIMIT 1",
        {"id": import_id},
    )
    return MappingImport.model_validate(rows[0]) if rows else None


def list_imports(con: Connection, limit: int) -> list[MappingImport]:
    """Imports and edits, the newest first, at most `limit`."""
    rows = con.rows(
        "SELECT * FROM mapping_imports ORDER BY applied_at DESC LIMIT $limit", {"limit": limit}
    )
    return [MappingImport.model_validate(row) for row in rows]


def list_changes(con: Connection, text: str, limit: int) -> pl.DataFrame:
    """What was done to each mapping, the newest first, where a text is in a name, ID or code.

    changed_at (Datetime UTC), who, source (a code), import_source, import_name, provider, kind,
    komet_id, description, before, after.
    """
    searched = folded("concat_ws(' ', p.name, c.komet_id, k.description, c.before, c.after)")
    return con.frame(
        "SELECT c.changed_at, i.who, c.source, i.source AS import_source,"
        " i.file_name AS import_name, p.name AS provider, c.kind, c.komet_id,"
        " k.description, c.before, c.after FROM mapping_changes c"
        " LEFT JOIN mapping_imports i ON i.id = c.import_id"
        " LEFT JOIN providers p ON p.id = c.provider_id"
        " LEFT JOIN komet_products k ON k.provider_id = c.provider_id AND c.kind = 'product'"
        f" AND k.product_id = c.komet_id WHERE contains({searched}, {folded('$text')})"
        " ORDER BY c.changed_at DESC, provider, c.komet_id LIMIT $limit",
        {"text": text.strip(), "limit": limit},
    )


def load_import(con: Connection, import_id: str) -> MappingImport:
    """One import, by its ID, which must exist."""
    row = con.rows("SELECT * FROM mapping_imports WHERE id = $id", {"id": import_id})[0]
    return MappingImport.model_validate(row)


def _write(
    con: Connection, rows: pl.DataFrame, *, import_id: str, source: str, now: datetime, kind: str
) -> None:
    con.run(
        "DELETE FROM mappings m USING to_write r WHERE m.kind = $kind"
        " AND m.provider_id = r.provider_id AND m.komet_id = r.komet_id",
        {"kind": kind},
        to_write=rows,
    )
    con.run(
        "INSERT INTO mappings SELECT provider_id, $kind, komet_id, sku, $source, $id, $now"
        " FROM to_write WHERE sku IS NOT NULL",
        {"source": source, "id": import_id, "now": now, "kind": kind},
        to_write=rows,
    )
    if kind == PRODUCT:
        _describe(con, rows, now)


def _describe(con: Connection, rows: pl.DataFrame, now: datetime) -> None:
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
