"""A PO in full, in a dialog: lines, breakdowns, boxes, changes, and what else Komet sent."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import polars as pl
import streamlit as st

from komet.context import AppContext
from komet.language import _, number, zoned_moment
from komet.orders import statuses
from komet.orders.columns import worded
from komet.orders.model import OrderDetail
from komet.orders.query import read_order
from komet.web.screens.order_table import column_config
from komet.web.shell import failures, state
from komet.web.shell.moments import moment_column

_LINE_COLUMNS = (
    "product", "sku", "line_status", "box_type", "boxes", "bunches", "stems_bunch", "unit_type",
    "total_units", "stems", "unit_cost", "total_cost", "quantity_confirmed", "customer_name",
    "mark_code", "prebook", "truck_date", "notes", "po_item_id", "gone_at",
)  # fmt: skip


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
            _body(read_order(ctx, provider_id, po_id))

    dialog()


def _body(order: OrderDetail) -> None:
    header = order.header
    facts = {
        _("Provider"): header["provider"],
        _("Ship date"): order.ship_date,
        _("Status"): statuses.decoded(statuses.HEADER, header["status"]),
        _("Vendor"): header["vendor_name"],
        _("Location"): header["location_name"],
        _("Origin"): header["origin"],
        _("Boxes"): _number(header["total_boxes"]),
        _("Total cost"): _number(order.total_cost),
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
            order.boxes, _("No boxes yet: Komet shows them once the grower has shipped.")
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
    shown = worded(items.select(_LINE_COLUMNS)).with_columns(
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


def _number(value: object) -> str:
    return number(value) if isinstance(value, Decimal) else ""
