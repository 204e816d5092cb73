"""Numbered SQL files, applied in order in one transaction each, recorded in `schema_migrations`."""

from functools import cache
from importlib.resources import files

import duckdb

from komet.db import schema
from komet.db.errors import NewerFile
from komet.language import _


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
    for version, (name, sql) in steps().items():
        if version in applied:
            continue
        raw.execute("BEGIN TRANSACTION")
        try:
            raw.execute(sql)
            raw.execute(
                "INSERT INTO schema_migrations VALUES (?, ?, current_timestamp)", [version, name]
            )
            schema.remember(raw)
        except BaseException:
            raw.execute("ROLLBACK")
            raise
        raw.execute("COMMIT")
