"""From the bytes of an answer to plain values, whatever a server may send.

The contract does not promise clean JSON: a stray control character, one byte in another encoding
or a number without end is a matter of one value, and must not lose the other orders of the day.
Only what is not JSON at all, or is cut off, is no answer.
"""

import json
import re
from decimal import Decimal, InvalidOperation
from typing import Any

from komet.api.errors import BadResponse
from komet.language import _

DEEPEST = 32
"""Levels that are kept as they are (the contract nests eight); what lies deeper stays as text."""

MOST_OBJECTS = 500_000
"""Objects and lists of one answer. A day of 35,000 POs with two lines each has 140,000 of them.

Bytes alone are no bound: what is three bytes on the wire is a kilobyte as a record.
"""

MOST_VALUES = 8_000_000
"""Members and items of one answer; 64 MB of honest JSON have half as many."""

_LONGEST_INTEGER = 40
_LONGEST_DECIMAL = 400
_LARGEST_EXPONENT = 100
_ESCAPE = re.compile(
    r"""(?ix)
    \\u d[89ab][0-9a-f]{2} \\u d[c-f][0-9a-f]{2}  # a whole surrogate pair
    | (?P<unwritable> \\u d[89a-f][0-9a-f]{2} | \\u 0000 )
    | \\.  # any other escape, an escaped backslash too
    """
)


def decoded(content: bytes, charset: str | None = None) -> Any:
    """The body as plain values; numbers with a point are `Decimal`. Raises `BadResponse`.

    NaN, Infinity and numbers too long to reckon with come as their text. What no file can hold in
    a text (half a surrogate pair, a null character) becomes U+FFFD. More than `MOST_OBJECTS` or
    `MOST_VALUES` are not read at all.
    """
    _refuse_crowds(content)
    try:
        parsed = json.loads(
            _writable(_text(content, charset)),
            strict=False,
            parse_int=_integer,
            parse_float=_decimal,
            parse_constant=str,
        )
        return _shallow(parsed, 1)
    except (ValueError, RecursionError):
        pass
    # raised out here because the decoder's own error carries the whole body along
    raise BadResponse(
        _("Komet's answer is not complete JSON."),
        _("{size} bytes came, and they cannot be read.").format(size=len(content)),
    )


def _refuse_crowds(content: bytes) -> None:
    objects = content.count(b"{") + content.count(b"[")
    if objects <= MOST_OBJECTS and content.count(b",") <= MOST_VALUES:
        return
    error = BadResponse(
        _("Komet's answer holds more than this computer's memory is for."),
        _("{count} objects and lists came, and at most {most} are read.").format(
            count=f"{objects:,}", most=f"{MOST_OBJECTS:,}"
        )
        if objects > MOST_OBJECTS
        else "",
    )
    error.retryable = False
    raise error


def _text(content: bytes, charset: str | None) -> str:
    # UTF-8 first: servers that declare Latin-1 and send UTF-8 are common, the reverse is noticed
    for encoding in ("utf-8-sig", charset):
        try:
            return content.decode(encoding or "ascii")
        except (ValueError, LookupError):
            continue
    return content.decode("utf-8-sig", "replace")


def _writable(text: str) -> str:
    """JSON whose texts are all UTF-8, and are not cut short by whoever thinks in C."""
    text = text.replace("\0", "\ufffd")
    if "\\u" not in text:
        return text
    return _ESCAPE.sub(lambda found: "\ufffd" if found["unwritable"] else found[0], text)


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _decimal(digits: str) -> Decimal | str:
    if len(digits) > _LONGEST_DECIMAL:
        return digits
    try:
        number = Decimal(digits)
    except InvalidOperation:
        return digits
    return number if abs(number.adjusted()) <= _LARGEST_EXPONENT else digits


def _shallow(value: Any, depth: int) -> Any:
    if not isinstance(value, dict | list):
        return value
    if depth > DEEPEST:
        return json.dumps(value, default=str)
    places: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for place, item in places:
        if isinstance(item, dict | list):
            value[place] = _shallow(item, depth + 1)
    return value
