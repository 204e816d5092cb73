"""What a check of the data file and a copy of it read: the schema, every value, sums, secrets.

The check of an installation looks at the tables of every noun from outside. So its SQL stands here,
and reuses none of the formulas that filled the tables.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

import duckdb

from komet.db.database import Connection
from komet.db.migrate import migrate, steps
from komet.language import _

_COLUMNS = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
_RECOUNT = """
WITH parts AS (
  SELECT b.provider_id, b.po_id, b.po_item_id, count(*) AS parts,
    sum(l.total_boxes::DOUBLE * b.bunches * b.stems_bunch) AS stems
  FROM po_breakdowns b JOIN po_lines l USING (provider_id, po_id, po_item_id) GROUP BY ALL
), expected AS (
  SELECT l.provider_id, l.po_id, l.po_item_id, coalesce(p.parts, 1) AS items,
    l.total_boxes::DOUBLE AS boxes, l.total_cost::DOUBLE AS cost,
    CASE WHEN p.parts IS NOT NULL THEN p.stems
      ELSE coalesce(l.total_boxes::DOUBLE * l.bunches * l.stems_bunch,
        CASE WHEN l.unit_type ILIKE 'stem%' THEN l.total_units::DOUBLE END) END AS stems
  FROM po_lines l LEFT JOIN parts p USING (provider_id, po_id, po_item_id)
), stored AS (
  SELECT provider_id, po_id, po_item_id, count(*) AS items,
    arg_min(boxes, item_no)::DOUBLE AS boxes, arg_min(total_cost, item_no)::DOUBLE AS cost,
    sum(stems)::DOUBLE AS stems
  FROM order_items GROUP BY ALL
), compared AS (
  SELECT e.items IS NULL OR s.items IS NULL OR e.items <> s.items
    OR abs(coalesce(e.boxes, 0) - coalesce(s.boxes, 0)) > 0.001
    OR abs(coalesce(e.cost, 0) - coalesce(s.cost, 0)) > 0.001
    OR abs(coalesce(e.stems, 0) - coalesce(s.stems, 0)) > 0.5 AS wrong
  FROM expected e FULL JOIN stored s USING (provider_id, po_id, po_item_id)
)
SELECT count(*) AS lines, count(*) FILTER (wrong) AS wrong FROM compared
"""
_DAYS = """
WITH lines AS (
  SELECT provider_id, slice_date, ship_date, po_id, po_item_id,
    upper(coalesce(po_status, '')) IN ('CA', 'CANCELLED')
      OR upper(coalesce(line_status, '')) IN ('CA', 'CANCELLED') AS cancelled,
    count(*) AS items, sum(stems) AS stems, arg_min(boxes, item_no) AS boxes,
    arg_min(total_cost, item_no) AS cost
  FROM order_items WHERE gone_at IS NULL GROUP BY ALL
), sums AS (
  SELECT provider_id, slice_date, ship_date, cancelled, count(*) AS lines, sum(items) AS items,
    sum(boxes) AS boxes, sum(cost) AS cost, sum(stems) AS stems
  FROM lines GROUP BY ALL
), kept_sums AS (
  SELECT provider_id, slice_date, ship_date, cancelled, sum(lines) AS lines,
    sum(items) AS items, sum(boxes) AS boxes, sum(total_cost) AS cost, sum(stems) AS stems
  FROM day_sums GROUP BY ALL
), orders AS (
  SELECT provider_id, slice_date, ship_date, count(DISTINCT po_id) AS orders,
    count(DISTINCT po_id) FILTER (NOT cancelled) AS standing,
    count(DISTINCT po_id) FILTER (cancelled) AS dropped
  FROM lines GROUP BY ALL
), kept_orders AS (
  SELECT provider_id, slice_date, ship_date, sum(purchase_orders) AS orders,
    sum(standing_orders) AS standing, sum(cancelled_orders) AS dropped
  FROM day_orders GROUP BY ALL
)
SELECT count(*) FROM (
  SELECT provider_id, slice_date, ship_date FROM sums e
  FULL JOIN kept_sums k USING (provider_id, slice_date, ship_date, cancelled)
  WHERE (e.lines, e.items, e.boxes, e.cost, e.stems)
    IS DISTINCT FROM (k.lines, k.items, k.boxes, k.cost, k.stems)
  UNION
  SELECT provider_id, slice_date, ship_date FROM orders e
  FULL JOIN kept_orders k USING (provider_id, slice_date, ship_date)
  WHERE (e.orders, e.standing, e.dropped) IS DISTINCT FROM (k.orders, k.standing, k.dropped)
)
"""
_ORPHANS = """
SELECT (SELECT count(*) FROM po_lines l ANTI JOIN purchase_orders o USING (provider_id, po_id))
  + (SELECT count(*) FROM po_breakdowns b
     ANTI JOIN po_lines l USING (provider_id, po_id, po_item_id)) AS n
