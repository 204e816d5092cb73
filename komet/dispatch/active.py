"""Which requests this process is sending at this moment."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_active: set[str] = set()
_lock = Lock()


@contextmanager
def sending(request_id: str) -> Iterator[None]:
    """The request is being sent, and its outcome stored, within the block."""
    with _lock:
        _active.add(request_id)
    try:
        yield
    finally:
        with _lock:
            _active.discard(request_id)


def is_active(request_id: str | None) -> bool:
    """Whether this process is sending that request now."""
    with _lock:
        return request_id in _active
