"""Holding the DuckDB file of one path in this process: briefly, and by turns with other processes.

Opening and closing costs far more than a query (measured on a file with 5,000 lines: 12 ms to open,
80 ms to close after a write, because closing writes a checkpoint; a query takes 1 ms). So
operations that follow each other closely share one opening, which ends after a second without
work. A process that waits for the file says so by a mark beside it (`….wanted`); who has
the file sees the mark, lets its operations end, closes, and leaves a gap for the other.
"""

import atexit
import random
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from komet.language import _
from komet.store.errors import DamagedFile, FileInUse

LINGER = 1.0
_WATCH = 0.05
SHORTEST_HOLD = 0.3
GAP = 0.1
_MARK_LASTS = 2.0
_LONGEST_PAUSE = 0.04

_HOLDER = re.compile(r"PID (\d+)")
_holdings: dict[Path, "Holding"] = {}
_holdings_guard = threading.Lock()


def _close_all() -> None:
    """At exit: a thread that the interpreter ends inside DuckDB would abort the process."""
    for holding in list(_holdings.values()):
        holding.close_for_good()


atexit.register(_close_all)


def holding_of(path: Path) -> "Holding":
    """The one holding of a path in this process."""
    with _holdings_guard:
        return _holdings.setdefault(path, Holding(path))


class Holding:
    """One file. `write_lock` makes the writers of this process take turns."""

    def __init__(self, path: Path) -> None:
        self.write_lock = threading.RLock()
        self._path = path
        self._mark = path.with_name(path.name + ".wanted")
        self._changed = threading.Condition()
        self._instance: duckdb.DuckDBPyConnection | None = None
        self._opening = False
        self._users = 0
        self._opened_at = 0.0
        self._used_at = 0.0
        self._not_before = 0.0
        self._closer: threading.Thread | None = None
        self._mine = threading.local()

    @contextmanager
    def connection(
        self, wait: float, on_open: Callable[[duckdb.DuckDBPyConnection], None]
    ) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of this thread's own. Raises `FileInUse` or `DamagedFile`."""
        cursor = self._acquire(wait, on_open)
        self._mine.depth = self._depth() + 1
        try:
            yield cursor
        finally:
            self._mine.depth -= 1
            cursor.close()
            self._release()

    def close_for_good(self) -> None:
        """Let what is under way end, within two seconds; whoever asks later waits for ever."""
        with self._changed:
            self._opening = True
            self._changed.wait_for(lambda: not self._users, timeout=2)
            self._close()

    def _depth(self) -> int:
        return int(getattr(self._mine, "depth", 0))

    def _acquire(
        self, wait: float, on_open: Callable[[duckdb.DuckDBPyConnection], None]
    ) -> duckdb.DuckDBPyConnection:
        with self._changed:
            while True:
                # who has a connection already is not kept waiting for its own release
                if self._instance is not None and (self._depth() or not self._overdue()):
                    self._users += 1
                    return self._instance.cursor()
                if self._instance is not None and not self._users:
                    self._close()
                elif self._instance is None and not self._opening:
                    self._opening = True
                    break
                else:
                    self._changed.wait()
        try:
            time.sleep(max(0.0, self._not_before - time.monotonic()))
            instance = self._open(wait)
            try:
                on_open(instance)
            except BaseException:
                instance.close()
                raise
        except BaseException:
            with self._changed:
                self._opening = False
                self._changed.notify_all()
            raise
        with self._changed:
            self._instance, self._opened_at = instance, time.monotonic()
            self._opening = False
            self._users += 1
            self._changed.notify_all()
            return instance.cursor()

    def _overdue(self) -> bool:
        """Whether another process wants the file, and we have had it for long enough."""
        if self._instance is None or time.monotonic() - self._opened_at < SHORTEST_HOLD:
            return False
        try:
            return time.time() - self._mark.stat().st_mtime < _MARK_LASTS
        except OSError:
            return False

    def _release(self) -> None:
        with self._changed:
            self._users -= 1
            self._used_at = time.monotonic()
            if not self._users and self._overdue():
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
                idle = time.monotonic() - self._used_at
                if not self._users and (idle >= LINGER or self._overdue()):
                    self._close()
                    break
                self._changed.wait(_WATCH)
            self._closer = None
            self._changed.notify_all()

    def _close(self) -> None:
        if self._instance is not None:
            self._instance.close()
            self._instance = None
            self._not_before = time.monotonic() + GAP

    def _open(self, wait: float) -> duckdb.DuckDBPyConnection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + wait
        pause = 0.005
        while True:
            try:
                instance = duckdb.connect(str(self._path))
                instance.execute("SET GLOBAL TimeZone = 'UTC'; SET enable_progress_bar = false")
                self._mark.unlink(missing_ok=True)
                return instance
            except duckdb.IOException as error:
                if "lock" not in str(error).lower():
                    raise self._damaged() from error
                if time.monotonic() > deadline:
                    self._mark.unlink(missing_ok=True)
                    raise self._in_use(error, wait) from error
            except duckdb.Error as error:
                raise self._damaged() from error
            self._mark.touch()
            time.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 1.6, _LONGEST_PAUSE)

    def _in_use(self, error: duckdb.IOException, waited: float) -> FileInUse:
        found = _HOLDER.search(str(error))
        holder = _("process {pid}").format(pid=found.group(1)) if found else _("another process")
        return FileInUse(
            _("The data file is in use by {holder}.").format(holder=holder),
            _("Waited {seconds:.0f} s for {path}.").format(seconds=waited, path=self._path.name),
            _("Try again in a moment, or close the other program."),
        )

    def _damaged(self) -> DamagedFile:
        return DamagedFile(
            _("The data file {path} cannot be opened.").format(path=self._path.name),
            _("It is not a DuckDB file, is damaged, or may not be read or written."),
            _("Put a backup in its place, or set KOMET_HOME to another folder."),
        )
