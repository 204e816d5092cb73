"""The dispatch file on the screen: out as a template to fill in, and in again as a preview."""

from collections.abc import Collection

import streamlit as st

from komet.context import AppContext
from komet.dispatch.lines import LineFilter
from komet.dispatch.model import Preview
from komet.dispatch.sheet import template_bytes
from komet.dispatch.sheet_reading import check_file
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _
from komet.web.screens.previews import checked
from komet.web.shell import failures, state
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor


def to_excel(ctx: AppContext, chosen: LineFilter) -> None:
    """The lines that can still be confirmed or shipped, with columns to fill in."""
    st.download_button(
        _("To Excel"),
        data=with_locale(
            template_bytes, ctx, actor(), chosen.providers, chosen.date_from, chosen.date_to
        ),
        file_name=f"dispatch-{chosen.date_from:%Y-%m-%d}.xlsx",
        mime=EXCEL_TYPE,
        on_click="ignore",
        icon=":material/download:",
        help=_("All open lines of these days and importers, with columns to fill in: boxes, AWB,"
               " house AWB, box codes, lot, reference."),
    )  # fmt: skip


def from_excel(ctx: AppContext) -> Preview | None:
    """A filled-in file, and what sending it would do."""
    sent = st.session_state.get(state.DISPATCH_FILES, 0)
    with st.popover(_("From Excel"), icon=":material/upload:"):
        uploaded = st.file_uploader(
            _("A filled-in dispatch file"),
            type=["xlsx", "xls", "ods", "csv", "tsv"],
            key=f"dispatch_file_{sent}",
        )
        st.caption(_("You see what would be sent first. A file can be sent twice: what was sent is"
                     " not sent again."))  # fmt: skip
    if uploaded is None:
        return None
    data, name = uploaded.getvalue(), uploaded.name
    with failures.shown():
        return checked("dispatch_file", uploaded.file_id, lambda: check_file(ctx, data, name))
    return None


def forget_file(left: Collection[tuple[str, str]] = ()) -> None:
    """Take the file from the screen, but where rows of it were not sent: they stay named."""
    if left:
        return
    st.session_state[state.DISPATCH_FILES] = st.session_state.get(state.DISPATCH_FILES, 0) + 1
