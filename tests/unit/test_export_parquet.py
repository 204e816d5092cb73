"""Parquet keeps what the frame had."""

from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest

from komet.export.writers.parquet import write_parquet


def test_types_and_values_are_kept(tmp_path: Path) -> None:
    frame = pl.DataFrame(
        {
            "Code": ["007", None],
            "Cost": pl.Series([Decimal("10.10"), None], dtype=pl.Decimal(18, 4)),
            "Day": [date(2026, 11, 2), None],
            "At": pl.Series([datetime(2026, 11, 2, tzinfo=UTC), None]),
            "Kind": pl.Series(["QB", "HB"], dtype=pl.Enum(["QB", "HB"])),
            "Tags": [["a"], []],
        }
    )
    write_parquet(tmp_path / "o.parquet", frame)
    back = pl.read_parquet(tmp_path / "o.parquet")
    assert back.equals(frame)
    assert back.schema == frame.schema
    assert [path.name for path in tmp_path.iterdir()] == ["o.parquet"]


def test_a_failed_write_leaves_the_earlier_file(tmp_path: Path) -> None:
    target = tmp_path / "o.parquet"
    target.write_bytes(b"earlier")
    frame = pl.DataFrame({"O": pl.Series([object()], dtype=pl.Object)})
    with pytest.raises((pl.exceptions.PolarsError, TypeError)):
        write_parquet(target, frame)
    assert target.read_bytes() == b"earlier"
    assert [path.name for path in tmp_path.iterdir()] == ["o.parquet"]
