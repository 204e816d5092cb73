"""Calls that were made from the API explorer, and those kept under a name."""

import json
from collections.abc import Callable

import streamlit as st

from komet.context import AppContext
from komet.explorer import table as method_calls
from komet.explorer.table import MethodCall
from komet.language import _, moment
from komet.web.shell import failures, state

Send = Callable[[MethodCall], None]


def history(ctx: AppContext, send: Send) -> None:
    """Newest first, each to be opened again, sent again, or kept under a name."""
    with ctx.db.read() as con:
        named, recent = method_calls.calls(con, named=True), method_calls.calls(con, limit=20)
    if not recent and not named:
        st.caption(_("Nothing has been sent yet."))
        return
    every = {call.id: call for call in (*named, *recent)}
    chosen = st.selectbox(
        _("Kept and recent calls"), list(every), format_func=lambda id_: _words(every[id_]),
        key="explorer_history",
    )  # fmt: skip
    call = every[chosen]
    row = st.container(horizontal=True, vertical_alignment="bottom")
    row.button(_("Open"), on_click=_open, args=(call,), icon=":material/edit:")
    if row.button(_("Send again"), icon=":material/replay:"):
        send(call)
    if call.name:
        if row.button(_("Forget"), icon=":material/delete:"):
            with ctx.db.write() as con:
                method_calls.forget(con, call.id)
            st.rerun()
        return
    with row.popover(_("Keep"), icon=":material/bookmark:"), st.form("explorer_keep", border=False):
        name = st.text_input(_("Name"))
        if st.form_submit_button(_("Save")):
            with failures.shown():
                with ctx.db.write() as con:
                    method_calls.keep(con, call.id, name, ctx.now())
                failures.notice(_("Saved {name}.").format(name=name))
                st.rerun()


def _words(call: MethodCall) -> str:
    given = ", ".join(f"{name}={value}" for name, value in call.params.items())
    head = f"★ {call.name}" if call.name else moment(call.called_at)
    rows = "" if call.answer_rows is None else f" → {call.answer_rows:,}"
    return f"{head} · {call.method} · {given[:60]} · {call.outcome}{rows}"


def _open(call: MethodCall) -> None:
    """A callback: fill the form with it, before the form is drawn."""
    st.session_state[state.EXPLORER_METHOD] = call.method
    st.session_state["explorer_group"] = None
    st.session_state[state.EXPLORER_RAW] = True
    st.session_state[state.EXPLORER_JSON] = json.dumps(call.params, ensure_ascii=False, indent=2)
