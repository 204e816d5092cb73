"""A run at work: fetch slices on a small pool of threads, write what has arrived, resume.

A run can be killed at any moment. A slice is done only when its complete answer is committed, so
whoever resumes the run fetches what is not done, and nothing twice.
"""

import logging
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import AbstractContextManager
from contextvars import copy_context

from komet.api.errors import QuotaExhausted
from komet.clients.table import providers
from komet.context import AppContext
from komet.db.database import Connection
from komet.db.errors import WrongKey
from komet.errors import AppError
from komet.ingest import commit_clock, sources
from komet.ingest.frames import to_frames
from komet.ingest.model import Run, RunSlice, RunState, SliceRows, SliceState
from komet.ingest.slots import Incoming
from komet.ingest.sources.source import Lane, Lanes, Pace
from komet.ingest.table import runs, slices
from komet.ingest.writing import Fetched, is_enough, take_together, write_ended
from komet.language import _
from komet.messages import FAILURES, Failure, Stored, outcome_to_store, to_store
from komet.permissions import Actor, Permission

_log = logging.getLogger(__name__)


_LINGER = 1.0
"""Seconds that a slice which has arrived waits for others to be written with."""


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
    pace = Pace(*_interruptible(stop), threading.BoundedSemaphore(run.workers))
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
        self._under_way: dict[Future[Incoming], RunSlice] = {}
        self._again: list[RunSlice] = []
        self._refused: set[int] = set()
        self._beat = time.monotonic()

    @property
    def locked_out(self) -> WrongKey | None:
        """Why no secret can be read, where that is so of every provider of the run."""
        locked = [error for error in self._lanes.broken.values() if isinstance(error, WrongKey)]
        return locked[0] if locked and not self._lanes.open else None

    def work(self, todo: list[RunSlice]) -> None:
        """Keep the pool fetching while this thread writes, until nothing is left or it must stop.

        As many slices again as are being fetched may wait for that, or be read, so that the network
        does not idle. Those that have arrived are written together, within a second, so that a
        killed run loses no more than one transaction of them.
        """
        # half as many again, who read answers meanwhile; a single one keeps the days in order
        threads = self._run.workers + self._run.workers // 2
        with ThreadPoolExecutor(threads, thread_name_prefix="slice") as pool:
            try:
                self._keep_fetching(pool, iter(todo))
            except BaseException:
                # whatever ends this thread, nobody writes what the pool would still fetch
                self._stop.set()
                raise

    def _keep_fetching(self, pool: ThreadPoolExecutor, queue: Iterator[RunSlice]) -> None:
        arrived: deque[Fetched] = deque()
        while True:
            self._submit(pool, queue)
            if not self._under_way and not arrived:
                return
            if self._under_way:
                finished, _pending = wait(
                    self._under_way, self._patience(arrived), return_when=FIRST_COMPLETED
                )
                now = time.monotonic()
                arrived += [Fetched(self._under_way.pop(f), f, now) for f in finished]
            if self._should_write(arrived):
                together = take_together(arrived)
                # fetched while these are written
                self._submit(pool, queue)
                self._write_fetched(together)
            elif self._is_beat_due():
                with self._write() as con:
                    self._heartbeat(con)

    def _submit(self, pool: ThreadPoolExecutor, queue: Iterator[RunSlice]) -> None:
        """Give the pool what is next, or take back what it has not begun where it must stop."""
        while len(self._under_way) < 2 * self._run.workers and not self._halted():
            slice_ = self._again.pop() if self._again else None
            slice_ = slice_ or next((s for s in queue if not self._waits(s)), None)
            if slice_ is None:
                break
            # the pool speaks the language of whoever runs it
            fetch = copy_context().run
            self._under_way[pool.submit(fetch, self._fetch, slice_)] = slice_
        if self._halted():
            for future in [f for f in self._under_way if f.cancel()]:
                del self._under_way[future]

    def _patience(self, arrived: Sequence[Fetched]) -> float:
        """Seconds to wait for the next slice."""
        if not arrived:
            return runs.HEARTBEAT.total_seconds()
        return max(0.0, arrived[0].at + _LINGER - time.monotonic())

    def _should_write(self, arrived: Sequence[Fetched]) -> bool:
        """Whether to write now: a transaction for each slice would cost more than it gains."""
        if not arrived:
            return False
        return is_enough(arrived) or not self._under_way or not self._patience(arrived)

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

    def _is_beat_due(self) -> bool:
        return time.monotonic() - self._beat >= runs.HEARTBEAT.total_seconds()

    def _heartbeat(self, con: Connection) -> None:
        self._beat = time.monotonic()
        under_way = {(s.provider_id, s.slice_date) for s in self._under_way.values()}
        if runs.heartbeat(con, self._run.id, under_way, self._ctx.now()):
            self._stop.set()

    def _fetch(self, slice_: RunSlice) -> Incoming:
        """On a thread of the pool: ask the source for a day. Raises `FAILURES`."""
        if slice_.provider_id in self._lanes.broken:
            raise self._lanes.broken[slice_.provider_id]
        if self._halted():
            raise Cancelled(_("The download was cancelled."))
        lane = self._lanes.open[slice_.provider_id]
        if lane.spent:
            raise lane.spent
        answer = lane.fetch(slice_.slice_date)
        return to_frames(answer) if isinstance(answer, SliceRows) else answer

    def _write_fetched(self, fetched: Sequence[Fetched]) -> None:
        """On the run's own thread: write slices, or why they failed, in one transaction."""
        answers: list[tuple[RunSlice, Incoming]] = []
        failed: list[tuple[RunSlice, Failure]] = []
        for slice_, future in ((one.slice, one.future) for one in fetched):
            try:
                answers.append((slice_, future.result()))
            except QuotaExhausted as error:
                self._note_paused(slice_, error)
            except Cancelled:
                continue
            except FAILURES as error:
                _log.warning("slice failed: %s", error)
                failed.append((slice_, error))
        if not answers and not failed:
            return
        with self._write() as con:
            for lane in self._lanes_of([slice_ for slice_, _end in (*answers, *failed)]):
                lane.record(con)
            ended, refused = write_ended(con, self._run.id, answers, failed, self._ctx.now())
            if self._is_beat_due():
                self._heartbeat(con)
            commit = slices.newest_commit(con)
        commit_clock.observe_commit(self._ctx.db.path, commit)
        for slice_ in refused:
            self._ask_again(slice_)
        for slice_ in ended:
            if self._on_slice:
                self._on_slice(slice_)

    def _note_paused(self, slice_: RunSlice, error: QuotaExhausted) -> None:
        # named with all that share the pool, so not with the one client that happened to ask
        error.provider = error.day = None
        pool = self._lanes.open[slice_.provider_id].pool
        for lane in self._lanes.open.values():
            if lane.pool is pool:
                self._paused[lane.provider.name] = error

    def _lanes_of(self, ended: Sequence[RunSlice]) -> list[Lane]:
        ids = dict.fromkeys(slice_.provider_id for slice_ in ended)
        return [self._lanes.open[id_] for id_ in ids if id_ in self._lanes.open]

    def _ask_again(self, slice_: RunSlice) -> None:
        """Once more, where what was taken for the stored answer is not the stored one any more.

        Who is refused twice is left to the next try of the run, so that no loop spends requests.
        """
        if slice_.position not in self._refused:
            self._refused.add(slice_.position)
            self._again.append(slice_)
