"""Slices into the store: compared with what is stored, and written, as many at once as may be.

Nothing is deleted: a PO or a line that the complete answer of its day no longer has is marked gone.
A PO that comes under another ship date than the stored one is one PO that moved.

A handful of statements writes all slices that arrived together. Where one depends on another (a PO
moves between their days, a line between their POs), it is written after it, in the same
transaction, so that the outcome is that of writing them one by one.
"""

from collections.abc import Sequence
from datetime import datetime

from komet.db.database import Connection
from komet.ingest.frames import SliceFrames
from komet.ingest.group import Group
from komet.ingest.model import Run, RunState, SliceResult, SliceState
from komet.ingest.slots import Incoming, Slot, make_slots
from komet.ingest.sources import stand_ins
from komet.ingest.table import mirror, runs, slices


def write_slices(
    con: Connection, incoming: Sequence[Incoming], run_id: str
) -> list[SliceResult | None]:
    """Write slices in the caller's transaction, and count the POs of each by what became of them.

    An answer that was asked for before the stored one is counted and not written. None for a
    `SameAnswer` that is not the stored one any more: it must be asked for again.
    """
    results: list[SliceResult | None] = []
    while len(results) < len(incoming):
        results += _write_leading(con, incoming[len(results) :], run_id)
    return results


def write_run(
    con: Connection,
    incoming: Sequence[SliceFrames],
    *,
    source: str,
    now: datetime,
    is_download: bool = True,
) -> tuple[Run, list[SliceResult]]:
    """A run over slices that are here already: recorded, written and closed in one transaction.

    `source`: what it is recorded under. `is_download`: whether "changes since the last download"
    begin with it.
    """
    keys = [(slice_.provider_id, slice_.day) for slice_ in incoming]
    run = runs.create_run(con, keys, source=source, workers=1, now=now)
    if is_download:
        runs.begin_run(con, run.id, now)
    results = [result for result in write_slices(con, incoming, run.id) if result is not None]
    ended = [
        runs.ended_slice(key, SliceState.DONE, now, result=result)
        for key, result in zip(keys, results, strict=True)
    ]
    runs.finish_slices(con, run.id, ended)
    runs.finish_run(con, run.id, RunState.DONE, None, now)
    return runs.run_by_id(con, run.id, now), results


def _write_leading(
    con: Connection, waiting: Sequence[Incoming], run_id: str
) -> list[SliceResult | None]:
    """Write the first of these slices, and those behind it that do not depend on each other."""
    slots = make_slots(con, waiting)
    replaced: list[str] = []
    if slots[0].stands_alone:
        slots = slots[:1]
        if slots[0].commit_no is not None:
            replaced = _delete_stand_ins(con, slots[0])
    else:
        alone = (slot.n for slot in slots if slot.stands_alone)
        slots = slots[: next(alone, len(slots))]
    group = Group(con, run_id, slots)
    count = group.count_independent()
    if count < len(slots):
        slots = slots[:count]
        group = Group(con, run_id, slots)
    numbered = [slot for slot in slots if slot.commit_no is not None]
    if numbered:
        slices.take_commits(con, len(numbered))
    return group.write(replaced)


def _delete_stand_ins(con: Connection, slot: Slot) -> list[str]:
    """Delete what only stood in for these orders; the numbers of the POs that were replaced."""
    slice_ = slot.slice
    if not isinstance(slice_, SliceFrames):
        return []
    numbers = None
    if not slice_.whole:
        numbers = [number for number in slice_.orders.purchase_orders["number"] if number]
    newest = slot.newest.source if slot.newest else None
    deleted = [
        number
        for other in stand_ins()
        if numbers is not None or newest == other.name
        for number in mirror.delete_orders_of_source(
            con, other.id_prefix, slice_.provider_id, slice_.day, numbers
        )
    ]
    if deleted and numbers is not None:
        slices.forget_digests_of(con, slice_.provider_id)
    return deleted
