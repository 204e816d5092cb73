"""How a run went, in words that screens and activity share."""

from collections.abc import Mapping

from komet.ingest.model import RunState
from komet.language import _, _later

_STATES = {
    RunState.QUEUED: _later("waiting"),
    RunState.RUNNING: _later("at work"),
    RunState.DONE: _later("done"),
    RunState.FAILED: _later("some days failed"),
    RunState.CANCELLED: _later("cancelled"),
    RunState.PAUSED: _later("paused"),
    RunState.INTERRUPTED: _later("interrupted"),
}
_CHANGES = {
    "new": _later("{n} new"),
    "first": _later("{n} on days downloaded for the first time"),
    "changed": _later("{n} changed"),
    "moved": _later("{n} moved to another day"),
    "gone": _later("{n} gone"),
    "back": _later("{n} back again"),
}


def label_state(state: RunState) -> str:
    """The state of a run, in the language in force."""
    return _(_STATES[state])


def describe_changes(counts: Mapping[str, int]) -> list[str]:
    """How many POs are new, changed …, by kind; what did not happen is not mentioned."""
    return [_(text).format(n=counts[kind]) for kind, text in _CHANGES.items() if counts[kind]]
