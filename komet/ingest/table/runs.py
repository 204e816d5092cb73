"""Runs and their slices: the record of every download, readable by any tab and any process."""

import os
import socket
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import polars as pl

from komet import formulas
from komet.db import process
from komet.db.database import TIME, Connection, Schema
from komet.errors import NotFound
from komet.ingest.frames import DAY
from komet.ingest.model import Row, Run, RunSlice, RunState, SliceResult, SliceState
from komet.ingest.table.slices import take_commits
from komet.language import _
from komet.messages import Stored, stored_message
from komet.orders.table.items import NOT_IMPLIED

HEARTBEAT = timedelta(seconds=2)
_SILENT_AFTER = timedelta(seconds=30)
_STUCK_AFTER = timedelta(minutes=20)
"""Even a process that lives may have lost a run; longer than one waits for the data file."""


ENDED: Schema = {
    "provider_id": pl.String,
    "slice_date": pl.Date,
    "state": pl.String,
    "finished_at": TIME,
    "milliseconds": pl.Int64,
    "reason_code": pl.String,
    "reason_data": pl.String,
    **{
        field.name: pl.List(pl.String) if field.name == "replaced" else pl.Int64
        for field in fields(SliceResult)
    },
}
"""How a slice ended: columns of `run_slices`."""
_RUN_COLUMNS = ", ".join([*Run.model_fields, "message_code", "message_data"])
_SLICE_COLUMNS = ", ".join([*RunSlice.model_fields, "reason_code", "reason_data"])
_FOUND = (
    "slices", "done", "empty", "failed", "waiting", "orders", "lines", "problems", "replaced",
    "new", "first", "changed", "moved", "gone", "back",
)  # fmt: skip
_UNFINISHED = "state IN ('queued', 'running', 'failed')"


def create_run(
    con: Connection,
    slices: Sequence[tuple[str, date]],
    *,
    source: str,
    workers: int,
    now: datetime,
) -> Run:
    """A new run over (provider ID, day) slices, in the order in which they are to be fetched."""
    run_id = str(uuid4())
    days = [day for _provider, day in slices]
    con.run(
        "INSERT INTO runs (id, source, who, date_from, date_to, state, workers, created_at,"
        " heartbeat_at, process_id, host, process, cancel_requested, commit_no) VALUES ($id,"
        " $source, $who, $start, $end, 'queued', $workers, $now, $now, $pid, $host, $process,"
        " false, $commit)",
        {
            "id": run_id,
            "source": source,
            "who": con.actor,
            "start": min(days),
            "end": max(days),
            "workers": workers,
            "now": now,
            "commit": take_commits(con, 1),
            **_here(),
        },
    )
    frame = pl.DataFrame(
        {
            "provider_id": [provider for provider, _day in slices],
            "slice_date": days,
            "position": list(range(len(slices))),
        },
        schema={"provider_id": pl.String, "slice_date": pl.Date, "position": pl.Int32},
    ).with_columns(run_id=pl.lit(run_id), state=pl.lit("queued"))
    con.insert("run_slices", frame)
    return run_by_id(con, run_id, now)


def run_by_id(con: Connection, run_id: str, now: datetime) -> Run:
    """The run of that ID, or of an ID that begins so. Raises `NotFound`."""
    rows = con.rows(
        f"SELECT {_RUN_COLUMNS} FROM runs WHERE starts_with(id, $id) ORDER BY commit_no DESC"
        " LIMIT 1",
        {"id": run_id},
    )
    if not rows:
        raise NotFound(_("There is no run “{run}”.").format(run=run_id))
    return _run(rows[0], now)


def latest_runs(
    con: Connection, now: datetime, limit: int = 20, *, without: Sequence[str] = ()
) -> list[Run]:
    """The newest runs first; none that is recorded `without`."""
    rows = con.rows(
        f"SELECT {_RUN_COLUMNS} FROM runs WHERE NOT list_contains($without, source)"
        " ORDER BY commit_no DESC LIMIT $limit",
        {"limit": limit, "without": list(without)},
    )
    return [_run(row, now) for row in rows]


