"""The warning that orders are held by two client providers, above figures that count them."""

import streamlit as st

from komet.clients import overlaps
from komet.context import AppContext
from komet.language import _
from komet.web.shell.failures import plain


def warn_of_shared_orders(ctx: AppContext) -> None:
    """Name the clients, the orders and the boxes too many; nothing where none are shared."""
    with ctx.db.read() as con:
        shared = overlaps.shared_orders(con)
    if shared:
        lines = [plain(found.sentence) for found in shared]
        lines.append(_("Filter by one of the clients for figures that count each order once."))
        st.warning("  \n".join(lines), icon=":material/content_copy:")
