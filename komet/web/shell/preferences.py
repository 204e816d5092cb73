"""Who sits at the browser: language and name, kept in a cookie of it, and its time zone."""

import json
import threading
from collections.abc import Callable
from typing import ParamSpec, TypeVar
from urllib.parse import unquote

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from komet import language, time_zone
from komet.language import _, languages
from komet.settings import computer_user
from komet.web.shell import failures, state

P = ParamSpec("P")
R = TypeVar("R")
_COOKIE = "komet_desk"
_spoken = threading.local()
"""The language of the session whose run this thread makes."""
_IN_BROWSER = f"""
export default function(component) {{
  const {{tag, remembered}} = component.data;
  document.documentElement.lang = tag;
  if (remembered) {{
    const value = encodeURIComponent(JSON.stringify(remembered));
    document.cookie = "{_COOKIE}=" + value + "; path=/; max-age=31536000; samesite=lax";
  }}
}}
"""
"""Says the language of the page, which Streamlit always calls English, and keeps the cookie."""


def load() -> None:
    """Take language and name from the cookie; the first time, the language from the browser.

    Called by `navigation.py` on every run, before anything is drawn.
    """
    language.follow(_of_session)
    time_zone.follow(_of_browser)
    _look_up_again()
    if state.LANGUAGE in st.session_state:
        return
    remembered = _remembered()
    spoken = remembered.get("language") or _text(st.context.locale)
    st.session_state[state.LANGUAGE] = language.nearest(spoken)
    st.session_state[state.PERSON] = remembered.get("person") or computer_user()
    _look_up_again()


def choose() -> None:
    """The small menu in the sidebar: who I am, and in which language I read."""
    person = st.session_state[state.PERSON]
    with st.sidebar.popover(failures.plain(person), icon=":material/person:", width="stretch"):
        spoken = st.selectbox(
            _("Language"),
            list(languages()),
            index=list(languages()).index(st.session_state[state.LANGUAGE]),
            format_func=lambda code: languages()[code],
            key="preferred_language",
        )
        name = st.text_input(
            _("Your name"),
            person,
            max_chars=40,
            help=_("Your changes, exports and views are recorded under it. It is no password."),
        )
    if (spoken, name.strip()) != (st.session_state[state.LANGUAGE], person) and name.strip():
        st.session_state[state.LANGUAGE] = spoken
        st.session_state[state.PERSON] = name.strip()
        st.session_state[state.REMEMBER] = True
        _look_up_again()
        st.rerun()
    chosen = {"language": spoken, "person": person}
    remembered = chosen if st.session_state.get(state.REMEMBER) else None
    with st.sidebar:
        _component()(data={"tag": language.tag(spoken), "remembered": remembered}, key="remember")


def with_locale(act: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> Callable[[], R]:
    """The function with its arguments, to be called later by another thread.

    It then runs in the language and the time zone that are in force now.
    """
    spoken, zone = language.current(), time_zone.current()

    def later() -> R:
        with language.using(spoken), time_zone.using(zone):
            return act(*args, **kwargs)

    return later


def _of_session() -> str | None:
    run = get_script_run_ctx(suppress_warning=True)
    if run is None:
        return None
    # each text asks, some 300 times a run, and the session's state is slow to answer
    if getattr(_spoken, "run", None) is not run:
        _spoken.language = _text(st.session_state.get(state.LANGUAGE))
        _spoken.run = run
    found: str | None = _spoken.language
    return found


def _look_up_again() -> None:
    _spoken.run = None


def _text(value: object) -> str | None:
    """The value where it is text: without a browser, Streamlit's context holds stand-ins."""
    return value if isinstance(value, str) else None


def _of_browser() -> str | None:
    if get_script_run_ctx(suppress_warning=True) is None:
        return None
    return _text(st.context.timezone)


def _remembered() -> dict[str, str]:
    try:
        found = json.loads(unquote(_text(st.context.cookies.get(_COOKIE)) or ""))
    except ValueError:
        return {}
    members = found if isinstance(found, dict) else {}
    return {k: v[:40] for k, v in members.items() if isinstance(v, str)}


@st.cache_resource(show_spinner=False)
def _component() -> Callable[..., object]:
    return st.components.v2.component("komet_remember", js=_IN_BROWSER)
