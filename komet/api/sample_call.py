"""A call that would be sent: every needed parameter of a method with a value of its kind."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from komet.api.checking import needed
from komet.api.methods import Kind, Method, Parameter


def sample_parameters(spec: Method, day: date) -> dict[str, Any]:
    """The headers and parameters that the method needs, as small as the registry allows."""
    headers = {entry.name: _value(entry, day) for entry in spec.headers if entry.required}
    return {**headers, **_members(spec.sendable, day)}


def _members(entries: Sequence[Parameter], day: date) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for entry in entries:
        if needed(entry, chosen):
            chosen[entry.name] = _value(entry, day)
    return chosen


def _value(entry: Parameter, day: date) -> Any:
    length = entry.max_length if isinstance(entry.max_length, int) else 6
    by_kind: dict[Kind, Any] = {
        Kind.INTEGER: 1,
        Kind.NUMBER: 1,
        Kind.BOOLEAN: True,
        Kind.DATE: day,
        Kind.MOMENT: f"{day.isoformat()} 00:00:00",
        Kind.BYTES: b"sample",
        Kind.LIST: [_members(entry.items, day)] if entry.items else ["1"],
        Kind.TEXT: "sample"[: max(1, length)],
    }
    if not entry.choices:
        return by_kind[entry.kind]
    first = next(iter(entry.choices))
    return int(first) if entry.kind in {Kind.INTEGER, Kind.BOOLEAN} else first
