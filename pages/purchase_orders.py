"""Purchase orders: filters, totals, chart, the table a page at a time, a PO in full, export."""

import streamlit as st

from komet.clients.providers import list_providers
from komet.language import _
from komet.web.screens.order_filters import order_filters
from komet.web.screens.order_list import boxes_chart, order_list
from komet.web.screens.order_views import view_choice
from komet.web.screens.orders import show_totals, warn_of_shared_orders
from komet.web.shell import guard, reads

ctx = guard.enter("purchase_orders")
st.title(_("Purchase orders"))

every_provider = list_providers(ctx)
choices = reads.choices()
if not choices["statuses"] and not choices["box_types"]:
    st.info(_("No orders yet. Download some, or try the app with sample data from the Overview."))
    st.page_link("pages/po_download.py", label=_("Go to PO download"))
    st.stop()

warn_of_shared_orders()
view_choice(ctx)
chosen = order_filters(every_provider, choices)
totals = reads.totals(chosen)
show_totals(totals)

if totals.items == 0:
    st.info(_("No order matches these filters. Take one away, or clear them all."))
    st.stop()

boxes_chart(chosen)
order_list(ctx, chosen, totals, every_provider)
