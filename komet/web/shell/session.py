"""Who acts in the browser."""

import streamlit as st

from komet.permissions import Actor
from komet.settings import computer_user
from komet.web.shell import state


def actor() -> Actor:
    """Whoever the session says is at work, as an administrator: there is no sign-in."""
    return Actor(name=st.session_state.get(state.PERSON) or computer_user())
