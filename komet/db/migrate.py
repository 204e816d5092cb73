"""What tables the file has: numbered SQL files, each applied in a transaction of its own.

Applied ones are recorded in `schema_migrations`. Whether every table and column that this program
made is still there is checked against `store_identity`.
"""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from komet.db import opening, versions
from komet.db.errors import NewerFile
from komet.language import _

_TABLE_SIZES = (
    "SELECT table_name, column_count FROM duckdb_tables()"
    " WHERE NOT internal AND NOT temporary AND database_name = current_database()"
)
_COLUMN_NAMES = (
    "SELECT table_name, column_name FROM duckdb_columns()"
    " WHERE NOT internal AND database_name = current_database()"
)


@cache
def steps() -> dict[int, tuple[str, str]]:
    """Every migration of this program: number → (file name, SQL)."""
    folder = files(__package__).joinpath("migrations")
    found = sorted(
        (entry.name, entry.read_text(encoding="utf-8"))
        for entry in folder.iterdir()
        if entry.name.endswith(".sql")
    )
    return {int(name.split("_")[0]): (name, sql) for name, sql in found}


def migrate(raw: duckdb.DuckDBPyConnection) -> None:
    """Bring the file up to date. Raises `NewerFile` where it is ahead of this program."""
    raw.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (version INTEGER, name VARCHAR, applied_at TIMESTAMPTZ)"
    )
    applied = {
        int(version)
        for (version,) in raw.execute("SELECT version FROM schema_migrations").fetchall()
    }
    newest = max(steps())
    if applied and max(applied) > newest:
        raise NewerFile(
            _("The data file is newer than this Komet Desk."),
            _("It has version {found}, this program knows versions up to {known}.").format(
                found=max(applied), known=newest
            ),
            _("Update Komet Desk; the data is left as it is."),
        )
    pending = {version: step for version, step in steps().items() if version not in applied}
    for version, (name, sql) in pending.items():
        raw.execute("BEGIN TRANSACTION")
        try:
            raw.execute(sql)
            raw.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, current_timestamp)", [version, name]
            )
            if version == max(pending):
                versions.renew_all(raw)
            _record_tables(raw)
        except BaseException:
            raw.execute("ROLLBACK")
            raise
        raw.execute("COMMIT")


def store_id(raw: duckdb.DuckDBPyConnection) -> str | None:
    """The store's ID, where it has one."""
    try:
        rows = raw.execute("SELECT id FROM store_identity").fetchall()
    except duckdb.CatalogException:
        return None
    return str(rows[0][0]) if len(rows) == 1 else None


def check_tables(raw: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The store's ID. Raises `AlteredFile` where tables or columns are missing."""
    store = store_id(raw)
    if store is None:
        raise opening.altered(path, ["store_identity"])
    ((text,),) = raw.execute("SELECT columns::VARCHAR FROM store_identity").fetchall()
    known: dict[str, list[str]] = json.loads(text or "{}")
    # counting costs a quarter of listing
    counts = dict(raw.execute(_TABLE_SIZES).fetchall())
    if any(counts.get(table, 0) < len(columns) for table, columns in known.items()):
        missing = _missing(known, _columns_of(raw))
        raise opening.altered(path, missing)
    return store


def _record_tables(raw: duckdb.DuckDBPyConnection) -> None:
    """Record the tables and columns there are, in the transaction that has just changed them."""
    if store_id(raw) is not None:
        raw.execute("UPDATE store_identity SET columns = ?", [json.dumps(_columns_of(raw))])


def _columns_of(raw: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in raw.execute(_COLUMN_NAMES).fetchall():
        found.setdefault(table, []).append(column)
    return found


def _missing(known: dict[str, list[str]], found: dict[str, list[str]]) -> list[str]:
    gone = [table for table in known if table not in found]
    return sorted(gone) + sorted(
        f"{table}.{column}"
        for table, columns in known.items()
        if table in found
        for column in set(columns) - set(found[table])
    )
