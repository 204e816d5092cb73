"""The mirrored orders: what is stored of a provider's POs, and how they are written.

Uniqueness is kept by how we write: within one transaction the rows of every PO that changed are
deleted and inserted anew, in all tables. The callers hold that transaction.
"""

from collections.abc import Sequence
from datetime import date

import polars as pl

from komet.db.database import TIME, Connection, Schema
from komet.ingest.frames import DAY, LINE, PO, OrderFrames
from komet.orders.table import day_sums
from komet.orders.table import items as order_tables

_TABLES = ("purchase_orders", "po_lines", "po_breakdowns", "po_boxes")
STORED_HEADS: Schema = {
    "provider_id": pl.String,
    "po_id": pl.String,
    "slice_date": pl.Date,
    "content_hash": pl.String,
    "gone_at": TIME,
    "seen_commit": pl.Int64,
    "seen_by": pl.String,
    "seen_turn": pl.Int64,
}
LINES_ELSEWHERE: Schema = {
    "n": pl.Int64,
    "provider_id": pl.String,
    "po_item_id": pl.String,
    "po_id": pl.String,
    "slice_date": pl.Date,
}
_DAY_IS_NEWER = """CASE WHEN p.asked_by = d.asked_by THEN p.asked_turn < d.asked_turn
  ELSE p.asked_commit < d.asked_commit END"""
"""`RequestMark.before`; null, so not true, where nobody has asked for the day."""


def stored_heads(con: Connection, days: pl.DataFrame, orders: pl.DataFrame) -> pl.DataFrame:
    """What is stored of the POs of these days (`DAY`), and of these POs (`PO`) on any day.

    Returns `STORED_HEADS`; seen_commit, seen_by, seen_turn: the newest request (`RequestMark`) that
    we know Komet's view of it from.
    """
    return con.frame(
        f"""
        SELECT p.provider_id, p.po_id, p.slice_date, p.content_hash, p.gone_at,
          CASE WHEN {_DAY_IS_NEWER} THEN d.asked_commit ELSE p.asked_commit END AS seen_commit,
          CASE WHEN {_DAY_IS_NEWER} THEN d.asked_by ELSE p.asked_by END AS seen_by,
          CASE WHEN {_DAY_IS_NEWER} THEN d.asked_turn ELSE p.asked_turn END AS seen_turn
        FROM purchase_orders p LEFT JOIN day_slices d USING (provider_id, slice_date)
        WHERE (p.provider_id, p.slice_date) IN (FROM wanted_days)
          OR (p.provider_id, p.po_id) IN (FROM wanted_orders)
        """,
        wanted_days=days.select(DAY),
        wanted_orders=orders.select(PO),
    )


def stored_orders(con: Connection, orders: pl.DataFrame) -> OrderFrames:
    """Every stored row of these POs (`PO`); those of a table in the order in which they stand."""
    with con.tables(wanted=orders.select(PO)):
        return OrderFrames(
            *(
                con.frame(
                    f"SELECT {', '.join(schema)} FROM {table}"
                    " WHERE (provider_id, po_id) IN (FROM wanted) ORDER BY rowid"
                )
                for table, schema in _schemas().items()
            )
        )


def lines_elsewhere(con: Connection, owners: pl.DataFrame) -> pl.DataFrame:
    """Of these lines (n, `LINE`), those stored under another PO, as they are stored there.

    Returns `LINES_ELSEWHERE`.
    """
    return con.frame(
        "SELECT o.n, l.provider_id, l.po_item_id, l.po_id, l.slice_date FROM po_lines l"
        " JOIN owners o USING (provider_id, po_item_id) WHERE l.po_id <> o.po_id",
        owners=owners.select("n", *LINE),
    )


def stored_lines(con: Connection, lines: pl.DataFrame) -> pl.DataFrame:
    """The stored rows of these lines (`LINE`)."""
    schema = order_tables.po_lines()
    if lines.is_empty():
        return pl.DataFrame(schema=schema)
    return con.frame(
        f"SELECT {', '.join(schema)} FROM po_lines"
        " WHERE (provider_id, po_id, po_item_id) IN (FROM wanted)",
        wanted=lines.select(LINE),
    )


