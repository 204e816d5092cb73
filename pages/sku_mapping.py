"""SKU mapping: the unmapped queue, all products, and files in and out."""

import streamlit as st

from komet.catalogs import lists as catalogs
from komet.clients.providers import list_providers
from komet.language import _
from komet.mapping.model import KINDS, PRODUCT
from komet.web.screens.mapping_files import (
    copy_form,
    export_and_template,
    forget_dry_runs,
    import_file,
)
from komet.web.screens.mapping_grid import (
    coverage_line,
    editable_grid,
    show_overtaken,
    warn_of_unsaved,
)
from komet.web.screens.mapping_history import mapping_history
from komet.web.screens.mapping_suggestions import suggestion_list
from komet.web.shell import failures, guard, reads
from komet.web.shell.session import actor

ctx = guard.enter("sku_mapping")
st.title(_("SKU mapping"))

every_provider = list_providers(ctx)
if not every_provider:
    st.info(_("SKUs are mapped per client provider. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

by_id = {provider.id: provider for provider in every_provider}
left, right = st.columns([1, 2], vertical_alignment="bottom")
provider_id = left.selectbox(
    _("Importer"),
    list(by_id),
    format_func=lambda id_: by_id[id_].name,
    key="mapping_provider",
    persist_state="session",
)
kind = right.pills(
    _("What to map"), list(KINDS), format_func=lambda name: _(KINDS[name]), default=PRODUCT,
    required=True, wrap=True, key="mapping_kind",
) or PRODUCT  # fmt: skip
provider = by_id[provider_id]
coverage = reads.coverage().filter(provider_id=provider_id)
if kind == PRODUCT:
    coverage_line(coverage)
    if st.button(
        _("Fetch the product list"),
        help=_("Asks Komet for this importer's products and box types (2 requests). Downloads do it"
               " once a day."),
    ):  # fmt: skip
        with failures.shown():
            with st.spinner(_("Asking Komet for its products …")):
                outcome = catalogs.refresh_daily_lists(ctx, actor(), provider)
            forget_dry_runs()
            failures.notice(catalogs.outcome_message(outcome))
            st.rerun()
else:
    st.caption(
        _("Your own codes for what this importer's orders name; they are columns of exports.")
    )

show_overtaken()
warn_of_unsaved(provider_id, kind, {id_: found.name for id_, found in by_id.items()})
labels = [_("Unmapped queue"), _("All"), _("Import and export"), _("History")]
if kind == PRODUCT:
    labels.insert(1, _("Suggestions"))
tabs = dict(zip(labels, st.tabs(labels), strict=True))
nothing_known = _("Nothing is known yet: it comes with the first download, or with a file.")
with tabs[_("Unmapped queue")]:
    st.caption(_("Ordered by the boxes at stake in downloaded orders. Type your code and save."))
    done = _("No downloaded order asks for anything without a code. The rest is under All.")
    known = kind != PRODUCT or coverage.height
    editable_grid(ctx, provider_id, "at_stake", done if known else nothing_known, kind)
if kind == PRODUCT:
    with tabs[_("Suggestions")]:
        suggestion_list(ctx, provider_id)
with tabs[_("All")]:
    editable_grid(ctx, provider_id, "all", nothing_known, kind)
with tabs[_("Import and export")]:
    import_file(ctx, provider, kind)
    copy_form(ctx, every_provider, provider, kind)
    st.divider()
    export_and_template(ctx, provider_id, provider.name, kind)
with tabs[_("History")]:
    mapping_history(ctx)
