"""Purchase orders as the work surface: bar, chips, strip, a page of the table, its foot.

It is one fragment: what is filtered, sorted, turned or opened draws this part anew, and not the
navigation around it.
"""

import math
from collections.abc import Sequence

import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.language import _, number
from komet.orders.filters import OrderFilter
from komet.web.screens.export_menu import export_menu
from komet.web.screens.order_columns import columns_choice, shown_columns
from komet.web.screens.order_filters import order_filters, show_all_days
from komet.web.screens.order_panel import pick, show_order
from komet.web.screens.order_strip import order_chart, order_strip
from komet.web.screens.order_views import save_choice, view_choice
from komet.web.screens.orders import order_table, sort_choice, warn_of_shared_orders
from komet.web.screens.quick_refresh import quick_refresh
from komet.web.shell import failures, reads, viewport

_PAGE_ROWS = 200
_TABLE = "orders_table"


@st.fragment
def order_screen(ctx: AppContext, providers: Sequence[Provider]) -> None:
    """Everything under the title's line and in it."""
    with failures.shown():
        _draw(ctx, providers, narrow=viewport.is_narrow())
    viewport.watch()


def _draw(ctx: AppContext, providers: Sequence[Provider], *, narrow: bool) -> None:
    head = st.container(horizontal=True, vertical_alignment="center")
    head.title(_("Purchase orders"), width="stretch")
    warn_of_shared_orders()
    surface = st.container()
    # on a phone the table comes first
    actions = st.container(horizontal=True) if narrow else head
    today = time_zone.today(ctx.now())
    with actions:
        view = view_choice(ctx, today)
    with surface:
        chosen = order_filters(providers, reads.choices(), today, narrow=narrow)
        totals = reads.totals(chosen)
        strip = st.container(horizontal=True, vertical_alignment="center")
        with strip:
            order_strip(chosen, totals, narrow=narrow)
        if totals.items and not narrow:
            order_chart(chosen)
        if totals.items == 0:
            _say_nothing_found(chosen)
    columns = shown_columns(len(providers))
    with actions:
        save_choice(ctx, view, columns.columns)
    sort = st.session_state.setdefault("orders_sort", "ship_date")
    if totals.items == 0:
        show_order(ctx, chosen, sort, _TABLE)
        return

    pages = math.ceil(totals.items / _PAGE_ROWS)
    page_key = f"orders_page_{pages}"  # another number of pages begins at the first
    offset = (st.session_state.get(page_key, 1) - 1) * _PAGE_ROWS
    frame = reads.page(chosen, sort, offset, _PAGE_ROWS)
    with actions:
        quick_refresh(ctx, frame, providers)
        export_menu(ctx, chosen)
    with actions if narrow else strip:
        columns_choice(ctx)
    with surface:
        order_table(
            frame, _TABLE, columns.columns, columns.widths, on_pick=lambda: pick(_TABLE, frame)
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                _("{first} to {last} of {items} items on {lines} lines").format(
                    first=number(offset + 1), last=number(offset + frame.height),
                    items=number(totals.items), lines=number(totals.lines),
                ),
                help=_("Click a row to open its PO. Amounts are in the importer's currency. Boxes"
                       " and cost of a mixed box stand on its first item."),
            )  # fmt: skip
            if pages > 1:
                st.pagination(pages, key=page_key)
            sort_choice()
    show_order(ctx, chosen, sort, _TABLE)


def _say_nothing_found(chosen: OrderFilter) -> None:
    """Where only the ship dates leave nothing, offer all of them."""
    if chosen.ship_from or chosen.ship_to:
        on_any = reads.totals(chosen.model_copy(update={"ship_from": None, "ship_to": None}))
        if on_any.items:
            st.info(
                _("Nothing ships on these days. On other days there are {n} POs.").format(
                    n=number(on_any.purchase_orders)
                )
            )
            st.button(_("Show all days"), type="primary", on_click=show_all_days)
            return
    st.info(_("No order matches these filters. Take one away, or clear them all."))
