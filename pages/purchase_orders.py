"""Purchase orders: filters, totals, the table a page at a time, a PO in full, export."""

import streamlit as st

from komet.clients.providers import list_providers
from komet.language import _
from komet.web.screens.order_list import order_screen
from komet.web.shell import guard, reads

ctx = guard.enter("purchase_orders")
choices = reads.choices()
if not choices["statuses"] and not choices["box_types"]:
    st.title(_("Purchase orders"))
    st.info(_("No orders yet. Download some, or try the app with sample data from the Overview."))
    st.page_link("pages/po_download.py", label=_("Go to PO download"))
    st.stop()

order_screen(ctx, list_providers(ctx))
