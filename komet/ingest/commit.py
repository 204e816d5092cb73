"""One slice into the store: compared with what is stored, and written.

Nothing is deleted: a PO or a line that the complete answer of its day no longer has is marked gone.
A PO that comes under another ship date than the stored one is one PO that moved.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from komet.db.database import Connection
from komet.ingest import commit_clock, compare
from komet.ingest.commit_clock import RequestMark
from komet.ingest.model import (
    OrderBundle,
    Row,
    Run,
    RunState,
    SliceResult,
    SliceRows,
    SliceState,
)
from komet.ingest.sources import SOURCES, source_of_order, stand_ins
from komet.ingest.table import differences, mirror, runs, slices


@dataclass(frozen=True)
class _Written:
    """What a slice did: its changes, the PO IDs it wrote, and how many POs and lines it has."""

    changes: list[Row]
    orders: set[str]
    count: int
    lines: int


def write_slice(
    con: Connection, incoming: SliceRows, run_id: str, known_products: set[str]
) -> SliceResult:
    """Write the slice in the caller's transaction, and count its POs by what became of them.

    An answer that was asked for before the stored one is counted and not written.
    `known_products`: see `mirror.learn_products`.
    """
    newest = slices.newest_answer(con, incoming.provider_id, incoming.day)
    asked = _request_mark(con, incoming)
    if newest is not None and newest["source"] == incoming.source and asked.before(newest["asked"]):
        # another process has asked later and written already: its answer is the newer truth
        return SliceResult(orders=len(incoming.orders), lines=incoming.line_count)
    replaced = _delete_stand_ins(con, incoming, newest["source"] if newest else None)
    is_first = newest is None or newest["source"] != incoming.source
    recorded = {
        "run_id": run_id,
        "provider_id": incoming.provider_id,
        "slice_date": incoming.day,
        "seen_at": incoming.requested_at,
        "commit_no": slices.next_commit(con),
    }
    written = _write_orders(con, incoming, asked, recorded, known_products, is_first=is_first)
    changes = [change | recorded for change in written.changes]
    if incoming.whole or not SOURCES[incoming.source].gives_whole_days:
        slices.record_slice(
            con,
            run_id=run_id,
            provider_id=incoming.provider_id,
            day=incoming.day,
            fetched_at=incoming.requested_at,
            asked=asked,
            orders=written.count,
            lines=written.lines,
            changes=changes,
            problems=incoming.problems,
            source=incoming.source,
            again=newest is not None,
        )
    else:
        problems = [row for row in incoming.problems if row["po_id"] in written.orders]
        ids = list(written.orders)
        slices.record_orders(con, incoming.provider_id, ids, asked, changes, problems)
    return _result(incoming, written, replaced)


def write_run(
    con: Connection,
    incoming: Sequence[SliceRows],
    *,
    source: str,
    now: datetime,
    is_download: bool = True,
) -> tuple[Run, list[SliceResult]]:
    """A run over slices that are here already: recorded, written and closed in one transaction.

    `source`: what it is recorded under. `is_download`: whether "changes since the last download"
    begin with it.
    """
    keys = [(rows.provider_id, rows.day) for rows in incoming]
    run = runs.create_run(con, keys, source=source, workers=1, now=now)
    if is_download:
        runs.begin_run(con, run.id, now)
    results = []
    for key, rows in zip(keys, incoming, strict=True):
        result = write_slice(con, rows, run.id, set())
        fields = {"state": SliceState.DONE, "finished_at": now, **asdict(result)}
        runs.finish_slice(con, run.id, key, fields)
        results.append(result)
    runs.finish_run(con, run.id, RunState.DONE, None, now)
    return runs.run_by_id(con, run.id, now), results


def _delete_stand_ins(con: Connection, incoming: SliceRows, newest: str | None) -> list[str]:
    """Delete what only stood in for these orders; the numbers of the POs that were replaced."""
    if SOURCES[incoming.source].stands_in:
        return []
    numbers = None
    if not incoming.whole:
        numbers = [b.head["number"] for b in incoming.orders.values() if b.head["number"]]
    return [
        number
        for other in stand_ins()
        if numbers is not None or newest == other.name
        for number in mirror.delete_orders_of_source(
            con, other.id_prefix, incoming.provider_id, incoming.day, numbers
        )
    ]


def _request_mark(con: Connection, incoming: SliceRows) -> RequestMark:
    newest = slices.newest_commit(con)
    if incoming.asked is None:
        return RequestMark(newest, commit_clock.PROCESS, commit_clock.next_turn())
    # a process that knew another file under this path may know numbers that are not there yet
    return replace(incoming.asked, commit=min(incoming.asked.commit, newest))


def _write_orders(
    con: Connection,
    incoming: SliceRows,
    asked: RequestMark,
    recorded: Row,
    known: set[str],
    *,
    is_first: bool,
) -> _Written:
    provider_id = incoming.provider_id
    heads = mirror.stored_heads(con, provider_id, incoming.day, list(incoming.orders))
    orders = {
        po_id: bundle
        for po_id, bundle in incoming.orders.items()
        if not _seen_later(heads.get(po_id), asked)
    }
    here = [
        len(bundle.lines)
        for po_id, bundle in incoming.orders.items()
        if po_id in orders or heads[po_id]["slice_date"] == incoming.day
    ]
    for bundle in orders.values():
        bundle.head.update(asked_commit=asked.commit, asked_by=asked.process, asked_turn=asked.turn)
    gone = [
        po_id
        for po_id, head in heads.items()
        if incoming.whole
        and po_id not in incoming.orders
        and _answers_for(incoming.source, po_id)
        and head["gone_at"] is None
        and not asked.before(head["asked"])
    ]
    touched = [
        po_id
        for po_id, bundle in orders.items()
        if po_id in heads and not compare.is_unchanged(heads[po_id], bundle)
    ]
    before = mirror.stored_rows(con, provider_id, [*touched, *gone])
    stored = compare.to_bundles(before)
    found_again = slices.withdraw_gone(con, recorded["run_id"], provider_id, touched)
    # taken before gone lines are added to the incoming ones: where a line is now, not where it was
    now_of = {
        line["po_item_id"]: po_id for po_id, b in orders.items() for line in b.lines
        if po_id not in heads or po_id in stored
    }  # fmt: skip

    changes: list[Row] = []
    write: list[OrderBundle] = []
    for po_id, bundle in orders.items():
        if po_id not in heads:
            new = compare.whole_order("new", bundle.head)
            changes.append(new | {"first_download": is_first})
            write.append(compare.mark_new(bundle, incoming.requested_at))
        elif po_id in stored:
            order_changes = compare.order_changes(stored[po_id], bundle)
            if po_id in found_again:
                order_changes = [c for c in order_changes if c["kind"] != "back"]
            changes += order_changes
            write.append(compare.merge(stored[po_id], bundle, order_changes, incoming.requested_at))
    for po_id in gone:
        changes.append(compare.whole_order("gone", stored[po_id].head))
        # a line that is of another PO now: shown only where its own PO comes back (`NOT_IMPLIED`)
        changes += [
            compare.line_gone(ln)
            for ln in stored[po_id].lines
            if ln["po_item_id"] in now_of and ln["gone_at"] is None
        ]
        write.append(compare.mark_gone(stored[po_id], incoming.requested_at))

    elsewhere = mirror.lines_elsewhere(con, provider_id, now_of)
    elsewhere = {item: po for item, po in elsewhere.items() if po not in stored}
    if elsewhere:
        moved = mirror.stored_lines(con, provider_id, elsewhere)
        changes += [compare.line_gone(ln) for ln in moved.po_lines if ln["gone_at"] is None]
        before.po_lines += moved.po_lines
        before.po_breakdowns += moved.po_breakdowns
        mirror.delete_lines(con, provider_id, elsewhere)
    rows = compare.to_rows(write, now_of)
    if write:
        first = {c["po_id"] for c in changes if c["first_download"]}
        with mirror.staged(con, rows):
            mirror.replace_orders(con, provider_id, list(stored), rows)
            differences.record(con, before, recorded, first)
    mirror.learn_products(con, provider_id, rows, known)
    return _Written(changes, set(orders), len(here), sum(here))


def _answers_for(source: str, po_id: str) -> bool:
    """Whether a day's answer of this source that leaves a PO out says that it is gone.

    Each source answers for its own orders. What stood in for them is deleted by then, so a PO whose
    ID looks like a stand-in's is this source's own.
    """
    owner = source_of_order(po_id)
    return owner.name == source or (owner.stands_in and not SOURCES[source].stands_in)


def _seen_later(head: Row | None, asked: RequestMark) -> bool:
    """Whether an answer asked for later than ours, of another day or by number, showed this PO."""
    return head is not None and head["gone_at"] is None and asked.before(head["asked"])


def _result(incoming: SliceRows, written: _Written, replaced: list[str]) -> SliceResult:
    kinds: dict[str, set[str]] = {}
    for change in written.changes:
        kind = change["kind"] if change["po_item_id"] is None else "changed"
        if change["first_download"]:
            kind = "first"
        kinds.setdefault(kind, set()).add(change["po_id"])
    whole = kinds.get("new", set()) | kinds.get("first", set()) | kinds.get("gone", set())
    return SliceResult(
        orders=written.count,
        lines=written.lines,
        new_orders=len(kinds.get("new", ())),
        first_orders=len(kinds.get("first", ())),
        changed_orders=len(kinds.get("changed", set()) - whole),
        moved_orders=len(kinds.get("moved", ())),
        gone_orders=len(kinds.get("gone", ())),
        back_orders=len(kinds.get("back", ())),
        problems=len(incoming.problems),
        replaced=tuple(replaced),
    )
