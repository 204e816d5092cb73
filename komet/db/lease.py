"""The lease of a DuckDB file in this process: brief, and by turns with other processes.

Opening and closing costs far more than a query (measured on a file with 5,000 lines: 12 ms to open,
80 ms to close after a write, because closing writes a checkpoint; a query takes 1 ms). So
operations that follow each other closely share one opening, which ends after a second without
work. Processes queue for the file (`turns`): who has it sees that others wait, lets its operations
end after a short burst, closes, and queues again behind them. While others wait, the checkpoint is
left to whoever comes last, as long as it would write little.

DuckDB's own lock is the truth: other programs do not queue, and are waited for.
"""

import atexit
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from komet.db import opening, turns
from komet.db.errors import StoreError
from komet.db.turns import Priority

LINGER = 1.0
"""Seconds without work after which the file is closed, where nobody waits for it."""
BURST = 0.15
"""Seconds of holding after which others who wait have their turn."""
PAUSE = 0.02
"""Seconds without work after which others who wait have their turn."""
_POLL = 0.01
_LONGEST_POLL = 0.04
"""Seconds between two looks at whether the file, or the turn, is ours."""
_LONGEST_QUEUE = 12
"""Times the wait for one holder that a place in the queue is worth."""
_LARGE_WAL = 50_000
"""Bytes of log that are checkpointed even while others wait: replaying them costs each of those
more than 20 ms, and the checkpoint as much as two or three of them."""

Prepare = Callable[[duckdb.DuckDBPyConnection, str | None], str]
"""Brings a file that was just opened up to date; takes the store ID last seen, returns this one."""
Identity = tuple[int, int, str]
"""Device, inode and store ID: the file that is open."""

_leases: dict[Path, "FileLease"] = {}
_leases_guard = threading.Lock()


def _close_all() -> None:
    """At exit: a thread that the interpreter ends inside DuckDB would abort the process."""
    for lease in list(_leases.values()):
        lease.close_for_good()


atexit.register(_close_all)


def lease_of(path: Path) -> "FileLease":
    """The one lease of a path in this process."""
    with _leases_guard:
        return _leases.setdefault(path, FileLease(path))


