"""How our values are written on the wire: booleans as 1/0, dates as YYYY-MM-DD."""

from datetime import date
from typing import Any


def wire(value: Any) -> str:
    """The value as a parameter of a query string, or as a header."""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    return str(value)


def wire_json(value: Any) -> Any:
    """The value as a member of a JSON body; lists and objects are written through."""
    if isinstance(value, list | tuple):
        return [wire_json(item) for item in value]
    if isinstance(value, dict):
        return {key: wire_json(item) for key, item in value.items()}
    if isinstance(value, bool):
        return int(value)
    return value if isinstance(value, int | float | str) else wire(value)
