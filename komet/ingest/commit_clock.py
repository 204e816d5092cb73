"""The order of events without clocks: commits are counted, and requests say which one they knew.

A clock that was ahead once would make its answer the newest for ever. So every commit of a download
takes a number (a Lamport clock), and a request remembers the newest number that its process knew
when it was sent. Of two answers, the one that knew more commits is the newer; where they knew the
same, the one that is committed later wins. Requests of one process also have turns, which tell
their order exactly.
"""

import threading
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from uuid import uuid4

PROCESS = str(uuid4())
_turns = count(1)
_known: dict[Path, int] = {}
_lock = threading.Lock()


@dataclass(frozen=True)
class RequestMark:
    """When a request was sent: the newest commit that its process knew, and its turn there."""

    commit: int
    process: str
    turn: int

    def before(self, other: "RequestMark") -> bool:
        """Whether this is known to be the older of two requests."""
        if self.process == other.process:
            return self.turn < other.turn
        return self.commit < other.commit


def mark_request(path: Path) -> RequestMark:
    """The mark of a request that is about to be sent, for the data file at `path`."""
    with _lock:
        return RequestMark(_known.get(path, 0), PROCESS, next(_turns))


def next_turn() -> int:
    """A turn for what needs no request of its own, such as an import."""
    with _lock:
        return next(_turns)


def observe_commit(path: Path, commit: int) -> None:
    """Remember the number of a commit that this process has seen in the file at `path`."""
    with _lock:
        _known[path] = commit
