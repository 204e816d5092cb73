"""Turns at the data file, for processes that queue for it.

Each process that wants the file, or has it, keeps a ticket: a file in a folder beside the data
file, with a lock of the operating system on it. Its name says when its turn is due: when it asked,
and a little later for work that can wait (`Priority`). The first that is due has the turn, so a
screen is drawn before a download goes on, and a download waits at most so much longer than its fair
share. The lock ends with its process, which tells the ticket of a process that was killed.
Where the file system knows no such locks there are no tickets, and DuckDB's own lock decides.
"""

import os
import sys
import time
from contextlib import suppress
from enum import IntEnum
from pathlib import Path
from uuid import uuid4

if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def _unlock(descriptor: int) -> None:
        # said outright: a child process may hold a copy of the descriptor
        fcntl.flock(descriptor, fcntl.LOCK_UN)


_DIGITS = 15
"""Of the microseconds that a ticket's name begins with: enough for thirty years."""


class Priority(IntEnum):
    """When a turn is due, in milliseconds after it was asked for: the lower, the sooner."""

    SCREEN = 0
    COMMAND = 1_000
    UNATTENDED = 3_000


def folder_of(data_file: Path) -> Path:
    """Where the tickets for a data file lie."""
    return data_file.with_name(data_file.name + ".queue")


class Ticket:
    """A place in the queue, kept until `leave`."""

    def __init__(self, path: Path, descriptor: int, priority: Priority) -> None:
        self.priority = priority
        self._path = path
        self._descriptor = descriptor

    def first_ahead(self) -> str | None:
        """Who has the turn while we wait; None: we have it. Tickets of the dead are cleared."""
        ahead = sorted(n for n in _ticket_names(self._path.parent) if n < self._path.name)
        return next((name for name in ahead if not _clear_if_dead(self._path.parent / name)), None)

    def hold(self) -> None:
        """Take the turn: until we leave, everybody is behind us, however soon they are due."""
        first = self._path.with_name("0" * _DIGITS + self._path.name[_DIGITS:])
        with suppress(OSError):  # Windows renames no open file; there, DuckDB's lock decides
            self._path = self._path.rename(first)

    def others_wait(self) -> bool:
        """Whether another process has a ticket, too."""
        return any(name != self._path.name for name in _ticket_names(self._path.parent))

    def leave(self) -> None:
        """Give the place up."""
        with suppress(OSError):
            if sys.platform != "win32":  # there, an open file cannot be unlinked
                self._path.unlink()
            _unlock(self._descriptor)
        with suppress(OSError):
            os.close(self._descriptor)
            self._path.unlink(missing_ok=True)


def join(data_file: Path, priority: Priority) -> Ticket | None:
    """A ticket, or None where tickets cannot be had."""
    folder = folder_of(data_file)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        while True:
            # the clock that all processes of a computer share, and that nobody sets
            due = time.monotonic_ns() // 1000 + priority * 1000
            path = folder / f"{due:0{_DIGITS}d}-{uuid4().hex[:12]}"
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            # who looks for the dead may have been quicker than our lock, and have cleared it
            if _locked(descriptor) and path.exists():
                return Ticket(path, descriptor, priority)
            os.close(descriptor)
    except OSError:
        return None


def _ticket_names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if name[:_DIGITS].isdecimal()]  # noqa: PTH208
    except OSError:
        return []


def _clear_if_dead(path: Path) -> bool:
    """Whether the ticket is gone, or was a dead one's and now is gone."""
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        return True
    except OSError:
        return False
    try:
        if not _locked(descriptor):
            return False
        if sys.platform != "win32":
            path.unlink(missing_ok=True)
        _unlock(descriptor)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    with suppress(OSError):
        path.unlink(missing_ok=True)
    return True
