"""The app's background worker: one thread that works through runs, whatever the pages do."""

import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from komet import language, time_zone
from komet.context import AppContext
from komet.ingest.engine import execute
from komet.ingest.model import RunState
from komet.ingest.runs import cancel_run
from komet.ingest.table import runs
from komet.messages import FAILURES, Stored, to_store
from komet.permissions import SYSTEM, Actor, Permission

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Job:
    run_id: str
    actor: Actor
    language: str
    time_zone: ZoneInfo
    before: Callable[[], object] | None


class Worker:
    """Takes run IDs and works through them one after the other. Lives as long as the app."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._queue: queue.Queue[_Job] = queue.Queue()
        self._stop = threading.Event()
        self._current: str | None = None
        self._interrupt_dead()
        self._thread = threading.Thread(target=self._loop, name="downloads", daemon=True)
        self._thread.start()

    def submit(self, actor: Actor, run_id: str, before: Callable[[], object] | None = None) -> None:
        """Work on a queued run once those before it are through, and `before` was called.

        The run works for `actor`, in the language and time zone in force now. Should this process
        die before it begins, the run is still queued in the store, and is read as interrupted.
        """
        self._queue.put(_Job(run_id, actor, language.current(), time_zone.current(), before))

    def cancel(self, actor: Actor, run_id: str) -> None:
        """Stop a run, whichever process has it, after the slices that are under way.

        Raises `NotPermitted`.
        """
        cancel_run(self._ctx, actor, run_id)
        if self._current == run_id:
            self._stop.set()

    def _interrupt_dead(self) -> None:
        """Mark the runs of dead processes, so that a press or the next start resumes them."""
        try:
            with self._ctx.write(SYSTEM, Permission.DOWNLOAD) as con:
                for run_id in runs.interrupt_dead(con, self._ctx.now()):
                    _log.warning("run %s was interrupted", run_id)
        except FAILURES as error:
            _log.warning("interrupted runs were not looked for: %s", error)

    def _loop(self) -> None:
        while True:
            job = self._queue.get()
            self._current = job.run_id
            self._stop.clear()
            try:
                with language.using(job.language), time_zone.using(job.time_zone):
                    self._work(job)
            finally:
                self._current = None

    def _work(self, job: _Job) -> None:
        ctx = self._ctx.for_long_work()
        try:
            with ctx.read() as con:
                waiting = runs.run_by_id(con, job.run_id, ctx.now())
            if waiting.cancel_requested and waiting.state is RunState.QUEUED:
                self._close(job.run_id, RunState.CANCELLED, None)
                return
            if job.before:
                job.before()
            execute(ctx, job.actor, job.run_id, stop=self._stop)
        except FAILURES as error:
            _log.warning("run %s ended early: %s", job.run_id, error)
            self._close(job.run_id, RunState.FAILED, to_store(error))
        except Exception:  # noqa: BLE001 - the thread must live on for the next run
            _log.exception("run %s broke", job.run_id)
            self._close(job.run_id, RunState.FAILED, None)

    def _close(self, run_id: str, state: RunState, why: Stored | None) -> None:
        ctx = self._ctx.for_long_work()
        try:
            with ctx.write(SYSTEM, Permission.DOWNLOAD) as con:
                runs.finish_run(con, run_id, state, why, ctx.now())
        except FAILURES as error:
            _log.warning("run %s could not be closed: %s", run_id, error)
