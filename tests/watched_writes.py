"""Every write of the data file held against the rows themselves, for tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from komet.db.database import Connection, Database

_write = Database.write


def digests(con: Connection) -> dict[str, Any]:
    """What is in each table: how many rows, and a sum that another row or value changes."""
    names = [
        name
        for (name,) in con.raw.execute(
            "SELECT table_name FROM duckdb_tables() WHERE NOT internal AND NOT temporary"
            " AND table_name <> 'versions' ORDER BY ALL"
        ).fetchall()
    ]
    sums = ", ".join(
        f"(SELECT {{'n': count(*), 'sum': sum(hash(t)::HUGEINT)}} FROM {name} t) AS {name}"
        for name in names
    )
    found = con.raw.execute(f"SELECT {sums}").fetchall()[0]
    return dict(zip(names, found, strict=True))


@contextmanager
def watched_writes(patch: pytest.MonkeyPatch) -> Iterator[list[set[str]]]:
    """Assert that each write in the block renews the stamps of what it has changed.

    Yields a list that grows: the tables whose rows each write has changed.
    """
    changed: list[set[str]] = []

    @contextmanager
    def write(self: Database, actor: str = "system") -> Iterator[Connection]:
        before: dict[str, Any] = {}
        after: dict[str, Any] = {}
        stamps: dict[str, int] = {}
        with _write(self, actor) as con:
            before = digests(con)
            stamps = dict(con.raw.execute("SELECT name, stamp FROM versions").fetchall())
            yield con
            after = digests(con)
        others = {name for name in before if before[name] != after[name]}
        now = self.stamps()
        renewed = {name for name in stamps if stamps[name] != now[name]}
        assert others <= renewed, f"nobody is told of what was written: {others - renewed}"
        changed.append(others)

    with patch.context() as seam:
        seam.setattr(Database, "write", write)
        yield changed