def slices_of(con: Connection, run_id: str, *, unfinished: bool = False) -> list[RunSlice]:
    """The slices of a run in their order; the failed and unfinished ones only, if asked."""
    rows = con.rows(
        f"SELECT {_SLICE_COLUMNS} FROM run_slices WHERE run_id = $run"
        f" {'AND ' + _UNFINISHED if unfinished else ''} ORDER BY position",
        {"run": run_id},
    )
    return [_slice(row) for row in rows]


def failed_before(
    con: Connection, slices: Sequence[tuple[str, date]], without: Sequence[str]
) -> set[tuple[str, date]]:
    """Of these slices, those whose newest try failed: on the next run they come first.

    Runs that are recorded `without` did not try the day as a whole.
    """
    if not slices:
        return set()
    rows = con.rows(
        "SELECT provider_id, slice_date, arg_max(s.state, r.commit_no) AS newest"
        " FROM run_slices s JOIN runs r ON r.id = s.run_id"
        " WHERE slice_date BETWEEN $start AND $end AND s.state IN ('done', 'empty', 'failed')"
        " AND NOT list_contains($without, r.source) GROUP BY ALL HAVING newest = 'failed'",
        {
            "start": min(day for _p, day in slices),
            "end": max(day for _p, day in slices),
            "without": list(without),
        },
    )
    return {(row["provider_id"], row["slice_date"]) for row in rows} & set(slices)


def begin_run(con: Connection, run_id: str, now: datetime) -> None:
    """Take a run for this process: its unfinished slices are queued, and are tried (again)."""
    con.run(
        "UPDATE runs SET state = 'running', started_at = coalesce(started_at, $now),"
        " started_commit = coalesce(started_commit, (SELECT max(commits) FROM commit_counter)),"
        " finished_at = NULL, heartbeat_at = $now, message = NULL,"
        " message_code = NULL, message_data = NULL,"
        # who has cancelled it while it waited is heard; what ended an earlier try is over
        " cancel_requested = cancel_requested AND state = 'queued',"
        " process_id = $pid, host = $host, process = $process WHERE id = $id",
        {"id": run_id, "now": now, **_here()},
    )
    con.run(
        "UPDATE run_slices SET state = 'queued', reason = NULL, reason_code = NULL,"
        f" reason_data = NULL WHERE run_id = $id AND {_UNFINISHED}",
        {"id": run_id},
    )


def queue_run(con: Connection, run_id: str, now: datetime) -> None:
    """Put a closed or interrupted run back into the queue of this process."""
    con.run(
        "UPDATE runs SET state = 'queued', message = NULL, message_code = NULL,"
        " message_data = NULL, cancel_requested = false, finished_at = NULL,"
        " heartbeat_at = $now, process_id = $pid, host = $host, process = $process WHERE id = $id",
        {"id": run_id, "now": now, **_here()},
    )


def heartbeat(con: Connection, run_id: str, running: set[tuple[str, date]], now: datetime) -> bool:
    """Say that the run is alive, with those that wait behind it, and which slices are under way.

    Returns whether it must stop: a cancel was asked for, or another process has the run now.
    """
    mine = process.current()
    con.run(
        "UPDATE runs SET heartbeat_at = $now WHERE process = $process"
        " AND (id = $id OR state = 'queued')",
        {"id": run_id, "now": now, "process": mine},
    )
    con.run(
        "UPDATE run_slices s SET state = CASE WHEN exists(FROM under_way u"
        " WHERE u.provider_id = s.provider_id AND u.slice_date = s.slice_date)"
        " THEN 'running' ELSE 'queued' END WHERE run_id = $id AND state IN ('queued', 'running')",
        {"id": run_id},
        under_way=pl.DataFrame(
            {"provider_id": [p for p, _d in running], "slice_date": [d for _p, d in running]},
            schema={"provider_id": pl.String, "slice_date": pl.Date},
        ),
    )
    return bool(
        con.value(
            "SELECT cancel_requested OR process IS DISTINCT FROM $process FROM runs WHERE id = $id",
            {"id": run_id, "process": mine},
        )
    )


