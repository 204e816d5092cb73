"""What a person confirms in Komet's own portal: how much it is, and the sheets to do it from."""

import streamlit as st

from komet.context import AppContext
from komet.dispatch.confirmation_page import FILE_NAME, confirmation_page
from komet.dispatch.confirmation_sheet import confirmation_sheet_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _
from komet.web.shell import reads
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor


def by_hand_menu(ctx: AppContext, providers: tuple[str, ...]) -> None:
    """The confirmation sheet of these clients, or of all; nothing where nothing is to be done."""
    count = reads.count_by_hand(providers)
    if not count:
        return
    with st.popover(_("To do by hand ({n})").format(n=count), icon=":material/back_hand:"):
        st.caption(_("In the order of Komet's portal, of all days. A line is ticked off once a"
                     " download shows it confirmed."))  # fmt: skip
        st.download_button(
            _("Confirmation sheet (Excel)"),
            data=with_locale(confirmation_sheet_bytes, ctx, actor(), providers),
            file_name="confirm.xlsx",
            mime=EXCEL_TYPE,
            on_click="ignore",
            icon=":material/download:",
            width="stretch",
        )
        st.download_button(
            _("Page to print"),
            data=with_locale(confirmation_page, ctx, actor(), providers),
            file_name=FILE_NAME,
            mime="text/html",
            on_click="ignore",
            icon=":material/print:",
            width="stretch",
        )
        st.page_link(
            "pages/outbox.py",
            label=_("See them in the outbox"),
            icon=":material/outbox:",
            query_params={"state": "by_hand"},
        )
