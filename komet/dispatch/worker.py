"""The app's sender: a thread that sends batches one after the other, whatever the pages do."""

import logging
import queue
import threading
from collections import Counter
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from komet import language, time_zone
from komet.context import AppContext
from komet.dispatch.send import send_batch
from komet.messages import FAILURES
from komet.permissions import Actor

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Job:
    batch_id: str
    actor: Actor
    language: str
    time_zone: ZoneInfo


class SendWorker:
    """Takes batch IDs and sends what is planned of them. Lives as long as the app.

    Should this process die, what it had not sent is still planned, and what it was sending is
    unknown.
    """

    def __init__(self, ctx: AppContext) -> None:
        self._ctx = ctx
        self._queue: queue.Queue[_Job] = queue.Queue()
        self._waiting: Counter[str] = Counter()
        self._stopped: set[str] = set()
        self._not_refreshed: dict[str, str | None] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._current: str | None = None
        self._thread = threading.Thread(target=self._loop, name="dispatch", daemon=True)
        self._thread.start()

    def submit(self, actor: Actor, batch_id: str) -> None:
        """Send a batch once those before it are through, for this actor and in this language."""
        with self._lock:
            self._waiting[batch_id] += 1
            self._stopped.discard(batch_id)
        self._queue.put(_Job(batch_id, actor, language.current(), time_zone.current()))

    def is_busy(self, batch_id: str) -> bool:
        """Whether the batch waits for its turn, or is being sent."""
        with self._lock:
            return self._waiting[batch_id] > 0

    def why_not_refreshed(self, batch_id: str) -> str | None:
        """Why the orders of a batch could not be read again, where this worker has sent it."""
        return self._not_refreshed.get(batch_id)

    def stop(self, batch_id: str) -> None:
        """Send no further request of a batch; what is under way ends, the rest stays planned."""
        with self._lock:
            if self._current == batch_id:
                self._stop.set()
            if self._waiting[batch_id]:
                self._stopped.add(batch_id)

    def _loop(self) -> None:
        while True:
            job = self._queue.get()
            with self._lock:
                self._stop.clear()
                if job.batch_id in self._stopped:  # while it waited for its turn
                    self._stop.set()
                self._current = job.batch_id
            try:
                with language.using(job.language), time_zone.using(job.time_zone):
                    receipt = send_batch(self._ctx, job.actor, job.batch_id, stop=self._stop)
                self._not_refreshed[job.batch_id] = receipt.not_refreshed
            except FAILURES as error:
                _log.warning("batch %s ended early: %s", job.batch_id, error)
            except Exception:  # noqa: BLE001 - the thread must live on for the next batch
                _log.exception("batch %s broke", job.batch_id)
            finally:
                with self._lock:
                    self._current = None
                    self._waiting[job.batch_id] -= 1
                    if not self._waiting[job.batch_id]:
                        del self._waiting[job.batch_id]
                        self._stopped.discard(job.batch_id)
