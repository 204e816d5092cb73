"""The app's background worker: one thread that works through runs, whatever the pages do."""

import logging
import queue
import threading
from zoneinfo import ZoneInfo

from komet import language, person, time_zone
from komet.context import AppContext
from komet.ingest import engine
from komet.ingest.model import RunState
from komet.ingest.table import runs
from komet.sentences import FAILURES, message

_log = logging.getLogger(__name__)


class Worker:
    """Takes run IDs and works through them one after the other. Lives as long as the app."""

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._queue: queue.Queue[tuple[str, str, str, ZoneInfo]] = queue.Queue()
        self._stop = threading.Event()
        self._current: str | None = None
        self._interrupt_dead()
        self._thread = threading.Thread(target=self._loop, name="downloads", daemon=True)
        self._thread.start()

    @property
    def busy(self) -> bool:
        """Whether a run is at work or waiting in this process."""
        return self._current is not None or not self._queue.empty()

    def submit(self, run_id: str) -> None:
        """Work on this run as soon as those before it are through, in the language and
        the time zone in force."""
        self._queue.put((run_id, language.current(), person.current(), time_zone.current()))

    def cancel(self, run_id: str) -> None:
        """Stop a run, whichever process has it, after the slices that are under way."""
        with self._ctx.db.write() as con:
            runs.request_cancel(con, run_id)
        if self._current == run_id:
            self._stop.set()

    def _interrupt_dead(self) -> None:
        """What a process that is gone had at work is resumed by a press, or by its next start."""
        try:
            with self._ctx.db.write() as con:
                for run_id in runs.interrupt_dead(con, self._ctx.now()):
                    _log.warning("run %s was interrupted", run_id)
        except FAILURES as error:
            _log.warning("interrupted runs were not looked for: %s", error)

    def _loop(self) -> None:
        while True:
            run_id, spoken, who, zone = self._queue.get()
            self._current = run_id
            self._stop.clear()
            try:
                with language.using(spoken), person.using(who), time_zone.using(zone):
                    self._work(run_id)
            finally:
                self._current = None

    def _work(self, run_id: str) -> None:
        ctx = self._ctx.for_long_work()
        try:
            with ctx.db.read() as con:
                waiting = runs.run_by_id(con, run_id, ctx.now())
            if waiting.cancel_requested and waiting.state is RunState.QUEUED:
                self._close(run_id, RunState.CANCELLED, None)
                return
            engine.execute(ctx, run_id, stop=self._stop)
        except FAILURES as error:
            _log.warning("run %s ended early: %s", run_id, error)
            self._close(run_id, RunState.FAILED, message(error))
        except Exception:  # noqa: BLE001 - the thread must live on for the next run
            _log.exception("run %s broke", run_id)
            self._close(run_id, RunState.FAILED, None)

    def _close(self, run_id: str, state: RunState, message: str | None) -> None:
        ctx = self._ctx.for_long_work()
        try:
            with ctx.db.write() as con:
                runs.finish_run(con, run_id, state, message, ctx.now())
        except FAILURES as error:
            _log.warning("run %s could not be closed: %s", run_id, error)
