"""A member of many rows at a time: Komet's values as columns, by the rules of `komet.api.reading`.

Texts and whole numbers, which most values are, are read as a whole. Of all others each one is read
once, however often it comes. Statements of polars take a tenth of a millisecond each, so that a
day of few lines is read with hardly any.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from types import NoneType
from typing import Any

import polars as pl

from komet.api import reading
from komet.orders.column import Kind

Column = tuple[pl.Series, list[int]]
"""The values of all rows, and the indexes of those that could not be read, which are null."""

_LARGEST = 10**11
_TEXTS: set[type] = {NoneType, str, int}
_INTEGERS: set[type] = {NoneType, int}
_COMPARABLE: set[type] = {NoneType, str, int, Decimal}
"""What means the same wherever it is equal. True is equal to 1, and is no number."""

_PLACES = {Kind.QUANTITY: 4, Kind.FACTOR: 4, Kind.MONEY: 6, Kind.PRICE: 6}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ENCODER = json.JSONEncoder(default=str, ensure_ascii=False, sort_keys=True)


def to_json(value: Any) -> str:
    """The value as JSON that any file can hold; equal values have equal texts."""
    return _ENCODER.encode(value).encode("utf-8", "replace").decode()


_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: reading.text,
    Kind.JSON: lambda value: None if reading.nothing(value) else to_json(value),
    Kind.INTEGER: lambda value: None if (n := reading.number(value)) is None else int(n),
    Kind.QUANTITY: reading.number,
    Kind.MONEY: lambda value: reading.number(value, 6),
    Kind.PRICE: lambda value: reading.number(value, 6),
    Kind.FACTOR: reading.number,
    Kind.DATE: reading.day,
    Kind.TIME: reading.moment,
}


def read_column(kind: Kind, values: Sequence[Any]) -> Column:
    """The values of one column, as `komet.api.decoding` gives them."""
    types = set(map(type, values))
    if types <= {NoneType}:
        return pl.Series(values, dtype=kind.dtype), []
    if kind is Kind.TEXT and types <= _TEXTS:
        whole = _read_texts(values, types)
    elif kind in _PLACES and types <= _INTEGERS:
        whole = _read_integers(kind, values)
    else:
        whole = None
    if whole is not None:
        return whole, []
    if kind is not Kind.TEXT and types <= _COMPARABLE:
        return _read_once(kind, values)
    return _read_each(kind, values)


def _read_texts(values: Sequence[Any], types: set[type]) -> pl.Series | None:
    if int in types:
        values = [value if value is None else str(value) for value in values]
    if str in types:
        values = [value.strip() or None if value else None for value in values]
    try:
        return pl.Series(values, dtype=pl.String)
    except UnicodeEncodeError:  # half of a surrogate pair, which no column can hold
        return None


def _read_integers(kind: Kind, values: Sequence[int | None]) -> pl.Series | None:
    given = [value for value in values if value is not None]
    if max(given) >= _LARGEST or min(given) <= -_LARGEST:
        return None
    return pl.Series(values, dtype=pl.Int64).cast(kind.dtype)


def _read_once(kind: Kind, values: Sequence[Any]) -> Column:
    different = list(set(values))
    stored, unreadable = _stored(kind, different)
    known = dict(zip(different, stored, strict=True))
    lost = {different[index] for index in unreadable}
    found = [known[value] for value in values]
    return _cast(kind, found), [n for n, v in enumerate(values) if v in lost] if lost else []


def _read_each(kind: Kind, values: Sequence[Any]) -> Column:
    stored, unreadable = _stored(kind, values)
    return _cast(kind, stored), unreadable


def _stored(kind: Kind, values: Sequence[Any]) -> tuple[list[str | int | None], list[int]]:
    """Each value as polars takes it fastest, and the indexes of those that cannot be read."""
    read = _READERS[kind]
    stored: list[str | int | None] = []
    unreadable: list[int] = []
    for index, value in enumerate(values):
        try:
            found = read(value)
        except reading.Unreadable:
            found = None
            unreadable.append(index)
        if isinstance(found, Decimal):
            found = format(found, "f")
        elif isinstance(found, datetime):
            found = (found - _EPOCH) // timedelta(microseconds=1)
        elif isinstance(found, date):
            found = found.toordinal() - _EPOCH.toordinal()
        stored.append(found)
    return stored, unreadable


def _cast(kind: Kind, stored: list[str | int | None]) -> pl.Series:
    if kind is Kind.DATE:
        return pl.Series(stored, dtype=pl.Int32).cast(kind.dtype)
    if kind in {Kind.TIME, Kind.INTEGER}:
        return pl.Series(stored, dtype=pl.Int64).cast(kind.dtype)
    return pl.Series(stored, dtype=pl.String).cast(kind.dtype)
