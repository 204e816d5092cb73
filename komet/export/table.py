"""The SQL of exports: the rows of each sheet, and stored templates.

A filter chooses order items; the other sheets hold the POs, lines, breakdowns and boxes that the
chosen items belong to, whole. All are read from one snapshot of the data, a stretch of days at a
time, so that the rows of a large export need not be in memory all at once. A template is a name and
its definition as JSON.

The joins need the tables of orders and of the mapping, so their SQL is read here.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any
from uuid import uuid4

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.mapping.model import AtStake
from komet.mapping.table import products
from komet.orders.column import Grain
from komet.orders.filters import Cancelled, OrderFilter
from komet.orders.table.items import (
    BOX_TYPE_JOIN,
    LOOKUPS,
    PROVIDER_JOIN,
    SKU_JOIN,
    SLICE_JOIN,
    items_sql,
    sheet_sql,
)
from komet.orders.table.reading import SORTS, items_of, source

STRETCH = 15_000
"""Rows that are sorted at once, where a single day has no more."""
BATCH = 5_000
"""Rows that become a frame."""
_BY_DATE = "i.ship_date, p.name, i.po_number, i.po_id"


def definitions(con: Connection) -> dict[str, Any]:
    """Name → definition as it is stored, by name; one that is no JSON as its text."""
    rows = con.rows("SELECT name, definition FROM export_templates ORDER BY lower(name)")
    return {row["name"]: _parsed(row["definition"]) for row in rows}


def definitions_by_use(con: Connection, who: str) -> tuple[dict[str, Any], dict[str, datetime]]:
    """The definitions, and when somebody has last exported by each template, ready-made or stored.

    A template that was not used by them has no time.
    """
    rows = con.rows(
        "FROM (SELECT name, definition, NULL::TIMESTAMPTZ AS used_at FROM export_templates"
        " UNION ALL SELECT detail->>'template', NULL, max(happened_at) FROM audit"
        " WHERE what = 'template exported' AND who = $who GROUP BY 1) ORDER BY lower(name)",
        {"who": who},
    )
    stored = {r["name"]: _parsed(r["definition"]) for r in rows if r["definition"] is not None}
    return stored, {r["name"]: r["used_at"] for r in rows if r["used_at"] is not None}


def _parsed(definition: str) -> Any:
    try:
        return json.loads(definition)
    except ValueError:
        return definition


def save(con: Connection, name: str, definition: dict[str, Any], now: datetime) -> None:
    """Store a definition; one of the same name, ignoring case, is replaced."""
    con.run("DELETE FROM export_templates WHERE lower(name) = lower($name)", {"name": name})
    con.run(
        "INSERT INTO export_templates VALUES ($id, $name, $definition, $now, $who)",
        {
            "id": str(uuid4()),
            "name": name,
            "definition": json.dumps(definition),
            "now": now,
            "who": con.actor,
        },
    )


def delete(con: Connection, name: str) -> None:
    """Forget a template; nothing happens where there is none of that name."""
    con.run("DELETE FROM export_templates WHERE lower(name) = lower($name)", {"name": name})


def choose(con: Connection, chosen: OrderFilter) -> None:
    """Put the keys of the chosen items into temporary tables, which the other sheets join.

    `chosen_orders` has the sums of all lines of a PO, chosen or not, that Komet still shows; of
    cancelled ones only where the filter shows them. `is_part`: it leaves some of them out.
    """
    found, params = source(chosen)
    of_line = formulas.not_cancelled("po_status"), formulas.not_cancelled("line_item_status")
    counts = "true"
    if chosen.cancelled is Cancelled.ONLY:
        counts = f"NOT ({' AND '.join(of_line)})"
    elif chosen.leaves_out_cancelled:
        counts = " AND ".join(of_line)
    con.run(
        "CREATE OR REPLACE TEMP TABLE chosen_lines AS"
        " SELECT i.provider_id, i.po_id, i.po_item_id, i.ship_date, i.stems,"
        f" 0::BIGINT AS breakdown_count {found} AND NOT i.mixed UNION ALL BY NAME"
        " SELECT i.provider_id, i.po_id, i.po_item_id, i.ship_date, sum(i.stems) AS stems,"
        f" count(*) AS breakdown_count {found} AND i.mixed GROUP BY ALL",
        params,
    )
    con.run(
        f"""
        CREATE OR REPLACE TEMP TABLE chosen_orders AS
        WITH orders AS (SELECT DISTINCT provider_id, po_id FROM chosen_lines)
        SELECT provider_id, po_id, h.* EXCLUDE (provider_id, po_id) FROM orders LEFT JOIN (
          SELECT provider_id, po_id, count(*) FILTER ({counts}) AS lines,
            sum(total_boxes) FILTER ({counts}) AS boxes,
            sum(total_cost) FILTER ({counts}) AS cost, NOT bool_and({counts}) AS is_part
          FROM po_lines SEMI JOIN orders USING (provider_id, po_id)
          WHERE gone_at IS NULL GROUP BY ALL
        ) h USING (provider_id, po_id)
        """
    )


def items(con: Connection, chosen: OrderFilter, size: int | None = None) -> Iterator[pl.DataFrame]:
    """Order items with the columns of `items_sql`, statuses and order types in words."""
    found, params = items_of(chosen)
    # all items of a line ship on the same day, so that the first of them is found
    yield from _by_day(
        con,
        lambda day: (
            f"WITH chosen AS ({found} AND {day}) SELECT {items_sql(decoded=True)}"
            f" FROM chosen i{LOOKUPS} ORDER BY {SORTS['ship_date']}"
        ),
        source(chosen)[0],
        "i.ship_date",
        params=params,
        size=size,
    )


def purchase_orders(con: Connection, size: int | None = None) -> Iterator[pl.DataFrame]:
    """One row a PO; boxes and cost as its header has them, else the sums of its lines.

    Of a PO of which a part was cancelled and is left out, they are always the sums.
    """
    found = "FROM purchase_orders i JOIN chosen_orders h USING (provider_id, po_id)"
    yield from _by_day(
        con,
        lambda day: (
            f"SELECT {sheet_sql(Grain.PO)}, i.extra {found}{PROVIDER_JOIN}{SLICE_JOIN}"
            f" WHERE {day} ORDER BY i.ship_date, p.name, i.number, i.po_id"
        ),
        found,
        "i.ship_date",
        size=size,
    )


def lines(con: Connection, size: int | None = None) -> Iterator[pl.DataFrame]:
    """One row a line, with the boxes and the cost of the whole line."""
    found = "FROM po_lines i JOIN chosen_lines c USING (provider_id, po_id, po_item_id)"
    custom = pl.col("custom_fields").map_elements(_custom_text, return_dtype=pl.String)
    for frame in _by_day(
        con,
        lambda day: (
            f"SELECT {sheet_sql(Grain.LINE)}, i.extra"
            f" {found}{PROVIDER_JOIN}{BOX_TYPE_JOIN}{SLICE_JOIN}"
            f" WHERE {day} ORDER BY {_BY_DATE}, i.position"
        ),
        found,
        "i.ship_date",
        "c.ship_date",
        size=size,
    ):
        yield frame.with_columns(custom)


def breakdowns(con: Connection) -> Iterator[pl.DataFrame]:
    """One row a breakdown of the chosen mixed lines."""
    return _of_lines(con, "po_breakdowns", sheet_sql(Grain.BREAKDOWN), SKU_JOIN, "i.position")


def boxes(con: Connection) -> Iterator[pl.DataFrame]:
    """One row a carton; only lines that the grower shipped have any."""
    return _of_lines(con, "po_boxes", sheet_sql(Grain.BOX), "", "i.box_code")


def _of_lines(
    con: Connection, name: str, selected: str, joins: str, order: str
) -> Iterator[pl.DataFrame]:
    found = (
        f"FROM {name} i JOIN chosen_lines c USING (provider_id, po_id, po_item_id)"
        " JOIN po_lines l USING (provider_id, po_id, po_item_id)"
    )
    return _by_day(
        con,
        lambda day: (
            f"SELECT {selected}, i.extra {found}{PROVIDER_JOIN}{joins} WHERE {day}"
            f" ORDER BY l.ship_date, p.name, l.po_number, l.po_id, l.position, {order}"
        ),
        found,
        "l.ship_date",
        "c.ship_date",
    )


def _by_day(
    con: Connection,
    query: Callable[[str], str],
    found: str,
    *days: str,
    params: dict[str, Any] | None = None,
    size: int | None = None,
) -> Iterator[pl.DataFrame]:
    """The rows of a query that sorts by a day first, `size` of them or a day's sorted at a time.

    To sort all at once would need memory for all. `query` takes a condition; `found` is its
    `FROM …`, which tells how many rows each day has. `days` are columns that hold the same day, the
    first perhaps none: a table that is joined is to be searched for the days at hand as well.
    """
    size = size or STRETCH
    counted = con.frame(f"SELECT {days[0]} AS day, count(*) AS rows {found} GROUP BY 1", params)
    if counted["rows"].sum() <= size:
        yield from con.frames(query("true"), params, size=BATCH)
        return
    known = counted.drop_nulls().sort("day")
    within = query(" AND ".join(f"{day} BETWEEN $first_day AND $last_day" for day in days))
    start, rows = 0, 0
    for at, count in enumerate([*known["rows"], size + 1]):
        if rows and rows + count > size:
            bounds = {"first_day": known["day"][start], "last_day": known["day"][at - 1]}
            yield from con.frames(within, {**(params or {}), **bounds}, size=BATCH)
            start, rows = at, 0
        rows += count
    if known.height < counted.height:
        yield from con.frames(query(f"{days[0]} IS NULL"), params, size=BATCH)


def unmapped(con: Connection, chosen: OrderFilter) -> tuple[pl.DataFrame, AtStake]:
    """One row an unmapped product among the chosen items, by boxes at stake; and their totals."""
    where, params = chosen.where()
    return products.by_product(con, where, params), products.at_stake(con, where, params)


def box_types_without_factor(con: Connection) -> list[str]:
    """`provider: code` of every box type on the chosen lines that has no FBE factor."""
    rows = con.rows(
        f"""
        SELECT DISTINCT p.name AS provider, i.box_type FROM po_lines i
        SEMI JOIN chosen_lines USING (provider_id, po_id, po_item_id){PROVIDER_JOIN}{BOX_TYPE_JOIN}
        WHERE i.box_type IS NOT NULL AND {formulas.fbe_factor("i.box_type", "f")} IS NULL
        ORDER BY ALL
        """
    )
    return [f"{row['provider']}: {row['box_type']}" for row in rows]


def _custom_text(value: str) -> str:
    fields = json.loads(value)
    return "; ".join(f"{f.get('field_name') or '?'}: {f.get('value') or ''}" for f in fields)
