"""Komet Desk in the browser: start-up and navigation. `streamlit run app.py` starts it."""

import streamlit as st

from komet.language import _
from komet.web import failures, guard, resources

st.set_page_config(page_title="Komet Desk", page_icon=":material/local_florist:", layout="wide")

pages = {
    "overview": st.Page(
        "pages/overview.py", title=_("Overview"), icon=":material/home:", default=True
    ),
    "purchase_orders": st.Page(
        "pages/purchase_orders.py", title=_("Purchase orders"), icon=":material/list_alt:"
    ),
    "po_download": st.Page(
        "pages/po_download.py", title=_("PO download"), icon=":material/cloud_download:"
    ),
    "sku_mapping": st.Page(
        "pages/sku_mapping.py", title=_("SKU mapping"), icon=":material/compare_arrows:"
    ),
    "client_providers": st.Page(
        "pages/client_providers.py", title=_("Client providers"), icon=":material/storefront:"
    ),
    "tokens": st.Page("pages/tokens.py", title=_("Tokens"), icon=":material/key:"),
}
page = st.navigation(
    {
        "": [pages["overview"]],
        _("Orders"): [pages["purchase_orders"], pages["po_download"]],
        _("Set-up"): [pages["sku_mapping"], pages["client_providers"], pages["tokens"]],
    }
)

wanted = guard.wanted_page()
if wanted and wanted[0] in pages:
    st.switch_page(pages[wanted[0]], query_params=wanted[1])

with failures.shown():
    resources.wake_sandbox()
failures.show_notice()
guard.let_in()
with failures.shown():
    page.run()
