"""How our values are written on the wire: booleans as 1/0, dates as YYYY-MM-DD, times in UTC.

Bytes of a file go out as Base64: JSON has no other way, and the contract shows none.
"""

import base64
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pydantic import SecretStr


def wire(value: Any) -> str:
    """The value as a parameter of a query string, or as a header; lists with commas."""
    if isinstance(value, list | tuple):
        return ",".join(wire(item) for item in value)
    match value:
        case SecretStr():
            text = value.get_secret_value()
        case bool():
            text = "1" if value else "0"
        case datetime():
            in_utc = value.astimezone(UTC) if value.tzinfo else value
            text = in_utc.isoformat(" ", "seconds").removesuffix("+00:00")
        case date():
            text = value.isoformat()
        case bytes():
            text = base64.b64encode(value).decode()
        case Decimal():
            text = format(value, "f")
        case _:
            text = str(value)
    return text


def wire_json(value: Any) -> Any:
    """The value as a member of a JSON body; lists and objects are written through."""
    if isinstance(value, list | tuple):
        return [wire_json(item) for item in value]
    if isinstance(value, dict):
        return {key: wire_json(item) for key, item in value.items()}
    if isinstance(value, bool):
        return int(value)
    return value if value is None or isinstance(value, int | float | str) else wire(value)
