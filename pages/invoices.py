"""Invoices: a vendor's own for each shipped PO, and what Komet lists of an importer's."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.dispatch.listed_invoices import may_list_invoices
from komet.language import _
from komet.web.screens.invoices import is_about_shipped, send_files, shipped_orders
from komet.web.screens.listed_invoices import invoices_in_komet
from komet.web.screens.sending import follow_batch
from komet.web.shell import guard, state

ctx = guard.enter("invoices")
st.title(_("Invoices"))
st.caption(_("A PDF or a picture for each PO, with its number and total; which shipped POs lack"
             " one."))  # fmt: skip

every = list_providers(ctx)
if not every:
    st.info(_("Invoices are for the POs of a client provider. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

follow_batch(ctx)
able = may_list_invoices(ctx)
labels = [_("Send invoices"), _("Shipped POs"), *([_("In Komet")] if able else [])]
# as the visit began: the address follows the choice, and must not turn the page over
shipped = st.session_state.setdefault(
    state.INVOICES_LINKED, is_about_shipped(st.query_params.to_dict())
)
tabs = st.tabs(labels, default=labels[1] if shipped else None, key="invoices_tab")
with tabs[0]:
    send_files(ctx, every)
with tabs[1]:
    shipped_orders(every, time_zone.today(ctx.now()))
if able:
    with tabs[2]:
        invoices_in_komet(ctx, able)
