"""The table of order items: a page at a time, sorted in SQL, a row opens its PO."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from komet.language import _, _later, day_pattern
from komet.orders import columns
from komet.orders.columns import Kind, OrderColumn
from komet.web.shell.moments import moment_column

PAGE_ROWS = 200
_NUMBERS = {
    Kind.INTEGER: "localized",
    Kind.QUANTITY: "localized",
    Kind.MONEY: "%.2f",
    Kind.PRICE: "%.4f",
    Kind.FACTOR: "%.3f",
}
_SORT_WORDS = {
    "newest": _later("Latest ship date first"),
    "ship_date": _later("Earliest ship date first"),
    "changed": _later("Last changed first"),
    "waiting": _later("Longest waiting first"),
    "boxes": _later("Most boxes first"),
    "cost": _later("Highest cost first"),
    "product": _later("Product A to Z"),
}


def sort_choice() -> str:
    """The order of the rows: a key of `SORTS`."""
    return st.selectbox(
        _("Order"),
        list(_SORT_WORDS),
        format_func=lambda name: _(_SORT_WORDS[name]),
        key="orders_sort",
        label_visibility="collapsed",
    )


def order_table(frame: pl.DataFrame, key: str, chosen: Sequence[str] = ()) -> int | None:
    """Draw the rows of one page (all columns, or these); returns the place of the picked row."""
    shown = columns.worded(frame.select(column.name for column in columns.shown())).with_columns(
        pl.col("sku").fill_null(_("no SKU")),
        pl.selectors.decimal().cast(pl.Float64),
    )
    picked = st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=460,
        on_select="rerun",
        selection_mode="single-row",
        column_config=column_config(),
        column_order=list(chosen) or None,
        placeholder="",
    )
    rows = picked.selection.rows
    return rows[0] if rows else None


def column_words() -> dict[str, str]:
    """The columns that can be shown, in their order, with the heading of each."""
    return {name: str(config["label"]) for name, config in column_config().items()}


def column_config() -> dict[str, Any]:
    """Headings and formats of the columns of order items, by the registry."""
    return {column.name: _config(column) for column in columns.shown()}


def _config(column: OrderColumn) -> Any:
    heading = _(column.short or column.label)
    explained = _(column.help) if column.help else None
    if column.kind is Kind.TIME:
        return moment_column(heading)
    if column.kind is Kind.DATE:
        return st.column_config.DateColumn(heading, format=day_pattern(), help=explained)
    if column.kind in _NUMBERS:
        return st.column_config.NumberColumn(heading, format=_NUMBERS[column.kind], help=explained)
    if column.pinned:
        return st.column_config.TextColumn(heading, pinned=True, width="small", help=explained)
    return st.column_config.TextColumn(heading, help=explained)
