"""The one way that a failure is shown: what happened, why, and what to do next."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from komet.messages import FAILURES, Failure, message
from komet.web.shell import state

_ADDRESS = re.compile(r"\w+(?=://)|www(?=\.)|@", re.IGNORECASE)


@contextmanager
def shown() -> Iterator[None]:
    """Show a failure of the block in the page. Anything else goes to Streamlit and the log."""
    try:
        yield
    except FAILURES as error:
        show(error)


def show(error: Failure) -> None:
    """Show the sentences of a failure; what Markdown would take is shown as it is."""
    st.error(plain(message(error)), icon=":material/error:")


def plain(text: str) -> str:
    """Text that comes from data, for a place that reads Markdown: it is shown as it is.

    Labels, options of pills, tabs, toasts and captions read Markdown; options of a selectbox or a
    multiselect, values of inputs and cells of a table do not.
    """
    # an address becomes a link even where every character is escaped, unless it is broken unseen
    text = _ADDRESS.sub("\\g<0>\u2060", text)
    for char in r"\`*_{}[]()#+-!|<>~$:":
        text = text.replace(char, "\\" + char)
    return text


def notice(text: str) -> None:
    """Keep one sentence, shown as it is, for after the rerun that a change brings."""
    st.session_state[state.NOTICE] = text


def show_notice() -> None:
    """Show the sentence that was kept, once."""
    text = st.session_state.pop(state.NOTICE, None)
    if text:
        st.toast(plain(text), icon=":material/check_circle:")
