"""One page of order items.

The rows of a page are found by the few columns that a filter and an order need; all of their
columns, and what is looked up for them, are read for these rows alone.
"""

import polars as pl

from komet.db.database import Connection
from komet.orders.filters import OrderFilter
from komet.orders.table import day_sums
from komet.orders.table.items import grid_sql
from komet.orders.table.reading import LINE, SORTS, in_group, source

_LINE = ["provider_id", "po_id", "po_item_id"]
_AHEAD = 64
"""Items that are looked through for each one that is wanted, before all are."""


def page(
    con: Connection, chosen: OrderFilter, *, sort: str = "newest", offset: int = 0, limit: int = 200
) -> pl.DataFrame:
    """Items of one page, with the columns of `grid_sql`. `sort` is a key of `SORTS`."""
    chosen = in_group(con, chosen)
    rows = _mark_first(con, chosen, _find(con, chosen, sort, offset, limit))
    selected, lookups = grid_sql()
    leading = rows.filter("is_first")["row"]
    # a row's number is its place in the table, and stays while the transaction lasts
    read = con.frame(
        f"SELECT i.row, {selected} FROM (SELECT i.*, i.rowid AS row,"
        " list_contains($leading, i.rowid) AS is_first FROM order_items i"
        " WHERE i.rowid BETWEEN $first AND $last AND i.rowid IN (SELECT unnest($rows))"
        f") i{lookups}",
        {
            "first": rows["row"].min() if rows.height else 0,
            "last": rows["row"].max() if rows.height else -1,
            "rows": rows["row"].to_list(),
            "leading": leading.to_list(),
        },
    )
    return rows.select("row").join(read, on="row", how="left", maintain_order="left").drop("row")


def _find(con: Connection, chosen: OrderFilter, sort: str, offset: int, limit: int) -> pl.DataFrame:
    if sort in ("newest", "ship_date"):
        # most filters find a page long before the last of their days
        ahead = 1 if chosen.is_of_whole_days else _AHEAD
        nearer = day_sums.narrow(con, chosen, (offset + limit) * ahead, newest=sort == "newest")
        if nearer != chosen:
            rows = _read(con, nearer, sort, offset, limit)
            if rows.height == limit or nearer.is_of_whole_days:
                return rows
    return _read(con, chosen, sort, offset, limit)


def _read(con: Connection, chosen: OrderFilter, sort: str, offset: int, limit: int) -> pl.DataFrame:
    found, params = source(chosen)
    return con.frame(
        f"SELECT i.rowid AS row, {LINE}, i.item_no, i.ship_date {found}"
        f" ORDER BY {SORTS[sort]} LIMIT $limit OFFSET $offset",
        {**params, "limit": limit, "offset": offset},
    )


def _mark_first(con: Connection, chosen: OrderFilter, rows: pl.DataFrame) -> pl.DataFrame:
    """With `is_first`: whether an item is the one of its line that carries boxes and cost.

    Where a filter may part the items of a line, that is the first that it leaves, on whichever
    page that stands.
    """
    rows = rows.with_columns(is_first=pl.col("item_no") <= 1)
    later = rows.filter(~pl.col("is_first"))
    if later.is_empty() or not chosen.by_item:
        return rows
    found, params = source(chosen)
    firsts = con.frame(
        f"SELECT {LINE}, min(i.item_no) AS item_no, true AS leads {found}"
        " AND i.ship_date BETWEEN $first_day AND $last_day AND i.item_no > 0"
        " AND i.po_item_id IN (SELECT unnest($lines)) GROUP BY ALL",
        {
            **params,
            "first_day": later["ship_date"].min(),
            "last_day": later["ship_date"].max(),
            "lines": later["po_item_id"].unique().to_list(),
        },
    )
    return rows.join(
        firsts, on=[*_LINE, "item_no"], how="left", maintain_order="left"
    ).with_columns(is_first=pl.col("is_first") | pl.col("leads").fill_null(value=False))
