"""Order items on screen: totals, the table a page at a time, and a PO in full in a dialog."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.language import _, _later, day_pattern, number, zoned_moment
from komet.orders import columns, statuses
from komet.orders.column import Kind, OrderColumn
from komet.orders.columns import decode_codes
from komet.orders.model import OrderDetail, Totals
from komet.orders.query import read_order
from komet.web.shell import failures, reads, state
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
_LINE_COLUMNS = (
    "product", "sku", "line_status", "box_type", "boxes", "bunches", "stems_bunch", "unit_type",
    "total_units", "stems", "unit_cost", "total_cost", "quantity_confirmed", "customer_name",
    "mark_code", "prebook", "truck_date", "notes", "po_item_id", "gone_at",
)  # fmt: skip


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
    """A number that fits its card: millions are rounded, idle decimals left out."""
    if value is None:
        return "–"
    if abs(value) >= 1_000_000:
        return f"{number(value / 1_000_000, 2)} M"
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


def order_table(frame: pl.DataFrame, key: str, chosen: Sequence[str] = ()) -> int | None:
    """Draw the rows of one page (all columns, or these); returns the place of the picked row."""
    shown = decode_codes(frame.select(column.name for column in columns.shown())).with_columns(
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


def _close() -> None:
    st.session_state[state.ORDERS_TABLE] = st.session_state.get(state.ORDERS_TABLE, 0) + 1


def open_order(ctx: AppContext, provider_id: str, po_id: str, number: str | None) -> None:
    """Show the PO; closing the dialog clears the table's selection."""

    @st.dialog(
        _("Purchase order {number}").format(number=failures.plain(number or po_id)),
        width="large",
        on_dismiss=_close,
    )
    def dialog() -> None:
        with failures.shown():
            _whole_order(read_order(ctx, provider_id, po_id))

    dialog()


def _whole_order(order: OrderDetail) -> None:
    header = order.header
    facts = {
        _("Importer"): header["provider"],
        _("Ship date"): order.ship_date,
        _("Status"): statuses.decode(statuses.HEADER, header["status"]),
        _("Vendor"): header["vendor_name"],
        _("Location"): header["location_name"],
        _("Origin"): header["origin"],
        _("Boxes"): _amount(header["total_boxes"]),
        _("Total cost"): _amount(order.total_cost),
        _("Comments"): header["comments"],
    }
    st.markdown(
        "  ·  ".join(
            f"{name}: **{failures.plain(str(value))}**" for name, value in facts.items() if value
        )
    )
    if order.gone_at:
        st.warning(
            _("Komet no longer shows this PO since {when}.").format(
                when=zoned_moment(order.gone_at)
            )
        )
    tabs: dict[str, Callable[[], None]] = {
        _("Lines"): lambda: _lines(order.items),
        _("Boxes ({n})").format(n=order.boxes.height): lambda: _table(
            order.boxes, _("No boxes yet: Komet shows them once the farm has shipped.")
        ),
        _("Changes ({n})").format(n=order.changes.height): lambda: _changes(order.changes),
        _("Problems ({n})").format(n=order.problems.height): lambda: _table(
            order.problems, _("Every value of this PO could be read.")
        ),
        _("Extra fields ({n})").format(n=order.extra.height): lambda: _table(
            order.extra, _("Komet sent nothing that has no column of its own.")
        ),
    }
    for tab, draw in zip(st.tabs(list(tabs)), tabs.values(), strict=True):
        with tab:
            draw()


def _lines(items: pl.DataFrame) -> None:
    shown = decode_codes(items.select(_LINE_COLUMNS)).with_columns(
        pl.col("sku").fill_null(_("no SKU")),
        pl.selectors.decimal().cast(pl.Float64),
    )
    config = column_config() | {"gone_at": moment_column(_("Gone since"))}
    st.dataframe(shown, hide_index=True, column_config=config, placeholder="")
    if items["mixed"].any():
        st.caption(
            _(
                "A mixed box has a row for each product in it;"
                " its boxes and cost stand on the first."
            )
        )


def _changes(changes: pl.DataFrame) -> None:
    words = {
        "new": _("new"), "changed": _("changed"), "moved": _("moved"), "gone": _("gone"),
        "back": _("back again"), "substituted": _("substituted"),
    }  # fmt: skip
    _table(
        changes.with_columns(
            pl.col("kind").replace(words), pl.col("field").str.replace_all("_", " ")
        ),
        _("Nothing has changed since the first download."),
    )


def _table(frame: pl.DataFrame, empty: str) -> None:
    if frame.is_empty():
        st.caption(empty)
        return
    words: dict[str, Any] = {
        "seen_at": moment_column(_("Seen")),
        "kind": _("What"), "po_item_id": _("PO item ID"), "field": _("Field"),
        "before": _("Before"), "after": _("After"), "value": _("Value"), "part": _("Of"),
        "box_code": _("Box code"), "lot_number": _("Lot number"), "position": _("Position"),
        "status": _("Box status"),
    }  # fmt: skip
    st.dataframe(frame, hide_index=True, column_config=words, placeholder="")


def _amount(value: object) -> str:
    return number(value) if isinstance(value, Decimal) else ""
