"""The pieces of the Overview beside its brief: the four steps, what is left to dispatch."""

import streamlit as st

from komet.dispatch.model import STATES, WriteState
from komet.language import _, number
from komet.orders.filters import OrderFilter
from komet.orders.work_lists import OF_DISPATCH
from komet.web.screens.morning import boxes_of, lines_of, order_card
from komet.web.shell import reads

WAITING = (WriteState.PLANNED, WriteState.UNKNOWN, WriteState.BY_HAND, WriteState.REFUSED)
"""States of writes in which somebody has to do something about them."""


def steps(done: dict[str, bool]) -> None:
    """Four steps to the first export, ticked as they are done; see `runs.list_setup_steps`."""
    rows = (
        ("token", "pages/tokens.py", _("Add a token"),
         _("The key to an importer's Komet. The importer, or Komet support, makes it.")),
        ("provider", "pages/client_providers.py", _("Add a client provider"),
         _("The importer itself: its token, and its location if it has several.")),
        ("mapping", "pages/sku_mapping.py", _("Map your SKUs"),
         _("Upload a CSV with your SKU for each Komet product. It also works afterwards.")),
        ("download", "pages/po_download.py", _("Download purchase orders"),
         _("Any range of days, all importers at once; then filter and export to Excel.")),
    )  # fmt: skip
    st.header(_("Four steps to your first export"))
    for at, (step, page, label, explained) in enumerate(rows, start=1):
        with st.container(border=True):
            icon = ":material/check_circle:" if done[step] else ":material/radio_button_unchecked:"
            st.page_link(page, label=f"{at}. {label}", icon=icon)
            st.caption(_("Done") if done[step] else explained)


def dispatch_work() -> None:
    """What is left of the dispatch, list by list, each a link to its lines.

    Writes that are about no line, such as stock, are only counted in the link to the Outbox.
    """
    writes = reads.count_writes()
    waiting = {state: writes[state] for state in WAITING if writes[state]}
    counted = {work: reads.totals(OrderFilter(work=work)) for work in OF_DISPATCH}
    left = {work: totals for work, totals in counted.items() if totals.lines}
    if not left and not waiting:
        return
    st.header(_("Left to dispatch"))
    row = st.container(horizontal=True, gap="small")
    for work, totals in left.items():
        figures = [lines_of(totals.lines), boxes_of(totals.boxes)]
        order_card(row, _(work.label), OrderFilter(work=work), figures, _(work.meaning))
    if waiting:
        said = " · ".join(f"{_(STATES[state])} {number(n)}" for state, n in waiting.items())
        st.page_link(
            "pages/outbox.py",
            label=_("Outbox: {counts}").format(counts=said),
            icon=":material/outbox:",
            query_params=[("state", state.value) for state in waiting],
        )
