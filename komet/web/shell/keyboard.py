"""Keys that work on every screen, beside those of Streamlit: `/` puts the cursor in the search.

`st.button(shortcut=...)` presses buttons and knows no `/`; to focus a field Streamlit has no means.
"""

from collections.abc import Callable

import streamlit as st

_LISTEN = """
export default function() {
  const isTyped = (at) => at?.closest?.("input, textarea, select, [contenteditable=true]");
  const focus = (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyped(event.composedPath()[0])) return;
    const place = document.querySelector("[role=dialog]") ?? document;
    const fields = [...place.querySelectorAll("[data-testid=stTextInput] input[type=search]")];
    const search = fields.find((field) => field.checkVisibility());
    if (!search) return;
    event.preventDefault();
    search.focus();
    search.select();
  };
  document.addEventListener("keydown", focus);
  return () => document.removeEventListener("keydown", focus);
}
"""


def listen() -> None:
    """Listen on the screen that is drawn now; its search is its first field of type *search*."""
    with st.sidebar:
        _component()(key="keyboard")


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., object]:
    return st.components.v2.component("komet_keyboard", js=_LISTEN)
