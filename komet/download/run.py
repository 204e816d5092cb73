"""A run at work: fetch slices on a small pool of threads, write each in one transaction, resume.

A run can be killed at any moment. A slice is done only when its complete answer is committed, so
whoever takes the run up again fetches what is not done, and nothing twice.
"""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import asdict
from datetime import date
from typing import Any

from komet.accounts.connect import client_for
from komet.accounts.ledger import Ledger
from komet.api.client import KometClient
from komet.api.errors import AuthenticationError, KometError, QuotaExhausted
from komet.desk import Desk
from komet.download import catalogs, quota
from komet.download.commit import commit_slice
from komet.download.rows import slice_rows
from komet.errors import DeskError
from komet.language import _
from komet.store import providers, runs
from komet.store.providers import Provider
from komet.store.runs import Run, RunSlice, RunState, SliceState

SliceKey = tuple[str, date]
_log = logging.getLogger(__name__)
_HOPELESS_AFTER = 3


class Cancelled(DeskError):
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


def execute(
    desk: Desk,
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
    with desk.db.write() as con:
        runs.start_run(con, run_id, desk.now())
        run = runs.run_by_id(con, run_id, desk.now())
        todo = runs.slices_of(con, run_id, unfinished=True)
        chosen = [
            providers.provider_by_id(con, provider_id)
            for provider_id in dict.fromkeys(slice_.provider_id for slice_ in todo)
        ]
        gates = quota.quotas(con, desk, chosen)
    # tries left over are noted below; the pool of a killed process counts what it had committed
    with ExitStack() as stack:
        engine = _Engine(desk, run, stop, on_slice)
        for provider in chosen:
            engine.connect(stack, provider, gates)
        try:
            engine.work(todo)
        finally:
            engine.save_ledgers()
    with desk.db.write() as con:
        waiting = runs.slices_of(con, run_id, unfinished=True)
        state, message = engine.verdict(waiting)
        runs.finish_run(con, run_id, state, message, desk.now())
        return runs.run_by_id(con, run_id, desk.now())


class _Engine:
    def __init__(
        self,
        desk: Desk,
        run: Run,
        stop: threading.Event,
        on_slice: Callable[[RunSlice], None] | None,
    ) -> None:
        self._desk = desk
        self._run = run
        self._stop = stop
        self._on_slice = on_slice
        self._lines: dict[str, _Line] = {}
        self._broken: dict[str, DeskError] = {}
        self._exhausted: QuotaExhausted | None = None

    def connect(self, stack: ExitStack, provider: Provider, gates: dict[str, quota.Quota]) -> None:
        """One client per provider and run. A provider that cannot be called fails alone."""
        ledger = Ledger(provider.token_id or "", provider.id)
        gate = gates.get(provider.token_id or "")
        try:
            client = client_for(
                self._desk,
                provider,
                ledger,
                before_call=gate.spend if gate else None,
                sleep=self._sleep,
            )
        except DeskError as error:
            self._broken[provider.id] = error
            return
        self._lines[provider.id] = _Line(provider, stack.enter_context(client), ledger)

    def work(self, todo: list[RunSlice]) -> None:
        """Keep the pool busy until nothing is left, or the run must stop."""
        queue = iter(todo)
        under_way: dict[Future[None], SliceKey] = {}
        beat = time.monotonic()
        with ThreadPoolExecutor(self._run.workers, thread_name_prefix="slice") as pool:
            while True:
                while len(under_way) < self._run.workers and not self._halted():
                    slice_ = next(queue, None)
                    if slice_ is None:
                        break
                    under_way[pool.submit(self._slice, slice_)] = (
                        slice_.provider_id,
                        slice_.slice_date,
                    )
                if not under_way:
                    return
                finished, _pending = wait(
                    under_way, runs.HEARTBEAT.total_seconds(), return_when=FIRST_COMPLETED
                )
                for future in finished:
                    del under_way[future]
                    if error := future.exception():
                        self._stop.set()
                        raise error
                if time.monotonic() - beat >= runs.HEARTBEAT.total_seconds():
                    beat = time.monotonic()
                    self._heartbeat(set(under_way.values()))

    def save_ledgers(self) -> None:
        """Write the tries that no slice's transaction has taken along."""
        for line in self._lines.values():
            line.ledger.save(self._desk)

    def verdict(self, unfinished: list[RunSlice]) -> tuple[RunState, str | None]:
        """How the run ended, with a sentence where it did not end well."""
        failed = sum(slice_.state is SliceState.FAILED for slice_ in unfinished)
        waiting = len(unfinished) - failed
        if self._exhausted and waiting:
            return RunState.PAUSED, str(self._exhausted)
        if waiting:
            return RunState.CANCELLED, _("Cancelled; {waiting} days were not fetched.").format(
                waiting=waiting
            )
        if failed:
            return RunState.FAILED, _("{failed} days failed; the other days are there.").format(
                failed=failed
            )
        return RunState.DONE, None

    def _halted(self) -> bool:
        return self._stop.is_set() or self._exhausted is not None

    def _sleep(self, seconds: float) -> None:
        if self._stop.wait(seconds):
            raise Cancelled(_("The download was cancelled."))

    def _heartbeat(self, under_way: set[SliceKey]) -> None:
        with self._desk.db.write() as con:
            if runs.heartbeat(con, self._run.id, under_way, self._desk.now()):
                self._stop.set()

    def _slice(self, slice_: RunSlice) -> None:
        clock = time.perf_counter()
        key = (slice_.provider_id, slice_.slice_date)
        try:
            fields = self._fetched(slice_)
        except QuotaExhausted as error:
            self._exhausted = error
            return
        except Cancelled:
            return
        except KometError as error:
            _log.warning("slice failed: %s", error)
            fields = {"state": SliceState.FAILED.value, "reason": str(error)}
        except DeskError as error:
            if key[0] not in self._broken:
                raise
            fields = {"state": SliceState.FAILED.value, "reason": str(error)}
        fields["milliseconds"] = round((time.perf_counter() - clock) * 1000)
        fields["finished_at"] = self._desk.now()
        with self._desk.db.write() as con:
            runs.finish_slice(con, self._run.id, key, fields)
        if self._on_slice:
            self._on_slice(slice_.model_copy(update=fields))

    def _fetched(self, slice_: RunSlice) -> dict[str, Any]:
        if slice_.provider_id in self._broken:
            raise self._broken[slice_.provider_id]
        line = self._lines[slice_.provider_id]
        self._refresh_catalogs(line)
        try:
            answer = line.client.purchase_orders(slice_.slice_date, line.provider.location_id)
        except AuthenticationError as error:
            line.refused += 1
            if line.good == 0 and line.refused >= _HOPELESS_AFTER:
                # the token is refused throughout: the other days would only spend requests
                self._broken[slice_.provider_id] = error
            raise
        line.good += 1
        rows = slice_rows(slice_.provider_id, slice_.slice_date, answer)
        result = commit_slice(self._desk.db, rows, run_id=self._run.id, ledger=line.ledger.take())
        state = SliceState.DONE if result.orders else SliceState.EMPTY
        return {"state": state.value, "reason": None, **asdict(result)}

    def _refresh_catalogs(self, line: _Line) -> None:
        with line.lock:
            if line.catalogs_done:
                return
            line.catalogs_done = True
            with self._desk.db.read() as con:
                due = catalogs.due(con, line.provider, self._desk.now())
            catalogs.refresh(self._desk, line.provider, line.client, due)
