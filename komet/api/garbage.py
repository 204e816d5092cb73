"""When Python looks for garbage: not while a large answer is read, of which nothing is any.

Its objects hold no cycles, and all of them are in use until it is read. Going through them again
and again takes a third of the time of reading them.
"""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LARGE = 1_000_000


class _Readers:
    """The threads that read a large answer now."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._was_on = True

    def enter(self) -> None:
        with self._lock:
            if self._count == 0:
                self._was_on = gc.isenabled()
                gc.disable()
            self._count += 1

    def leave(self) -> None:
        with self._lock:
            self._count -= 1
            if self._count == 0 and self._was_on:
                gc.enable()


_readers = _Readers()


@contextmanager
def collect_later(size: int) -> Iterator[None]:
    """Look for no garbage inside, where an answer of that size, in bytes, is worth it."""
    if size < _LARGE:
        yield
        return
    _readers.enter()
    try:
        yield
    finally:
        _readers.leave()
