"""Overview: four steps to the first export; after that, how things stand."""

import streamlit as st

from komet.download import status
from komet.language import _
from komet.orders.filters import OrderFilter
from komet.store import providers, tokens
from komet.web import guard, reads
from komet.web.charts import boxes_by_ship_date
from komet.web.overview_parts import provider_table, sample_button, steps

desk = guard.enter("overview")
st.title("Komet Desk")
st.caption(_("Purchase orders from every client on Komet, with your own SKUs, in Excel."))

with desk.db.read() as con:
    token_count = len(tokens.all_tokens(con))
    every_provider = providers.all_providers(con)
    mapped = con.value("SELECT count(*) > 0 FROM mappings")
    downloaded = con.value("SELECT count(*) > 0 FROM day_slices")

at_work = status.active_run(desk)
if at_work:
    st.info(_("A download is at work."), icon=":material/cloud_download:")
    st.page_link("pages/po_download.py", label=_("Watch it on PO download"))

is_set_up = bool(token_count and every_provider and mapped and downloaded)
if not is_set_up:
    steps(bool(token_count), bool(every_provider), bool(mapped), bool(downloaded))
if not every_provider:
    sample_button(desk)
if downloaded:
    chart = reads.by_ship_date(reads.version(), OrderFilter())
    if chart.height:
        st.subheader(_("Boxes by ship date"))
        st.altair_chart(boxes_by_ship_date(chart))
if every_provider:
    st.subheader(_("Client providers"))
    provider_table(desk)
    row = st.container(horizontal=True)
    with row:
        st.page_link("pages/purchase_orders.py", label=_("See and export purchase orders"))
        st.page_link("pages/po_download.py", label=_("Download"))
        st.page_link("pages/sku_mapping.py", label=_("Map SKUs"))