def stored_items(con: Connection, orders: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """The stored order items of these POs (n, `PO`), and of these lines (n, `LINE`), with their n.

    Columns as of `derive_items`.
    """
    columns = ", ".join(order_tables.order_items())
    parts = [
        con.frame(
            f"SELECT {columns}, n FROM order_items JOIN wanted USING ({', '.join(key)})",
            wanted=wanted.select("n", *key),
        )
        for key, wanted in ((PO, orders), (LINE, lines))
        if wanted.height
    ]
    return pl.concat(parts) if parts else pl.DataFrame(schema=_items())


def delete_orders(con: Connection, orders: pl.DataFrame) -> None:
    """Delete all rows of these POs (`PO`)."""
    if orders.is_empty():
        return
    with con.tables(wanted=orders.select(PO)):
        for table in (*_TABLES, "order_items"):
            con.run(f"DELETE FROM {table} WHERE (provider_id, po_id) IN (FROM wanted)")


def delete_lines(con: Connection, lines: pl.DataFrame) -> None:
    """Delete lines (`LINE`) that have come back under another PO."""
    if lines.is_empty():
        return
    with con.tables(wanted=lines.select(LINE)):
        for table in ("po_lines", "po_breakdowns", "po_boxes", "order_items"):
            con.run(f"DELETE FROM {table} WHERE (provider_id, po_id, po_item_id) IN (FROM wanted)")


def derive_items(con: Connection, rows: OrderFrames) -> pl.DataFrame:
    """The order items of these rows, with the n of their lines."""
    index = rows.purchase_orders.select("n", *PO)
    items = con.frame(
        order_tables.derive_items(), lines=rows.po_lines, breakdowns=rows.po_breakdowns
    )
    items = items.select(list(order_tables.order_items()))
    return items.join(index, on=list(PO), maintain_order="left").select(list(_items()))


def insert_orders(con: Connection, rows: OrderFrames) -> None:
    """Insert these rows; their order items are the table `items`, with n."""
    for table, schema in _schemas().items():
        con.insert(table, getattr(rows, table).select(list(schema)))
    con.run("INSERT INTO order_items BY NAME SELECT * EXCLUDE (n) FROM items")


def learn_products(con: Connection, rows: OrderFrames) -> None:
    """Add the products that order lines show and no list has.

    The earliest slice names it; within that one the last breakdown, or else the last line.
    """
    key = ["provider_id", "product_id"]
    shown = pl.concat(
        table.select(
            *key, "n", pl.col("product_description").alias("description"), below=pl.lit(below)
        )
        for below, table in enumerate((rows.po_lines, rows.po_breakdowns))
    )
    last = shown.filter(pl.col("product_id") != "").sort(
        pl.col("n"), -pl.col("below"), maintain_order=True
    )
    last = last.unique([*key, "n", "below"], keep="last", maintain_order=True)
    con.run(
        "INSERT INTO komet_products BY NAME SELECT provider_id, product_id, description,"
        " 'orders' AS source, current_timestamp AS updated_at FROM shown"
        " ANTI JOIN komet_products k USING (provider_id, product_id)",
        shown=last.unique(key, keep="first", maintain_order=True).select(*key, "description"),
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
    dropped = con.frame(
        "SELECT provider_id, slice_date, coalesce(number, po_id) AS number FROM purchase_orders"
        f" WHERE provider_id = $provider AND {found} ORDER BY number",
        params,
    )
    if dropped.is_empty():
        return []
    # backwards, so that purchase_orders goes last: the condition looks numbers up there
    others = ("order_items", "po_changes", "po_differences", "data_problems")
    for table in (*others, *reversed(_TABLES)):
        con.run(f"DELETE FROM {table} WHERE provider_id = $provider AND {found}", params)
    day_sums.refresh(con, dropped)
    return dropped["number"].unique(maintain_order=True).to_list()


def _schemas() -> dict[str, Schema]:
    return {
        "purchase_orders": order_tables.purchase_orders(),
        "po_lines": order_tables.po_lines(),
        "po_breakdowns": order_tables.po_breakdowns(),
        "po_boxes": order_tables.po_boxes(),
    }


def _items() -> Schema:
    return {**order_tables.order_items(), "n": pl.Int64}
