"""Tolerant reading of what Komet sends: one function a kind of value.

Nearly every number may come as text, nothing may be `""`, `null` or a missing key, and amounts may
carry thousands separators (quirks of the contract). A value that cannot be read raises
`Unreadable`; it never becomes 0, today, or a guess.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

_GROUPED = re.compile(r"^[+-]?\d{1,3}(,\d{3})+(\.\d*)?$")
_PLAIN = re.compile(r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$")
_LARGEST = Decimal(10) ** 11
_TRUE = {"1", "true", "yes", "y"}
_FALSE = {"0", "false", "no", "n"}


class Unreadable(ValueError):
    """The value is there, but it is not what it should be."""


def nothing(value: Any) -> bool:
    """Whether Komet means "no value" by it."""
    return value is None or (isinstance(value, str) and not value.strip())


def text(value: Any) -> str | None:
    """Text, trimmed; numbers become their digits, so that an ID may come as either."""
    if nothing(value):
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal):
        return format(
            value.to_integral_value() if value == value.to_integral_value() else value, "f"
        )
    if isinstance(value, int | str):
        # half of a surrogate pair is valid in JSON, and nowhere else
        return str(value).strip().encode("utf-8", "replace").decode()
    raise Unreadable(type(value).__name__)


def number(value: Any, places: int = 4) -> Decimal | None:
    """A decimal rounded to `places`. `"1,504.00"` is 1504; `"1,5"` is nobody's number."""
    if nothing(value):
        return None
    if isinstance(value, bool | list | dict):
        raise Unreadable(str(value))
    raw = str(value).strip()
    if _GROUPED.match(raw):
        raw = raw.replace(",", "")
    elif not _PLAIN.match(raw):
        raise Unreadable(raw)
    try:
        result = Decimal(raw)
        if abs(result) >= _LARGEST:
            raise Unreadable(raw)
        return round(result, places)
    except InvalidOperation as error:
        raise Unreadable(raw) from error


def flag(value: Any) -> bool | None:
    """`"1"`, `1` and `true` are yes; `"0"`, `0` and `false` are no."""
    if nothing(value):
        return None
    raw = str(value).strip().lower()
    if raw in _TRUE:
        return True
    if raw in _FALSE:
        return False
    raise Unreadable(str(value))


def day(value: Any) -> date | None:
    """A date, from `YYYY-MM-DD` with or without a time behind it."""
    moment_read = moment(value)
    return moment_read.date() if moment_read else None


def moment(value: Any) -> datetime | None:
    """A time in UTC (the API overview: all times are UTC), from a date with or without a time."""
    if nothing(value):
        return None
    if not isinstance(value, str):
        raise Unreadable(str(value))
    try:
        read = datetime.fromisoformat(value.strip())
    except ValueError as error:
        raise Unreadable(value) from error
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)
