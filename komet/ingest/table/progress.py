"""How far downloads have come, for the screens."""

from collections.abc import Sequence

import polars as pl

from komet.db.database import Connection
from komet.ingest.model import FailedDays
from komet.messages import stored_message


def list_days(con: Connection, run_id: str) -> pl.DataFrame:
    """See `komet.ingest.runs.list_days`; without `sign`."""
    found = con.frame(
        "SELECT p.name AS provider, s.slice_date AS day, s.state, s.orders, s.lines, s.reason,"
        " s.reason_code, s.reason_data, s.position FROM run_slices s"
        " LEFT JOIN providers p ON p.id = s.provider_id WHERE s.run_id = $run"
        " ORDER BY day, provider",
        {"run": run_id},
    )
    reasons = found.select("reason_code", "reason_data", "reason").iter_rows()
    return found.drop("reason_code", "reason_data").with_columns(
        reason=pl.Series([stored_message(*row) for row in reasons], dtype=pl.String)
    )


_NEWEST_TRIES = """
  SELECT s.provider_id, s.slice_date, arg_max(s.state, r.commit_no) AS state,
    arg_max(s.run_id, r.commit_no) AS run_id
  FROM run_slices s JOIN runs r ON r.id = s.run_id
  WHERE s.state IN ('done', 'empty', 'failed') AND NOT list_contains($without, r.source)
  GROUP BY ALL
"""
"""Of each day of each provider, how its newest try ended; runs `without` did not try whole days."""
CAUSE = """json_merge_patch(s.reason_data, '{"provider": null, "day": null, "outcome": null}')"""
"""What is stored of a failure without what tells one day from another."""


def failed_days(con: Connection, without: Sequence[str]) -> list[FailedDays]:
    """See `komet.ingest.runs.list_failed_days`."""
    rows = con.rows(
        f"""
        WITH newest AS ({_NEWEST_TRIES})
        SELECT p.id AS provider_id, p.name AS provider, s.reason_code AS code,
          {CAUSE}::VARCHAR AS data, CASE WHEN code IS NULL THEN s.reason END AS reason,
          list_sort(list(s.slice_date)) AS days
        FROM newest n
        JOIN run_slices s ON s.run_id = n.run_id AND s.provider_id = n.provider_id
          AND s.slice_date = n.slice_date
        JOIN providers p ON p.id = n.provider_id
        WHERE n.state = 'failed' AND p.active GROUP BY ALL
        ORDER BY len(days) DESC, provider, code, data, reason
        """,
        {"without": list(without)},
    )
    return [
        FailedDays(
            row["provider_id"],
            row["provider"],
            stored_message(row["code"], row["data"], row["reason"]) or "",
            tuple(row["days"]),
        )
        for row in rows
    ]


def last_downloads(con: Connection, without: Sequence[str]) -> pl.DataFrame:
    """What is stored of each active provider: see `komet.ingest.runs.last_downloads`."""
    return con.frame(
        f"""
        WITH newest AS ({_NEWEST_TRIES})
        SELECT p.id AS provider_id, p.name AS provider, d.last_download,
          coalesce(d.days, 0) AS days, coalesce(d.orders, 0)::BIGINT AS orders,
          coalesce(f.failed, 0) AS failed
        FROM providers p
        LEFT JOIN (
          SELECT provider_id, max(fetched_at) AS last_download, count(*) AS days,
            sum(orders) AS orders FROM day_slices GROUP BY provider_id
        ) d ON d.provider_id = p.id
        LEFT JOIN (
          SELECT provider_id, count(*) AS failed FROM (SELECT * FROM newest WHERE state = 'failed')
          GROUP BY provider_id
        ) f ON f.provider_id = p.id
        WHERE p.active ORDER BY lower(p.name)
        """,
        {"without": list(without)},
    )


def steps_done(con: Connection) -> dict[str, bool]:
    """See `komet.ingest.runs.list_setup_steps`."""
    row = con.rows(
        "SELECT (SELECT count(*) > 0 FROM tokens WHERE retired_at IS NULL) AS token,"
        " (SELECT count(*) > 0 FROM providers) AS provider,"
        " (SELECT count(*) > 0 FROM mappings) AS mapping,"
        " (SELECT count(*) > 0 FROM day_slices) AS download"
    )[0]
    return {name: bool(done) for name, done in row.items()}
