"""SKU mapping: the unmapped queue, all products, and files in and out."""

import streamlit as st

from komet.download import catalogs
from komet.language import _
from komet.mapping import grid
from komet.store import providers
from komet.web import failures, guard
from komet.web.mapping_files import export_and_template, import_file, past_imports
from komet.web.mapping_grid import editable_grid

desk = guard.enter("sku_mapping")
st.title(_("SKU mapping"))

with desk.db.read() as con:
    every_provider = providers.all_providers(con)
if not every_provider:
    st.info(_("SKUs are mapped per client provider. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

by_id = {provider.id: provider for provider in every_provider}
provider_id = st.selectbox(
    _("Client provider"),
    list(by_id),
    format_func=lambda id_: by_id[id_].name,
    key="mapping_provider",
    persist_state="session",
)
coverage = grid.coverage(desk).filter(provider_id=provider_id)
if coverage.height:
    row = coverage.row(0, named=True)
    st.markdown(
        _("**{mapped:,} of {products:,} products** have a SKU; {unmapped_ordered:,} products in"
          " orders have none.").format(**row)
    )  # fmt: skip
else:
    st.caption(
        _("Products come with the first download, or with a file that names their Komet IDs.")
    )

nothing_known = _("No product is known yet.")
if st.button(
    _("Fetch the product list"),
    help=_("Asks Komet for this client's products and box types (2 requests). Downloads do it once"
           " a day."),
):  # fmt: skip
    with st.spinner(_("Asking Komet for its products …")):
        outcome = catalogs.refresh_now(desk, by_id[provider_id])
    failures.notice(catalogs.sentence(outcome))
    st.rerun()

queue, every, files = st.tabs([_("Unmapped queue"), _("All products"), _("Import and export")])
with queue:
    st.caption(_("Ordered by the boxes at stake in downloaded orders. Type a SKU and save."))
    done = _("Nothing to map: every known product has a SKU.")
    editable_grid(desk, provider_id, "unmapped", empty=done if coverage.height else nothing_known)
with every:
    editable_grid(desk, provider_id, "all", empty=nothing_known)
with files:
    import_file(desk, provider_id, by_id[provider_id].name)
    st.divider()
    export_and_template(desk, provider_id, by_id[provider_id].name)
    past_imports(desk)
