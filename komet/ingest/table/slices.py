"""Day slices: what is held of one provider's POs, and how a slice is written.

Uniqueness is kept by how we write: within one transaction the rows of every PO that changed are
deleted and inserted anew, in all tables. The callers hold that transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.ingest.commit_order import Asked
from komet.ingest.model import KOMET, OrderRows
from komet.orders.table import items as order_tables
from komet.orders.table.items import DATA_PROBLEMS, PO_CHANGES

Row = dict[str, Any]
_TABLES = ("purchase_orders", "po_lines", "po_breakdowns", "po_boxes")


def held_heads(
    con: Connection, provider_id: str, day: date, po_ids: Sequence[str]
) -> dict[str, Row]:
    """What we hold of the POs of that day, and of these POs on any day, by PO ID.

    Each row: po_id, slice_date, content_hash, gone_at, and `asked` (`Asked`): the newest request
    that we know Komet's view of it from.
    """
    rows = con.rows(
        "SELECT p.po_id, p.slice_date, p.content_hash, p.gone_at, p.asked_commit, p.asked_by,"
        " p.asked_turn, d.asked_commit AS day_commit, d.asked_by AS day_by,"
        " d.asked_turn AS day_turn"
        " FROM purchase_orders p LEFT JOIN day_slices d USING (provider_id, slice_date)"
        " WHERE p.provider_id = $provider"
        " AND (p.slice_date = $day OR list_contains($po_ids, p.po_id))",
        {"provider": provider_id, "day": day, "po_ids": list(po_ids)},
    )
    return {row["po_id"]: {**row, "asked": _last_asked(row)} for row in rows}


def _last_asked(row: Row) -> Asked:
    alone = Asked(row["asked_commit"], row["asked_by"], row["asked_turn"])
    if row["day_commit"] is None:
        return alone
    of_day = Asked(row["day_commit"], row["day_by"], row["day_turn"])
    return of_day if alone.before(of_day) else alone


def held_rows(con: Connection, provider_id: str, po_ids: Sequence[str]) -> OrderRows:
    """Every row that we hold of these POs."""
    found = [
        con.rows(
            f"SELECT * FROM {table} WHERE provider_id = $provider"
            " AND po_id IN (SELECT unnest($po_ids))",
            {"provider": provider_id, "po_ids": list(po_ids)},
        )
        if po_ids
        else []
        for table in _TABLES
    ]
    return OrderRows(*found)


def lines_elsewhere(
    con: Connection, provider_id: str, line_orders: dict[str, str]
) -> dict[str, str]:
    """Of these lines (PO item ID → PO ID), those held under another PO: PO item ID → that PO."""
    if not line_orders:
        return {}
    rows = con.rows(
        "SELECT po_item_id, po_id FROM po_lines WHERE provider_id = $provider"
        " AND po_item_id IN (SELECT unnest($items))",
        {"provider": provider_id, "items": list(line_orders)},
    )
    return {
        row["po_item_id"]: row["po_id"]
        for row in rows
        if line_orders[row["po_item_id"]] != row["po_id"]
    }


@contextmanager
def written(con: Connection, rows: OrderRows) -> Iterator[None]:
    """Lines and breakdowns as the tables `lines` and `breakdowns` of every statement inside."""
    lines = pl.DataFrame(rows.po_lines, schema=order_tables.po_lines())
    breakdowns = pl.DataFrame(rows.po_breakdowns, schema=order_tables.po_breakdowns())
    with con.tables(lines=lines, breakdowns=breakdowns):
        yield


def replace_orders(con: Connection, provider_id: str, held: Sequence[str], rows: OrderRows) -> None:
    """Delete all rows of the held POs, insert `rows`, and derive their order items.

    Called inside of `written`.
    """
    if held:
        for table in (*_TABLES, "order_items"):
            con.run(
                f"DELETE FROM {table} WHERE provider_id = $provider"
                " AND po_id IN (SELECT unnest($po_ids))",
                {"provider": provider_id, "po_ids": list(held)},
            )
    con.insert(
        "purchase_orders", pl.DataFrame(rows.purchase_orders, schema=order_tables.purchase_orders())
    )
    con.insert("po_boxes", pl.DataFrame(rows.po_boxes, schema=order_tables.po_boxes()))
    if rows.po_lines:
        con.run("INSERT INTO po_lines BY NAME FROM lines")
        con.run(f"INSERT INTO order_items BY NAME {order_tables.derive_items()}")
    if rows.po_breakdowns:
        con.run("INSERT INTO po_breakdowns BY NAME FROM breakdowns")


def learn_products(con: Connection, provider_id: str, rows: OrderRows, known: set[str]) -> None:
    """Add the products that order lines show and no list has; `known` grows by them.

    An empty `known` is filled from the store first, so that a run asks only once.
    """
    if not known:
        known.update(
            row["product_id"]
            for row in con.rows(
                "SELECT product_id FROM komet_products"
                " WHERE provider_id = $provider AND product_id IS NOT NULL",
                {"provider": provider_id},
            )
        )
    seen = {
        row["product_id"]: row["product_description"]
        for row in (*rows.po_lines, *rows.po_breakdowns)
        if row["product_id"] and row["product_id"] not in known
    }
    if seen:
        frame = pl.DataFrame(
            {"product_id": list(seen), "description": list(seen.values())},
            schema={"product_id": pl.String, "description": pl.String},
        )
        con.run(
            "INSERT INTO komet_products BY NAME SELECT $provider AS provider_id, product_id,"
            " description, 'orders' AS source, current_timestamp AS updated_at FROM seen",
            {"provider": provider_id},
            seen=frame,
        )
        known.update(seen)


def delete_lines(con: Connection, provider_id: str, items: dict[str, str]) -> None:
    """Forget lines (PO item ID → PO ID) that have come back under another PO."""
    for table in ("po_lines", "po_breakdowns", "po_boxes", "order_items"):
        con.run(
            f"DELETE FROM {table} t USING moved m WHERE t.provider_id = $provider"
            " AND t.po_item_id = m.po_item_id AND t.po_id = m.po_id",
            {"provider": provider_id},
            moved=pl.DataFrame(
                {"po_item_id": list(items), "po_id": list(items.values())},
                schema={"po_item_id": pl.String, "po_id": pl.String},
            ),
        )


def record_slice(
    con: Connection,
    *,
    run_id: str,
    provider_id: str,
    day: date,
    fetched_at: datetime,
    asked: Asked,
    orders: int,
    lines: int,
    changes: list[Row],
    problems: list[Row],
    source: str = KOMET,
    again: bool = True,
) -> None:
    """Note that this is the newest complete answer, with its changes and its data problems.

    `again`: there is an older answer, whose notes are replaced.
    """
    key = {"provider": provider_id, "day": day}
    for table in ("day_slices", "data_problems") if again else ():
        con.run(f"DELETE FROM {table} WHERE provider_id = $provider AND slice_date = $day", key)
    con.run(
        "INSERT INTO day_slices (provider_id, slice_date, fetched_at, run_id, orders, lines,"
        " source, asked_commit, asked_by, asked_turn) VALUES ($provider, $day, $fetched_at,"
        " $run_id, $orders, $lines, $source, $commit, $process, $turn)",
        {**key, **asdict(asked), "fetched_at": fetched_at, "run_id": run_id, "orders": orders,
         "lines": lines, "source": source},
    )  # fmt: skip
    con.insert("data_problems", pl.DataFrame(problems, schema=DATA_PROBLEMS))
    con.insert("po_changes", pl.DataFrame(changes, schema=PO_CHANGES))


def record_orders(  # noqa: PLR0917
    con: Connection,
    provider_id: str,
    po_ids: Sequence[str],
    asked: Asked,
    changes: list[Row],
    problems: list[Row],
) -> None:
    """Note what was seen of single POs, where their day was not asked for as a whole."""
    con.run(
        "UPDATE purchase_orders SET asked_commit = $commit, asked_by = $process,"
        " asked_turn = $turn WHERE provider_id = $provider"
        " AND po_id IN (SELECT unnest($po_ids))",
        {"provider": provider_id, "po_ids": list(po_ids), **asdict(asked)},
    )
    con.run(
        "DELETE FROM data_problems WHERE provider_id = $provider"
        " AND po_id IN (SELECT unnest($po_ids))",
        {"provider": provider_id, "po_ids": list(po_ids)},
    )
    con.insert("data_problems", pl.DataFrame(problems, schema=DATA_PROBLEMS))
    con.insert("po_changes", pl.DataFrame(changes, schema=PO_CHANGES))


def delete_orders_of_source(
    con: Connection,
    id_prefix: str,
    provider_id: str,
    day: date,
    numbers: Sequence[str] | None = None,
) -> list[str]:
    """Delete a day's POs whose IDs begin so: another source has answered for the day itself.

    With `numbers`, only the POs of these numbers, on whichever day they stand. Returns the numbers
    of the POs that were deleted.
    """
    if numbers is None:
        found = "slice_date = $day AND starts_with(po_id, $prefix)"
    else:
        found = (
            "po_id IN (SELECT po_id FROM purchase_orders WHERE provider_id = $provider"
            " AND starts_with(po_id, $prefix) AND list_contains($numbers, number))"
        )
    key = {"provider": provider_id, "day": day, "prefix": id_prefix, "numbers": list(numbers or ())}
    used = {name: value for name, value in key.items() if f"${name}" in f"$provider {found}"}
    dropped = con.rows(
        "SELECT coalesce(number, po_id) AS number FROM purchase_orders"
        f" WHERE provider_id = $provider AND {found} ORDER BY 1",
        used,
    )
    if not dropped:
        return []
    last = ("purchase_orders",)
    others = [table for table in _TABLES if table not in last]
    for table in (*others, "order_items", "po_changes", "po_differences", "data_problems", *last):
        con.run(f"DELETE FROM {table} WHERE provider_id = $provider AND {found}", used)
    return list(dict.fromkeys(row["number"] for row in dropped))


def held_lines(con: Connection, provider_id: str, items: dict[str, str]) -> OrderRows:
    """The held lines of these IDs (PO item ID → PO ID), with their breakdowns."""
    found = [
        [
            row
            for row in con.rows(
                f"SELECT * FROM {table} WHERE provider_id = $provider"
                " AND po_item_id IN (SELECT unnest($items))",
                {"provider": provider_id, "items": list(items)},
            )
            if items[row["po_item_id"]] == row["po_id"]
        ]
        for table in ("po_lines", "po_breakdowns")
    ]
    return OrderRows([], found[0], found[1], [])


def holds_orders(con: Connection, provider_id: str, day: date) -> bool:
    """Whether any PO of that day is held that is not gone."""
    return bool(
        con.value(
            "SELECT count(*) > 0 FROM purchase_orders WHERE provider_id = $provider"
            " AND slice_date = $day AND gone_at IS NULL",
            {"provider": provider_id, "day": day},
        )
    )


def source_of(con: Connection, provider_id: str, day: date) -> str | None:
    """Where the newest answer of a slice comes from (`Source.name`), or None for none."""
    newest = newest_answer(con, provider_id, day)
    return None if newest is None else str(newest["source"])


def newest_answer(con: Connection, provider_id: str, day: date) -> Row | None:
    """The newest complete answer of that slice: `source`, and `asked` (`Asked`)."""
    rows = con.rows(
        "SELECT source, asked_commit, asked_by, asked_turn FROM day_slices"
        " WHERE provider_id = $provider AND slice_date = $day",
        {"provider": provider_id, "day": day},
    )
    if not rows:
        return None
    row = rows[0]
    asked = Asked(row["asked_commit"], row["asked_by"], row["asked_turn"])
    return {"source": row["source"], "asked": asked}


def final_slices(
    con: Connection,
    provider_ids: Sequence[str],
    first: date,
    today: date,
    *,
    sources: Sequence[str],
    after: timedelta,
) -> set[tuple[str, date]]:
    """Slices from `first` to before `today` that cannot change any more: see `komet.ingest.plan`.

    Each line was shipped or cancelled when one of the `sources` was last asked for it, `after` its
    day was over.
    """
    rows = con.rows(
        "SELECT provider_id, slice_date FROM day_slices d"
        " WHERE list_contains($providers, provider_id) AND list_contains($sources, source)"
        " AND slice_date >= $first AND slice_date < $today"
        " AND fetched_at >= (slice_date + 1)::TIMESTAMP AT TIME ZONE 'UTC' + $after"
        # of a clock that was ahead nobody knows when it really asked
        " AND fetched_at < ($today + 2)::TIMESTAMP AT TIME ZONE 'UTC'"
        " AND NOT EXISTS (FROM order_items i WHERE i.provider_id = d.provider_id"
        " AND i.slice_date = d.slice_date AND i.gone_at IS NULL"
        f" AND {formulas.standing('i')}"
        " AND upper(coalesce(i.line_status, '')) NOT IN ('S', 'SHIPPED'))",
        {
            "providers": list(provider_ids),
            "sources": list(sources),
            "first": first,
            "today": today,
            "after": after,
        },
    )
    return {(row["provider_id"], row["slice_date"]) for row in rows}


def days_of_numbers(con: Connection, numbers: Sequence[str]) -> list[Row]:
    """provider_id, number and slice_date of the held POs of these numbers, the oldest first."""
    return con.rows(
        "SELECT provider_id, number, slice_date FROM purchase_orders"
        " WHERE upper(number) IN (SELECT unnest($numbers)) ORDER BY slice_date",
        {"numbers": [number.upper() for number in numbers]},
    )


def forget_gone(con: Connection, run_id: str, provider_id: str, po_ids: Sequence[str]) -> set[str]:
    """Take back `gone` notes that the same run made of POs that it then found on another day."""
    if not po_ids:
        return set()
    where = (
        " FROM po_changes WHERE run_id = $run AND provider_id = $provider AND kind = 'gone'"
        " AND po_item_id IS NULL AND po_id IN (SELECT unnest($po_ids))"
    )
    params = {"run": run_id, "provider": provider_id, "po_ids": list(po_ids)}
    found = {row["po_id"] for row in con.rows(f"SELECT po_id{where}", params)}
    if found:
        con.run(f"DELETE{where}", params)
    return found
