"""Planning: what ships week by week, compared, and a pivot that the user turns."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.export.reports import export_planning_bytes
from komet.export.writers.xlsx import EXCEL_TYPE
from komet.language import _
from komet.orders.model import DIMENSIONS
from komet.web.screens.planning import (
    pivot_choice,
    pivot_table,
    planning_filter,
    show_weeks,
    weeks_chart,
)
from komet.web.shell import guard, reads
from komet.web.shell.preferences import with_locale
from komet.web.shell.session import actor

ctx = guard.enter("planning")
st.title(_("Planning"))
st.caption(_("Boxes are cartons; amounts are in each provider's currency; weeks are ISO weeks."))

if not reads.choices()["statuses"]:
    st.info(_("No orders yet. Download some, or try the app with sample data from the Overview."))
    st.page_link("pages/po_download.py", label=_("Go to PO download"))
    st.stop()

every_provider = list_providers(ctx)
today = time_zone.today(ctx.now())
chosen = planning_filter(every_provider, today)
show_weeks(reads.weeks_compared(chosen, today))

rows, column, measure = pivot_choice()
dimension = next((name for name in rows if name in DIMENSIONS), "provider")
by_week = reads.week_sums(chosen, dimension, measure)
if by_week.is_empty():
    st.info(_("Nothing ships in these days."))
    st.stop()
st.altair_chart(weeks_chart(by_week, dimension, measure))
found = reads.pivot(chosen, rows, column, measure)
st.download_button(
    _("Export to Excel"),
    data=with_locale(export_planning_bytes, ctx, actor(), found, measure, chosen),
    file_name=f"planning-{time_zone.local(ctx.now()):%Y-%m-%d-%H%M}.xlsx",
    mime=EXCEL_TYPE,
    icon=":material/download:",
    on_click="ignore",
)
pivot_table(found)
