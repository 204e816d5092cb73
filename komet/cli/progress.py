"""The progress of a download on standard error: a bar on a terminal, some lines in a pipe."""

import time
from types import TracebackType
from typing import Self

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from komet.cli import output
from komet.ingest.model import RunSlice
from komet.language import _

_STEPS = 10
"""Lines that a pipe gets of one download, at the most."""


class DownloadProgress:
    """Days done of all, days a second, time left. Failed days are named as they come.

    A bar that goes away at the end where standard error is a terminal; otherwise a line a tenth.
    `--quiet` shows only the failures, `--verbose` adds a line a day.
    """

    def __init__(self, days: int) -> None:
        self._days = days
        self._done = 0
        self._began = time.monotonic()
        self._bar: Progress | None = None
        self._task = TaskID(0)

    def __enter__(self) -> Self:
        if output.err.is_terminal and not output.quiet() and self._days:
            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[rate]}"),
                TimeRemainingColumn(),
                console=output.err,
                transient=True,
            )
            self._task = self._bar.add_task(_("Days"), total=self._days, rate="")
            self._bar.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if self._bar:
            self._bar.stop()

    def advance(self, slice_: RunSlice) -> None:
        """Count one more day, and name it where it failed."""
        self._done += 1
        if slice_.reason:
            output.warn(f"{slice_.slice_date}: {slice_.reason}")
        elif output.verbose():
            output.warn(
                _("{day}: {orders:,} POs, {lines:,} lines").format(
                    day=slice_.slice_date, orders=slice_.orders or 0, lines=slice_.lines or 0
                )
            )
        if self._bar:
            self._bar.update(self._task, completed=self._done, rate=self._rate())
        elif self._done * _STEPS // self._days > (self._done - 1) * _STEPS // self._days:
            output.note(
                _("{done:,} of {days:,} days, {rate}, {left}").format(
                    done=self._done, days=self._days, rate=self._rate(), left=self._left()
                )
            )

    def _rate(self) -> str:
        return _("{rate:,.1f} days/s").format(rate=self._done / self._elapsed())

    def _left(self) -> str:
        seconds = round((self._days - self._done) * self._elapsed() / self._done)
        return _("{minutes}:{seconds:02d} left").format(minutes=seconds // 60, seconds=seconds % 60)

    def _elapsed(self) -> float:
        return max(time.monotonic() - self._began, 0.001)
