"""Looking orders up: one page of items, the totals, the chart, a PO in full."""

import polars as pl

from komet.context import AppContext
from komet.orders.filters import OrderFilter
from komet.orders.model import OrderDetail, Totals
from komet.orders.table import pages, reading, totals


def total_items(ctx: AppContext, chosen: OrderFilter) -> Totals:
    """Sums over everything that the filter finds."""
    with ctx.read() as con:
        return totals.totals(con, chosen)


def list_items(
    ctx: AppContext, chosen: OrderFilter, *, sort: str = "newest", offset: int = 0, limit: int = 200
) -> pl.DataFrame:
    """Items of one page, with the columns of `table.items.grid_sql`.

    `sort` is a key of `table.reading.SORTS`; `offset` and `limit` count items.
    """
    with ctx.read() as con:
        return pages.page(con, chosen, sort=sort, offset=offset, limit=limit)


def sum_boxes_by_day(ctx: AppContext, chosen: OrderFilter) -> pl.DataFrame:
    """ship_date (Date), provider (String), boxes (Float64): boxes that ship each day."""
    with ctx.read() as con:
        return reading.by_ship_date(con, chosen)


def list_choices(ctx: AppContext) -> dict[str, list[str]]:
    """What can be chosen: the distinct values of the columns that filters pick from."""
    with ctx.read() as con:
        return reading.choices(con)


def read_order(ctx: AppContext, provider_id: str, po_id: str) -> OrderDetail:
    """Everything of one PO; its frames as `reading.order` says. Raises `NotFound`."""
    with ctx.read() as con:
        return reading.order(con, provider_id, po_id)
