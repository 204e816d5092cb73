"""Ship: lines that leave together under one AWB, their box codes, and boxes that have left."""

import polars as pl
import streamlit as st

from komet.clients.providers import list_providers
from komet.dispatch.sheet import OPEN_STATES
from komet.language import _
from komet.web.screens import box_tools, line_filter, ship
from komet.web.screens.dispatch import show_pasted_problems
from komet.web.screens.sending import follow_batch, preview_and_send
from komet.web.screens.shipped_boxes import shipped_boxes
from komet.web.shell import address, guard, reads

ctx = guard.enter("ship")
st.title(_("Ship"))

every_provider = list_providers(ctx)
if not every_provider:
    st.info(_("Lines come with the orders of client providers. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

follow_batch(ctx)
chosen = line_filter.line_filter(ctx, every_provider)
every = reads.dispatch_lines(chosen)
words = {"lines": _("Lines to ship"), "left": _("Boxes that have left")}
address.bind("ship_tab", address.worded("ship_tab", "tab", words, "lines"))
leaving, left = st.tabs(list(words.values()), key="ship_tab", on_change="rerun")
with leaving:
    state = line_filter.state_strip(every, "ship_state", OPEN_STATES)
    shown = [state] if state else list(OPEN_STATES)
    lines = every.filter(pl.col("state").is_in([one.value for one in shown]))
    with st.container(horizontal=True, vertical_alignment="center"):
        ship.choose_buttons(lines)
        box_tools.pattern_menu(ctx, lines)
        box_tools.code_file_menu(ctx, lines)
        box_tools.take_off(ctx, lines)
    show_pasted_problems()
    if every.is_empty():
        st.info(_("No line ships on these days. Choose other days, or download orders."))
        st.page_link("pages/po_download.py", label=_("Go to PO download"))
    elif lines.is_empty():
        st.info(_("No line of these days is left to be shipped."))
    else:
        ship.ship_grid(lines, (chosen, state))
        box_tools.scan_desk(ctx, lines)
        flight = ship.flight_form()
        ship.say_choice(lines, flight)
        preview = ship.preview_shipment(ctx, lines, flight)
        if preview is not None:
            with st.container(border=True):
                st.header(_("Preview"))
                ship.warn_of_splits(preview)
                preview_and_send(ctx, preview, "ship", on_sent=ship.forget_all)
with left:
    shipped_boxes(ctx, chosen)
