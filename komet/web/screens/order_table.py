"""The table of order items: a page at a time, sorted in SQL, a row opens its PO."""

from collections.abc import Sequence
from typing import Any

import polars as pl
import streamlit as st

from komet.language import _, _later, day_pattern
from komet.orders import statuses
from komet.orders.query import SORTS
from komet.web.shell.moments import moment_column

PAGE_ROWS = 200
_SORT_WORDS = {
    "newest": _later("Latest ship date first"),
    "ship_date": _later("Earliest ship date first"),
    "changed": _later("Last changed first"),
    "waiting": _later("Longest waiting first"),
    "boxes": _later("Most boxes first"),
    "cost": _later("Highest cost first"),
    "product": _later("Product A to Z"),
}
COLUMNS = (
    "provider", "po_number", "ship_date", "po_status", "line_status", "vendor_name",
    "customer_name", "product", "sku", "box_type", "boxes", "bunches", "stems_bunch", "unit_type",
    "total_units", "stems", "fbe", "unit_cost", "total_cost", "quantity_confirmed",
    "location_name", "origin", "carrier_name", "mark_code", "order_type", "prebook", "truck_date",
    "reference", "notes", "product_id", "sku_description", "po_item_id", "downloaded_at",
)  # fmt: skip


def sort_choice() -> str:
    """The order of the rows: a key of `SORTS`."""
    return st.selectbox(
        _("Order"),
        list(_SORT_WORDS),
        format_func=lambda name: _(_SORT_WORDS[name]),
        key="orders_sort",
        label_visibility="collapsed",
    )


def order_table(frame: pl.DataFrame, key: str, columns: Sequence[str] = ()) -> int | None:
    """Draw the rows of one page (all `columns`, or these); returns the place of the picked row."""
    shown = statuses.worded(frame.select(COLUMNS)).with_columns(
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
        column_order=list(columns) or None,
        placeholder="",
    )
    rows = picked.selection.rows
    return rows[0] if rows else None


def column_words() -> dict[str, str]:
    """The heading of each column."""
    return {name: str(config["label"]) for name, config in column_config().items()}


def column_config() -> dict[str, Any]:
    """Headings and number formats of the columns of order items."""
    quantity = st.column_config.NumberColumn
    config: dict[str, Any] = {
        "provider": st.column_config.TextColumn(_("Provider"), pinned=True, width="small"),
        "po_number": st.column_config.TextColumn(_("PO number"), pinned=True, width="small"),
        "ship_date": st.column_config.DateColumn(_("Ship date"), format=day_pattern()),
        "truck_date": st.column_config.DateColumn(_("Truck date"), format=day_pattern()),
        "downloaded_at": moment_column(_("Downloaded")),
        "unit_cost": quantity(_("Unit cost"), format="%.4f"),
        "total_cost": quantity(_("Total cost"), format="%.2f"),
        "fbe": quantity(_("FBE"), format="%.3f", help=_("Full-box equivalent")),
    }
    words = {
        "po_status": _("PO status"), "line_status": _("Line status"), "vendor_name": _("Vendor"),
        "customer_name": _("Customer"), "product": _("Product"), "sku": _("SKU"),
        "box_type": _("Box type"), "unit_type": _("Unit type"), "location_name": _("Location"),
        "origin": _("Origin"), "carrier_name": _("Carrier"), "mark_code": _("Mark code"),
        "order_type": _("Order type"), "prebook": _("Prebook"), "reference": _("Reference"),
        "notes": _("Notes"), "product_id": _("Komet product ID"),
        "sku_description": _("SKU description"), "po_item_id": _("PO item ID"),
    }  # fmt: skip
    numbers = {
        "boxes": _("Boxes"), "bunches": _("Bunches"), "stems_bunch": _("Stems per bunch"),
        "total_units": _("Total units"), "stems": _("Stems"),
        "quantity_confirmed": _("Confirmed"),
    }  # fmt: skip
    config |= {name: st.column_config.TextColumn(word) for name, word in words.items()}
    config |= {name: quantity(word, format="localized") for name, word in numbers.items()}
    return config


assert set(_SORT_WORDS) == set(SORTS)  # noqa: S101 - two lists that must not part
