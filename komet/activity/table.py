"""The SQL of the record: runs, mapping imports and the audit, the ledger, and what went wrong.

It reads what other rooms write, in one statement each: a time line is a union of their tables.
"""

from datetime import datetime, timedelta
from typing import Any

import polars as pl

from komet import time_zone
from komet.activity import model
from komet.activity.model import ActivityFilter
from komet.db.database import Connection
from komet.ingest.sources import stand_ins
from komet.ingest.table import progress, runs
from komet.orders.table.items import NOT_IMPLIED

_ACTIVE = ("queued", "running")
_FOUND = ("new", "first", "changed", "moved", "gone", "back")

# a sentence from before there were codes begins with client and day: "Acme, 2026-11-20: Komet …"
_PREFIX = r"^.*?, \d{4}-\d{2}-\d{2}: "

# a run that the audit names too is shown once, by the audit, with the run's result; what a mapping
# import did is shown by its own record, whose older rows have their `who` in the audit alone
_ENTRIES = """
  SELECT r.created_at AS happened_at, r.who, $downloaded AS what, NULL::VARCHAR AS subject,
    NULL::VARCHAR AS detail, NULL::VARCHAR AS before, r.id AS run_id, NULL::VARCHAR AS import_id
  FROM runs r
  ANTI JOIN (SELECT happened_at FROM audit WHERE list_contains($with_a_run, what)) a
    ON a.happened_at = r.created_at
  UNION ALL
  SELECT m.applied_at, coalesce(m.who, a.who), $mapped, m.file_name,
    json_object('source', m.source)::VARCHAR, NULL, NULL, m.id
  FROM mapping_imports m LEFT JOIN audit a
    ON a.what = $mapped AND a.happened_at = m.applied_at AND a.subject = m.file_name
  UNION ALL
  SELECT a.happened_at, a.who, a.what, a.subject, a.detail::VARCHAR,
    CASE WHEN a.what = 'provider changed' THEN a.before END, r.id, NULL
  FROM (
    SELECT *, lag(detail::VARCHAR) OVER (
      PARTITION BY starts_with(what, 'provider '), subject ORDER BY happened_at) AS before
    FROM audit
  ) a LEFT JOIN runs r ON r.created_at = a.happened_at AND list_contains($with_a_run, a.what)
  WHERE a.what <> $mapped
"""

