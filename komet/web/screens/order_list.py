"""What a filter of orders finds: a page of items at a time, and a PO in full.

Turning the page, sorting, choosing columns and opening a PO draw this part of the screen alone.
"""

import math
from collections.abc import Sequence

import streamlit as st

from komet.clients.model import Provider
from komet.context import AppContext
from komet.language import _
from komet.orders.filters import OrderFilter
from komet.orders.model import Totals
from komet.web.screens.chart_table import show_boxes
from komet.web.screens.export_menu import export_menu
from komet.web.screens.order_panel import pick, show_order
from komet.web.screens.order_views import columns_choice
from komet.web.screens.orders import column_words, order_table, sort_choice
from komet.web.screens.quick_refresh import quick_refresh
from komet.web.shell import parts, reads

_PAGE_ROWS = 200
_TABLE = "orders_table"


@st.fragment
def boxes_chart(chosen: OrderFilter) -> None:
    """Boxes by ship date, to fold away: nothing is summed up for a chart that nobody sees."""
    place = st.expander(
        _("Boxes by ship date"), expanded=True, key="orders_chart", on_change="rerun"
    )
    if place.open:
        with place:
            show_boxes(reads.by_ship_date(chosen))


@st.fragment
def order_list(
    ctx: AppContext, chosen: OrderFilter, totals: Totals, providers: Sequence[Provider]
) -> None:
    """The bar over the table, the table, its pages, and the PO of the row that was picked.

    `totals`: those that the screen shows above.
    """
    parts.stay_with(totals, lambda: reads.totals(chosen))
    pages = math.ceil(totals.items / _PAGE_ROWS)
    page_key = f"orders_page_{pages}"  # another number of pages begins at the first
    offset = (st.session_state.get(page_key, 1) - 1) * _PAGE_ROWS
    bar = st.container(horizontal=True, vertical_alignment="center")
    with bar:
        st.markdown(
            _("**{items:,} items** on {lines:,} lines").format(
                items=totals.items, lines=totals.lines
            )
        )
        sort = sort_choice()
        frame = reads.page(chosen, sort, offset, _PAGE_ROWS)
        columns = columns_choice(column_words())
        quick_refresh(ctx, frame, providers)
        export_menu(ctx, chosen)

    order_table(frame, _TABLE, columns, on_pick=lambda: pick(_TABLE, frame))
    if pages > 1:
        st.pagination(pages, key=page_key)
    st.caption(
        _("Click a row to open its PO. Amounts are in the importer's currency. Boxes and cost of a"
          " mixed box stand on its first item.")
    )  # fmt: skip
    show_order(ctx, chosen, sort, _TABLE)
