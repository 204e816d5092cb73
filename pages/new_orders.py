"""New orders and stock: from a file, from prebook lines; what the stock has."""

import streamlit as st

from komet.clients.providers import list_providers
from komet.language import _
from komet.web.screens.new_orders import file_form, lists_form, new_orders_hint, prebook_lines
from komet.web.screens.sending import follow_batch
from komet.web.screens.stock import stock_list
from komet.web.shell import address, guard

ctx = guard.enter("new_orders")
st.title(_("New orders and stock"))
st.caption(
    _("Create POs and prebooks, add and change stock, each with a preview before anything is sent.")
)

by_id = {provider.id: provider for provider in list_providers(ctx) if provider.token_id}
if not by_id:
    st.info(_("Add a client provider with a token, or try the app with sample data."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

with st.container():  # one element, whatever is in it: the chosen tab stays chosen
    follow_batch(ctx)
    new_orders_hint(ctx)
address.bind(
    "new_orders", address.choice("new_orders_provider", "client", list(by_id), next(iter(by_id)))
)
provider_id = st.selectbox(
    _("Importer"),
    list(by_id),
    format_func=lambda id_: by_id[id_].name,
    key="new_orders_provider",
    persist_state="session",
)
provider = by_id[provider_id]
words = {"file": _("From a file"), "prebooks": _("Prebook lines"), "stock": _("Stock")}
address.bind("new_orders_tab", address.worded("new_orders_tab", "tab", words, "file"))
from_file, from_prebooks, in_stock = st.tabs(
    list(words.values()), key="new_orders_tab", on_change="rerun"
)
with from_file:
    file_form(ctx, provider)
    lists_form(ctx, provider)
with from_prebooks:
    prebook_lines(ctx, provider)
with in_stock:
    stock_list(ctx, provider)
