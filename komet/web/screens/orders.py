"""Order items on screen: totals, and the table a page at a time."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from komet.language import _, _later, day_pattern, number
from komet.orders import columns
from komet.orders.column import Kind, OrderColumn
from komet.orders.columns import decode_codes
from komet.orders.model import Totals
from komet.web.shell import failures, reads
from komet.web.shell.moments import moment_column

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


def warn_of_shared_orders() -> None:
    """Name the clients, the orders and the boxes too many; nothing where none are shared."""
    if shared := reads.shared_orders():
        lines = [failures.plain(found.message) for found in shared]
        lines.append(_("Filter by one of the importers for figures that count each order once."))
        st.warning("  \n".join(lines), icon=":material/content_copy:")


def show_totals(totals: Totals) -> None:
    """Purchase orders, boxes, FBE, stems and cost of what a filter finds."""
    figures = {
        _("Purchase orders"): (number(totals.purchase_orders), None),
        _("Boxes"): (_figure(totals.boxes, 0), _("Cartons; a mixed box counts once.")),
        _("FBE"): (_figure(totals.fbe, 2), _("Full-box equivalents, by each importer's factors.")),
        _("Stems"): (_figure(totals.stems, 0), _("Boxes × bunches × stems per bunch.")),
        _("Total cost"): (
            _figure(totals.total_cost, 2),
            _("In the importer's currency; Komet does not state which."),
        ),
    }
    row = st.container(horizontal=True)
    for label, (value, explained) in figures.items():
        row.metric(label, value, border=True, help=explained, width=165)


def _figure(value: Decimal | None, places: int) -> str:
    """A number that fits its card: idle decimals are left out."""
    if value is None:
        return "–"
    whole = value == value.to_integral_value() or abs(value) >= 10_000
    return number(value, 0 if whole else places)


def sort_choice() -> str:
    """The order of the rows: a key of `SORTS`."""
    return st.selectbox(
        _("Order"),
        list(_SORT_WORDS),
        format_func=lambda name: _(_SORT_WORDS[name]),
        key="orders_sort",
        label_visibility="collapsed",
    )


def order_table(
    frame: pl.DataFrame,
    key: str,
    chosen: Sequence[str] = (),
    *,
    on_pick: Callable[[], None] | None = None,
) -> None:
    """Draw the rows of one page (all columns, or these); a click on any cell is a pick."""
    shown = decode_codes(frame.select(column.name for column in columns.shown())).with_columns(
        pl.col("sku").fill_null(_("no SKU")),
        pl.selectors.decimal().cast(pl.Float64),
    )
    st.dataframe(
        shown,
        key=key,
        hide_index=True,
        height=460,
        on_select=on_pick or "ignore",
        selection_mode="single-cell",
        column_config=column_config(),
        column_order=list(chosen) or None,
        placeholder="",
    )


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
