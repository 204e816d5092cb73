"""Choices of a page in its address: a reload, a link and a second tab find them again."""

from collections.abc import Sequence

import streamlit as st

ORDER = ("po", "importer")
"""The parameters that name the PO which is open over a screen; see `screens.order_panel`."""


def choices_in_address(key: str, name: str, options: Sequence[str]) -> None:
    """Fill a widget of several choices from the address on the first visit of the page."""
    if key not in st.session_state:
        st.session_state[key] = [one for one in st.query_params.get_all(name) if one in options]


def choice_in_address(key: str, name: str, options: Sequence[str]) -> None:
    """Fill a widget of one choice from the address on the first visit of the page."""
    if key not in st.session_state:
        found = st.query_params.get(name)
        st.session_state[key] = found if found in options else None


def keep_in_address(**values: Sequence[str]) -> None:
    """Let the address say these, by name, and nothing else but the PO that is open.

    Empty ones are left out.
    """
    wanted = {name: [one for one in value if one] for name, value in values.items()}
    wanted = {name: value for name, value in wanted.items() if value}
    wanted |= {name: found for name in ORDER if (found := st.query_params.get_all(name))}
    if wanted != {name: st.query_params.get_all(name) for name in st.query_params}:
        st.query_params.from_dict(wanted)
