"""Parquet files, for whoever goes on working with the data in code."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl
import polars.selectors as cs
from polars.io.plugins import register_io_source

from komet import time_zone
from komet.export.sheet import Rows, Sheet
from komet.export.writers.writer import Dialect
from komet.language import _later
from komet.replacing import replacing


class ParquetFile:
    """Rows with their types, compressed."""

    suffix = ".parquet"
    label = _later("Parquet, items")
    media_type = "application/vnd.apache.parquet"
    has_sheets = False
    has_dialect = False
    cell_bytes = 1.2

    def write(self, target: Path, sheets: Sequence[Sheet], dialect: Dialect) -> None:  # noqa: ARG002
        """See `Writer`; nothing is chosen here."""
        write_parquet(target, sheets[0].rows)


def write_parquet(target: Path, rows: pl.DataFrame | Rows) -> None:
    """Write ``rows`` to ``target``, types kept, compressed with zstd, atomic.

    Instants stay instants, in the time zone in force, which their headings say.

    Raises ``polars.exceptions.ComputeError`` for a dtype that Parquet does not
    know, ``OSError`` if the folder cannot be written.
    """
    here = cs.datetime(time_zone="*").dt.convert_time_zone(time_zone.name())
    with replacing(target) as part:
        if isinstance(rows, pl.DataFrame):
            rows.with_columns(here).write_parquet(part, compression="zstd")
        else:
            _scanned(rows).with_columns(here).sink_parquet(part, compression="zstd")


def _scanned(rows: Rows) -> pl.LazyFrame:
    """The rows as a query that takes them a stretch at a time."""

    def stretches(
        columns: list[str] | None,
        predicate: pl.Expr | None,  # noqa: ARG001 - nothing is filtered here
        limit: int | None,  # noqa: ARG001
        size: int | None,  # noqa: ARG001
    ) -> Iterator[pl.DataFrame]:
        for stretch in rows.stretches():
            yield stretch if columns is None else stretch.select(columns)

    return register_io_source(stretches, schema=rows.schema)
