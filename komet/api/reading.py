"""Tolerant reading of what Komet sends: one function a kind of value, and records of them.

Nearly every number may come as text, nothing may be `""`, `null` or a missing key, and amounts may
carry thousands separators (quirks of the contract). A value that cannot be read raises
`Unreadable`; it never becomes 0, today, or a guess. Of a record, it is None and stands in the
validation context as a `DataProblem`: an object is read member by member, losing nothing.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo
from pydantic.alias_generators import to_camel

# A group that begins with 0, as in "0,504", is a decimal comma rather than thousands.
_GROUPED = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_DATED = re.compile(r"\d{4}-\d{2}-\d{2}([ T].*)?", re.ASCII)
_LARGEST = Decimal(10) ** 11
_LONGEST_NUMBER = 100
_LARGEST_INTEGER_BITS = 256
_YEARS = range(1900, 2200)
"""Beyond lie placeholders such as 0001-01-01, which overflow in some time zones."""

_TRUE = {"1", "true", "yes", "y"}
_FALSE = {"0", "false", "no", "n"}

_SHOWN = 200


class Unreadable(ValueError):
    """The value is there, but it is not what it should be."""


def nothing(value: Any) -> bool:
    """Whether Komet means "no value" by it."""
    return value is None or (isinstance(value, str) and not value.strip())


def text(value: Any) -> str | None:
    """Text, trimmed; numbers become their digits, so that an ID may come as either."""
    if isinstance(value, str):
        trimmed = value.strip()
        # half of a surrogate pair is valid in JSON, and nowhere else
        return (trimmed if trimmed.isascii() else _storable(trimmed)) or None
    if value is None:
        return None
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, Decimal) and value.is_finite():
        if abs(value.adjusted()) > _LONGEST_NUMBER:
            raise Unreadable("a number without end")
        whole = value.to_integral_value()
        return format(whole if value == whole else value, "f")
    if isinstance(value, int) and value.bit_length() <= _LARGEST_INTEGER_BITS:
        return str(value)
    raise Unreadable(type(value).__name__)


def _storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def number(value: Any, places: int = 4) -> Decimal | None:
    """A decimal rounded to `places`. `"1,504.00"` is 1504; `"1,5"` is nobody's number."""
    if nothing(value):
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        raise Unreadable(type(value).__name__)
    if isinstance(value, int) and value.bit_length() > _LARGEST_INTEGER_BITS:
        raise Unreadable("a number without end")
    raw = str(value).strip()
    if len(raw) > _LONGEST_NUMBER:
        raise Unreadable("a number without end")
    return _number_written(raw, places)


@lru_cache(maxsize=20_000)
def _number_written(raw: str, places: int) -> Decimal:
    if _GROUPED.fullmatch(raw):
        raw = raw.replace(",", "")
    elif not _PLAIN.fullmatch(raw):
        raise Unreadable(raw)
    result = Decimal(raw)
    if abs(result) >= _LARGEST:
        raise Unreadable(raw)
    # + 0: minus nothing is nothing, and must not look like a change
    return round(result, places) + 0


def flag(value: Any) -> bool | None:
    """`"1"`, `1` and `true` are yes; `"0"`, `0` and `false` are no."""
    raw = text(value)
    if raw is None:
        return None
    if raw.lower() in _TRUE:
        return True
    if raw.lower() in _FALSE:
        return False
    raise Unreadable(raw)


def day(value: Any) -> date | None:
    """A date, from `YYYY-MM-DD` with or without a time behind it: the date as it is written."""
    return None if nothing(value) else _written(value).date()


def moment(value: Any) -> datetime | None:
    """A time in UTC (the API overview: all times are UTC), from a date with or without a time."""
    if nothing(value):
        return None
    read = _written(value)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read.astimezone(UTC)


def _written(value: Any) -> datetime:
    raw = value.strip() if isinstance(value, str) else ""
    if not _DATED.fullmatch(raw):
        raise Unreadable("not YYYY-MM-DD")
    try:
        read = datetime.fromisoformat(raw)
    except ValueError as error:
        raise Unreadable(raw) from error
    if read.year not in _YEARS:
        raise Unreadable(raw)
    return read


@dataclass
class DataProblem:
    """One value that could not be read, and of which order and line, where that is known."""

    field: str
    value: str
    po_id: str | None = None
    po_item_id: str | None = None


class Record(BaseModel):
    """Anything that Komet sends as an object. camelCase on the wire, snake_case here."""

    model_config = ConfigDict(
        extra="allow", alias_generator=to_camel, populate_by_name=True, frozen=True
    )

    @property
    def extra(self) -> dict[str, Any]:
        """Members that Komet sent and we have no field for."""
        return self.model_extra or {}


def note(problems: list[DataProblem] | None, field: str, value: Any) -> None:
    """Report a value that could not be read, as far as a person wants to see it."""
    if problems is None:
        return
    try:
        shown = str(value)[:_SHOWN]
    except (ValueError, RecursionError):  # endless digits, bottomless lists
        shown = type(value).__name__
    problems.append(DataProblem(field, shown.encode("utf-8", "replace").decode()))


def objects(value: Any, field: str, problems: list[DataProblem] | None) -> list[dict[str, Any]]:
    """The objects of a list: a single object counts as a list of one, nothing as an empty list.

    What is no object is reported, and does not take the others along.
    """
    if nothing(value):
        return []
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            found.append(item)
        elif not nothing(item):
            note(problems, field, item)
    return found


def _tolerant(read: Callable[[Any], Any]) -> BeforeValidator:
    def validate(value: Any, info: ValidationInfo) -> Any:
        try:
            return read(value)
        except Unreadable:
            note(info.context, to_camel(info.field_name or ""), value)
            return None

    return BeforeValidator(validate)


def _objects(value: Any, info: ValidationInfo) -> list[dict[str, Any]]:
    return objects(value, to_camel(info.field_name or ""), info.context)


def _money(value: Any) -> Decimal | None:
    return number(value, 6)


Text = Annotated[str | None, _tolerant(text)]
Number = Annotated[Decimal | None, _tolerant(number)]
Money = Annotated[Decimal | None, _tolerant(_money)]
Flag = Annotated[bool | None, _tolerant(flag)]
Day = Annotated[date | None, _tolerant(day)]
Moment = Annotated[datetime | None, _tolerant(moment)]
Objects = BeforeValidator(_objects)
