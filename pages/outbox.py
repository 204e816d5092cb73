"""Outbox: every write to Komet by its state, and what can still be done about it."""

import streamlit as st

from komet.clients.providers import list_providers
from komet.dispatch.model import OPEN, STATES, WriteState
from komet.dispatch.outbox import count_writes, list_writes
from komet.language import _, number
from komet.web.screens.previews import kept_preview
from komet.web.screens.sending import follow_batch, preview_and_send
from komet.web.screens.writes import ORDER, actions, forget_selection, writes_table
from komet.web.shell import address, guard

ctx = guard.enter("outbox")
st.title(_("Outbox"))

follow_batch(ctx)
if (again := kept_preview("outbox")) is not None:
    with st.container(border=True):
        st.header(_("Preview"))
        preview_and_send(ctx, again, "outbox")

counts = count_writes(ctx)
if not any(counts.values()):
    st.info(
        _("Nothing has been sent to Komet yet. What you confirm, ship, invoice or add to stock"
          " is planned here first, and stays with what became of it.")
    )  # fmt: skip
    st.page_link("pages/dispatch.py", label=_("Go to Dispatch"), icon=":material/task_alt:")
    st.stop()

names = {provider.id: provider.name for provider in list_providers(ctx)}
address.bind(
    "outbox",
    address.choices("outbox_states", "state", [one.value for one in WriteState]),
    address.choices("outbox_clients", "client", list(names)),
)
offered = {one for one in ORDER if counts[one]} | set(st.session_state["outbox_states"])
by_state, by_client = st.columns([2, 1], vertical_alignment="bottom")
states = by_state.pills(
    _("State"),
    [one.value for one in ORDER if one in offered],
    selection_mode="multi",
    format_func=lambda one: f"{_(STATES[WriteState(one)])} {number(counts[WriteState(one)])}",
    wrap=True,
    key="outbox_states",
    persist_state="session",
    on_change=forget_selection,
)
clients = by_client.multiselect(
    _("Importer"),
    list(names),
    format_func=lambda id_: names[id_],
    placeholder=_("Any"),
    select_all=False,
    key="outbox_clients",
    persist_state="session",
    on_change=forget_selection,
)
chosen_states = [WriteState(one) for one in states] or None
writes = [
    write
    for client in (*clients, *(() if clients else (None,)))
    for write in list_writes(ctx, states=chosen_states, provider_id=client)
    if write.resent_as is None
]
if not any(counts[one] for one in (*OPEN, WriteState.BY_HAND, WriteState.REFUSED)):
    st.caption(_("Nothing waits for anybody."))
if not writes:
    st.info(_("Nothing is in this state. Choose another, or none to see all."))
    st.stop()
chosen, selected = writes_table(ctx, writes, "outbox")
st.caption(
    _("Select rows to act on these alone; without a selection the buttons are about all rows that"
      " are shown.")
)  # fmt: skip
actions(ctx, chosen, "outbox", selected=selected)
