"""The parameters of a call: reading, checking and matching them."""

import json
import re
from collections.abc import Mapping
from datetime import date

from komet.api.methods import Method

Parameters = Mapping[str, str]


class RefusalError(Exception):
    """An answer other than success: an HTTP status and Komet's message beside `status` 0."""

    def __init__(self, http_status: int, message: str) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.message = message


def check(method: Method, parameters: Parameters) -> None:
    """Refuse a call (400) that lacks a required parameter or carries an unreadable date."""
    for parameter in method.sendable:
        value = parameters.get(parameter.name, "")
        others = any(all(parameters.get(name) for name in names) for names in parameter.unless)
        needed = not others if parameter.unless else parameter.required
        if needed and not value:
            raise RefusalError(400, f"The parameter {parameter.name} is required.")
        if value and (parameter.type or "").startswith("date"):
            day(parameter.name, value)


def day(name: str, value: str) -> date:
    """The date in a parameter, YYYY-MM-DD. Refuses anything else with 400."""
    try:
        read = date.fromisoformat(value)
    except ValueError:
        read = None
    if read is None or read.isoformat() != value:
        raise RefusalError(400, f"The parameter {name} is not a date: expected YYYY-MM-DD.")
    return read


def whole(name: str, value: str) -> int:
    """The whole number in a parameter. Refuses anything else with 400."""
    if not re.fullmatch(r"-?\d{1,12}", value, re.ASCII):
        raise RefusalError(400, f"The parameter {name} is not a whole number.")
    return int(value)


def members(name: str, text: str | None) -> list[dict[str, str]]:
    """The objects of a list parameter, each with its members as text."""
    try:
        value = json.loads(text or "[]")
    except ValueError:
        value = None
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise RefusalError(400, f"The parameter {name} is not a list of objects.")
    return [
        {
            key: part if isinstance(part, str) else json.dumps(part)
            for key, part in item.items()
            if part is not None
        }
        for item in value
    ]


def texts(value: str | None) -> list[str]:
    """The entries of a list parameter, sent as JSON or separated by commas."""
    parts = (value or "").strip("[]").split(",")
    return [part.strip().strip('"') for part in parts if part.strip()]


def same(wanted: str | None, *values: object) -> bool:
    """Exact match, upper and lower case alike; no filter matches everything."""
    if not wanted:
        return True
    return wanted.casefold() in {str(value).casefold() for value in values}


def like(wanted: str | None, *values: str) -> bool:
    """Whether one of the values contains the text; `%` at its ends is allowed and means nothing."""
    if not wanted:
        return True
    text = wanted.strip("%").casefold()
    return any(text in value.casefold() for value in values)


def yes(value: str | None) -> bool:
    """Whether a boolean parameter says yes."""
    return (value or "").casefold() in {"1", "true"}
