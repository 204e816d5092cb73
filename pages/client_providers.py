"""Client providers: the importers on Komet whose orders we download."""

import streamlit as st

from komet.clients.check import load_provider_checks
from komet.clients.providers import list_providers
from komet.clients.tokens import list_tokens
from komet.language import _
from komet.web.screens.providers import card, last_added, provider_form
from komet.web.shell import guard

ctx = guard.enter("client_providers")
st.title(_("Client providers"))
st.caption(_("Each importer that runs Komet and whose purchase orders you download."))

stored = list_providers(ctx)
every_token = list_tokens(ctx)

checks = load_provider_checks(ctx)

if not every_token and not stored:
    st.info(_("A client provider needs a token. Add the token first."))
    st.page_link("pages/tokens.py", label=_("Go to Tokens"))
    st.stop()
if not stored:
    st.info(_("No client provider yet. Add the first one below."))
for provider in stored:
    card(ctx, provider, every_token, checks.get(provider.id))

st.header(_("Add a client provider"))
last_added(stored, checks)
if every_token:
    provider_form(ctx, every_token)
else:
    st.page_link("pages/tokens.py", label=_("Add a token first"))
