"""What went wrong lately, grouped by reason: days that failed, requests that failed, pauses."""

from datetime import datetime

import polars as pl

from komet.activity import requests
from komet.activity.outcomes import NOT_ASKED, QUOTA
from komet.db.database import Connection
from komet.ingest.sources import stand_ins
from komet.logs import redact

DAY = "day"
REQUEST = "request"
PAUSE = "pause"

# a reason begins with client and day, which are columns here: "Acme, 2026-11-20: Komet …"
_PREFIX = r"^.*?, \d{4}-\d{2}-\d{2}: "


def grouped(con: Connection, now: datetime) -> pl.DataFrame:
    """Failures of the last `requests.DAYS` days, the latest first.

    outcome (String: class of the failure, "" where Komet was not asked), source (String: `day`,
    `request` or `pause`), reason, method, client (String), times, open (Int64), last_seen
    (Datetime UTC). Days have a reason, requests a method; `open` are days not fetched since.
    """
    params = {"since": requests.since(now)}
    of_days = {
        **params,
        "prefix": _PREFIX,
        "not_asked": NOT_ASKED,
        "stand_ins": [source.name for source in stand_ins()],
    }
    found = pl.concat(
        [
            con.frame(_DAYS, of_days),
            con.frame(_REQUESTS, params),
            con.frame(_PAUSES, {**params, "quota": QUOTA}),
        ]
    )
    return found.with_columns(pl.col("reason").map_elements(redact, return_dtype=pl.String)).sort(
        "last_seen", "outcome", "client", "reason", "method", descending=[True] + [False] * 4
    )


# a slice keeps the sentence of its failure, the ledger its class: the last try before the slice
# was closed tells which it was; days that were given up unasked share the sentence of those before
_DAYS = """
  WITH failed AS (
    SELECT s.provider_id, s.slice_date, r.created_at, coalesce(s.finished_at, r.created_at) AS seen,
      coalesce(regexp_replace(s.reason, $prefix, ''), '') AS reason,
      coalesce(d.fetched_at < seen OR list_contains($stand_ins, d.source), true) AS open
    FROM run_slices s JOIN runs r ON r.id = s.run_id
    LEFT JOIN day_slices d ON d.provider_id = s.provider_id AND d.slice_date = s.slice_date
    WHERE s.state = 'failed' AND seen >= $since
  ), known AS (
    SELECT f.*, CASE WHEN c.called_at >= f.created_at THEN nullif(c.outcome, 'ok') END AS outcome
    FROM failed f ASOF LEFT JOIN api_calls c ON c.provider_id = f.provider_id
      AND c.day = f.slice_date AND f.seen >= c.called_at
  ), told AS (
    SELECT *, coalesce(outcome, max(outcome) OVER (PARTITION BY reason), $not_asked) AS told
    FROM known
  )
  SELECT t.told AS outcome, 'day' AS source, t.reason, NULL::VARCHAR AS method, p.name AS client,
    count(*) AS times,
    count(DISTINCT slice_date) FILTER (t.open) AS open, max(t.seen) AS last_seen
  FROM told t LEFT JOIN providers p ON p.id = t.provider_id GROUP BY ALL
"""

# a token that is checked alone has no client: its label stands for it
_REQUESTS = """
  SELECT c.outcome, 'request' AS source, NULL::VARCHAR AS reason, c.method,
    coalesce(p.name, t.label) AS client, count(*) AS times, 0::BIGINT AS open,
    max(c.called_at) AS last_seen
  FROM api_calls c LEFT JOIN providers p ON p.id = c.provider_id
  LEFT JOIN tokens t ON t.id = c.token_id
  WHERE c.outcome <> 'ok' AND c.called_at >= $since GROUP BY ALL
"""

# our own gate refuses a request before it is one: only the run that paused tells of it
_PAUSES = """
  SELECT $quota AS outcome, 'pause' AS source, r.message AS reason, NULL::VARCHAR AS method,
    p.name AS client, count(DISTINCT r.id) AS times,
    count(DISTINCT s.slice_date) FILTER (d.fetched_at IS NULL OR d.fetched_at < r.finished_at)
      AS open,
    max(r.finished_at) AS last_seen
  FROM runs r JOIN run_slices s ON s.run_id = r.id AND s.state IN ('queued', 'running', 'failed')
  LEFT JOIN providers p ON p.id = s.provider_id
  LEFT JOIN day_slices d ON d.provider_id = s.provider_id AND d.slice_date = s.slice_date
  WHERE r.state = 'paused' AND r.finished_at >= $since GROUP BY ALL
"""
