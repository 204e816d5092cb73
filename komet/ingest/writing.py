"""Slices that have arrived, written together: how each ended is committed with what it brought."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime

from komet.db.database import Connection
from komet.ingest.commit import write_slices
from komet.ingest.frames import SliceFrames
from komet.ingest.model import Row, RunSlice, SliceResult, SliceState
from komet.ingest.slots import Incoming
from komet.ingest.table import runs
from komet.messages import Failure, to_store

_MOST_SLICES = 16
_MOST_LINES = 50_000
"""Slices and lines of one transaction: it holds the data file about as long as one burst."""


@dataclass(frozen=True)
class Fetched:
    """A slice whose answer, or failure, is here; `at`: since when, on the monotonic clock."""

    slice: RunSlice
    future: Future[Incoming]
    at: float

    @property
    def lines(self) -> int:
        """Lines that there are to write."""
        if self.future.exception() is not None:
            return 0
        answer = self.future.result()
        return answer.orders.po_lines.height if isinstance(answer, SliceFrames) else 0


def is_enough(arrived: Sequence[Fetched]) -> bool:
    """Whether there are enough for one transaction."""
    return len(arrived) >= _MOST_SLICES or sum(one.lines for one in arrived) >= _MOST_LINES


def take_together(arrived: deque[Fetched]) -> list[Fetched]:
    """The first that arrived, as many as one short transaction may hold the data file for."""
    taken: list[Fetched] = []
    lines = 0
    while arrived and len(taken) < _MOST_SLICES and lines < _MOST_LINES:
        taken.append(arrived.popleft())
        lines += taken[-1].lines
    return taken


def write_ended(
    con: Connection,
    run_id: str,
    answers: Sequence[tuple[RunSlice, Incoming]],
    failed: Sequence[tuple[RunSlice, Failure]],
    now: datetime,
) -> tuple[list[RunSlice], list[RunSlice]]:
    """Write slices of a run, and how they ended, in the caller's transaction.

    Returns them as they ended, and those that must be asked for again: see `write_slices`.
    """
    results = write_slices(con, [answer for _slice, answer in answers], run_id)
    ended = [_failed(slice_, error, now) for slice_, error in failed]
    refused = []
    for (slice_, answer), result in zip(answers, results, strict=True):
        if result is None:
            refused.append(slice_)
        else:
            ended.append(_ended(slice_, answer, result, now))
    runs.finish_slices(con, run_id, [row for _slice, row in ended])
    return [slice_ for slice_, _row in ended], refused


def _ended(
    slice_: RunSlice, answer: Incoming, result: SliceResult, now: datetime
) -> tuple[RunSlice, Row]:
    state = SliceState.DONE if result.orders else SliceState.EMPTY
    elapsed = round((now - answer.requested_at).total_seconds() * 1000)
    key = (slice_.provider_id, slice_.slice_date)
    row = runs.ended_slice(key, state, now, result=result, milliseconds=elapsed)
    shown = {
        "state": state,
        "reason": None,
        "milliseconds": elapsed,
        "orders": result.orders,
        "lines": result.lines,
        "problems": result.problems,
        "replaced": result.replaced,
    }
    return slice_.model_copy(update=shown), row


def _failed(slice_: RunSlice, error: Failure, now: datetime) -> tuple[RunSlice, Row]:
    why = to_store(error)
    key = (slice_.provider_id, slice_.slice_date)
    row = runs.ended_slice(key, SliceState.FAILED, now, why=why)
    return slice_.model_copy(update={"state": SliceState.FAILED, "reason": why.text}), row
