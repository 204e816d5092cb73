"""Invoices: a vendor's own for each shipped PO, and what Komet lists of an importer's."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.dispatch.listed_invoices import may_list_invoices
from komet.language import _
from komet.web.screens.invoices import send_files, shipped_orders
from komet.web.screens.listed_invoices import invoices_in_komet
from komet.web.screens.sending import follow_batch
from komet.web.shell import address, guard

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
words = {"send": _("Send invoices"), "shipped": _("Shipped POs")}
words |= {"komet": _("In Komet")} if able else {}
of_shipped = {"client", "from", "to", "shown"}
if "invoices_tab" not in st.session_state and of_shipped & set(st.query_params):
    st.query_params.setdefault("tab", "shipped")
address.bind("invoices_tab", address.worded("invoices_tab", "tab", words, "send"))
tabs = st.tabs(list(words.values()), key="invoices_tab", on_change="rerun")
with tabs[0]:
    send_files(ctx, every)
with tabs[1]:
    shipped_orders(every, time_zone.today(ctx.now()))
if able:
    with tabs[2]:
        invoices_in_komet(ctx, able)
