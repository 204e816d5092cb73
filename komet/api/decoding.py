"""From the bytes of an answer to plain values, whatever a server may send.

Bytes are unpacked a piece at a time, so that none can burst. The contract does not promise clean
JSON: a stray control character, one byte in another encoding or a number without end is a matter of
one value, and must not lose the other orders of the day. Only what is not JSON at all, or is cut
off, is no answer.
"""

import json
import re
import zlib
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from komet.api.errors import BadResponse
from komet.api.network import Bounds

ACCEPTED = "gzip, deflate"
"""What we ask for: zlib unpacks it piece by piece. Others (br, zstd) are not asked for."""

_PIECE = 64 * 1024
_PLAIN = {"", "identity"}
_GZIP = {"gzip", "x-gzip"}

DEEPEST = 32
"""Levels that are kept as they are (the contract nests eight); what lies deeper stays as text."""

MOST_OBJECTS = 500_000
"""Objects and lists of one answer. A day of 35,000 POs with two lines each has 140,000 of them.

Bytes alone are no bound: what is three bytes on the wire is a kilobyte as a record. So many small
ones are not read, either: Komet's own take a hundred bytes and more on average.
"""

MOST_VALUES = 8_000_000
"""Members and items of one answer; 64 MB of honest JSON have half as many."""

_LONGEST_INTEGER = 40
_LONGEST_DECIMAL = 400
_LARGEST_EXPONENT = 100
_FEW_OBJECTS = 50_000
_BYTES_AN_OBJECT = 40
_FEW_VALUES = 500_000
_BYTES_A_VALUE = 8
# in runs, since a text may hold millions; possessive, since going back over a run costs memory
_ESCAPES = re.compile(
    r"""(?x)
    (?P<unwritable> (?:
        \\u[dD][89abAB][0-9a-fA-F]{2} (?! \\u[dD][c-fC-F][0-9a-fA-F]{2})  # half a surrogate pair
        | \\u[dD][c-fC-F][0-9a-fA-F]{2}
        | \\u0000
    ){1,1000}+ )
    | (?:
        \\u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2}  # a whole one
        | \\ (?! u[dD][89a-fA-F][0-9a-fA-F]{2} | u0000) .  # any other, an escaped backslash too
    ){1,1000}+
    """
)
_LENGTH_OF_ESCAPE = len(r"\u0000")


def decompress(chunks: Iterable[bytes], coding: str, bounds: Bounds) -> bytes:
    """The whole body. `coding` is the answer's Content-Encoding.

    Raises `BadResponse` for one that is broken, too large or packed as we did not ask for,
    `Unavailable` when the time is up.
    """
    body = bytearray()
    for piece in _pieces(chunks, coding.strip().lower()):
        bounds.count_unpacked(len(piece))
        body += piece
    return bytes(body)


def _pieces(chunks: Iterable[bytes], coding: str) -> Iterable[bytes]:
    if coding in _PLAIN:
        return chunks
    if coding in _GZIP:
        return _inflated(chunks, zlib.MAX_WBITS | 16)
    if coding == "deflate":
        return _inflated(chunks, None)
    raise BadResponse("unknown_packing", coding=coding[:40])


def _inflated(chunks: Iterable[bytes], window: int | None) -> Iterator[bytes]:
    """What deflate packed, at most `_PIECE` at a time; without a window, either kind of it."""
    unpacker = None
    for chunk in chunks:
        rest = chunk
        if unpacker is None and rest:
            # "deflate" should have zlib's two bytes of header; many a server leaves them out
            bare = window is None and rest[0] & 0x0F != 8
            unpacker = zlib.decompressobj(-zlib.MAX_WBITS if bare else window or zlib.MAX_WBITS)
        while unpacker and rest and not unpacker.eof:
            try:
                piece = unpacker.decompress(rest, _PIECE)
            except zlib.error:
                raise _broken() from None
            # a piece may be empty: what was packed to nothing must be counted, too
            yield piece
            rest = unpacker.unconsumed_tail
    if unpacker and not unpacker.eof:
        raise _broken()


def _broken() -> BadResponse:
    return BadResponse("connection_broke")


def parse_json(content: bytes, charset: str | None = None) -> Any:
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
    raise BadResponse("incomplete_json", size=len(content))


def _refuse_crowds(content: bytes) -> None:
    objects = content.count(b"{") + content.count(b"[")
    most = min(MOST_OBJECTS, _FEW_OBJECTS + len(content) // _BYTES_AN_OBJECT)
    values = min(MOST_VALUES, _FEW_VALUES + len(content) // _BYTES_A_VALUE)
    if objects <= most and content.count(b",") <= values:
        return
    error = BadResponse("answer_too_crowded")
    if objects > most:
        error.details |= {"objects": objects, "most": most}
    # cut off, it may come whole the next time; that much of it comes no smaller
    error.retryable = objects <= MOST_OBJECTS and objects > most
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
    return _ESCAPES.sub(_replaced, text)


def _replaced(found: re.Match[str]) -> str:
    run = found["unwritable"]
    return "\ufffd" * (len(run) // _LENGTH_OF_ESCAPE) if run else found[0]


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
