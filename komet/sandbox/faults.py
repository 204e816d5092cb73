"""Faults on demand: which requests to spoil, how, and how often."""

from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Literal

Spoiling = Literal["cut", "html", "not_json", "reset"]


@dataclass
class Fault:
    """One fault. `method` and `date` of `None` match any; `times` of `None` strikes always.

    `delay` is in seconds. A fault with a delay and nothing else only slows a good answer down.
    """

    method: str | None = None
    date: str | None = None
    status: int | None = None
    delay: float | None = None
    body: Spoiling | None = None
    retry_after: int | str | None = None
    times: int | None = 1
    message: str | None = None
    struck: int = 0

    @property
    def spoils(self) -> bool:
        """Whether the answer itself is spoilt, not only late."""
        return self.status is not None or self.body is not None or self.message is not None

    def matches(self, method: str, day: str | None) -> bool:
        """Whether this fault strikes such a request now."""
        if self.times is not None and self.struck >= self.times:
            return False
        return self.method in {None, method} and self.date in {None, day}


class FaultBook:
    """The faults in the order in which they were added; the first that matches strikes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        method: str | None = None,
        *,
        date: date | str | None = None,
        status: int | None = None,
        delay: float | None = None,
        body: Spoiling | None = None,
        retry_after: int | str | None = None,
        times: int | None = 1,
        message: str | None = None,
    ) -> Fault:
        """Add a fault; the answer's `struck` counts how often it has struck."""
        day = date if date is None or isinstance(date, str) else date.isoformat()
        fault = Fault(method, day, status, delay, body, retry_after, times, message)
        with self._lock:
            self._faults.append(fault)
        return fault

    def strike(self, method: str, day: str | None) -> Fault | None:
        """The fault that strikes this request, counted, or `None`."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, day):
                    fault.struck += 1
                    return fault
        return None

    def all(self) -> tuple[Fault, ...]:
        """Every fault, those that are used up too."""
        with self._lock:
            return tuple(self._faults)

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._faults.clear()
