"""In transit: what is confirmed and shipped, an AWB a row, and what arrived of it or is missing."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.dispatch.transit_file import export_transit_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _
from komet.web.screens import in_transit
from komet.web.shell import guard, reads
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

ctx = guard.enter("in_transit")
st.title(_("In transit"))
st.caption(_("What flies to the importers, as they see it: by AWB, house and ship day."))

every_provider = list_providers(ctx)
if not every_provider:
    st.info(_("Lines come with the orders of client providers. Add the first one, then come back."))
    st.page_link("pages/client_providers.py", label=_("Go to Client providers"))
    st.stop()

today = time_zone.today(ctx.now())
clients, first, last = in_transit.transit_filter(every_provider, today)
found = reads.transit(clients, first, last)
if found.is_empty:
    st.info(
        _("Nothing is confirmed or shipped on these days. Choose other days, or confirm lines.")
    )
    st.page_link("pages/dispatch.py", label=_("Go to Dispatch"), icon=":material/task_alt:")
    st.stop()

in_transit.show_figures(found)
bar = st.container(horizontal=True, vertical_alignment="center")
with bar:
    cost = in_transit.refresh_button(ctx, found, clients)
    st.download_button(
        _("Export to Excel"),
        data=with_locale(export_transit_bytes, ctx, actor(), found),
        file_name=f"in-transit-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
        mime=EXCEL_TYPE,
        icon=":material/download:",
        on_click="ignore",
    )
st.caption(cost)
chosen = in_transit.awb_table(found)
if chosen is None:
    st.caption(_("Select an AWB to see its houses, lines and boxes."))
else:
    in_transit.show_awb(found, chosen)
