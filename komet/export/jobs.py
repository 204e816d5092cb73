"""An export in the background, for a person who waits: started, watched, stopped, fetched."""

from __future__ import annotations

import logging
import threading
from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol
from zoneinfo import ZoneInfo

from komet import language, time_zone
from komet.export.watch import ExportCancelled, ExportWatch
from komet.language import _
from komet.messages import FAILURES, message

_log = logging.getLogger(__name__)


class Write(Protocol):
    """Makes a file at a path, and tells the watch how far it is."""

    def __call__(self, target: Path, /, *, watch: ExportWatch) -> object: ...


class JobState(StrEnum):
    """What has become of an export."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class ExportJob:
    """One file that a thread writes into a folder of its own, which goes when nobody holds the job.

    `write` makes it.
    """

    def __init__(self, name: str, write: Write, watch: ExportWatch) -> None:
        self.name = name
        self.watch = watch
        self.state = JobState.RUNNING
        self.reason = ""
        self._write = write
        self._folder = TemporaryDirectory(prefix="komet-job-")
        # in the language and the time zone of whoever asks now
        asked = (language.current(), time_zone.current())
        self._thread = threading.Thread(target=self._run, args=asked, name="export", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int:
        """Bytes of the file, 0 while there is none."""
        return self._path.stat().st_size if self.state is JobState.DONE else 0

    def cancel(self) -> None:
        """Stop it soon; what was written of the file goes."""
        self.watch.cancel()

    def wait(self, seconds: float | None = None) -> None:
        """Until it is through, or the time is up."""
        self._thread.join(seconds)

    def read_bytes(self) -> bytes:
        """The file, for a browser to download."""
        return self._path.read_bytes()

    def discard(self) -> None:
        """Stop it, and let the file go."""
        self.cancel()
        self.wait()
        self._folder.cleanup()

    @property
    def _path(self) -> Path:
        return Path(self._folder.name) / self.name

    def _run(self, spoken: str, zone: ZoneInfo) -> None:
        with language.using(spoken), time_zone.using(zone):
            self._write_file()

    def _write_file(self) -> None:
        try:
            self._write(self._path, watch=self.watch)
        except ExportCancelled:
            self.state = JobState.CANCELLED
        except FAILURES as error:
            self.reason, self.state = message(error), JobState.FAILED
        except Exception:  # noqa: BLE001 - else the job would run for ever
            # a library may wrap what was raised to stop it
            if self.watch.is_cancelled:
                self.state = JobState.CANCELLED
            else:
                _log.exception("An export failed.")
                self.reason = _("The export failed; the log says why.")
                self.state = JobState.FAILED
        else:
            self.state = JobState.DONE
        if self.state is not JobState.DONE:
            self._folder.cleanup()
