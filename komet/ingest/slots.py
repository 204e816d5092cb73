"""A slice that waits to be written, and its place in the order of events."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from komet.db.database import Connection
from komet.ingest import commit_clock
from komet.ingest.commit_clock import RequestMark
from komet.ingest.frames import SameAnswer, SliceFrames
from komet.ingest.model import Row
from komet.ingest.sources import SOURCES, stand_ins
from komet.ingest.table import slices
from komet.ingest.table.slices import Answer
from komet.orders.table.items import ASKED

Incoming = SliceFrames | SameAnswer


@dataclass
class Slot:
    """A slice and its place in the order of events; `commit_no` is None where nothing is written.

    `n`: its index among those that are written together. `newest`: the stored answer of its day.
    """

    n: int
    slice: Incoming
    newest: Answer | None
    asked: RequestMark
    commit_no: int | None = None

    @property
    def key(self) -> Row:
        """n, provider_id and slice_date."""
        return {"n": self.n, "provider_id": self.slice.provider_id, "slice_date": self.slice.day}

    def row(self, run_id: str) -> Row:
        """The row of its answer in `day_slices`, without what is in the answer."""
        return {
            "provider_id": self.slice.provider_id,
            "slice_date": self.slice.day,
            "fetched_at": self.slice.requested_at,
            "run_id": run_id,
            "source": self.slice.source,
            **self.mark,
        }

    @property
    def mark(self) -> Row:
        """`ASKED`."""
        asked = self.asked
        return dict(zip(ASKED, (asked.commit, asked.process, asked.turn), strict=True))

    @property
    def is_old(self) -> bool:
        """Whether the stored answer was asked for later: it is the newer truth."""
        newest = self.newest
        return (
            newest is not None
            and newest.source == self.slice.source
            and self.asked.before(newest.asked)
        )

    @property
    def is_first(self) -> bool:
        """Whether nobody has asked this source for the day before."""
        return self.newest is None or self.newest.source != self.slice.source

    @property
    def is_same(self) -> bool:
        """Whether its answer, which nobody has read, is the stored one."""
        newest, slice_ = self.newest, self.slice
        return (
            isinstance(slice_, SameAnswer)
            and newest is not None
            and (newest.source, newest.digest) == (slice_.source, slice_.digest)
        )

    @property
    def stands_alone(self) -> bool:
        """Whether it may delete what stood in for its orders, on whichever day that is."""
        slice_ = self.slice
        if isinstance(slice_, SameAnswer) or SOURCES[slice_.source].stands_in:
            return False
        others = {source.name for source in stand_ins()}
        return not slice_.whole or (self.newest is not None and self.newest.source in others)


def make_slots(con: Connection, waiting: Sequence[Incoming]) -> list[Slot]:
    """The slices in the order in which they are written, and the number of each one's commit."""
    days = pl.DataFrame(
        {
            "provider_id": [slice_.provider_id for slice_ in waiting],
            "slice_date": [slice_.day for slice_ in waiting],
        },
        schema={"provider_id": pl.String, "slice_date": pl.Date},
    )
    newest = slices.newest_answers(con, days)
    commit = slices.newest_commit(con)
    slots = []
    for n, slice_ in enumerate(waiting):
        if slice_.asked is None:
            asked = RequestMark(commit, commit_clock.PROCESS, commit_clock.next_turn())
        else:
            # a process that knew another file under this path may know numbers that are not there
            asked = replace(slice_.asked, commit=min(slice_.asked.commit, commit))
        slot = Slot(n, slice_, newest.get((slice_.provider_id, slice_.day)), asked)
        # another process may have asked later, and written already
        if not slot.is_old and (isinstance(slice_, SliceFrames) or slot.is_same):
            commit += 1
            slot.commit_no = commit
        slots.append(slot)
    return slots
