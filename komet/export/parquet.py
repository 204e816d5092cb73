"""Parquet files, for whoever goes on working with the data in code."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from komet.export.replacing import replacing


def write_parquet(target: Path, frame: pl.DataFrame) -> None:
    """Write ``frame`` to ``target``, types kept, compressed with zstd, atomic.

    Raises ``polars.exceptions.ComputeError`` for a dtype that Parquet does not
    know, ``OSError`` if the folder cannot be written.
    """
    with replacing(target) as part:
        frame.write_parquet(part, compression="zstd")
