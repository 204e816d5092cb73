"""Dispatch: the lines of a ship day, confirmed by hand, all at once or by file."""

import polars as pl
import streamlit as st

from komet.clients.providers import list_providers
from komet.dispatch.model import LineState
from komet.language import _
from komet.web.screens import dispatch, line_filter
from komet.web.screens.by_hand import by_hand_menu
from komet.web.screens.dispatch_files import forget_file, from_excel, to_excel
from komet.web.screens.previews import checked
from komet.web.screens.sending import follow_batch, preview_and_send
from komet.web.shell import guard, reads

ctx = guard.enter("dispatch")
st.title(_("Dispatch"))

every_provider = list_providers(ctx)
if not every_provider:
    st.info(_("Lines come with the orders of client providers. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

follow_batch(ctx)
chosen = line_filter.line_filter(ctx, every_provider)
every = reads.dispatch_lines(chosen)
shown = [one for one in LineState if one is not LineState.CANCELLED]
state = line_filter.state_strip(every, "dispatch_state", shown)
lines = every.filter(pl.col("state") == state.value) if state else every

bar = st.container(horizontal=True, vertical_alignment="center")
with bar:
    dispatch.confirm_buttons(lines)
    from_file = from_excel(ctx)
    to_excel(ctx, chosen)
    by_hand_menu(ctx, chosen.providers)
dispatch.show_pasted_problems()
if every.is_empty():
    st.info(_("No line ships on these days. Choose other days, or download orders."))
    st.page_link("pages/po_download.py", label=_("Go to PO download"))
elif lines.is_empty():
    st.info(_("No line is in this state. Choose another, or none to see all."))
else:
    dispatch.confirm_grid(lines, (chosen, state))
    dispatch.show_difference(every)

if from_file is not None:
    with st.container(border=True):
        head = st.container(horizontal=True, vertical_alignment="center")
        head.header(_("Preview"))
        if head.button(_("Close"), key="close_file", type="tertiary"):
            forget_file()
            st.rerun()
        if dispatch.typed():
            st.caption(_("Of the file alone: what is typed in the table waits until it is sent."))
        preview_and_send(ctx, from_file, "dispatch_file", on_sent=forget_file)
elif typed := dispatch.typed():
    with st.container(border=True):
        st.header(_("Preview"))
        preview = checked("dispatch", tuple(typed.items()), lambda: dispatch.preview_typed(ctx))
        preview_and_send(ctx, preview, "dispatch", on_sent=dispatch.forget_typed)
