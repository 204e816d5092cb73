"""What went wrong lately, grouped by reason: days that failed, requests that failed, pauses."""

from datetime import datetime

import polars as pl

from komet.activity import requests
from komet.activity.outcomes import NOT_ASKED, QUOTA
from komet.db.database import Connection
from komet.ingest.sources import stand_ins
from komet.logs import redact
from komet.sentences import stored_message

DAY = "day"
REQUEST = "request"
PAUSE = "pause"

# a sentence from before there were codes begins with client and day: "Acme, 2026-11-20: Komet …"
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
    told = [stored_message(*row) for row in found.select("code", "data", "reason").iter_rows()]
    reasons = pl.Series([text and redact(text) for text in told], dtype=pl.String)
    return (
        found.drop("code", "data")
        .with_columns(reason=reasons)
        .sort("last_seen", "outcome", "client", "reason", "method", descending=[True] + [False] * 4)
    )


# a slice keeps code and data of its failure; client and day are columns here. Rows from before
# there were codes have a sentence, and the ledger the class: the last try before the slice was
# closed tells which it was; days that were given up unasked share the sentence of those before
_DAYS = """
  WITH failed AS (
    SELECT s.provider_id, s.slice_date, r.created_at, coalesce(s.finished_at, r.created_at) AS seen,
      s.reason_code AS code, s.reason_data->>'$.outcome' AS outcome_known,
      json_merge_patch(s.reason_data, '{"provider": null, "day": null, "outcome": null}')::VARCHAR
        AS data,
      CASE WHEN code IS NULL THEN coalesce(regexp_replace(s.reason, $prefix, ''), '') END AS reason,
      coalesce(d.fetched_at < seen OR list_contains($stand_ins, d.source), true) AS open
    FROM run_slices s JOIN runs r ON r.id = s.run_id
    LEFT JOIN day_slices d ON d.provider_id = s.provider_id AND d.slice_date = s.slice_date
    WHERE s.state = 'failed' AND seen >= $since
  ), known AS (
    SELECT f.*, CASE WHEN code IS NOT NULL THEN coalesce(outcome_known, $not_asked)
        WHEN c.called_at >= f.created_at THEN nullif(c.outcome, 'ok') END AS outcome
    FROM failed f ASOF LEFT JOIN api_calls c ON c.provider_id = f.provider_id
      AND c.day = f.slice_date AND f.seen >= c.called_at
  ), told AS (
    SELECT *, coalesce(outcome, max(outcome) OVER (PARTITION BY reason), $not_asked) AS told
    FROM known
  )
  SELECT t.told AS outcome, 'day' AS source, t.code, t.data, t.reason,
    NULL::VARCHAR AS method, p.name AS client, count(*) AS times,
    count(DISTINCT slice_date) FILTER (t.open) AS open, max(t.seen) AS last_seen
  FROM told t LEFT JOIN providers p ON p.id = t.provider_id GROUP BY ALL
"""

# a token that is checked alone has no client: its label stands for it
_REQUESTS = """
  SELECT c.outcome, 'request' AS source, NULL::VARCHAR AS code, NULL::VARCHAR AS data,
    NULL::VARCHAR AS reason, c.method,
    coalesce(p.name, t.label) AS client, count(*) AS times, 0::BIGINT AS open,
    max(c.called_at) AS last_seen
  FROM api_calls c LEFT JOIN providers p ON p.id = c.provider_id
  LEFT JOIN tokens t ON t.id = c.token_id
  WHERE c.outcome <> 'ok' AND c.called_at >= $since GROUP BY ALL
"""

# our own gate refuses a request before it is one: only the run that paused tells of it
_PAUSES = """
  SELECT $quota AS outcome, 'pause' AS source, r.message_code AS code,
    r.message_data::VARCHAR AS data, r.message AS reason, NULL::VARCHAR AS method,
    p.name AS client, count(DISTINCT r.id) AS times,
    count(DISTINCT s.slice_date) FILTER (d.fetched_at IS NULL OR d.fetched_at < r.finished_at)
      AS open,
    max(r.finished_at) AS last_seen
  FROM runs r JOIN run_slices s ON s.run_id = r.id AND s.state IN ('queued', 'running', 'failed')
  LEFT JOIN providers p ON p.id = s.provider_id
  LEFT JOIN day_slices d ON d.provider_id = s.provider_id AND d.slice_date = s.slice_date
  WHERE r.state = 'paused' AND r.finished_at >= $since GROUP BY ALL
"""
