"""A run at work: fetch slices on a small pool of threads, write each in one transaction, resume.

A run can be killed at any moment. A slice is done only when its complete answer is committed, so
whoever resumes the run fetches what is not done, and nothing twice.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from contextvars import copy_context
from dataclasses import asdict
from datetime import date
from typing import Any

from komet.api.errors import QuotaExhausted
from komet.clients.table import providers
from komet.context import AppContext
from komet.db.database import Connection
from komet.db.errors import WrongKey
from komet.errors import AppError
from komet.ingest import commit_clock, sources
from komet.ingest.commit import write_slice
from komet.ingest.model import Run, RunSlice, RunState, SliceRows, SliceState
from komet.ingest.sources.source import Lanes, Pace
from komet.ingest.table import runs, slices
from komet.language import _
from komet.messages import FAILURES, Failure, Stored, outcome_to_store, to_store
from komet.permissions import Actor, Permission

_log = logging.getLogger(__name__)


class Cancelled(AppError):
    """The run was asked to stop while a request waited to be tried again."""

    code = "cancelled"


def execute(
    ctx: AppContext,
    actor: Actor,
    run_id: str,
    *,
    stop: threading.Event | None = None,
    on_slice: Callable[[RunSlice], None] | None = None,
) -> Run:
    """Work through the unfinished slices of a run and return it, closed.

    `stop` ends it from inside this process; a cancel that another process asked for in the store
    is seen within two seconds. Failures of single slices are recorded, not raised; what the store
    itself cannot do (`StoreError`) is raised, and leaves the run to be resumed. Raises
    `NotPermitted` before anything is asked for.
    """
    stop = stop or threading.Event()
    ctx = ctx.for_long_work()
    with ctx.write(actor, Permission.DOWNLOAD) as con:
        runs.begin_run(con, run_id, ctx.now())
        commit_clock.observe_commit(ctx.db.path, slices.newest_commit(con))
        run = runs.run_by_id(con, run_id, ctx.now())
        if run.cancel_requested:
            stop.set()
        todo = runs.slices_of(con, run_id, unfinished=True)
        days = Counter(slice_.provider_id for slice_ in todo)
        chosen = [providers.provider_by_id(con, provider_id) for provider_id in days]
    source = sources.queryable_source(sources.source_of_run(run.source).name)
    pace = Pace(*_interruptible(stop))
    # tries left over are noted below; the pool of a killed process counts what it had committed
    with source.connect(ctx, actor, chosen, days, pace) as lanes:
        engine = _Engine(ctx, actor, run, lanes, stop, on_slice)
        if engine.locked_out:
            # the key to the secrets is missing: one sentence for the run, not one for each day
            return engine.close(RunState.FAILED, to_store(engine.locked_out))
        try:
            engine.work(todo)
        finally:
            engine.close_lanes()
    return engine.close()


def _interruptible(
    stop: threading.Event,
) -> tuple[Callable[[float], None], Callable[[], None]]:
    """How to sleep, and how to look up from an answer: both raise `Cancelled` once it must stop."""

    def sleep(seconds: float) -> None:
        if stop.wait(seconds):
            raise Cancelled(_("The download was cancelled."))

    def check() -> None:
        if stop.is_set():
            raise Cancelled(_("The download was cancelled."))

    return sleep, check


class _Engine:
    """One run at work in this process: its lanes, and what has been paused so far."""

    def __init__(  # noqa: PLR0917
        self,
        ctx: AppContext,
        actor: Actor,
        run: Run,
        lanes: Lanes,
        stop: threading.Event,
        on_slice: Callable[[RunSlice], None] | None,
    ) -> None:
        self._ctx = ctx
        self._actor = actor
        self._run = run
        self._lanes = lanes
        self._stop = stop
        self._on_slice = on_slice
        self._paused: dict[str, QuotaExhausted] = {}
        self._known_products: dict[str, set[str]] = {
            provider_id: set() for provider_id in lanes.open
        }

    @property
    def locked_out(self) -> WrongKey | None:
        """Why no secret can be read, where that is so of every provider of the run."""
        locked = [error for error in self._lanes.broken.values() if isinstance(error, WrongKey)]
        return locked[0] if locked and not self._lanes.open else None

    def work(self, todo: list[RunSlice]) -> None:
        """Keep the pool fetching while this thread writes, until nothing is left or it must stop.

        As many slices again as are being fetched may wait, to be fetched or to be written, so that
        neither the network nor the disk idles, and a killed run loses no more than those.
        """
        with ThreadPoolExecutor(self._run.workers, thread_name_prefix="slice") as pool:
            try:
                self._keep_fetching(pool, iter(todo))
            except BaseException:
                # whatever ends this thread, nobody writes what the pool would still fetch
                self._stop.set()
                raise

    def _keep_fetching(self, pool: ThreadPoolExecutor, queue: Iterator[RunSlice]) -> None:
        under_way: dict[Future[SliceRows], RunSlice] = {}
        beat = time.monotonic()
        while True:
            while len(under_way) < 2 * self._run.workers and not self._halted():
                slice_ = next((s for s in queue if not self._waits(s)), None)
                if slice_ is None:
                    break
                # the pool speaks the language of whoever runs it
                fetch = copy_context().run
                under_way[pool.submit(fetch, self._fetch, slice_)] = slice_
            if self._halted():
                for future in [f for f in under_way if f.cancel()]:
                    del under_way[future]
            if not under_way:
                return
            finished, _pending = wait(
                under_way, runs.HEARTBEAT.total_seconds(), return_when=FIRST_COMPLETED
            )
            for future in finished:
                self._settle(under_way.pop(future), future)
            if time.monotonic() - beat >= runs.HEARTBEAT.total_seconds():
                beat = time.monotonic()
                self._heartbeat({(s.provider_id, s.slice_date) for s in under_way.values()})

    def close_lanes(self) -> None:
        """Record the requests that no slice's transaction has recorded, then close the lanes."""
        with self._write() as con:
            for lane in self._lanes.open.values():
                lane.record(con)
            for lane in self._lanes.open.values():
                lane.close(con)

    def close(self, state: RunState | None = None, why: Stored | None = None) -> Run:
        """Close the run in the given state, or by what became of its slices."""
        with self._write() as con:
            if state is None:
                unfinished = runs.slices_of(con, self._run.id, unfinished=True)
                state, why = self._verdict(unfinished)
            runs.finish_run(con, self._run.id, state, why, self._ctx.now())
            return runs.run_by_id(con, self._run.id, self._ctx.now())

    def _verdict(self, unfinished: list[RunSlice]) -> tuple[RunState, Stored | None]:
        """How the run ended, and why where it did not end well."""
        failed = sum(slice_.state is SliceState.FAILED for slice_ in unfinished)
        waiting = len(unfinished) - failed
        if waiting and self._paused and not self._stop.is_set():
            why = next(iter(self._paused.values()))
            return RunState.PAUSED, to_store(why, providers=sorted(self._paused))
        if waiting:
            return RunState.CANCELLED, outcome_to_store("days_not_fetched", waiting=waiting)
        if failed:
            return RunState.FAILED, outcome_to_store("days_failed", failed=failed)
        return RunState.DONE, None

    def _halted(self) -> bool:
        return self._stop.is_set()

    def _waits(self, slice_: RunSlice) -> bool:
        """Whether the slice's pool is spent; only its own providers wait for the next day."""
        lane = self._lanes.open.get(slice_.provider_id)
        return lane is not None and lane.spent is not None

    def _write(self) -> AbstractContextManager[Connection]:
        return self._ctx.write(self._actor, Permission.DOWNLOAD)

    def _heartbeat(self, under_way: set[tuple[str, date]]) -> None:
        with self._write() as con:
            if runs.heartbeat(con, self._run.id, under_way, self._ctx.now()):
                self._stop.set()

    def _fetch(self, slice_: RunSlice) -> SliceRows:
        """On a thread of the pool: ask the source for a day. Raises `FAILURES`."""
        if slice_.provider_id in self._lanes.broken:
            raise self._lanes.broken[slice_.provider_id]
        if self._halted():
            raise Cancelled(_("The download was cancelled."))
        lane = self._lanes.open[slice_.provider_id]
        if lane.spent:
            raise lane.spent
        return lane.fetch(slice_.slice_date)

    def _settle(self, slice_: RunSlice, future: Future[SliceRows]) -> None:
        """On the run's own thread: write the slice, or why it failed, in one transaction."""
        try:
            rows = future.result()
        except QuotaExhausted as error:
            self._note_paused(slice_, error)
            return
        except Cancelled:
            return
        except FAILURES as error:
            _log.warning("slice failed: %s", error)
            ended = self._failed(slice_, error)
        else:
            ended = self._written(slice_, rows)
        if self._on_slice:
            self._on_slice(ended)

    def _note_paused(self, slice_: RunSlice, error: QuotaExhausted) -> None:
        # named with all that share the pool, so not with the one client that happened to ask
        error.provider = error.day = None
        pool = self._lanes.open[slice_.provider_id].pool
        for lane in self._lanes.open.values():
            if lane.pool is pool:
                self._paused[lane.provider.name] = error

    def _written(self, slice_: RunSlice, rows: SliceRows) -> RunSlice:
        with self._write() as con:
            self._lanes.open[slice_.provider_id].record(con)
            known = self._known_products[slice_.provider_id]
            result = write_slice(con, rows, self._run.id, known)
            state = SliceState.DONE if result.orders else SliceState.EMPTY
            elapsed = self._ctx.now() - rows.requested_at
            fields = {
                "state": state,
                "reason": None,
                "milliseconds": round(elapsed.total_seconds() * 1000),
                **asdict(result),
            }
            ended = self._finish(con, slice_, fields)
            commit = slices.newest_commit(con)
        commit_clock.observe_commit(self._ctx.db.path, commit)
        return ended

    def _failed(self, slice_: RunSlice, error: Failure) -> RunSlice:
        lane = self._lanes.open.get(slice_.provider_id)
        with self._write() as con:
            if lane:
                lane.record(con)
            fields = {"state": SliceState.FAILED, "reason": to_store(error)}
            return self._finish(con, slice_, fields)

    def _finish(self, con: Connection, slice_: RunSlice, fields: dict[str, Any]) -> RunSlice:
        key = (slice_.provider_id, slice_.slice_date)
        runs.finish_slice(con, self._run.id, key, {**fields, "finished_at": self._ctx.now()})
        why: Stored | None = fields.get("reason")
        return slice_.model_copy(update={**fields, "reason": why.text if why else None})
