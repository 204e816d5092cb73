"""Frames that a statement names as tables, small or large: DuckDB sees the same rows."""

from datetime import UTC, date, datetime

import duckdb
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from komet.context import AppContext
from komet.db import small_frames

FRAME = pl.DataFrame(
    {
        "text": ["a\x00b", 'ñ "\\ \u2028', "\ud7ff😀", "", None],
        "number": [2**63 - 1, -(2**63), 0, 2**53 + 1, None],
        "small": [1, -1, 0, None, 2**31 - 1],
        "flag": [True, False, None, True, False],
        "day": [date(1, 1, 1), date(2026, 11, 20), date(9999, 12, 31), None, date(1900, 2, 28)],
        "moment": [
            datetime(2026, 11, 20, 1, 2, 3, 4, UTC), datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
            datetime(2262, 1, 1, tzinfo=UTC), None, datetime(2026, 1, 1, tzinfo=UTC),
        ],
        "texts": [["a", "ñ"], [], None, ["x"], ["", "y"]],
    },
    schema={
        "text": pl.String, "number": pl.Int64, "small": pl.Int32, "flag": pl.Boolean,
        "day": pl.Date, "moment": pl.Datetime("us", "UTC"), "texts": pl.List(pl.String),
    },
)  # fmt: skip


@pytest.mark.parametrize("rows", [FRAME, FRAME.clear(), FRAME.head(1)])
def test_a_small_frame_is_what_a_registered_one_is(ctx: AppContext, rows: pl.DataFrame) -> None:
    assert small_frames.is_small(rows)
    with ctx.db.read() as con:
        small = con.frame("FROM few", few=rows)
        con.raw.register("many", rows.to_arrow())
        registered = con.frame("FROM many")
    assert_frame_equal(small, rows)
    assert_frame_equal(small, registered)


def test_what_is_large_or_inexact_is_registered() -> None:
    assert not small_frames.is_small(pl.concat([FRAME] * 1_000))
    assert not small_frames.is_small(pl.DataFrame({"share": [0.1]}))
    assert not small_frames.is_small(pl.DataFrame({"cost": [1]}).cast(pl.Decimal(18, 6)))


def test_the_error_of_a_statement_is_not_hidden_by_what_it_leaves_behind(ctx: AppContext) -> None:
    with pytest.raises(duckdb.Error, match="nowhere"), ctx.db.write() as con:
        con.run("INSERT INTO nowhere FROM few", few=FRAME)
    with ctx.db.write() as con:
        con.run("INSERT INTO audit (who) SELECT text FROM few WHERE text = ''", few=FRAME)
        with pytest.raises(duckdb.Error, match="few"):
            con.run("FROM few")
