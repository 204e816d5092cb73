"""Purchase orders: filters, totals, chart, the table a page at a time, a PO in full, export."""

import math

import streamlit as st

from komet.clients.providers import list_providers
from komet.language import _
from komet.web.screens.charts import boxes_by_ship_date
from komet.web.screens.export_menu import export_menu
from komet.web.screens.order_filters import order_filters
from komet.web.screens.order_views import columns_choice, view_choice
from komet.web.screens.orders import (
    PAGE_ROWS,
    column_words,
    open_order,
    order_table,
    show_totals,
    sort_choice,
    warn_of_shared_orders,
)
from komet.web.screens.quick_refresh import quick_refresh
from komet.web.shell import guard, reads, state

ctx = guard.enter("purchase_orders")
st.title(_("Purchase orders"))

every_provider = list_providers(ctx)
choices = reads.choices()
if not choices["statuses"] and not choices["box_types"]:
    st.info(_("No orders yet. Download some, or try the app with sample data from the Overview."))
    st.page_link("pages/po_download.py", label=_("Go to PO download"))
    st.stop()

warn_of_shared_orders(ctx)
view_choice(ctx)
chosen = order_filters(every_provider, choices)
totals = reads.totals(chosen)
show_totals(totals)

if totals.items == 0:
    st.info(_("No order matches these filters. Take one away, or clear them all."))
    st.stop()

with st.expander(_("Boxes by ship date"), expanded=True):
    st.altair_chart(boxes_by_ship_date(reads.by_ship_date(chosen)))

pages = math.ceil(totals.items / PAGE_ROWS)
page_key = f"orders_page_{pages}"  # another number of pages begins at the first
offset = (st.session_state.get(page_key, 1) - 1) * PAGE_ROWS
bar = st.container(horizontal=True, vertical_alignment="center")
with bar:
    st.markdown(
        _("**{items:,} items** on {lines:,} lines").format(items=totals.items, lines=totals.lines)
    )
    sort = sort_choice()
    frame = reads.page(chosen, sort, offset, PAGE_ROWS)
    columns = columns_choice(column_words())
    quick_refresh(ctx, frame, every_provider)
    export_menu(ctx, chosen)

cleared = st.session_state.get(state.ORDERS_TABLE, 0)
row = order_table(frame, f"orders_table_{cleared}", columns)
if pages > 1:
    st.pagination(pages, key=page_key)
st.caption(
    _("Select a row to open its PO. Amounts are in the provider's currency. Boxes and cost of a"
      " mixed box stand on its first item.")
)  # fmt: skip
if row is not None and row < frame.height:
    order = frame.row(row, named=True)
    open_order(ctx, order["provider_id"], order["po_id"], order["po_number"])
