"""Whether the browser's window is as narrow as a phone's, which Streamlit does not tell."""

from collections.abc import Callable

import streamlit as st

from komet.web.shell import state

_KEY = "viewport"
_WATCH = """
export default function(component) {
  const narrow = window.matchMedia("(max-width: 640px)");
  const tell = () => {
    if (narrow.matches !== component.data.narrow) component.setStateValue("narrow", narrow.matches);
  };
  tell();
  narrow.addEventListener("change", tell);
  return () => narrow.removeEventListener("change", tell);
}
"""


def is_narrow() -> bool:
    """Whether it is; until the browser has told it, what kind of device it says to be."""
    found: bool | None = st.session_state.get(state.NARROW)
    if found is None:
        agent = st.context.headers.get("User-Agent", "")
        return isinstance(agent, str) and "Mobi" in agent
    return found


def watch() -> None:
    """Draw the part of the screen around this anew as soon as it is the other way round."""
    _component()(data={"narrow": is_narrow()}, key=_KEY, on_narrow_change=_note)


def _note() -> None:
    st.session_state[state.NARROW] = bool(st.session_state[_KEY]["narrow"])


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., object]:
    return st.components.v2.component("komet_viewport", js=_WATCH)
