"""Tokens: Komet API keys, what each may do, and how to get one."""

import streamlit as st

from komet.clients.check import COMPANY_ONLY, NEEDED, SENDING, USEFUL, VENDOR_PRESET
from komet.clients.tokens import list_tokens
from komet.language import _
from komet.web.screens.tokens import add_form, card, last_added, login_form
from komet.web.shell import guard

ctx = guard.enter("tokens")
st.title(_("Tokens"))
st.caption(
    _("A token is the key to one importer's Komet. Its secret is stored encrypted and never shown"
      " again.")
)  # fmt: skip

stored = list_tokens(ctx)

if not stored:
    st.info(
        _("No token yet. Ask the importer for one (Komet: Setup > Settings > Integrations > Tokens)"
          " and add it here; or try the app with sample data from the Overview.")
    )  # fmt: skip
for token in stored:
    card(ctx, token)

st.header(_("Add a token"))
last_added(stored)
by_secret, by_login, ask = st.tabs(
    [_("I have a token"), _("Get one by login"), _("What to ask for")]
)
with by_secret:
    add_form(ctx)
with by_login:
    login_form(ctx)
with ask:
    st.markdown(
        _("Send this to the importer, or to Komet support, when you ask for a **vendor token**:")
    )
    st.code(", ".join(VENDOR_PRESET), language=None, wrap_lines=True)
    st.markdown(
        "\n".join(
            (
                _("- Without **{names}** nothing can be downloaded.").format(
                    names=", ".join(NEEDED)
                ),
                _("- With {names} you get product names, FBE factors and customers from Komet;"
                  " without them, what the orders themselves show.").format(
                    names=", ".join(USEFUL)
                ),
                _("- With {names} a vendor ships on an AWB and sends invoices through the API; the"
                  " app itself does not call them on its own.").format(
                    names=", ".join(SENDING)
                ),
                _("- {names} are for company tokens only; without them, a location ID is typed"
                  " instead of picked.").format(names=", ".join(COMPANY_ONLY)),
            )
        )
    )  # fmt: skip
