"""What is wrong with a call before it is sent, and what a call needs, as the registry says.

Parameters that the contract does not have are let through: its pages are cut, and Komet grows.
"""

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import SecretStr

from komet.api.errors import InvalidCall
from komet.api.methods import Kind, Method, Parameter, Range
from komet.api.reading import Unreadable
from komet.api.reading import day as day_in
from komet.api.request import wire
from komet.language import _

_FLAGS = {"0", "1", "true", "false"}
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)


def check(spec: Method, params: Mapping[str, Any]) -> None:
    """Raise `InvalidCall`, which names every parameter that is missing or wrong."""
    wrong = list(problems(spec, params))
    if wrong:
        raise InvalidCall(
            _("{method} was not sent.").format(method=spec.name),
            " ".join(wrong),
            _("Correct it and send it again."),
        )


def problems(spec: Method, params: Mapping[str, Any]) -> Iterator[str]:
    """Each thing that is wrong, as a sentence; nothing for a call that can be sent."""
    known = spec.sendable
    for header in spec.headers:
        if header.required and _empty(params.get(header.name)):
            yield _("{name} is needed.").format(name=header.name)
    yield from _members(known, params, "")
    lower = {entry.name.lower(): entry.name for entry in (*known, *spec.headers)}
    for name in params:
        right = lower.get(name.lower(), name)
        if right != name and right not in params:
            yield _("{name} is written {right}.").format(name=name, right=right)
    for entry in spec.ranges:
        yield from _range(entry, params)


def _members(known: Sequence[Parameter], params: Mapping[str, Any], where: str) -> Iterator[str]:
    told: set[str] = set()
    for entry in known:
        value = params.get(entry.name)
        name = where + entry.name
        if not _empty(value):
            yield from _value(entry, value, name)
        elif needed(entry, params):
            # one of several that would do: said once, for all of them
            if not any(told.issuperset(names) for names in entry.unless):
                yield _missing(entry, name)
            told.add(entry.name)


def _empty(value: Any) -> bool:
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return value is None or value in ("", [], ())


def needed(entry: Parameter, params: Mapping[str, Any]) -> bool:
    """Whether Komet wants this parameter beside those that are given."""

    def there(name: str) -> bool:
        return not _empty(params.get(name))

    if entry.unless:
        return not any(all(there(name) for name in names) for names in entry.unless)
    return entry.required or bool(entry.needed_with and there(entry.needed_with))


def _missing(entry: Parameter, name: str) -> str:
    if not entry.unless:
        return _("{name} is needed.").format(name=name)
    others = _(" or ").join(_(" with ").join(names) for names in entry.unless)
    return _("{name} is needed, or {others}.").format(name=name, others=others)


def _value(entry: Parameter, value: Any, name: str) -> Iterator[str]:
    if isinstance(value, SecretStr):
        return
    if entry.kind is Kind.LIST or isinstance(value, list | tuple):
        yield from _list(entry, value, name)
        return
    reason = _reason(entry, value)
    if reason:
        yield f"{name}: {reason}"


def _list(entry: Parameter, value: Any, name: str) -> Iterator[str]:
    if not isinstance(value, list | tuple):
        yield f"{name}: " + _("a list is wanted.")
        return
    if entry.most_items and len(value) > entry.most_items:
        yield f"{name}: " + _("at most {n} entries in one call.").format(n=entry.most_items)
    for place, item in enumerate(value):
        if entry.items:
            if not isinstance(item, Mapping):
                yield f"{name}[{place}]: " + _("an object is wanted.")
            else:
                yield from _members(entry.items, item, f"{name}[{place}].")
        elif entry.kind is not Kind.LIST and (reason := _reason(entry, item)):
            yield f"{name}[{place}]: {reason}"