def interrupt_dead(con: Connection, now: datetime) -> list[str]:
    """Mark the runs of processes that are gone as interrupted; returns their IDs."""
    rows = con.rows(f"SELECT {_RUN_COLUMNS} FROM runs WHERE state IN ('queued', 'running')")
    dead = [run.id for row in rows if (run := _run(row, now)).state is RunState.INTERRUPTED]
    for run_id in dead:
        con.run("UPDATE runs SET state = 'interrupted' WHERE id = $id", {"id": run_id})
        con.run(
            "UPDATE run_slices SET state = 'queued' WHERE run_id = $id AND state = 'running'",
            {"id": run_id},
        )
    return dead


def request_cancel(con: Connection, run_id: str) -> None:
    """Ask the run, whichever process has it, to stop after the slices under way."""
    con.run("UPDATE runs SET cancel_requested = true WHERE id = $id", {"id": run_id})


def ended_slice(
    key: tuple[str, date],
    state: SliceState,
    now: datetime,
    *,
    result: SliceResult | None = None,
    why: Stored | None = None,
    milliseconds: int | None = None,
) -> Row:
    """How a slice (provider ID, day) ended, as `finish_slices` takes it (`ENDED`)."""
    return {
        "provider_id": key[0],
        "slice_date": key[1],
        "state": state.value,
        "finished_at": now,
        "milliseconds": milliseconds,
        **_coded("reason", why),
        **(asdict(result) if result else {}),
    }


def finish_slices(con: Connection, run_id: str, ended: Sequence[Row]) -> None:
    """Write how slices of a run ended, each as `ended_slice` says it."""
    names = [name for name in ENDED if name not in DAY]
    con.run(
        f"UPDATE run_slices s SET reason = NULL, {', '.join(f'{n} = e.{n}' for n in names)}"
        " FROM ended e WHERE s.run_id = $run AND s.provider_id = e.provider_id"
        " AND s.slice_date = e.slice_date",
        {"run": run_id},
        ended=pl.DataFrame(list(ended), schema=ENDED),
    )


def finish_run(
    con: Connection, run_id: str, state: RunState, why: Stored | None, now: datetime
) -> None:
    """Close a run; slices that were under way go back into the queue.

    A run that another process has taken over meanwhile is that one's to close.
    """
    mine = "process IS NULL OR process = $process"
    ours = {"id": run_id, "process": process.current()}
    con.run(
        "UPDATE run_slices SET state = 'queued' WHERE state = 'running'"
        f" AND run_id IN (SELECT id FROM runs WHERE id = $id AND ({mine}))",
        ours,
    )
    con.run(
        "UPDATE runs SET state = $state, message = NULL, message_code = $message_code,"
        f" message_data = $message_data, finished_at = $now WHERE id = $id AND ({mine})",
        {**ours, "state": state.value, "now": now, **_coded("message", why)},
    )


def summary(con: Connection, run_id: str) -> dict[str, int]:
    """What one run found: see `summaries`."""
    return summaries(con, [run_id])[run_id]


