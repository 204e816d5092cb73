"""Overview: four steps to the first export; after that, how things stand."""

import streamlit as st

from komet.ingest.runs import active_run, list_setup_steps
from komet.language import _
from komet.orders.filters import OrderFilter
from komet.web.screens.chart_table import show_boxes
from komet.web.screens.orders import warn_of_shared_orders
from komet.web.screens.overview import (
    dispatch_work,
    provider_table,
    refresh_button,
    sample_button,
    steps,
)
from komet.web.shell import guard, reads

ctx = guard.enter("overview")
st.title("Komet Desk")
st.caption(_("Purchase orders from every importer on Komet, with your own SKUs, in Excel."))

done = list_setup_steps(ctx)
at_work = active_run(ctx)
if at_work:
    st.info(_("A download is at work."), icon=":material/cloud_download:")
    st.page_link("pages/po_download.py", label=_("Watch it on PO download"))

if not all(done.values()):
    steps(done)
if not done["provider"]:
    sample_button(ctx)
if done["provider"] and done["download"]:
    refresh_button(ctx)
if done["download"]:
    warn_of_shared_orders()
    dispatch_work()
    chart = reads.by_ship_date(OrderFilter())
    if chart.height:
        st.header(_("Boxes by ship date"))
        show_boxes(chart)
if done["provider"]:
    st.header(_("Importers"))
    provider_table(ctx)
    row = st.container(horizontal=True)
    with row:
        st.page_link("pages/purchase_orders.py", label=_("See and export purchase orders"))
        st.page_link("pages/changes.py", label=_("What changed"))
        st.page_link("pages/po_download.py", label=_("Download"))
        st.page_link("pages/sku_mapping.py", label=_("Map SKUs"))
