"""Planning: what ships week by week, compared, and a pivot that the user turns."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.language import _
from komet.web.screens.planning import planned_weeks, planning_filter, show_weeks
from komet.web.shell import guard, reads

ctx = guard.enter("planning")
st.title(_("Planning"))
st.caption(_("Boxes are cartons; amounts are in each importer's currency; weeks are ISO weeks."))

if not reads.choices()["statuses"]:
    st.info(_("No orders yet. Download some, or try the app with sample data from the Overview."))
    st.page_link("pages/po_download.py", label=_("Go to PO download"))
    st.stop()

every_provider = list_providers(ctx)
today = time_zone.today(ctx.now())
chosen = planning_filter(every_provider, today)
weeks = reads.weeks_compared(chosen, today)
show_weeks(weeks, today)
planned_weeks(ctx, chosen, today, weeks)
