"""One time line of runs, mapping imports and the audit, newest first, a page at a time."""

from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
from pydantic import BaseModel, ConfigDict

from komet import time_zone
from komet.activity import kinds
from komet.activity.kinds import Kind
from komet.db.database import Connection
from komet.ingest.table import runs
from komet.orders.table.items import SAID_ONCE

PAGE_ROWS = 50
_ACTIVE = ("queued", "running")
_FOUND = ("new", "first", "changed", "moved", "gone", "back")

# a run that the audit names too is told once, by the audit, with the run's result; what a mapping
# import did is told by its own record, whose older rows have their `who` in the audit alone
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


class ActivityFilter(BaseModel):
    """Everything combines with *and*, the values of one list with *or*.

    Days are those of the time zone in force.
    """

    model_config = ConfigDict(frozen=True)

    kinds: tuple[Kind, ...] = ()
    people: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


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
    return int(con.frame(f"SELECT count(*) {found}", params, known=kinds.known()).item())


def entries(
    con: Connection,
    chosen: ActivityFilter,
    now: datetime,
    *,
    offset: int = 0,
    limit: int | None = None,
) -> pl.DataFrame:
    """The entries of one page, or all, as they are recorded; `describe.described` has the words.

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
            FROM po_changes c SEMI JOIN chosen USING (run_id) WHERE {SAID_ONCE}
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
        known=kinds.known(),
    )
    # whether a run that says it is at work still is, only its heartbeat and its process tell
    active = frame.filter(pl.col("state").is_in(_ACTIVE))["run_id"].to_list()
    states = {run_id: runs.run_by_id(con, run_id, now).state.value for run_id in active}
    if not states:
        return frame
    return frame.with_columns(
        state=pl.col("run_id").replace_strict(states, default=pl.col("state"))
    )


def _found(chosen: ActivityFilter) -> tuple[str, dict[str, Any]]:
    """`FROM … WHERE …` over entries `e` and their kinds `k`, and its parameters."""
    conditions = ["true"]
    params: dict[str, Any] = {
        "downloaded": kinds.DOWNLOADED,
        "mapped": kinds.MAPPED,
        "with_a_run": list(kinds.WITH_A_RUN),
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
