"""The strip over the table of Purchase orders: exact sums, and boxes by day as a sparkline."""

from decimal import Decimal

import streamlit as st

from komet.language import _, _n, number
from komet.orders.filters import OrderFilter
from komet.orders.model import Totals
from komet.web.screens.chart_table import show_boxes
from komet.web.screens.charts import sparkline
from komet.web.shell import reads

_CHART = "orders_chart_open"


def order_strip(chosen: OrderFilter, totals: Totals, *, narrow: bool = False) -> None:
    """Purchase orders, boxes, FBE, stems and cost of what a filter finds, and when it ships.

    On a narrow screen there is no chart.
    """
    st.markdown(describe_totals(totals), help=_explained(), width="stretch")
    if narrow or not totals.items:
        return
    frame = reads.by_ship_date(chosen)
    if frame["ship_date"].n_unique() > 1:
        st.altair_chart(
            sparkline(frame), width=180, height=28, theme=None, alt=_("Boxes by ship date")
        )
    is_open = st.session_state.get(_CHART, False)
    st.button(
        _("By day"), type="tertiary", on_click=_turn_chart,
        icon=":material/expand_less:" if is_open else ":material/expand_more:",
    )  # fmt: skip


def order_chart(chosen: OrderFilter) -> None:
    """The whole chart, where the sparkline was opened."""
    if st.session_state.get(_CHART):
        show_boxes(reads.by_ship_date(chosen))


def _turn_chart() -> None:
    st.session_state[_CHART] = not st.session_state.get(_CHART, False)


def describe_totals(totals: Totals) -> str:
    """The sums in a line, exact; cost to the cent."""
    boxes, stems, cost = totals.boxes, totals.stems, totals.total_cost
    figures = (
        _n("**{n}** PO", "**{n}** POs", totals.purchase_orders).format(
            n=number(totals.purchase_orders)
        ),
        _n("**{n}** box", "**{n}** boxes", _whole(boxes)).format(n=_figure(boxes)),
        _("**{n}** FBE").format(n=_figure(totals.fbe, 2)),
        _n("**{n}** stem", "**{n}** stems", _whole(stems)).format(n=_figure(stems)),
        f"**{_figure(cost, 2)}**",
    )
    return " · ".join(figures)


def _explained() -> str:
    return "  \n".join((
        _("Boxes: cartons; a mixed box counts once."),
        _("FBE: full-box equivalents, by each importer's factors."),
        _("Stems: boxes × bunches × stems per bunch."),
        _("Cost: in the importer's currency; Komet does not state which."),
    ))  # fmt: skip


def _whole(value: Decimal | None) -> int:
    return 1 if value == 1 else 2


def _figure(value: Decimal | None, places: int | None = None) -> str:
    return "–" if value is None else number(value, places)
