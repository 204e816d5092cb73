"""The one DuckDB file: every operation works in one transaction of its own.

DuckDB lets one process at a time have the file; `lease` sees to it that we have it briefly, so
that the nightly command line runs while the app is open. Inside one process, one lock makes the
writers take turns (measured: without it, 127 of 200 concurrent updates were refused).
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from komet.db import opening, small_frames, versions
from komet.db.lease import Identity, lease_of
from komet.db.migrate import check_tables, migrate, store_id
from komet.db.turns import Priority
from komet.permissions import SYSTEM
from komet.unneeded import is_left_out

Schema = dict[str, pl.DataType | type[pl.DataType]]
"""The columns of a frame: name → type."""
QUANTITY = pl.Decimal(18, 4)
MONEY = pl.Decimal(18, 6)
TIME = pl.Datetime("us", "UTC")
"""How the data file's types of quantities, money and times are called in polars."""


class Connection:
    """A DuckDB connection inside a transaction. One thread, one operation, then it is closed."""

    def __init__(self, raw: duckdb.DuckDBPyConnection, actor: str = SYSTEM.name) -> None:
        self.raw = raw
        self.actor = actor
        """The name that what is written is recorded under."""
        self.written: set[str] = set()
        """The tables that were written."""

    def run(self, sql: str, params: dict[str, Any] | None = None, **frames: pl.DataFrame) -> None:
        """Execute a statement. `frames` are polars frames that the SQL names as tables."""
        versions.note_statement(sql)
        with self._registered(frames):
            rows = self.raw.execute(sql, params or {}).fetchall()
        if not versions.wrote_nothing(sql, rows):
            self.written |= versions.written_by(sql)

    def frame(
        self, sql: str, params: dict[str, Any] | None = None, **frames: pl.DataFrame
    ) -> pl.DataFrame:
        """The rows of a query as a polars frame."""
        self._note(sql)
        with self._registered(frames):
            if is_left_out("pyarrow"):
                return pl.DataFrame(self.raw.sql(sql, params=params or {}))
            return self.raw.execute(sql, params or {}).pl()

    def frames(
        self, sql: str, params: dict[str, Any] | None = None, *, size: int
    ) -> Iterator[pl.DataFrame]:
        """The rows of a query, some `size` at a time, at least one frame.

        Until the last is taken, nothing else may be asked of this connection.
        """
        self._note(sql)
        found = self.raw.execute(sql, params or {}).to_arrow_reader(size)
        empty = True
        for batch in found:
            empty = False
            yield pl.DataFrame(batch)
        if empty:
            yield pl.DataFrame(found.schema.empty_table())

    def rows(self, sql: str, params: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        """The rows of a small query as dictionaries.

        Through polars, because DuckDB's own rows need another package for times with a zone.
        """
        return self.frame(sql, params).rows(named=True)

    def value(self, sql: str, params: dict[str, Any] | None = None) -> Any:
        """The first cell of a query, or None."""
        found = self.frame(sql, params)
        return found.item(0, 0) if found.height else None

    def blob(self, sql: str, params: dict[str, Any] | None = None) -> bytes | None:
        """The bytes in the first cell of a query, or None.

        By DuckDB's own rows: a file of 20 MB takes 100 MB on the way, and 350 in a frame.
        """
        self._note(sql)
        found = self.raw.execute(sql, params or {}).fetchone()
        return None if found is None or found[0] is None else bytes(found[0])

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

    def _note(self, sql: str) -> None:
        """Note what a statement reads, and what it may write."""
        versions.note_statement(sql)
        self.written |= versions.written_by(sql)

    @contextmanager
    def _registered(self, frames: dict[str, pl.DataFrame]) -> Iterator[None]:
        small: set[str] = set()
        for name, frame in frames.items():
            if is_left_out("pyarrow"):
                self.raw.register(name, _Stream(frame))  # faster than either way with it
            elif small_frames.is_small(frame):
                small_frames.create_table(self.raw, name, frame)
                small.add(name)
            else:
                self.raw.register(name, frame.to_arrow())
        try:
            yield
        finally:
            for name in frames:
                if name in small:
                    small_frames.drop_table(self.raw, name)
                else:
                    self.raw.unregister(name)


class _Stream:
    """A frame of which DuckDB sees Arrow's C interface alone, and does not look for pyarrow."""

    def __init__(self, frame: pl.DataFrame) -> None:
        self._frame = frame

    def __arrow_c_stream__(self, schema: object | None = None) -> object:
        return self._frame.__arrow_c_stream__(schema)


class Database:
    """The data file at `path`, made on first use. Cheap to construct, safe to share by threads.

    `lock_wait`: seconds to wait for another process. `priority`: how soon our turn is due.
    """

    def __init__(
        self, path: Path, *, lock_wait: float = 10.0, priority: Priority = Priority.COMMAND
    ) -> None:
        self.path = path.expanduser().resolve()
        self._lock_wait = lock_wait
        self._priority = priority
        self._began_with: Identity | None = None
        self._lease = lease_of(self.path)

    def for_long_work(self, lock_wait: float) -> "Database":
        """The same file, for work that nobody waits for: it lets others pass, and waits longer.

        `lock_wait`: in seconds. It stays with the file that it began with, and fails where that
        was replaced or removed.
        """
        return Database(self.path, lock_wait=lock_wait, priority=Priority.UNATTENDED)

    def for_screens(self) -> "Database":
        """The same file, for a person who is looking at an empty screen."""
        return Database(self.path, lock_wait=self._lock_wait, priority=Priority.SCREEN)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection for reading: one snapshot for all its queries. Raises `StoreError`."""
        with (
            self._store_errors(),
            self._lease.connection(self._lock_wait, self._priority, self._prepare) as raw,
        ):
            self._check_pin()
            raw.execute("BEGIN TRANSACTION READ ONLY")
            try:
                yield Connection(raw)
            finally:
                with suppress(duckdb.Error):
                    raw.execute("ROLLBACK")

    @contextmanager
    def write(self, actor: str = SYSTEM.name) -> Iterator[Connection]:
        """A connection for writing: all of it is committed, or none. Raises `StoreError`.

        `actor`: the name that what is written is recorded under.
        """
        with (
            self._store_errors(),
            self._lease.connection(self._lock_wait, self._priority, self._prepare) as raw,
            self._lease.write_lock,
        ):
            self._check_pin()
            raw.execute("BEGIN TRANSACTION")
            try:
                con = Connection(raw, actor)
                yield con
                versions.renew(raw, con.written)
                self._lease.check_in_place()
            except BaseException:
                with suppress(duckdb.Error):
                    raw.execute("ROLLBACK")
                raise
            raw.execute("COMMIT")
            self._lease.commits += 1
            self._lease.protect_log()

    def following(self) -> AbstractContextManager[versions.Followed]:
        """Follow what is read in the block, to know later whether it was written since.

        A cache of reads holds on to what it gets. Raises `StoreError`.
        """
        return versions.following(self.stamps)

    def stamps(self) -> versions.Stamps:
        """The stamp of each table; the file is opened only where it may have changed.

        Whoever reads afterwards reads these rows or newer ones. Raises `StoreError`.
        """
        # seen before the stamps are: a commit in between is read once more the next time
        seen = (self._lease.commits, *self.data_version())
        held = self._lease.stamps
        if held is None or held[0] != seen:
            with self.read() as con:
                held = (seen, versions.read(con.raw))
            self._lease.stamps = held
        return held[1]

    def data_version(self) -> tuple[int, ...]:
        """Changes whenever anything in the file may have changed."""
        stats: list[int] = []
        for path in (self.path, self.path.with_name(self.path.name + ".wal")):
            try:
                stat = path.stat()
                stats += [stat.st_ino, stat.st_mtime_ns, stat.st_size]
            except FileNotFoundError:
                stats += [0, 0, 0]
        return tuple(stats)

    def _prepare(self, raw: duckdb.DuckDBPyConnection, known: str | None) -> str:
        migrate(raw)
        if known is not None and store_id(raw) == known:
            return known  # whose tables this process has seen
        return check_tables(raw, self.path)

    def _check_pin(self) -> None:
        if self._priority is not Priority.UNATTENDED:
            return
        now = self._lease.identity
        self._began_with = self._began_with or now
        if now != self._began_with:
            raise opening.replaced(self.path)

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        """Raise failures of the file as `StoreError`; others are ours, and stay as they are."""
        try:
            yield
        except duckdb.Error as error:
            if not opening.is_of_the_file(error):
                raise
            raise opening.store_error(self.path, error) from error
