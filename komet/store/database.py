"""The one DuckDB file: every operation works in one transaction of its own.

DuckDB lets one process at a time have the file; `holding` sees to it that we have it briefly, so
that the nightly command line runs while the app is open. Inside one process, one lock makes the
writers take turns (measured: without it, 127 of 200 concurrent updates were refused).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from komet.store.holding import holding_of
from komet.store.migrate import migrate


class Connection:
    """A DuckDB connection inside a transaction. One thread, one operation, then it is closed."""

    def __init__(self, raw: duckdb.DuckDBPyConnection) -> None:
        self.raw = raw

    def run(self, sql: str, params: dict[str, Any] | None = None, **frames: pl.DataFrame) -> None:
        """Execute a statement. `frames` are polars frames that the SQL names as tables."""
        with self._registered(frames):
            self.raw.execute(sql, params or {}).fetchall()

    def frame(
        self, sql: str, params: dict[str, Any] | None = None, **frames: pl.DataFrame
    ) -> pl.DataFrame:
        """The rows of a query as a polars frame."""
        with self._registered(frames):
            return self.raw.sql(sql, params=params or {}).pl()

    def rows(self, sql: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a small query as dictionaries.

        Through polars, because DuckDB's own rows need another package for times with a zone.
        """
        return self.frame(sql, params).rows(named=True)

    def value(self, sql: str, params: dict[str, Any] | None = None) -> Any:
        """The first cell of a query, or None."""
        found = self.frame(sql, params)
        return found.item(0, 0) if found.height else None

    def insert(self, table: str, frame: pl.DataFrame) -> None:
        """Append a frame whose columns are named as the table's (missing ones stay empty)."""
        if frame.height:
            columns = ", ".join(frame.columns)
            self.run(
                f"INSERT INTO {table} ({columns}) SELECT {columns} FROM incoming", incoming=frame
            )

    @contextmanager
    def tables(self, **frames: pl.DataFrame) -> Iterator[None]:
        """Frames that several statements name as tables: handed over once."""
        with self._registered(frames):
            yield

    @contextmanager
    def _registered(self, frames: dict[str, pl.DataFrame]) -> Iterator[None]:
        for name, frame in frames.items():
            self.raw.register(name, frame.to_arrow())
        try:
            yield
        finally:
            for name in frames:
                self.raw.unregister(name)


class Database:
    """The data file at `path`, made on first use. Cheap to construct, safe to share by threads."""

    def __init__(self, path: Path, *, lock_wait: float = 10.0) -> None:
        self.path = path.expanduser().absolute()
        self._lock_wait = lock_wait
        self._holding = holding_of(self.path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: one snapshot for all its queries. Raises `StoreError`."""
        with self._holding.connection(self._lock_wait, migrate) as raw:
            raw.execute("BEGIN TRANSACTION READ ONLY")
            try:
                yield Connection(raw)
            finally:
                raw.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection for writing: all of it is committed, or none. Raises `StoreError`."""
        with (
            self._holding.connection(self._lock_wait, migrate) as raw,
            self._holding.write_lock,
        ):
            raw.execute("BEGIN TRANSACTION")
            try:
                yield Connection(raw)
            except BaseException:
                raw.execute("ROLLBACK")
                raise
            raw.execute("COMMIT")

    def data_version(self) -> tuple[int, ...]:
        """Changes whenever anything in the file may have changed; a key for cached reads."""
        stats: list[int] = []
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            try:
                stat = path.stat()
                stats += [stat.st_ino, stat.st_mtime_ns, stat.st_size]
            except FileNotFoundError:
                stats += [0, 0, 0]
        return tuple(stats)
