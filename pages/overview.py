"""Overview: four steps to the first export; after that, the brief of the morning."""

import streamlit as st

from komet import time_zone
from komet.clients.providers import list_providers
from komet.ingest.runs import active_run, list_setup_steps
from komet.language import _
from komet.web.screens.morning import importers, refresh_bar, show_cards, show_warnings
from komet.web.screens.orders import warn_of_shared_orders
from komet.web.screens.overview import dispatch_work, steps
from komet.web.screens.sample_data import building_steps, is_building, sample_button, show_tour
from komet.web.screens.ship_days import ship_days
from komet.web.shell import guard

ctx = guard.enter("overview")
st.title("Komet Desk")

if is_building():
    building_steps(ctx)
    st.stop()

done = list_setup_steps(ctx)
every = list_providers(ctx)
active = [provider for provider in every if provider.active]
at_work = active_run(ctx)
if not done["download"]:
    st.caption(_("Purchase orders from every importer on Komet, with your own SKUs, in Excel."))
if at_work:
    st.info(_("A download is at work."), icon=":material/cloud_download:")
    st.page_link("pages/po_download.py", label=_("Watch it on PO download"))

if not all(done.values()):
    steps(done)
if not done["provider"]:
    sample_button(ctx)
if done["download"]:
    show_warnings(active)
    show_tour(ctx, every)
    warn_of_shared_orders()
    refresh_bar(ctx, active)
    show_cards(ctx, active)
    dispatch_work()
    ship_days(time_zone.today(ctx.now()), {provider.id: provider.name for provider in every})
if done["provider"]:
    st.header(_("Importers"))
    importers(active)
    row = st.container(horizontal=True)
    with row:
        st.page_link("pages/purchase_orders.py", label=_("See and export purchase orders"))
        st.page_link("pages/changes.py", label=_("What changed"))
        st.page_link("pages/po_download.py", label=_("Download"))
        st.page_link("pages/sku_mapping.py", label=_("Map SKUs"))