"""

# of these kinds, two different writes to one target exclude each other; of all, two equal ones do
_EXCLUSIVE = ("confirm", "reference", "ship", "delete_line", "box_code", "move_box")
_OUTBOX = """
WITH w AS (SELECT * FROM outbox), opened AS (
  SELECT provider_id, kind, target FROM w WHERE state IN ('planned', 'sending', 'unknown')
  GROUP BY provider_id, kind, target, CASE WHEN NOT list_contains($exclusive, kind) THEN digest END
  HAVING count(*) > 1
), shipped AS (
  SELECT provider_id, kind, target FROM w WHERE kind = 'ship' AND state = 'sent'
  GROUP BY ALL HAVING count(*) > 1
)
SELECT 'sending_unasked' AS what, kind, target, po_number, process FROM w
  WHERE state = 'sending' AND (request_id IS NULL OR process IS NULL OR sending_at IS NULL)
UNION ALL SELECT 'sending', kind, target, po_number, process FROM w
  WHERE state = 'sending' AND process IS NOT NULL
UNION ALL SELECT 'sent_unasked', kind, target, po_number, process FROM w
  WHERE (state = 'sent' AND outcome_code IS NULL OR state = 'unknown') AND request_id IS NULL
UNION ALL SELECT 'unsettled', kind, target, po_number, process FROM w
  WHERE state IN ('sent', 'refused', 'unknown', 'not_sent') AND settled_at IS NULL
UNION ALL SELECT 'open_twice', kind, target, '', NULL FROM opened
UNION ALL SELECT 'shipped_twice', kind, target, '', NULL FROM shipped
UNION ALL SELECT 'without_batch', kind, target, po_number, process FROM w
  WHERE batch_id NOT IN (SELECT id FROM outbox_batches)
UNION ALL SELECT 'without_file', kind, target, po_number, process FROM w
  WHERE (content ->> 'file_digest') IS NOT NULL
    AND (content ->> 'file_digest') NOT IN (SELECT digest FROM outbox_files)
"""


class OddWrite(NamedTuple):
    """A write that cannot be as it is stored: why, as a word of `_OUTBOX`, and which.

    `process`: who is sending it; of `sending` only that tells whether anything is wrong.
    """

    what: str
    kind: str
    target: str
    po_number: str
    process: str | None


class Recount(NamedTuple):
    """How many lines there are, how many disagree with their order items, and how many days do."""

    lines: int
    wrong: int
    wrong_days: int


class Sealed(NamedTuple):
    """A token's label, and its secret as it is stored."""

    label: str
    text: str


def schema_version(con: Connection) -> int:
    """The number of the last migration."""
    return int(con.value("SELECT max(version) FROM schema_migrations"))


def begun_at(con: Connection) -> datetime | None:
    """When the data file was begun."""
    first: datetime | None = con.value("SELECT min(applied_at) FROM schema_migrations")
    return first


def missing(con: Connection) -> Iterator[str]:
    """Tables, columns and migrations that a fresh file of this program has and this one lacks."""
    with duckdb.connect(":memory:") as fresh:
        migrate(fresh)
        expected = set(fresh.execute(_COLUMNS).fetchall())
    present = {(row["table_name"], row["column_name"]) for row in con.rows(_COLUMNS)}
    tables = {table for table, _column in present}
    for table in sorted({table for table, _column in expected} - tables):
        yield _("table {name}").format(name=table)
    for table, column in sorted(expected - present):
        if table in tables:
            yield _("column {table}.{name}").format(table=table, name=column)
    applied = {row["version"] for row in con.rows("SELECT version FROM schema_migrations")}
    for version in sorted(steps().keys() - applied):
        yield _("migration {version}").format(version=version)


def names(con: Connection) -> list[str]:
    """The tables of the file."""
    rows = con.rows("SELECT table_name AS name FROM duckdb_tables() WHERE NOT internal")
    return [row["name"] for row in rows]


def read_through(con: Connection, table: str) -> int:
    """Read every value of a table; how many rows it has. Raises `duckdb.Error` where it cannot."""
    found = con.rows(f'SELECT count(*) AS n, bit_xor(hash(t)) FROM "{table}" t')
    return int(found[0]["n"])


def recount(con: Connection) -> Recount:
    """Items, boxes, stems and cost of every line and of every day, against the order items."""
    counted = con.rows(_RECOUNT)[0]
    wrong = int(counted["wrong"]) + int(con.value(_ORPHANS))
    return Recount(int(counted["lines"]), wrong, int(con.value(_DAYS)))


def sealed_tokens(con: Connection) -> list[Sealed]:
    """The tokens whose secrets are kept, by label."""
    rows = con.rows(
        "SELECT label, secret_ciphertext AS text FROM tokens"
        " WHERE secret_ciphertext IS NOT NULL ORDER BY lower(label)"
    )
    return [Sealed(row["label"], row["text"]) for row in rows]


def odd_writes(con: Connection) -> list[OddWrite]:
    """Writes of the outbox that cannot be as they are stored, and those that are being sent."""
    return [OddWrite(**row) for row in con.rows(_OUTBOX, {"exclusive": list(_EXCLUSIVE)})]