class FileLease:
    """One file. `write_lock` makes the writers of this process take turns."""

    def __init__(self, path: Path) -> None:
        self.write_lock = threading.RLock()
        self.identity: Identity | None = None
        """Of the file that is open, or was last."""
        self.commits = 0
        """Of this process. A commit changes the file a moment before anybody can read it."""
        self.stamps: tuple[tuple[int, ...], Mapping[str, int]] | None = None
        """The stamps of the tables that were read last, and what the file looked like before."""
        self._path = path
        self._wal = path.with_name(path.name + ".wal")
        self._changed = threading.Condition()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._ticket: turns.Ticket | None = None
        self._opening = False
        self._priority = Priority.COMMAND
        self._broken = False
        self._wal_inode: int | None = None
        self._users = 0
        self._opened_at = 0.0
        self._advanced_at = 0.0
        self._used_at = 0.0
        self._closer: threading.Thread | None = None
        self._local = threading.local()

    @contextmanager
    def connection(
        self, wait: float, priority: Priority, prepare: Prepare
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of this thread's own; `wait`: seconds. Raises `StoreError`."""
        cursor = self._acquire(wait, priority, prepare)
        self._local.depth = self._depth() + 1
        try:
            yield cursor
        except BaseException as error:
            self._broken = self._broken or opening.is_fatal(error)
            raise
        finally:
            self._local.depth -= 1
            cursor.close()
            self._release()

    def check_in_place(self) -> None:
        """Raise `FileReplaced` where the path does not lead to the open file any more."""
        here = self._on_disk()
        if self.identity is not None and here != self.identity[:2]:
            self._broken = True
            raise opening.replaced(self._path) if here else opening.removed(self._path)

    def protect_log(self) -> None:
        """After a commit: keep the write-ahead log, which DuckDB has just made, to its owner."""
        with suppress(OSError):
            inode = self._wal.stat().st_ino
            if inode != self._wal_inode:
                opening.make_private(self._wal)
                self._wal_inode = inode

    def close_for_good(self) -> None:
        """Let what is under way end, within two seconds; nobody gets a connection afterwards."""
        with self._changed:
            self._opening = True
            self._changed.wait_for(lambda: not self._users, timeout=2)
            self._close()

    def _depth(self) -> int:
        return int(getattr(self._local, "depth", 0))

    def _acquire(
        self, wait: float, priority: Priority, prepare: Prepare
    ) -> duckdb.DuckDBPyConnection:
        began = time.monotonic()
        with self._changed:
            while True:
                self._priority = priority if not self._opening else min(priority, self._priority)
                # who has a connection already is not kept waiting for its own release
                if self._instance is not None and (self._depth() or not self._must_close()):
                    self._users += 1
                    return self._instance.cursor()
                if self._instance is not None and not self._users:
                    self._close()
                elif self._instance is None and not self._opening:
                    self._opening = True
                    break
                elif time.monotonic() < self._deadline(began, wait):
                    self._changed.wait(self._deadline(began, wait) - time.monotonic())
                else:
                    if self._instance is None or self._broken:
                        raise opening.in_use(self._path, duckdb.IOException(), wait)
                    self._users += 1  # it is our own process that keeps it
                    return self._instance.cursor()
        ticket: turns.Ticket | None = None
        try:
            self._ensure_folder()
            opening.warm_up()
            ticket = self._wait_for_turn(began, wait)
            instance = self._open(began, wait)
            try:
                self._prepare(instance, prepare)
            except BaseException:
                instance.close()
                raise
        except BaseException:
            if ticket:
                ticket.leave()
            with self._changed:
                self._opening = False
                self._changed.notify_all()
            raise
        with self._changed:
            self._instance, self._ticket = instance, ticket
            self._opened_at = self._advanced_at = time.monotonic()
            self._opening = self._broken = False
            self._users += 1
            self._changed.notify_all()
            return instance.cursor()

    def _must_close(self) -> bool:
        """Whether the open file is of no use, or others wait and we have had it long enough."""
        if self._broken or (not self._users and self._on_disk() != (self.identity or ())[:2]):
            self._broken = True
            return True
        return time.monotonic() - self._opened_at >= BURST and self._others_wait()

    def _others_wait(self) -> bool:
        return self._ticket is not None and self._ticket.others_wait()

    def _release(self) -> None:
        with self._changed:
            self._users -= 1
            self._used_at = time.monotonic()
            if not self._users and self._must_close():
                self._close()
            elif not self._users and self._closer is None:
                self._closer = threading.Thread(
                    target=self._close_when_idle, name="close-data-file", daemon=True
                )
                self._closer.start()
            self._changed.notify_all()

    def _close_when_idle(self) -> None:
        with self._changed:
            while self._instance is not None:
                idle = 0.0 if self._users else time.monotonic() - self._used_at
                if idle >= LINGER or (idle >= PAUSE and self._others_wait()):
                    self._close()
                    break
                self._changed.wait(PAUSE)
            self._closer = None
            self._changed.notify_all()

    def _close(self) -> None:
        if self._instance is not None:
            in_place = not self._broken and self._on_disk() == (self.identity or ())[:2]
            with suppress(duckdb.Error):
                if in_place and self._should_checkpoint():
                    self._instance.execute("CHECKPOINT")
            with suppress(duckdb.Error):
                self._instance.close()
            self._instance = None
            if not in_place:
                self._rename_our_log()
            self._wal_inode = None
        if self._ticket is not None:
            self._ticket.leave()
            self._ticket = None

    def _should_checkpoint(self) -> bool:
        try:
            size = self._wal.stat().st_size
        except OSError:
            return False
        return size > _LARGE_WAL or (size > 0 and not self._others_wait())

    def _rename_our_log(self) -> None:
        """Keep DuckDB from replaying the log of a file that was replaced into the new one."""
        with suppress(OSError):
            if self._wal_inode is not None and self._wal.stat().st_ino == self._wal_inode:
                self._wal.replace(self._wal.with_name(self._wal.name + ".replaced"))

    def _on_disk(self) -> tuple[int, int] | tuple[()]:
        try:
            found = self._path.stat()
        except OSError:
            return ()
        return found.st_dev, found.st_ino

    def _ensure_folder(self) -> None:
        """Make the data folder. Raise `FileReplaced` where the file was there, and is not now."""
        if self.identity is not None and not self._path.exists():
            raise opening.removed(self._path)
        try:
            opening.make_folder(self._path.parent)
        except OSError as error:
            raise opening.store_error(self._path, error, opening=True) from error

    def _wait_for_turn(self, began: float, wait: float) -> turns.Ticket | None:
        """A ticket with the turn; at the deadline any: DuckDB then says who is in the way."""
        ticket = turns.join(self._path, self._priority)
        before = None
        while ticket and (ahead := ticket.first_ahead()):
            if ahead != before:
                before, self._advanced_at = ahead, time.monotonic()
            if time.monotonic() > self._deadline(began, wait):
                break
            time.sleep(_POLL)
            if self._priority < ticket.priority:  # a screen asks for what a download queues for
                behind, ticket = ticket, turns.join(self._path, self._priority)
                behind.leave()
        if ticket:
            ticket.hold()
        return ticket

    def _deadline(self, began: float, wait: float) -> float:
        """When to give up: each holder has `wait` seconds, so while turns advance, we wait on."""
        return min(max(began, self._advanced_at) + wait, began + _LONGEST_QUEUE * wait)

    def _open(self, began: float, wait: float) -> duckdb.DuckDBPyConnection:
        pause = _POLL / 2
        while True:
            try:
                return opening.connect(self._path)
            except duckdb.Error as error:
                if not opening.is_in_use(error):
                    raise opening.store_error(self._path, error, opening=True) from error
                if time.monotonic() > self._deadline(began, wait):
                    raise opening.in_use(self._path, error, time.monotonic() - began) from error
            time.sleep(pause)
            pause = min(pause * 1.6, _LONGEST_POLL)

    def _prepare(self, instance: duckdb.DuckDBPyConnection, prepare: Prepare) -> None:
        opening.make_all_private(self._path)
        try:
            store = prepare(instance, self.identity[2] if self.identity else None)
        except StoreError:
            raise
        except duckdb.Error as error:
            raise opening.store_error(self._path, error, opening=True) from error
        opening.make_private(self._wal)
        here = self._on_disk()
        if not here:
            raise opening.removed(self._path)
        self.identity = (*here, store)