def _reason(entry: Parameter, value: Any) -> str | None:
    """Why one value cannot be sent, or None."""
    reason: str | None = None
    match entry.kind:
        case Kind.BOOLEAN:
            if not isinstance(value, bool) and wire(value).lower() not in _FLAGS:
                reason = _("yes or no is wanted (1 or 0).")
        case Kind.INTEGER:
            if isinstance(value, bool) or not _INTEGER.fullmatch(wire(value)):
                reason = _("a whole number is wanted.")
            elif entry.largest is not None and int(wire(value)) > entry.largest:
                reason = _("at most {n}.").format(n=entry.largest)
        case Kind.NUMBER:
            reason = _not_a_number(entry, value)
        case Kind.DATE | Kind.MOMENT:
            reason = None if _day(value) else _("a date is wanted, as 2026-11-20.")
        case Kind.BYTES:
            reason = None if _is_base64(value) else _("the bytes of a file in Base64 are wanted.")
    return reason or _too_long(entry, value)


def _not_a_number(entry: Parameter, value: Any) -> str | None:
    try:
        number = Decimal(wire(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        return _("a number is wanted.")
    whole, _comma, places = str(entry.max_length or "").partition(",")
    if places:
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > int(places):
            return _("at most {n} decimals.").format(n=places)
        if abs(number) >= Decimal(10) ** (int(whole) - int(places)):
            return _("too large: {whole} digits, {places} of them decimals.").format(
                whole=whole, places=places
            )
    return None


def _too_long(entry: Parameter, value: Any) -> str | None:
    limit = entry.max_length
    if not isinstance(limit, int) or entry.kind in {Kind.BOOLEAN, Kind.BYTES, Kind.LIST}:
        return None
    texts = [wire(value)]
    if entry.length_of_each and entry.separator:
        texts = texts[0].split(entry.separator)
    longest = max(len(text.strip()) for text in texts)
    if longest <= limit:
        return None
    return _("{length} characters, at most {limit} are allowed.").format(
        length=longest, limit=limit
    )


def _is_base64(value: Any) -> bool:
    if isinstance(value, bytes):
        return True
    try:
        base64.b64decode(wire(value), validate=True)
    except ValueError:
        return False
    return True


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return day_in(value)
    except Unreadable:
        return None


def _range(entry: Range, params: Mapping[str, Any]) -> Iterator[str]:
    start, end = _day(params.get(entry.start)), _day(params.get(entry.end))
    if start is None or end is None:
        return
    if start > end:
        yield _("{start} is after {end}.").format(start=entry.start, end=entry.end)
    elif (end - start).days > entry.days:
        yield _("{start} to {end}: at most {days} days in one call.").format(
            start=entry.start, end=entry.end, days=entry.days
        )


def sample_parameters(spec: Method, day: date) -> dict[str, Any]:
    """The headers and parameters that the method needs, as small as the registry allows."""
    headers = {entry.name: _sample_value(entry, day) for entry in spec.headers if entry.required}
    return {**headers, **_sample_members(spec.sendable, day)}


def _sample_members(entries: Sequence[Parameter], day: date) -> dict[str, Any]:
    chosen: dict[str, Any] = {}
    for entry in entries:
        if needed(entry, chosen):
            chosen[entry.name] = _sample_value(entry, day)
    return chosen


def _sample_value(entry: Parameter, day: date) -> Any:
    length = entry.max_length if isinstance(entry.max_length, int) else 6
    by_kind: dict[Kind, Any] = {
        Kind.INTEGER: 1,
        Kind.NUMBER: 1,
        Kind.BOOLEAN: True,
        Kind.DATE: day,
        Kind.MOMENT: f"{day.isoformat()} 00:00:00",
        Kind.BYTES: b"sample",
        Kind.LIST: [_sample_members(entry.items, day)] if entry.items else ["1"],
        Kind.TEXT: "sample"[: max(1, length)],
    }
    if not entry.choices:
        return by_kind[entry.kind]
    first = next(iter(entry.choices))
    return int(first) if entry.kind in {Kind.INTEGER, Kind.BOOLEAN} else first
