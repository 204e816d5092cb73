"""How one object of an answer is read: tolerantly, member by member, losing nothing.

A value that cannot be read is None and stands in the validation context as a `DataProblem`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo
from pydantic.alias_generators import to_camel

from komet.api import reading

_SHOWN = 200


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
    if reading.nothing(value):
        return []
    found = []
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            found.append(item)
        elif not reading.nothing(item):
            note(problems, field, item)
    return found


def _tolerant(read: Callable[[Any], Any]) -> BeforeValidator:
    def validate(value: Any, info: ValidationInfo) -> Any:
        try:
            return read(value)
        except reading.Unreadable:
            note(info.context, to_camel(info.field_name or ""), value)
            return None

    return BeforeValidator(validate)


def _objects(value: Any, info: ValidationInfo) -> list[dict[str, Any]]:
    return objects(value, to_camel(info.field_name or ""), info.context)


def _money(value: Any) -> Decimal | None:
    return reading.number(value, 6)


Text = Annotated[str | None, _tolerant(reading.text)]
Number = Annotated[Decimal | None, _tolerant(reading.number)]
Money = Annotated[Decimal | None, _tolerant(_money)]
Flag = Annotated[bool | None, _tolerant(reading.flag)]
Day = Annotated[date | None, _tolerant(reading.day)]
Moment = Annotated[datetime | None, _tolerant(reading.moment)]
Objects = BeforeValidator(_objects)
