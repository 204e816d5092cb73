"""What the file is, and whether it still has every table that this program made in it."""

import json
from pathlib import Path

import duckdb

from komet.db import opening

_TABLES = (
    "SELECT table_name, column_count FROM duckdb_tables()"
    " WHERE NOT internal AND NOT temporary AND database_name = current_database()"
)
_COLUMNS = (
    "SELECT table_name, column_name FROM duckdb_columns()"
    " WHERE NOT internal AND database_name = current_database()"
)


def identity(raw: duckdb.DuckDBPyConnection) -> str | None:
    """The store's ID, where it has one."""
    try:
        rows = raw.execute("SELECT id FROM store_identity").fetchall()
    except duckdb.CatalogException:
        return None
    return str(rows[0][0]) if len(rows) == 1 else None


def check(raw: duckdb.DuckDBPyConnection, path: Path) -> str:
    """The store's ID. Raises `AlteredFile` where tables or columns are missing."""
    store = identity(raw)
    if store is None:
        raise opening.altered(path, ["store_identity"])
    ((text,),) = raw.execute("SELECT columns::VARCHAR FROM store_identity").fetchall()
    known: dict[str, list[str]] = json.loads(text or "{}")
    # counting costs a quarter of listing
    counts = dict(raw.execute(_TABLES).fetchall())
    if any(counts.get(table, 0) < len(columns) for table, columns in known.items()):
        missing = _missing(known, _columns(raw))
        raise opening.altered(path, missing)
    return store


def remember(raw: duckdb.DuckDBPyConnection) -> None:
    """Note the tables and columns there are, in the transaction that has just changed them."""
    if identity(raw) is not None:
        raw.execute("UPDATE store_identity SET columns = ?", [json.dumps(_columns(raw))])


def _columns(raw: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for table, column in raw.execute(_COLUMNS).fetchall():
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
