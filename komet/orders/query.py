"""Looking orders up: one page of items, the totals, the chart, a PO in full."""

import polars as pl

from komet.context import AppContext
from komet.orders.filters import OrderFilter
from komet.orders.model import OrderDetail, OrderKey, Totals
from komet.orders.table import day_sums, order, pages, reading, totals


def total_items(ctx: AppContext, chosen: OrderFilter) -> Totals:
    """Sums over everything that the filter finds."""
    with ctx.read() as con:
        return totals.totals(con, chosen)


def count_orders(ctx: AppContext, chosen: OrderFilter) -> dict[str, int]:
    """Provider ID → POs that a filter of whole days finds; providers with none are left out."""
    with ctx.read() as con:
        return day_sums.count_orders(con, chosen)


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
    """Everything of one PO; its frames as `table.order.order` says. Raises `NotFound`."""
    with ctx.read() as con:
        return order.order(con, provider_id, po_id)


def find_orders(ctx: AppContext, number: str) -> list[OrderKey]:
    """The POs of a number, one a client that has it; a PO ID finds its PO, too."""
    with ctx.read() as con:
        return order.find(con, number)


def find_beside(
    ctx: AppContext, chosen: OrderFilter, sort: str, provider_id: str, po_id: str
) -> tuple[OrderKey | None, OrderKey | None]:
    """The POs before and after one among those that a filter finds; see `table.order.beside`."""
    with ctx.read() as con:
        return order.beside(con, chosen, sort, provider_id, po_id)
