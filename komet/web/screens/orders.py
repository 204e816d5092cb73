"""Order items on screen: the table, a page at a time."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import polars as pl
import streamlit as st

from komet.language import _, _later, day_pattern
from komet.orders import columns
from komet.orders.column import Kind, OrderColumn
from komet.orders.columns import decode_codes
from komet.orders.model import ColumnWidth
from komet.web.shell import failures, reads
from komet.web.shell.figures import figure_column
from komet.web.shell.moments import moment_column

_PLACES = {
    Kind.INTEGER: None,
    Kind.QUANTITY: None,
    Kind.MONEY: 2,
    Kind.PRICE: 4,
    Kind.FACTOR: None,
}
"""Decimals of a kind of figure in the table; without, as many as it has."""
_SORT_WORDS = {
    "ship_date": _later("Earliest ship date first"),
    "newest": _later("Latest ship date first"),
    "changed": _later("Last changed first"),
    "waiting": _later("Longest waiting first"),
    "boxes": _later("Most boxes first"),
    "cost": _later("Highest cost first"),
    "product": _later("Product A to Z"),
}
_ROW, _ROWS = 35, 16
"""Height of a row, in pixels, and how many are seen at once."""


def warn_of_shared_orders() -> None:
    """Name the clients, the orders and the boxes too many; nothing where none are shared."""
    if shared := reads.shared_orders():
        lines = [failures.plain(found.message) for found in shared]
        lines.append(_("Filter by one of the importers for figures that count each order once."))
        st.warning("  \n".join(lines), icon=":material/content_copy:")


def sort_choice() -> str:
    """The order of the rows: a key of `SORTS`."""
    return st.selectbox(
        _("Order"),
        list(_SORT_WORDS),
        format_func=lambda name: _(_SORT_WORDS[name]),
        key="orders_sort",
        label_visibility="collapsed",
        width=230,
        persist_state="session",  # also while a filter finds nothing to put in order
    )


def order_table(
    frame: pl.DataFrame,
    key: str,
    chosen: Sequence[str] = (),
    widths: Mapping[str, ColumnWidth] | None = None,
    *,
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Draw the rows of one page (all columns, or these); a click on any cell is a pick."""
    names = chosen or [column.name for column in columns.shown()]
    shown = decode_codes(frame.select(names)).with_columns(
        pl.col("^sku$").fill_null(_("no SKU")),
        pl.selectors.decimal().cast(pl.Float64),
    )
    # a column cuts what has more decimals than it shows
    shown = shown.with_columns(
        pl.col(column.name).round(places)
        for column in columns.shown()
        if column.name in shown.columns and (places := _PLACES.get(column.kind))
    )
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=_ROW * (_ROWS + 1) + 2,
        on_select=on_pick or "ignore",
        selection_mode="single-cell",
        column_config=column_config(widths),
        placeholder="",
    )


def column_words() -> dict[str, str]:
    """The columns that can be shown, in their order, with the heading of each."""
    return {name: str(config["label"]) for name, config in column_config().items()}


def column_config(widths: Mapping[str, ColumnWidth] | None = None) -> dict[str, Any]:
    """Headings, formats and widths of the columns of order items, by the registry.

    `widths`: those that are others than the usual ones.
    """
    found = {column.name: _config(column) for column in columns.shown()}
    usual = {column.name: column.width for column in columns.shown() if column.width}
    for name, width in {**usual, **(widths or {})}.items():
        if name in found:
            found[name]["width"] = width
    return found


def _config(column: OrderColumn) -> Any:
    heading = _(column.short or column.label)
    explained = _(column.help) if column.help else None
    if column.kind is Kind.TIME:
        return moment_column(heading)
    if column.kind is Kind.DATE:
        return st.column_config.DateColumn(heading, format=day_pattern(), help=explained)
    if column.kind in _PLACES:
        return figure_column(heading, _PLACES[column.kind], help=explained)
    if column.pinned:
        return st.column_config.TextColumn(heading, pinned=True, help=explained)
    return st.column_config.TextColumn(heading, help=explained)
