"""The mirrored orders: what is stored of a provider's POs, and how they are written.

Uniqueness is kept by how we write: within one transaction the rows of every PO that changed are
deleted and inserted anew, in all tables. The callers hold that transaction.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date

import polars as pl

from komet.db.database import Connection
from komet.ingest.commit_clock import RequestMark
from komet.ingest.model import OrderRows, Row
from komet.orders.table import items as order_tables

_TABLES = ("purchase_orders", "po_lines", "po_breakdowns", "po_boxes")


def stored_heads(
    con: Connection, provider_id: str, day: date, po_ids: Sequence[str]
) -> dict[str, Row]:
    """What is stored of the POs of that day, and of these POs on any day, by PO ID.

    Each row: po_id, slice_date, content_hash, gone_at, and `asked` (`RequestMark`): the newest
    request that we know Komet's view of it from.
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


def _last_asked(row: Row) -> RequestMark:
    alone = RequestMark(row["asked_commit"], row["asked_by"], row["asked_turn"])
    if row["day_commit"] is None:
        return alone
    of_day = RequestMark(row["day_commit"], row["day_by"], row["day_turn"])
    return of_day if alone.before(of_day) else alone


def stored_rows(con: Connection, provider_id: str, po_ids: Sequence[str]) -> OrderRows:
    """Every stored row of these POs."""
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
    """Of these lines (PO item ID → PO ID), those stored under another PO: PO item ID → that PO."""
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
def staged(con: Connection, rows: OrderRows) -> Iterator[None]:
    """Lines and breakdowns as the tables `lines` and `breakdowns` of every statement inside."""
    lines = pl.DataFrame(rows.po_lines, schema=order_tables.po_lines())
    breakdowns = pl.DataFrame(rows.po_breakdowns, schema=order_tables.po_breakdowns())
    with con.tables(lines=lines, breakdowns=breakdowns):
        yield


def replace_orders(
    con: Connection, provider_id: str, stored: Sequence[str], rows: OrderRows
) -> None:
    """Delete all rows of the stored POs, insert `rows`, and derive their order items.

    Called inside of `staged`.
    """
    if stored:
        for table in (*_TABLES, "order_items"):
            con.run(
                f"DELETE FROM {table} WHERE provider_id = $provider"
                " AND po_id IN (SELECT unnest($po_ids))",
                {"provider": provider_id, "po_ids": list(stored)},
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
    """Delete lines (PO item ID → PO ID) that have come back under another PO."""
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


def delete_orders_of_source(
    con: Connection,
    id_prefix: str,
    provider_id: str,
    day: date,
    numbers: Sequence[str] | None = None,
) -> list[str]:
    """Delete a day's POs whose IDs have this prefix: another source has answered for the day.

    With `numbers`, only the POs of these numbers, on whichever day they stand. Returns the numbers
    of the POs that were deleted.
    """
    params: dict[str, object] = {"provider": provider_id, "prefix": id_prefix}
    if numbers is None:
        params["day"] = day
        found = "slice_date = $day AND starts_with(po_id, $prefix)"
    else:
        params["numbers"] = list(numbers)
        found = (
            "po_id IN (SELECT po_id FROM purchase_orders WHERE provider_id = $provider"
            " AND starts_with(po_id, $prefix) AND list_contains($numbers, number))"
        )
    dropped = con.rows(
        "SELECT coalesce(number, po_id) AS number FROM purchase_orders"
        f" WHERE provider_id = $provider AND {found} ORDER BY 1",
        params,
    )
    if not dropped:
        return []
    # backwards, so that purchase_orders goes last: the condition looks numbers up there
    others = ("order_items", "po_changes", "po_differences", "data_problems")
    for table in (*others, *reversed(_TABLES)):
        con.run(f"DELETE FROM {table} WHERE provider_id = $provider AND {found}", params)
    return list(dict.fromkeys(row["number"] for row in dropped))


def stored_lines(con: Connection, provider_id: str, items: dict[str, str]) -> OrderRows:
    """The stored lines of these IDs (PO item ID → PO ID), with their breakdowns."""
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
