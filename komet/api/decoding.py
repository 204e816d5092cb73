"""From the bytes of an answer to plain values, whatever a server may send.

Bytes are unpacked a piece at a time, so that none can burst. The contract does not promise clean
JSON: a stray control character, one byte in another encoding or a number without end is a matter of
one value, and must not lose the other orders of the day. Only what is not JSON at all, or is cut
off, is no answer.
"""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeVar

from komet.api.errors import BadResponse
from komet.api.garbage import collect_later
from komet.api.network import Bounds

Read = TypeVar("Read")

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
_FEW_ESCAPES = 10_000
_BLANKS = re.compile(r"[ \t\n\r]*")
_AS_DIGITS = bytes(ord("0") if chr(n) in "0123456789" else ord(" ") for n in range(256))
_ENDLESS = b"0" * (_LONGEST_INTEGER + 1)


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
    return _parsed(content, charset, lambda text, decoder: limit_depth(decoder.decode(text), 1))


def parse_rows(content: bytes, charset: str | None, member: str) -> tuple[Any, list[str]]:
    """The body as `parse_json` gives it, and the text of each value in its list `member`.

    The text of the value itself, where it is no list. What is nested deeply is left as it came:
    see `limit_depth`. Raises `BadResponse`.
    """
    return _parsed(content, charset, lambda text, decoder: _read_body(text, decoder, member))


def _parsed(
    content: bytes, charset: str | None, read: Callable[[str, json.JSONDecoder], Read]
) -> Read:
    _refuse_crowds(content)
    text, in_utf8 = _text(content, charset)
    try:
        with collect_later(len(content)):
            return read(_writable(text), _decoder(in_utf8))
    except (ValueError, RecursionError):
        pass
    # raised out here because the decoder's own error carries the whole body along
    raise BadResponse("incomplete_json", size=len(content))


def _decoder(digits_of: bytes) -> json.JSONDecoder:
    # asking a function of ours for each number takes longer than all the rest of reading it
    short = _ENDLESS not in digits_of.translate(_AS_DIGITS)
    return json.JSONDecoder(
        strict=False,
        parse_int=None if short else _integer,
        parse_float=_known_decimal if short else _decimal,
        parse_constant=str,
    )


def _read_body(text: str, decoder: json.JSONDecoder, member: str) -> tuple[Any, list[str]]:
    """The decoder's own way through an object, except that it tells where each row is written."""
    index = _skip_blanks(text, 0)
    if not text.startswith("{", index):
        return decoder.decode(text), []
    body: dict[str, Any] = {}
    sources: list[str] = []
    index = _skip_blanks(text, index + 1)
    if text.startswith("}", index):
        index, more = index + 1, False
    else:
        more = True
    while more:
        if not text.startswith('"', index):
            raise ValueError("no name of a member")
        name, index = decoder.raw_decode(text, index)
        index = _skip_blanks(text, index)
        if not text.startswith(":", index):
            raise ValueError("no value of a member")
        index = _skip_blanks(text, index + 1)
        start = index
        if name == member and text.startswith("[", index):
            body[name], sources, index = _read_items(text, decoder, index)
        else:
            body[name], index = decoder.raw_decode(text, index)
            sources = [text[start:index]] if name == member else sources
        index, more = _next_part(text, index, "}")
    if _skip_blanks(text, index) != len(text):
        raise ValueError("more than one value")
    return body, sources


def _read_items(
    text: str, decoder: json.JSONDecoder, index: int
) -> tuple[list[Any], list[str], int]:
    items: list[Any] = []
    sources: list[str] = []
    index = _skip_blanks(text, index + 1)
    if text.startswith("]", index):
        return items, sources, index + 1
    more = True
    while more:
        start = index
        item, index = decoder.raw_decode(text, index)
        items.append(item)
        sources.append(text[start:index])
        index, more = _next_part(text, index, "]")
    return items, sources, index


def _next_part(text: str, index: int, end: str) -> tuple[int, bool]:
    """Where the next member or item begins, and whether there is one."""
    index = _skip_blanks(text, index)
    if text.startswith(",", index):
        return _skip_blanks(text, index + 1), True
    if not text.startswith(end, index):
        raise ValueError("cut off")
    return index + 1, False


def _skip_blanks(text: str, index: int) -> int:
    blanks = None if text[index : index + 1] > " " else _BLANKS.match(text, index)
    return blanks.end() if blanks else index


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


def _text(content: bytes, charset: str | None) -> tuple[str, bytes]:
    """The text, and its bytes in UTF-8."""
    # UTF-8 first: servers that declare Latin-1 and send UTF-8 are common, the reverse is noticed
    with suppress(ValueError):
        return content.decode("utf-8-sig"), content
    try:
        text = content.decode(charset or "ascii")
    except (ValueError, LookupError):
        text = content.decode("utf-8-sig", "replace")
    return text, text.encode("utf-8", "surrogatepass")


def _writable(text: str) -> str:
    """JSON whose texts are all UTF-8, and are not cut short by whoever thinks in C."""
    text = text.replace("\0", "\ufffd")
    return _ESCAPES.sub(_replaced, text) if _has_escapes(text) else text


def _has_escapes(text: str) -> bool:
    # one sign is found at once; finding two takes as long as a tenth of reading the whole
    index = text.find("\\")
    for _time in range(_FEW_ESCAPES):
        if index < 0:
            return False
        if text.startswith("u", index + 1):
            return True
        index = text.find("\\", index + 2)
    return "\\u" in text


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


@lru_cache(maxsize=20_000)
def _known_decimal(digits: str) -> Decimal | str:
    """Amounts are many, and mostly the same ones."""
    return _decimal(digits)


def limit_depth(value: Any, depth: int) -> Any:
    """The value, at that level of the answer, with what lies deeper than `DEEPEST` as text."""
    if not isinstance(value, dict | list):
        return value
    if depth > DEEPEST:
        return json.dumps(value, default=str)
    places: Any = value.items() if isinstance(value, dict) else enumerate(value)
    for place, item in places:
        if isinstance(item, dict | list):
            value[place] = limit_depth(item, depth + 1)
    return value
