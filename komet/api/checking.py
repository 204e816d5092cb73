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
from komet.api.request import serialize

Problem = dict[str, Any]
"""One thing that is wrong with a call: its `code`, and what a sentence about it names, as JSON.

`at`: the parameter whose value is wrong, such as `items[2].boxCode`.
"""

_FLAGS = {"0", "1", "true", "false"}
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)


def check(spec: Method, params: Mapping[str, Any]) -> None:
    """Raise `InvalidCall`, which names every parameter that is missing or wrong."""
    wrong = list(problems(spec, params))
    if wrong:
        raise InvalidCall("invalid_parameters", method=spec.name, problems=wrong)


def problems(spec: Method, params: Mapping[str, Any]) -> Iterator[Problem]:
    """Each thing that is wrong; nothing for a call that can be sent."""
    known = spec.sendable
    for header in spec.headers:
        if header.required and _empty(params.get(header.name)):
            yield _problem("parameter_missing", name=header.name)
    yield from _members(known, params, "")
    lower = {entry.name.lower(): entry.name for entry in (*known, *spec.headers)}
    for name in params:
        right = lower.get(name.lower(), name)
        if right != name and right not in params:
            yield _problem("parameter_misspelt", name=name, right=right)
    for entry in spec.ranges:
        yield from _range(entry, params)


def _problem(code: str, **data: Any) -> Problem:
    return {"code": code, **data}


def _members(
    known: Sequence[Parameter], params: Mapping[str, Any], where: str
) -> Iterator[Problem]:
    missing: set[str] = set()
    for entry in known:
        value = params.get(entry.name)
        name = where + entry.name
        if not _empty(value):
            yield from _value(entry, value, name)
        elif needed(entry, params):
            # one of several that would do: said once, for all of them
            if not any(missing.issuperset(names) for names in entry.unless):
                yield _missing(entry, name)
            missing.add(entry.name)


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


def _missing(entry: Parameter, name: str) -> Problem:
    if not entry.unless:
        return _problem("parameter_missing", name=name)
    others = [list(names) for names in entry.unless]
    return _problem("parameter_or_others_missing", name=name, others=others)


def _value(entry: Parameter, value: Any, name: str) -> Iterator[Problem]:
    if isinstance(value, SecretStr):
        return
    if entry.kind is Kind.LIST or isinstance(value, list | tuple):
        yield from _list(entry, value, name)
        return
    if wrong := _wrong(entry, value):
        yield wrong | {"at": name}


def _list(entry: Parameter, value: Any, name: str) -> Iterator[Problem]:
    if not isinstance(value, list | tuple):
        yield _problem("not_a_list", at=name)
        return
    if entry.most_items and len(value) > entry.most_items:
        yield _problem("too_many_entries", at=name, n=entry.most_items)
    for index, item in enumerate(value):
        if entry.items:
            if not isinstance(item, Mapping):
                yield _problem("not_an_object", at=f"{name}[{index}]")
            else:
                yield from _members(entry.items, item, f"{name}[{index}].")
        elif entry.kind is not Kind.LIST and (wrong := _wrong(entry, item)):
            yield wrong | {"at": f"{name}[{index}]"}


def _wrong(entry: Parameter, value: Any) -> Problem | None:
    """Why one value cannot be sent, or None."""
    wrong: Problem | None = None
    match entry.kind:
        case Kind.BOOLEAN:
            if not isinstance(value, bool) and serialize(value).lower() not in _FLAGS:
                wrong = _problem("not_a_flag")
        case Kind.INTEGER:
            if isinstance(value, bool) or not _INTEGER.fullmatch(serialize(value)):
                wrong = _problem("not_an_integer")
            elif entry.largest is not None and int(serialize(value)) > entry.largest:
                wrong = _problem("too_high", n=entry.largest)
        case Kind.NUMBER:
            wrong = _not_a_number(entry, value)
        case Kind.DATE | Kind.MOMENT:
            wrong = None if _day(value) else _problem("not_a_date")
        case Kind.BYTES:
            wrong = None if _is_base64(value) else _problem("not_base64")
    return wrong or _too_long(entry, value)


def _not_a_number(entry: Parameter, value: Any) -> Problem | None:
    try:
        number = Decimal(serialize(value))
    except InvalidOperation:
        number = Decimal("NaN")
    if isinstance(value, bool) or not number.is_finite():
        return _problem("not_a_number")
    whole, _comma, places = str(entry.max_length or "").partition(",")
    if places:
        exponent = number.normalize().as_tuple().exponent
        if isinstance(exponent, int) and -exponent > int(places):
            return _problem("too_many_decimals", n=places)
        if abs(number) >= Decimal(10) ** (int(whole) - int(places)):
            return _problem("too_many_digits", whole=whole, places=places)
    return None


def _too_long(entry: Parameter, value: Any) -> Problem | None:
    limit = entry.max_length
    if not isinstance(limit, int) or entry.kind in {Kind.BOOLEAN, Kind.BYTES, Kind.LIST}:
        return None
    texts = [serialize(value)]
    if entry.length_of_each and entry.separator:
        texts = texts[0].split(entry.separator)
    longest = max(len(text.strip()) for text in texts)
    if longest <= limit:
        return None
    return _problem("too_many_characters", length=longest, limit=limit)


def _is_base64(value: Any) -> bool:
    if isinstance(value, bytes):
        return True
    try:
        base64.b64decode(serialize(value), validate=True)
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


def _range(entry: Range, params: Mapping[str, Any]) -> Iterator[Problem]:
    start, end = _day(params.get(entry.start)), _day(params.get(entry.end))
    if start is None or end is None:
        return
    if start > end:
        yield _problem("range_reversed", start=entry.start, end=entry.end)
    elif (end - start).days > entry.days:
        yield _problem("range_too_long", start=entry.start, end=entry.end, days=entry.days)


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
