"""Tells one download from the next, so that the data changes between them and never within."""

import time
from collections.abc import Callable, Hashable

_OPENERS = 4
"""As many slices as a client commonly asks for at once."""
_SERVED_AT_LEAST = 8
_QUIET_SECONDS = 60.0


class PassWatch:
    """The pass of one importer: which slices opened it, and which were served.

    A new pass begins when a slice that opened this one is asked for again after at least eight
    slices were served, or a minute after it was last served. A download that was killed and
    resumed asks again for a few unfinished slices only, and so stays in its pass.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._served_at: dict[Hashable, float] = {}

    def begins_with(self, slice_key: Hashable) -> bool:
        """Whether asking for this slice now begins a new pass."""
        if slice_key not in list(self._served_at)[:_OPENERS]:
            return False
        quiet = self._clock() - self._served_at[slice_key] >= _QUIET_SECONDS
        return quiet or len(self._served_at) >= _SERVED_AT_LEAST

    def served(self, slice_key: Hashable) -> None:
        """Note a slice that was answered in full; faulted answers are not noted."""
        self._served_at[slice_key] = self._clock()

    def restart(self) -> None:
        """Begin a pass with nothing served."""
        self._served_at.clear()
