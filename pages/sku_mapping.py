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
    SEARCHES,
    coverage_line,
    editable_grid,
    show_overtaken,
    warn_of_unsaved,
)
from komet.web.screens.mapping_history import mapping_history
from komet.web.screens.mapping_suggestions import suggestion_list
from komet.web.shell import address, failures, guard, reads
from komet.web.shell.session import actor

ctx = guard.enter("sku_mapping")
st.title(_("SKU mapping"))

every_provider = list_providers(ctx)
if not every_provider:
    st.info(_("SKUs are mapped per client provider. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

by_id = {provider.id: provider for provider in every_provider}
address.bind(
    "mapping",
    address.choice("mapping_provider", "client", list(by_id), every_provider[0].id),
    address.choice("mapping_kind", "kind", list(KINDS), PRODUCT),
)
left, right = st.columns([1, 2], vertical_alignment="bottom")
provider_id = left.selectbox(
    _("Importer"),
    list(by_id),
    format_func=lambda id_: by_id[id_].name,
    key="mapping_provider",
    persist_state="session",
    on_change=address.forget,
    args=SEARCHES,
)
kind = right.pills(
    _("What to map"), list(KINDS), format_func=lambda name: _(KINDS[name]),
    required=True, wrap=True, key="mapping_kind", persist_state="session",
    on_change=address.forget, args=SEARCHES,
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
words = {"queue": _("Unmapped queue"), "suggestions": _("Suggestions"), "all": _("All"),
         "files": _("Import and export"), "history": _("History")}  # fmt: skip
if kind != PRODUCT:
    del words["suggestions"]
address.bind("mapping_tab", address.worded("mapping_tab", "tab", words, "queue"))
opened = st.tabs(list(words.values()), key="mapping_tab", on_change="rerun")
tabs = dict(zip(words, opened, strict=True))
nothing_known = _("Nothing is known yet: it comes with the first download, or with a file.")
with tabs["queue"]:
    st.caption(_("Ordered by the boxes at stake in downloaded orders. Type your code and save."))
    done = _("No downloaded order asks for anything without a code. The rest is under All.")
    known = kind != PRODUCT or coverage.height
    editable_grid(ctx, provider_id, "at_stake", done if known else nothing_known, kind)
if kind == PRODUCT:
    with tabs["suggestions"]:
        suggestion_list(ctx, provider_id)
with tabs["all"]:
    editable_grid(ctx, provider_id, "all", nothing_known, kind)
with tabs["files"]:
    import_file(ctx, provider, kind)
    copy_form(ctx, every_provider, provider, kind)
    st.divider()
    export_and_template(ctx, provider_id, provider.name, kind)
with tabs["history"]:
    mapping_history(ctx)