# a slice keeps code and data of its failure; client and day are columns here. Rows from before
# there were codes have a sentence, and the ledger the class: the last try before the slice was
# closed tells which it was; days that were given up unasked share the sentence of those before
_DAYS = f"""
  WITH failed AS (
    SELECT s.provider_id, s.slice_date, r.created_at, coalesce(s.finished_at, r.created_at) AS seen,
      s.reason_code AS code, s.reason_data->>'$.outcome' AS outcome_known,
      {progress.CAUSE}::VARCHAR AS data,
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
  ), named AS (
    SELECT *, coalesce(outcome, max(outcome) OVER (PARTITION BY reason), $not_asked) AS name
    FROM known
  )
  SELECT n.name AS outcome, 'day' AS source, n.code, n.data, n.reason,
    NULL::VARCHAR AS method, p.name AS client, count(*) AS times,
    count(DISTINCT slice_date) FILTER (n.open) AS open, max(n.seen) AS last_seen
  FROM named n LEFT JOIN providers p ON p.id = n.provider_id GROUP BY ALL
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


def tokens_refused(con: Connection, since: datetime) -> dict[str, datetime]:
    """Token ID → when Komet refused it last, of tokens that it has taken for nothing since."""
    rows = con.rows(
        "SELECT token_id, max(called_at) FILTER (outcome = 'AuthenticationError'"
        " AND method = 'purchase.order.list') AS refused_at,"
        " max(called_at) FILTER (outcome = 'ok') AS taken_at"
        " FROM api_calls WHERE called_at >= $since GROUP BY token_id"
        " HAVING refused_at > coalesce(taken_at, $since)",
        {"since": since},
    )
    return {row["token_id"]: row["refused_at"] for row in rows}


def is_hint_put_away(con: Connection, person: str, hint: str) -> bool:
    """See `komet.activity.hints`."""
    return bool(
        con.value(
            "SELECT count(*) > 0 FROM hints_put_away WHERE person = $person AND hint = $hint",
            {"person": person, "hint": hint},
        )
    )


def put_hint_away(con: Connection, person: str, hint: str, now: datetime) -> None:
    """See `komet.activity.hints`."""
    con.run(
        "INSERT INTO hints_put_away VALUES ($person, $hint, $now)",
        {"person": person, "hint": hint, "now": now},
    )


def people(con: Connection) -> list[str]:
    """Every name that something is recorded under."""
    rows = con.rows(
        "SELECT DISTINCT who FROM (SELECT who FROM audit UNION ALL SELECT who FROM runs"
        " UNION ALL SELECT who FROM mapping_imports) WHERE who <> '' ORDER BY lower(who), who"
    )
    return [row["who"] for row in rows]


def count(con: Connection, chosen: ActivityFilter) -> int:
    """How many entries the filter finds."""
    found, params = _found(chosen)
    return int(con.frame(f"SELECT count(*) {found}", params, known=known_events()).item())


def entries(
    con: Connection,
    chosen: ActivityFilter,
    now: datetime,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> pl.DataFrame:
    """The entries of one page, or all, as they are recorded.

    `komet.activity.timeline` puts them into words.

    happened_at (Datetime UTC), who, kind, what, subject (String), detail, before (String: JSON of
    the audit, and of the change before to the same provider); of runs: run_id, source, state,
    message, message_code, message_data (String), date_from, date_to (Date), providers (List of
    String), days, failed, waiting, orders, lines, new, first, changed, moved, gone, back (Int64);
    of mapping imports: new_rows, changed_rows (Int32), undone_at (Datetime UTC). What does not
    apply is null.
    """
    found, params = _found(chosen)
    kind_counts = ", ".join(
        f"count(DISTINCT (provider_id, po_id)) FILTER (kind = '{kind}') AS {kind}"
        for kind in _FOUND
    )
    found_columns = ", ".join(f"c.{kind}" for kind in _FOUND)
    frame = con.frame(
        f"""
        WITH chosen AS (
          SELECT e.*, coalesce(k.kind, 'other') AS kind {found}
          ORDER BY happened_at DESC, what, subject LIMIT $limit OFFSET $offset
        ), slices AS (
          SELECT s.run_id, list_sort(list(DISTINCT p.name)) AS providers, count(*) AS days,
            count(*) FILTER (s.state = 'failed') AS failed,
            count(*) FILTER (s.state IN ('queued', 'running')) AS waiting,
            coalesce(sum(s.orders), 0)::BIGINT AS orders,
            coalesce(sum(s.lines), 0)::BIGINT AS lines
          FROM run_slices s SEMI JOIN chosen ON chosen.run_id = s.run_id
          LEFT JOIN providers p ON p.id = s.provider_id GROUP BY s.run_id
        ), changes AS (
          SELECT run_id, {kind_counts} FROM (
            SELECT run_id, provider_id, po_id,
              CASE WHEN first_download THEN 'first' WHEN po_item_id IS NULL THEN kind
                ELSE 'changed' END AS kind
            FROM po_changes c SEMI JOIN chosen USING (run_id) WHERE {NOT_IMPLIED}
          ) GROUP BY run_id
        )
        SELECT e.happened_at, e.who, e.kind, e.what, e.subject, e.detail, e.before, e.run_id,
          r.source, r.state, r.message, r.message_code, r.message_data,
          r.date_from, r.date_to, s.providers, s.days, s.failed,
          s.waiting, s.orders, s.lines, {found_columns}, m.new_rows, m.changed_rows, m.undone_at
        FROM chosen e LEFT JOIN runs r ON r.id = e.run_id
        LEFT JOIN slices s ON s.run_id = e.run_id LEFT JOIN changes c ON c.run_id = e.run_id
        LEFT JOIN mapping_imports m ON m.id = e.import_id
        ORDER BY e.happened_at DESC, e.what, e.subject
        """,
        {**params, "limit": 2**62 if limit is None else limit, "offset": offset},
        known=known_events(),
    )
    # whether a run that says it is at work still is, only its heartbeat and its process tell
    active = frame.filter(pl.col("state").is_in(_ACTIVE))["run_id"].to_list()
    states = {run_id: runs.run_by_id(con, run_id, now).state.value for run_id in active}
    if not states:
        return frame
    return frame.with_columns(
        state=pl.col("run_id").replace_strict(states, default=pl.col("state"))
    )


def known_events() -> pl.DataFrame:
    """what, kind (String): every word of the audit that has a sentence."""
    schema = {"what": pl.String, "kind": pl.String}
    return pl.DataFrame(model.kinds_by_event(), schema=schema, orient="row")


def _found(chosen: ActivityFilter) -> tuple[str, dict[str, Any]]:
    """`FROM … WHERE …` over entries `e` and their kinds `k`, and its parameters."""
    conditions = ["true"]
    params: dict[str, Any] = {
        "downloaded": model.DOWNLOADED,
        "mapped": model.MAPPED,
        "with_a_run": list(model.WITH_A_RUN),
    }
    if chosen.kinds:
        conditions.append("list_contains($kinds, coalesce(k.kind, 'other'))")
        params["kinds"] = [kind.value for kind in chosen.kinds]
    if chosen.people:
        conditions.append("list_contains($people, e.who)")
        params["people"] = list(chosen.people)
    if chosen.first:
        conditions.append("e.happened_at >= $first")
        params["first"] = time_zone.begin(chosen.first)
    if chosen.last:
        conditions.append("e.happened_at < $after")
        params["after"] = time_zone.begin(chosen.last + timedelta(days=1))
    where = " AND ".join(conditions)
    return f"FROM ({_ENTRIES}) e LEFT JOIN known k ON k.what = e.what WHERE {where}", params


def failures(con: Connection, since: datetime) -> pl.DataFrame:
    """What went wrong since then; see `komet.activity.failures`.

    Instead of reasons, `code` and `data` (JSON without client and day), or the `reason` of rows
    from before there were codes.
    """
    params = {"since": since}
    of_days = {
        **params,
        "prefix": _PREFIX,
        "not_asked": model.NOT_ASKED,
        "stand_ins": [source.name for source in stand_ins()],
    }
    return pl.concat(
        [
            con.frame(_DAYS, of_days),
            con.frame(_REQUESTS, params),
            con.frame(_PAUSES, {**params, "quota": model.QUOTA}),
        ]
    )


def requests_by_day(con: Connection, since: datetime) -> pl.DataFrame:
    """day, token_id, label, last_four, method, requests, again, failed, seconds; newest first."""
    return con.frame(
        "SELECT (c.called_at AT TIME ZONE 'UTC')::DATE AS day, c.token_id, t.label, t.last_four,"
        " c.method, count(*) AS requests, count(*) FILTER (c.attempt > 1) AS again,"
        " count(*) FILTER (c.outcome <> 'ok') AS failed, avg(c.milliseconds) / 1000 AS seconds"
        " FROM api_calls c LEFT JOIN tokens t ON t.id = c.token_id WHERE c.called_at >= $since"
        " GROUP BY ALL ORDER BY day DESC, t.label, c.token_id, c.method",
        {"since": since},
    )


def requests_by_token_and_day(con: Connection, since: datetime) -> pl.DataFrame:
    """day (Date, UTC), token_id (String), requests (Int64)."""
    return con.frame(
        "SELECT (called_at AT TIME ZONE 'UTC')::DATE AS day, token_id, count(*) AS requests"
        " FROM api_calls WHERE called_at >= $since GROUP BY ALL",
        {"since": since},
    )
