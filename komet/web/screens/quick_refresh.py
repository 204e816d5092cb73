"""Quick refresh on Purchase orders: chosen PO numbers, asked for at once."""

from collections.abc import Sequence

import polars as pl
import streamlit as st

from komet.clients.model import Provider
from komet.context import AppContext
from komet.ingest.by_number import download_numbers, parse_numbers, providers_of
from komet.language import _
from komet.web.shell import failures
from komet.web.shell.session import actor


def quick_refresh(ctx: AppContext, page: pl.DataFrame, every: Sequence[Provider]) -> None:
    """A small form: numbers of this page, or typed; whose they are, if not stored."""
    names = {provider.id: provider for provider in every if provider.active}
    with st.popover(_("Refresh POs"), icon=":material/refresh:"), st.form("quick", border=False):
        st.caption(_("Asks Komet for single POs now, a request for each importer and 50 numbers."))
        numbers = st.multiselect(
            _("PO numbers"),
            page["po_number"].drop_nulls().unique(maintain_order=True).to_list(),
            accept_new_options=True,
            placeholder=_("Pick or type"),
            select_all=False,
        )
        ids = st.multiselect(
            _("Of these importers"),
            list(names),
            format_func=lambda id_: names[id_].name,
            placeholder=_("Those we hold them of"),
            select_all=False,
        )
        if st.form_submit_button(_("Ask Komet"), type="primary") and numbers:
            with failures.shown(), st.spinner(_("Asking Komet for these POs …")):
                asked = providers_of(ctx, parse_numbers(numbers), [names[id_] for id_ in ids])
                result = download_numbers(ctx, actor(), asked)
                if result.failed:
                    st.error(failures.plain(result.sentence), icon=":material/error:")
                    return
                failures.notice(result.sentence)
                st.rerun()
