"""Rows on their way from the data file to an export, which may be more than memory should hold.

They are read in one go, so that the data file is let go of soon, and wait on disk until they are
written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import polars as pl

from komet.export.watch import ExportWatch


@dataclass(frozen=True)
class _Stretch:
    height: int
    held: pl.DataFrame | Path

    def read(self) -> pl.DataFrame:
        if isinstance(self.held, pl.DataFrame):
            return self.held
        return pl.read_ipc(self.held)


@dataclass(frozen=True)
class SpooledRows:
    """`Rows` that are read a stretch at a time; they are there as long as their spool."""

    schema: pl.Schema
    _stretches: tuple[_Stretch, ...]
    sums: Mapping[str, Decimal]
    """What the columns that `Spool.keep` was told to add up come to."""
    _change: Callable[[pl.DataFrame], pl.DataFrame] = lambda frame: frame

    @property
    def height(self) -> int:
        """How many rows there are."""
        return sum(stretch.height for stretch in self._stretches)

    def stretches(self, first: int = 0) -> Iterator[pl.DataFrame]:
        """See `Rows`."""
        for at, stretch in enumerate(self._stretches):
            is_last = at == len(self._stretches) - 1
            if first < stretch.height or is_last:
                yield self._change(stretch.read().slice(min(first, stretch.height)))
            first = max(first - stretch.height, 0)

    def changed(self, change: Callable[[pl.DataFrame], pl.DataFrame]) -> SpooledRows:
        """The same rows with other columns: `change` is asked for each stretch as it is read."""
        schema = change(pl.DataFrame(schema=self.schema)).schema
        return replace(self, schema=schema, _change=lambda frame: change(self._change(frame)))


class Spool:
    """A folder for the rows of one export; it goes, with them, when the block ends.

    The watch, where there is one, is told of them, and may stop their reading and their writing.
    """

    def __init__(self, watch: ExportWatch | None = None) -> None:
        self._watch = watch or ExportWatch()
        self._folder = TemporaryDirectory(prefix="komet-export-")
        self._files = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._folder.cleanup()

    def keep(self, frames: Iterable[pl.DataFrame], summed: Sequence[str] = ()) -> SpooledRows:
        """Take in frames, at least one; a column that one of them lacks is null there.

        The numbers of the `summed` columns are added up on the way. A single frame stays in memory.
        Raises `OSError` where the disk is full.
        """
        sums = dict.fromkeys(summed, Decimal(0))
        schema = pl.Schema()
        stretches: list[_Stretch] = []
        waiting: pl.DataFrame | None = None
        for frame in self._watch.reading(iter(frames)):
            if waiting is not None:
                stretches.append(self._stored(waiting))
            for name in summed:
                sums[name] += Decimal(str(frame[name].sum() or 0))
            schema |= {name: dtype for name, dtype in frame.schema.items() if name not in schema}
            waiting = frame
        if waiting is None:
            raise ValueError("There is not even an empty frame.")
        stretches.append(self._stored(waiting) if stretches else _Stretch(waiting.height, waiting))
        complete, watch = pl.Schema(schema), self._watch
        return SpooledRows(
            complete,
            tuple(stretches),
            sums,
            lambda frame: watch.written(
                frame if frame.schema == complete else _completed(frame, complete)
            ),
        )

    def _stored(self, frame: pl.DataFrame) -> _Stretch:
        self._files += 1
        path = Path(self._folder.name) / f"{self._files}.arrow"
        frame.write_ipc(path, compression="lz4")
        return _Stretch(frame.height, path)


def _completed(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    return frame.select(
        pl.col(name) if name in frame.columns else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    )
