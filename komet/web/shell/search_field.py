"""The search of a list: found by `/` (`keyboard`), and looked for while one types."""

import streamlit as st

from komet.language import _


def search_field(label: str, key: str) -> str:
    """What is searched for; `key`: of its widget, which `address.bind` may name."""
    return st.text_input(
        label, key=key, persist_state="session", placeholder=_("rose 60"), type="search", live=True
    )
