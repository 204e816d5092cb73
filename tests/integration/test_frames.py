"""The rows of a query a few at a time are the rows of the query."""

from datetime import UTC, datetime
from decimal import Decimal

import polars as pl
import pytest

from komet.context import AppContext

ROWS = """
SELECT n, n::VARCHAR AS text, (n / 4)::DECIMAL(18, 4) AS quantity,
  TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (n) HOUR AS at, DATE '2026-01-01' AS day,
  CASE WHEN n % 2 = 0 THEN true END AS even, NULL AS nothing
FROM range($count) t(n) ORDER BY n
"""


@pytest.mark.parametrize("count", [0, 1, 5_000, 20_001])
def test_frames_are_the_frame(ctx: AppContext, count: int) -> None:
    with ctx.db.read() as con:
        frames = list(con.frames(ROWS, {"count": count}, size=4_096))
        whole = con.frame(ROWS, {"count": count})
    assert len(frames) == max(1, -(-count // 4_096))
    assert pl.concat(frames).equals(whole)
    assert all(frame.schema == whole.schema for frame in frames)
    assert whole.height == count
    if count == 20_001:
        last = frames[-1].row(-1, named=True)
        assert last["quantity"] == Decimal(5_000)
        assert last["at"] == datetime(2028, 4, 13, 8, tzinfo=UTC)


def test_a_result_that_was_left_does_not_stand_in_the_way(ctx: AppContext) -> None:
    with ctx.db.read() as con:
        for frame in con.frames(ROWS, {"count": 50_000}, size=2_048):
            assert frame.height
            break
        assert con.value("SELECT 42") == 42
