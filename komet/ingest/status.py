"""How far downloads have come: the days of a run, and what is held of each provider."""

import polars as pl

from komet.context import AppContext
from komet.ingest.table import runs

_SIGNS = {"done": "✓", "empty": "·", "failed": "✗", "running": "…", "queued": ""}


def days_of(ctx: AppContext, run_id: str) -> pl.DataFrame:
    """provider, day (Date), state, sign (String), orders, lines (Int32), reason: a row a slice."""
    with ctx.db.read() as con:
        return con.frame(
            "SELECT p.name AS provider, s.slice_date AS day, s.state, s.orders, s.lines, s.reason,"
            " s.position FROM run_slices s LEFT JOIN providers p ON p.id = s.provider_id"
            " WHERE s.run_id = $run ORDER BY day, provider",
            {"run": run_id},
        ).with_columns(sign=pl.col("state").replace(_SIGNS))


def last_downloads(ctx: AppContext) -> pl.DataFrame:
    """provider_id, provider, last_download (Datetime UTC), days, orders (Int64), failed (Int64).

    `days` and `orders` are what is held; `failed` are days whose newest try failed.
    """
    with ctx.db.read() as con:
        return con.frame(
            f"""
            SELECT p.id AS provider_id, p.name AS provider, d.last_download,
              coalesce(d.days, 0) AS days, coalesce(d.orders, 0)::BIGINT AS orders,
              coalesce(f.failed, 0) AS failed
            FROM providers p
            LEFT JOIN (
              SELECT provider_id, max(fetched_at) AS last_download, count(*) AS days,
                sum(orders) AS orders FROM day_slices GROUP BY provider_id
            ) d ON d.provider_id = p.id
            LEFT JOIN (
              SELECT provider_id, count(*) AS failed FROM (
                SELECT s.provider_id, s.slice_date, arg_max(s.state, r.commit_no) AS newest
                FROM run_slices s JOIN runs r ON r.id = s.run_id
                WHERE s.state IN ('done', 'empty', 'failed')
                  AND r.source NOT IN {runs.OF_PARTS} GROUP BY ALL
              ) WHERE newest = 'failed' GROUP BY provider_id
            ) f ON f.provider_id = p.id
            WHERE p.active ORDER BY lower(p.name)
            """
        )


def active_run(ctx: AppContext) -> runs.Run | None:
    """The newest run that is at work or waiting, in whichever process."""
    with ctx.db.read() as con:
        return next((r for r in runs.latest_runs(con, ctx.now(), limit=5) if r.active), None)


def set_up(ctx: AppContext) -> dict[str, bool]:
    """Which of the four steps to the first export are done: token, provider, mapping, download."""
    with ctx.db.read() as con:
        row = con.rows(
            "SELECT (SELECT count(*) > 0 FROM tokens WHERE retired_at IS NULL) AS token,"
            " (SELECT count(*) > 0 FROM providers) AS provider,"
            " (SELECT count(*) > 0 FROM mappings) AS mapping,"
            " (SELECT count(*) > 0 FROM day_slices) AS download"
        )[0]
    return {name: bool(done) for name, done in row.items()}