def summaries(
    con: Connection, run_ids: Sequence[str], *, unmapped: bool = True
) -> dict[str, dict[str, int]]:
    """What each run found, in orders: new, first, changed, moved, gone, back; slices by state.

    `first` are POs of days that nobody had asked for before; `new` are the other new ones. Also
    `lines`, `orders`, `problems`, `replaced`: POs from an Excel file whose place Komet's took, and,
    if asked, `unmapped`: unmapped products of the run's days.
    """
    rows = con.rows(
        "SELECT run_id, count(*) AS slices, count(*) FILTER (state = 'done') AS done,"
        " count(*) FILTER (state = 'empty') AS empty, count(*) FILTER (state = 'failed') AS failed,"
        " count(*) FILTER (state IN ('queued', 'running')) AS waiting,"
        " coalesce(sum(orders), 0)::BIGINT AS orders, coalesce(sum(lines), 0)::BIGINT AS lines,"
        " coalesce(sum(problems), 0)::BIGINT AS problems,"
        " coalesce(sum(len(replaced)), 0)::BIGINT AS replaced"
        " FROM run_slices WHERE list_contains($runs, run_id) GROUP BY run_id",
        {"runs": list(run_ids)},
    )
    kinds = con.rows(
        "SELECT run_id, CASE WHEN first_download THEN 'first' WHEN po_item_id IS NULL THEN kind"
        " ELSE 'changed' END AS kind, count(DISTINCT (provider_id, po_id)) AS n FROM po_changes c"
        f" WHERE list_contains($runs, run_id) AND {NOT_IMPLIED} GROUP BY 1, 2",
        {"runs": list(run_ids)},
    )
    found = {run_id: dict.fromkeys(_FOUND, 0) for run_id in run_ids}
    for row in rows:
        found[row.pop("run_id")].update(row)
    for kind in kinds:
        found[kind["run_id"]][kind["kind"]] = kind["n"]
    return found if not unmapped else _with_unmapped(con, found)


def _with_unmapped(con: Connection, found: dict[str, dict[str, int]]) -> dict[str, dict[str, int]]:
    rows = con.rows(
        "SELECT s.run_id, count(DISTINCT (i.provider_id, i.product_id)) AS n FROM"
        " (SELECT DISTINCT i.provider_id, i.slice_date, i.product_id FROM order_items i"
        " SEMI JOIN (FROM run_slices WHERE list_contains($runs, run_id)) d"
        " ON d.provider_id = i.provider_id AND d.slice_date = i.slice_date"
        f"{formulas.SKU_JOIN} WHERE {formulas.unmapped('i', 'm')}) i"
        " JOIN run_slices s ON s.provider_id = i.provider_id AND s.slice_date = i.slice_date"
        " WHERE list_contains($runs, s.run_id) GROUP BY s.run_id",
        {"runs": list(found)},
    )
    counts = {row["run_id"]: row["n"] for row in rows}
    return {run_id: {**of, "unmapped": counts.get(run_id, 0)} for run_id, of in found.items()}


def replaced_numbers(con: Connection, run_id: str) -> list[str]:
    """The numbers of the imported POs whose place Komet's own answers took in this run."""
    rows = con.rows(
        "SELECT DISTINCT unnest(replaced) AS number FROM run_slices WHERE run_id = $run ORDER BY 1",
        {"run": run_id},
    )
    return [row["number"] for row in rows]


def _run(row: dict[str, Any], now: datetime) -> Run:
    message = stored_message(row["message_code"], row["message_data"], row["message"])
    run = Run.model_validate({**row, "message": message})
    if run.active and not _alive(run, now):
        return run.model_copy(update={"state": RunState.INTERRUPTED})
    return run


def _slice(row: dict[str, Any]) -> RunSlice:
    message = stored_message(row["reason_code"], row["reason_data"], row["reason"])
    return RunSlice.model_validate({**row, "reason": message})


def _coded(column: str, why: Stored | None) -> dict[str, str | None]:
    return {
        f"{column}_code": why.code if why else None,
        f"{column}_data": why.data if why else None,
    }


def _alive(run: Run, now: datetime) -> bool:
    if (lives := process.is_alive(run.process)) is False:
        return False
    if run.heartbeat_at is None:
        return False
    # a process that lives may wait for the data file, and is silent meanwhile
    return now - run.heartbeat_at <= (_STUCK_AFTER if lives else _SILENT_AFTER)


def _here() -> dict[str, Any]:
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "process": process.current(),
    }
