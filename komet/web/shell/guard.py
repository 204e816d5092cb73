"""The guard: the first line of every page.

Until some session has run `st.navigation`, Streamlit serves a file in `pages/` under its URL
without `navigation.py`, and with it every check that `navigation.py` makes. It marks the session on
every run; a page that finds no mark sends the visitor there, and `navigation.py` brings them back
to the page that they asked for, with the parameters of their link.
"""

import streamlit as st

from komet.context import AppContext
from komet.web.shell import address, state
from komet.web.shell.resources import context


def mark_entered() -> None:
    """Mark the session; `navigation.py` calls it before it runs a page."""
    st.session_state[state.ENTERED] = True


def enter(page: str) -> AppContext:
    """Let only those pass who came through `navigation.py`, and return the context.

    `page` is the page's file name, without `.py`.
    """
    if not st.session_state.pop(state.ENTERED, False):
        link = {name: st.query_params.get_all(name) for name in st.query_params}
        st.session_state[state.REQUESTED] = (page, link)
        st.switch_page("navigation.py")
    address.visit(page)
    return context()


def requested_page() -> tuple[str, dict[str, list[str]]] | None:
    """The page that a visitor was kept from, and the parameters of the link; once."""
    requested: tuple[str, dict[str, list[str]]] | None = st.session_state.pop(state.REQUESTED, None)
    return requested
