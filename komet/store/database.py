"""The one DuckDB file, held briefly: every operation opens it, works in one transaction, closes it.

DuckDB lets one process at a time have the file, so between operations nobody has it: the nightly
command line runs while the app is open. Inside one process, connections to the same path share one
instance, and one lock makes its writers take turns.
"""

import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from komet.language import _
from komet.store import migrate
from komet.store.errors import DamagedFile, FileInUse

_HOLDER = re.compile(r"PID (\d+)")
_write_locks: dict[Path, threading.RLock] = {}
_write_locks_guard = threading.Lock()


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

    def __init__(
        self,
        path: Path,
        *,
        lock_wait: float = 10.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = path.expanduser().absolute()
        self._lock_wait = lock_wait
        self._sleep = sleep
        self._migrated_inode: int | None = None
        with _write_locks_guard:
            self._write_lock = _write_locks.setdefault(self.path, threading.RLock())

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: one snapshot for all its queries. Raises `StoreError`."""
        with self._opened() as raw:
            raw.execute("BEGIN TRANSACTION READ ONLY")
            try:
                yield Connection(raw)
            finally:
                raw.execute("ROLLBACK")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A connection for writing: all of it is committed, or none. Raises `StoreError`."""
        with self._write_lock, self._opened() as raw:
            raw.execute("BEGIN TRANSACTION")
            try:
                yield Connection(raw)
            except BaseException:
                raw.execute("ROLLBACK")
                raise
            raw.execute("COMMIT")

    def data_version(self) -> tuple[int, ...]:
        """Changes whenever anything in the file may have changed; a key for cached reads."""
        stats = []
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            try:
                stat = path.stat()
                stats += [stat.st_ino, stat.st_mtime_ns, stat.st_size]
            except FileNotFoundError:
                stats += [0, 0, 0]
        return tuple(stats)

    @contextmanager
    def _opened(self) -> Iterator[duckdb.DuckDBPyConnection]:
        raw = self._connect()
        try:
            self._migrate_once(raw)
            yield raw
        finally:
            raw.close()

    def _connect(self) -> duckdb.DuckDBPyConnection:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + self._lock_wait
        pause = 0.01
        while True:
            try:
                return self._configured(duckdb.connect(str(self.path)))
            except duckdb.IOException as error:
                holder = _HOLDER.search(str(error))
                if "lock" not in str(error).lower():
                    raise self._damaged() from error
                if time.monotonic() > deadline:
                    raise self._in_use(holder.group(1) if holder else None) from error
            except duckdb.Error as error:
                raise self._damaged() from error
            self._sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 1.6, 0.25)

    @staticmethod
    def _configured(raw: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
        raw.execute("SET TimeZone = 'UTC'; SET enable_progress_bar = false")
        return raw

    def _migrate_once(self, raw: duckdb.DuckDBPyConnection) -> None:
        inode = self.path.stat().st_ino
        if inode == self._migrated_inode:
            return
        with self._write_lock:
            migrate.migrate(raw)
        self._migrated_inode = inode

    def _in_use(self, pid: str | None) -> FileInUse:
        holder = _("process {pid}").format(pid=pid) if pid else _("another process")
        return FileInUse(
            _("The data file is in use by {holder}.").format(holder=holder),
            _("Waited {seconds:.0f} s for {path}.").format(
                seconds=self._lock_wait, path=self.path.name
            ),
            _("Try again in a moment, or close the other program."),
        )

    def _damaged(self) -> DamagedFile:
        return DamagedFile(
            _("The data file {path} cannot be opened.").format(path=self.path.name),
            _("It is not a DuckDB file, is damaged, or may not be read or written."),
            _("Put a backup in its place, or set KOMET_HOME to another folder."),
        )
