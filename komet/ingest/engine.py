"""A run at work: fetch slices on a small pool of threads, write each in one transaction, resume.

A run can be killed at any moment. A slice is done only when its complete answer is committed, so
whoever takes the run up again fetches what is not done, and nothing twice.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from contextvars import copy_context
from dataclasses import asdict
from datetime import date
from typing import Any

from komet.api.client import KometClient
from komet.api.errors import AuthenticationError, PermissionDenied, QuotaExhausted
from komet.catalogs import refresh as catalogs
from komet.clients.allowance import Gate, Ledger, pools
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import calls, providers
from komet.context import AppContext
from komet.db.database import Connection
from komet.db.errors import WrongKey
from komet.errors import AppError
from komet.ingest import commit_order
from komet.ingest.commit import write_slice
from komet.ingest.model import Run, RunSlice, RunState, SliceRows, SliceState
from komet.ingest.sources.komet import ask_for_day
from komet.ingest.table import runs
from komet.language import _, _n
from komet.sentences import FAILURES, Failure, message

_log = logging.getLogger(__name__)
_HOPELESS_AFTER = 3


class Cancelled(AppError):
    """The run was asked to stop while a request waited to be tried again."""


class _Line:
    """One provider of a run: its client, its ledger, and whether its token works at all."""

    def __init__(self, provider: Provider, client: KometClient, ledger: Ledger) -> None:
        self.provider = provider
        self.client = client
        self.ledger = ledger
        self.good = 0
        self.refused = 0
        self.lock = threading.Lock()
        self.catalogs_done = False
        self.known_products: set[str] = set()


def execute(
    ctx: AppContext,
    run_id: str,
    *,
    stop: threading.Event | None = None,
    on_slice: Callable[[RunSlice], None] | None = None,
) -> Run:
    """Work through the unfinished slices of a run and return it, closed.

    `stop` ends it from inside this process; a cancel that another process asked for in the store
    is seen within two seconds. Failures of single slices are recorded, not raised; what the store
    itself cannot do (`StoreError`) is raised, and leaves the run to be resumed.
    """
    stop = stop or threading.Event()
    ctx = ctx.for_long_work()
    with ctx.db.write() as con:
        runs.begin_run(con, run_id, ctx.now())
        commit_order.learn(ctx.db.path, commit_order.newest(con))
        run = runs.run_by_id(con, run_id, ctx.now())
        if run.cancel_requested:
            stop.set()
        todo = runs.slices_of(con, run_id, unfinished=True)
        chosen = [
            providers.provider_by_id(con, provider_id)
            for provider_id in dict.fromkeys(slice_.provider_id for slice_ in todo)
        ]
        gates = _gates(con, ctx, chosen, todo)
    # tries left over are noted below; the pool of a killed process counts what it had committed
    with ExitStack() as stack:
        engine = _Engine(ctx, run, stop, on_slice)
        for provider in chosen:
            engine.connect(stack, provider, gates.get(provider.id))
        if engine.locked_out:
            # the key to the secrets is missing: one sentence for the run, not one for each day
            with ctx.db.write() as con:
                runs.finish_run(con, run_id, RunState.FAILED, str(engine.locked_out), ctx.now())
                return runs.run_by_id(con, run_id, ctx.now())
        try:
            engine.work(todo)
        finally:
            engine.save_ledgers()
    with ctx.db.write() as con:
        waiting = runs.slices_of(con, run_id, unfinished=True)
        state, message = engine.verdict(waiting)
        runs.finish_run(con, run_id, state, message, ctx.now())
        return runs.run_by_id(con, run_id, ctx.now())


def _gates(
    con: Connection, ctx: AppContext, chosen: list[Provider], todo: list[RunSlice]
) -> dict[str, Gate]:
    """Provider ID → the gate of its pool, which those that share it pass together."""
    found: dict[str, Gate] = {}
    for pool, sharing in pools(con, chosen):
        ids = {provider.id for provider in sharing}
        expected = sum(slice_.provider_id in ids for slice_ in todo)
        expected += sum(len(catalogs.due(con, provider, ctx.now())) for provider in sharing)
        gate = Gate(ctx, pool[0].id, expected)
        found.update(dict.fromkeys(ids, gate))
    return found


class _Engine:
    def __init__(
        self,
        ctx: AppContext,
        run: Run,
        stop: threading.Event,
        on_slice: Callable[[RunSlice], None] | None,
    ) -> None:
        self._ctx = ctx
        self._run = run
        self._stop = stop
        self._on_slice = on_slice
        self._lines: dict[str, _Line] = {}
        self._broken: dict[str, Failure] = {}
        self._paused: dict[str, QuotaExhausted] = {}
        self._gates: dict[str, Gate] = {}

    def connect(self, stack: ExitStack, provider: Provider, gate: Gate | None) -> None:
        """One client per provider and run. A provider that cannot be called fails alone."""
        ledger = Ledger(provider.token_id or "", provider.id)
        if gate:
            self._gates[provider.id] = gate
        try:
            client = client_for(
                self._ctx,
                provider,
                ledger,
                gate=gate,
                sleep=self._sleep,
                check=self._check,
                patient=True,
            )
        except FAILURES as error:
            self._broken[provider.id] = error
            return
        self._lines[provider.id] = _Line(provider, stack.enter_context(client), ledger)

    @property
    def locked_out(self) -> WrongKey | None:
        """Why no secret can be read, where that is so of every provider of the run."""
        locked = [error for error in self._broken.values() if isinstance(error, WrongKey)]
        return locked[0] if locked and not self._lines else None

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

    def save_ledgers(self) -> None:
        """Write the tries that no slice's transaction has taken along."""
        with self._ctx.db.write() as con:
            for line in self._lines.values():
                calls.record(con, line.ledger.take())
            for gate in set(self._gates.values()):
                gate.give_back(con)

    def verdict(self, unfinished: list[RunSlice]) -> tuple[RunState, str | None]:
        """How the run ended, with a sentence where it did not end well."""
        failed = sum(slice_.state is SliceState.FAILED for slice_ in unfinished)
        waiting = len(unfinished) - failed
        if waiting and self._paused and not self._stop.is_set():
            why = next(iter(self._paused.values()))
            names = ", ".join(sorted(self._paused))
            return RunState.PAUSED, f"{names}: {message(why)}"
        if waiting:
            return RunState.CANCELLED, _n(
                "Cancelled; {waiting} day was not fetched.",
                "Cancelled; {waiting} days were not fetched.",
                waiting,
            ).format(waiting=waiting)
        if failed:
            return RunState.FAILED, _n(
                "{failed} day failed; the other days are there.",
                "{failed} days failed; the other days are there.",
                failed,
            ).format(failed=failed)
        return RunState.DONE, None

    def _halted(self) -> bool:
        return self._stop.is_set()

    def _waits(self, slice_: RunSlice) -> bool:
        """Whether the slice's pool is spent; only its own providers wait for the next day."""
        gate = self._gates.get(slice_.provider_id)
        return gate is not None and gate.spent is not None

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Cancelled(_("The download was cancelled."))

    def _check(self) -> None:
        if self._stop.is_set():
            raise Cancelled(_("The download was cancelled."))

    def _heartbeat(self, under_way: set[tuple[str, date]]) -> None:
        with self._ctx.db.write() as con:
            if runs.heartbeat(con, self._run.id, under_way, self._ctx.now()):
                self._stop.set()

    def _fetch(self, slice_: RunSlice) -> SliceRows:
        """On a thread of the pool: ask Komet, and read the answer. Raises `FAILURES`."""
        if slice_.provider_id in self._broken:
            raise self._broken[slice_.provider_id]
        if self._halted():
            raise Cancelled(_("The download was cancelled."))
        line = self._lines[slice_.provider_id]
        gate = self._gates[slice_.provider_id]
        if gate.spent:
            raise gate.spent
        self._refresh_catalogs(line)
        try:
            rows = ask_for_day(self._ctx, line.client, line.provider, slice_.slice_date)
        except (AuthenticationError, PermissionDenied) as error:
            line.refused += 1
            if line.good == 0 and line.refused >= _HOPELESS_AFTER:
                # the token is refused throughout: the other days would only spend requests
                self._broken[slice_.provider_id] = error
            raise
        line.good += 1
        return rows

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
        gate = self._gates.get(slice_.provider_id)
        for line in self._lines.values():
            if self._gates.get(line.provider.id) is gate:
                self._paused[line.provider.name] = error

    def _written(self, slice_: RunSlice, rows: SliceRows) -> RunSlice:
        line = self._lines[slice_.provider_id]
        with self._ctx.db.write() as con:
            calls.record(con, line.ledger.take())
            result = write_slice(con, rows, self._run.id, line.known_products)
            state = SliceState.DONE if result.orders else SliceState.EMPTY
            taken = self._ctx.now() - rows.requested_at
            fields = {
                "state": state,
                "reason": None,
                "milliseconds": round(taken.total_seconds() * 1000),
                **asdict(result),
            }
            ended = self._finish(con, slice_, fields)
            commit = commit_order.newest(con)
        commit_order.learn(self._ctx.db.path, commit)
        return ended

    def _failed(self, slice_: RunSlice, error: Failure) -> RunSlice:
        line = self._lines.get(slice_.provider_id)
        with self._ctx.db.write() as con:
            calls.record(con, line.ledger.take() if line else [])
            fields = {"state": SliceState.FAILED, "reason": message(error)}
            return self._finish(con, slice_, fields)

    def _finish(self, con: Connection, slice_: RunSlice, fields: dict[str, Any]) -> RunSlice:
        key = (slice_.provider_id, slice_.slice_date)
        runs.finish_slice(con, self._run.id, key, {**fields, "finished_at": self._ctx.now()})
        return slice_.model_copy(update=fields)

    def _refresh_catalogs(self, line: _Line) -> None:
        with line.lock:
            if line.catalogs_done:
                return
            line.catalogs_done = True
            with self._ctx.db.read() as con:
                due = catalogs.due(con, line.provider, self._ctx.now())
            catalogs.refresh(self._ctx, line.provider, line.client, due)
