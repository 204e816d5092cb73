"""How often each method was asked, and for which day."""

from collections import Counter
from threading import Lock


class RequestLog:
    """Counts per (method, `date` parameter or `None`)."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: Counter[tuple[str, str | None]] = Counter()

    def note(self, method: str, day: str | None) -> None:
        """Count one request, however it will be answered."""
        with self._lock:
            self._counts[method, day] += 1

    def counts(self) -> dict[tuple[str, str | None], int]:
        """A copy of the counts."""
        with self._lock:
            return dict(self._counts)

    def total(self) -> int:
        """All requests."""
        with self._lock:
            return self._counts.total()

    def clear(self) -> None:
        """Start to count from zero."""
        with self._lock:
            self._counts.clear()
