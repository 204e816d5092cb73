"""The chip that says what becomes of cancelled orders, by how much, and lets it be changed.

One choice for all screens of a session: what is chosen on one is so on the others.
"""

import streamlit as st

from komet.language import _
from komet.orders.cancelled import CANCELLED, describe_cancelled
from komet.orders.filters import Cancelled, OrderFilter
from komet.web.shell import address, reads, state


def chosen_cancelled() -> Cancelled:
    """What the address asks for, else what is chosen in this session; at first, to leave it out."""
    field = address.choice(state.CANCELLED, "cancelled", list(Cancelled), Cancelled.HIDE)
    # one part for all screens, so that each begins with what the last one said
    address.bind("cancelled", field)
    chosen: Cancelled = st.session_state[state.CANCELLED]
    return chosen


def cancelled_choice(chosen: OrderFilter) -> None:
    """The chip of a filter, "without cancelled: −700 boxes"; it opens the choice."""
    told = describe_cancelled(chosen, reads.total_cancelled(chosen))
    # set anew on each run: else what is in a closed popover does not learn its value
    st.session_state[state.CANCELLED] = chosen.cancelled
    with st.popover(told[:1].upper() + told[1:], type="tertiary"):
        st.segmented_control(
            _("Cancelled POs and lines"),
            list(Cancelled),
            format_func=lambda value: _(CANCELLED[value]),
            key=state.CANCELLED,
            required=True,
            persist_state="session",
        )
