"""Parts of a screen that are drawn alone, as fragments."""

from collections.abc import Callable

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx


def stay_with(rest: object, read: Callable[[], object]) -> None:
    """Draw the whole screen anew where a part is drawn alone, and the rest shows what is past.

    `rest`: what the rest of the screen shows, and was read by `read`.
    """
    run = get_script_run_ctx()
    if run and run.fragment_ids_this_run and read() != rest:
        st.rerun()
