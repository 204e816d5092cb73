"""What each day of a provider comes to, kept by the transaction that writes its order items.

Of what Komet still shows: `day_sums` has a row a box type, of what was cancelled and of what was
not; `day_orders` the number of POs, which stand on one day each, and how many of them have anything
that was cancelled and that was not: some have both. So a filter of providers and ship dates is
summed up, and a page of it is begun, without a look at the items.
"""

from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.orders.filters import Cancelled, Gone, OrderFilter

_OF_LINE = "boxes", "total_cost", "quantity_confirmed"
_STEM, _BUNCH = (formulas.is_unit("i.unit_type", unit) for unit in ("stem", "bunch"))
_DAY = "i.provider_id, i.slice_date, i.ship_date"
_STANDS = formulas.standing("i")
_ORDERS = (
    f"SELECT {_DAY}, count(DISTINCT i.po_id) AS purchase_orders,"
    f" count(DISTINCT i.po_id) FILTER ({_STANDS}) AS standing_orders,"
    f" count(DISTINCT i.po_id) FILTER (NOT ({_STANDS})) AS cancelled_orders"
)
_SUMS = (
    f"SELECT {_DAY}, NOT ({_STANDS}) AS cancelled, i.box_type, count(*) AS items,"
    " count(*) FILTER (i.item_no <= 1) AS lines,"
    " sum(i.stems) AS stems,"
    f" sum(i.total_units) FILTER ({_STEM}) AS stem_units,"
    f" sum(i.total_units) FILTER ({_BUNCH}) AS bunch_units,"
    + ",".join(f" sum(i.{name}) FILTER (i.item_no <= 1) AS {name}" for name in _OF_LINE)
)
SUMMED = "items", "lines", "stems", "stem_units", "bunch_units", *_OF_LINE
"""The columns of `day_sums` that add up over days and box types."""


def refresh(con: Connection, days: pl.DataFrame) -> None:
    """Sum these days up anew: whoever writes or deletes order items names their days.

    `days`: provider_id (String), slice_date (Date).
    """
    if days.is_empty():
        return
    with con.tables(summed_days=days.select("provider_id", "slice_date").unique()):
        for table, sums in (("day_orders", _ORDERS), ("day_sums", _SUMS)):
            con.run(
                f"DELETE FROM {table} t USING summed_days d"
                " WHERE t.provider_id = d.provider_id AND t.slice_date = d.slice_date"
            )
            con.run(
                f"INSERT INTO {table} BY NAME {sums} FROM order_items i"
                " SEMI JOIN summed_days d ON d.provider_id = i.provider_id"
                " AND d.slice_date = i.slice_date WHERE i.gone_at IS NULL GROUP BY ALL"
            )


ORDERS = {
    Cancelled.HIDE: "standing_orders",
    Cancelled.SHOW: "purchase_orders",
    Cancelled.ONLY: "cancelled_orders",
}
"""The column of `day_orders` that counts the POs of which a filter shows anything."""


def where(chosen: OrderFilter) -> tuple[str, dict[str, Any]]:
    """The condition on a row `i` of these tables of a filter of whole days, and its values."""
    everything = {"gone": Gone.SHOW, "cancelled": Cancelled.SHOW}
    return chosen.model_copy(update=everything).where()


def where_sums(chosen: OrderFilter) -> tuple[str, dict[str, Any]]:
    """The same on a row of `day_sums`, which tells apart what was cancelled."""
    condition, values = where(chosen)
    if chosen.cancelled is not Cancelled.SHOW:
        condition += f" AND {'NOT ' if chosen.cancelled is Cancelled.HIDE else ''}i.cancelled"
    return condition, values


def count_orders(con: Connection, chosen: OrderFilter) -> dict[str, int]:
    """See `komet.orders.query.count_orders`."""
    condition, values = where(chosen)
    rows = con.rows(
        f"SELECT i.provider_id, sum(i.{ORDERS[chosen.cancelled]})::BIGINT AS n FROM day_orders i"
        f" WHERE {condition} GROUP BY ALL",
        values,
    )
    return {row["provider_id"]: row["n"] for row in rows}


def narrow(con: Connection, chosen: OrderFilter, items: int, *, newest: bool) -> OrderFilter:
    """The same filter, on no more days than the first or newest `items` of its days stand on.

    Only what Komet still shows is counted: another filter is left as it is.
    """
    if chosen.gone is not Gone.HIDE:
        return chosen
    asked_for = chosen.cancelled is Cancelled.HIDE and not chosen.leaves_out_cancelled
    of_days = OrderFilter(
        providers=chosen.providers,
        group=chosen.group,
        ship_from=chosen.ship_from,
        ship_to=chosen.ship_to,
        cancelled=Cancelled.SHOW if asked_for else chosen.cancelled,
    )
    condition, params = where_sums(of_days)
    order = "DESC" if newest else "ASC"
    until = con.value(
        "SELECT i.ship_date FROM (SELECT i.ship_date, sum(sum(i.items)) OVER"
        f" (ORDER BY i.ship_date {order}) AS items FROM day_sums i WHERE {condition}"
        f" GROUP BY i.ship_date) i WHERE i.items >= $items ORDER BY i.ship_date {order} LIMIT 1",
        {**params, "items": items},
    )
    if until is None:
        return chosen
    return chosen.model_copy(update={"ship_from" if newest else "ship_to": until})
