"""How long one request may take and how much may come, whatever the other side does.

A time-out for each read is no bound: a server that sends one byte a minute never meets it. And
a size is known only when it has come: a few kilobytes unpack to gigabytes.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from komet.api.errors import BadResponse, KometError, Unavailable
from komet.language import _

MB = 1024 * 1024
LARGEST_ANSWER = 64 * MB
BEAT = 0.25
"""Seconds after which somebody who waits looks up whether he still should."""

_HEADERS = 1 * MB


class Patience:
    """The bounds of one request, its redirects included.

    `seconds` from now, `most` bytes of answer as it is after unpacking. `check` is asked at least
    every quarter second while something is awaited, and may raise to give up.
    """

    def __init__(self, seconds: float, most: int, check: Callable[[], None] | None = None) -> None:
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._most = most
        self._check = check
        self._received = 0
        self._unpacked = 0

    def left(self) -> float:
        """Seconds that are left. Raises `Unavailable` when none are, and what `check` raises."""
        if self._check:
            self._check()
        left = self._until - time.monotonic()
        if left <= 0:
            raise _final(
                Unavailable(
                    _("Komet did not answer in time."),
                    _("After {seconds} seconds the answer was still coming.").format(
                        seconds=f"{self._seconds:g}"
                    ),
                    _("Where answers are that slow, raise KOMET_ANSWER_TIMEOUT."),
                )
            )
        return left

    def received(self, size: int) -> None:
        """Note bytes that came over the wire. Raises `BadResponse` when they are too many."""
        self._received += size
        if self._received > self._most + _HEADERS:
            raise self._too_much()

    def unpacked(self, size: int) -> None:
        """Note bytes of the answer itself. Raises as `received` and `left` do."""
        self._unpacked += size
        if self._unpacked > self._most:
            raise self._too_much()
        self.left()

    def _too_much(self) -> KometError:
        return _final(
            BadResponse(
                _("Komet's answer is larger than {size} MB.").format(size=f"{self._most / MB:g}"),
                _("The rest was not read, so that it cannot fill this computer's memory."),
                _("Where answers are that large, raise KOMET_MAX_ANSWER_MB."),
            )
        )


_current: ContextVar[Patience | None] = ContextVar("patience", default=None)


@contextmanager
def bounded(patience: Patience) -> Iterator[None]:
    """Let the network connections that this thread uses in the block keep to these bounds."""
    before = _current.set(patience)
    try:
        yield
    finally:
        _current.reset(before)


def current() -> Patience | None:
    """The bounds of the request that this thread is at work on."""
    return _current.get()


def _final(error: KometError) -> KometError:
    """The same once more would cost as much and end as it did."""
    error.retryable = False
    return error
