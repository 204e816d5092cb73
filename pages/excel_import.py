"""Import from Excel: orders that a Komet user exported, before the token arrives."""

import streamlit as st

from komet.clients.providers import list_providers
from komet.ingest.imports import check_order_file, import_order_file
from komet.language import _, _n
from komet.tabular.file import FILE_TYPES
from komet.web.screens.order_file import show_days, show_reading
from komet.web.shell import failures, guard, state
from komet.web.shell.session import actor

ctx = guard.enter("excel_import")
st.title(_("Import from Excel"))
st.caption(
    _("No token yet? Upload what Komet's vendor portal exports: titles and footers are skipped,"
      " merged cells filled down. Komet's own orders take the place of it once they come.")
)  # fmt: skip

every_provider = list_providers(ctx)
if not every_provider:
    st.info(_("Orders belong to a client provider. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

names = {provider.id: provider.name for provider in every_provider}
provider_id = st.selectbox(
    _("Importer"), list(names), format_func=lambda id_: names[id_], key="file_provider"
)
done = st.session_state.get(state.FILE_IMPORTS, 0)
uploaded = st.file_uploader(
    _("An Excel or CSV file from Komet"), type=list(FILE_TYPES), key=f"orders_{done}"
)
if uploaded is None:
    st.stop()
with failures.shown():
    checked = check_order_file(ctx, uploaded.getvalue(), uploaded.name, provider_id)
    show_days(checked.days)
    if st.button(
        _n("Import {n:,} line", "Import {n:,} lines", checked.writable).format(n=checked.writable),
        type="primary",
        disabled=not checked.writable,
    ):
        import_order_file(ctx, actor(), checked)
        st.session_state[state.FILE_IMPORTS] = done + 1
        failures.notice(_("Imported {name}.").format(name=uploaded.name))
        st.switch_page("pages/purchase_orders.py")
    show_reading(checked.file)
