"""How far an export has come, and a way to stop it, for whoever waits for a large one."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import polars as pl

from komet.errors import AppError
from komet.language import _

_READING = 0.4
"""The part of an export's time that goes by until all rows are read."""


class ExportCancelled(AppError):
    """The export was stopped by who had asked for it; there is no file of it."""

    code = "export_cancelled"


class ExportWatch:
    """What an export tells of its rows while it reads and writes them; any thread may ask or stop.

    `expected` is about how many rows it will read.
    """

    def __init__(self, expected: int = 0) -> None:
        self._expected = max(1, expected)
        self._read = 0
        self._to_write = 0
        self._written = 0
        self._cancelled = threading.Event()

    @property
    def progress(self) -> float:
        """From 0 to 1; what is left after 1 is to put the file into its place."""
        if not self._to_write:
            return _READING * min(1.0, self._read / self._expected)
        return _READING + (1 - _READING) * min(1.0, self._written / self._to_write)

    @property
    def rows_read(self) -> int:
        """Rows of all sheets that were read until now."""
        return self._read

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody has stopped it."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Stop it: the next rows raise `ExportCancelled`."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise `ExportCancelled` where it was stopped."""
        if self.is_cancelled:
            raise ExportCancelled(_("The export was cancelled."), _("There is no file of it."))

    def reading(self, frames: Iterator[pl.DataFrame]) -> Iterator[pl.DataFrame]:
        """The frames as they are read from the data file."""
        for frame in frames:
            self.check()
            self._read += frame.height
            yield frame

    def expect(self, rows: int) -> None:
        """All is read: so many rows are gone through from now on."""
        self.check()
        self._to_write = max(1, rows)

    def written(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The same frame, on its way into the file."""
        self.check()
        self._written += frame.height
        return frame
