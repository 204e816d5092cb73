"""What a check of a token or a client provider found: red or green, and neither without an answer.

It stays on the screen until the next check.
"""

from collections.abc import Callable
from typing import Literal

import streamlit as st

from komet.clients.model import Outcome
from komet.language import _, _later
from komet.messages import FAILURES, message
from komet.web.shell.failures import notice, plain

_Colour = Literal["green", "red", "gray"]
_BADGES: dict[Outcome | None, tuple[str, str, _Colour]] = {
    Outcome.WORKS: (_later("Works"), ":material/check_circle:", "green"),
    Outcome.REFUSED: (_later("Does not work"), ":material/error:", "red"),
    Outcome.UNREACHABLE: (_later("Komet not reached"), ":material/cloud_off:", "gray"),
    None: (_later("Not checked yet"), ":material/help:", "gray"),
}


def outcome_badge(outcome: Outcome | None) -> None:
    """A word with its colour; None where it was never checked."""
    label, icon, colour = _BADGES[outcome]
    st.badge(_(label), icon=icon, color=colour)


def outcome_box(outcome: Outcome, text: str) -> None:
    """The sentence of a check in the colour of its outcome."""
    show = {Outcome.WORKS: st.success, Outcome.REFUSED: st.error}.get(outcome, st.info)
    _label, icon, _colour = _BADGES[outcome]
    show(plain(text), icon=icon)


def check_after(done: str, check: Callable[[], object]) -> None:
    """Check what was just saved; where that cannot be done, say so beside what was."""
    try:
        check()
    except FAILURES as error:
        done = f"{done} {message(error)}"
    notice(done)
