"""Numbers, days and times of workbooks as text, and what a number's format shows of it."""

import math
import re
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache

_DAYS_OF_BUILT_IN_FORMATS = frozenset([*range(14, 23), *range(27, 37), *range(45, 48),
                                       *range(50, 59)])  # fmt: skip
_ELAPSED = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)

# what a format holds besides its placeholders: text, colours, padding
_LITERAL = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]')
_CONDITION = re.compile(r"\[[<>=]")
_LAST_DAY = 2_958_466

# a cell knows no zone
_FIRST = datetime(1899, 12, 30)  # noqa: DTZ001
_FIRST_BEFORE_MARCH = datetime(1899, 12, 31)  # noqa: DTZ001
_FIRST_OF_1904 = datetime(1904, 1, 1)  # noqa: DTZ001
_PLACES = re.compile(r"[0#?]")
_SILENT_LITERALS = frozenset("-+/():!^&'~{}<>= $")


def number_text(value: float) -> str:
    """A number with a point and without an exponent, in the 15 digits that Excel keeps."""
    if not math.isfinite(value):
        return "#NUM!"
    if value == int(value):
        return str(int(value))
    return format(Decimal(format(value, ".15g")), "f")


def moment_text(serial: float, *, from_1904: bool) -> str:
    """A day number as YYYY-MM-DD HH:MM:SS, a time without a day as HH:MM:SS."""
    if not 0 <= serial < _LAST_DAY:
        return number_text(serial)
    if serial < 1:
        seconds = round(serial * 86_400)
        return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    # Excel counts a 29 February 1900
    first = _FIRST_OF_1904 if from_1904 else _FIRST_BEFORE_MARCH if serial < 60 else _FIRST
    try:
        moment = first + timedelta(seconds=round(serial * 86_400))
    except OverflowError:
        return number_text(serial)
    return f"{moment:%Y-%m-%d %H:%M:%S}"


def is_moment(number: int, code: str | None) -> bool:
    """Whether a number format shows days or times; `code` is None for a built-in one."""
    if code is None:
        return number in _DAYS_OF_BUILT_IN_FORMATS
    if _ELAPSED.search(code):
        return True
    bare = _LITERAL.sub("", code.partition(";")[0])
    return bare.casefold() != "general" and re.search(r"[dmyhs]", bare, re.IGNORECASE) is not None


@lru_cache(maxsize=10_000)
def shown_number(value: float, code: str) -> str | None:
    """A whole number as its format shows it, where more than its digits are shown.

    00000 shows 123 as 00123, "SKU-"000 as SKU-123. None where the digits say it all: thousands
    apart, decimals, percentages. Raises ValueError for a format that is chosen by a condition.
    """
    if not math.isfinite(value) or value != int(value):
        return None
    if _CONDITION.search(code):
        raise ValueError(code)
    sections = _sections(code)
    if value < 0 and len(sections) > 1:
        section, minus = sections[1], ""
    elif value == 0 and len(sections) > 2:
        section, minus = sections[2], ""
    else:
        section, minus = sections[0], "-" if value < 0 else ""
    pieces = _pieces(section)
    if pieces is None:
        return None
    return _fill_in(minus, pieces, str(abs(int(value))))


def differs_as_code(shown: str, value: float) -> bool:
    """Whether the text that a sheet shows for a whole number says more than the number.

    For formats of which only the result is known: 00123 or SKU-123, but not 1,234 or 123.00.
    """
    if not math.isfinite(value) or value != int(value):
        return False
    digits = str(abs(int(value)))
    own = "".join(char for char in shown if char.isdecimal())
    if own.lstrip("0") != digits.lstrip("0"):
        return False
    return re.sub(r"[-−., '’\xa0\u202f]", "", shown) != digits


def _sections(code: str) -> list[str]:
    sections, quoted = [""], False
    escaped = False
    for char in code:
        if escaped:
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == '"':
            quoted = not quoted
        elif char == ";" and not quoted:
            sections.append("")
            continue
        sections[-1] += char
    return sections


def _pieces(section: str) -> list[tuple[bool, str]] | None:
    """(is it a placeholder?, sign or text) of a format of whole digits; None for another."""
    pieces: list[tuple[bool, str]] = []
    at = 0
    while at < len(section):
        if literal := _LITERAL.match(section, at):
            pieces.append((False, literal.group(1) or literal.group(2) or ""))
            at = literal.end()
            continue
        char = section[at]
        if _PLACES.match(char):
            pieces.append((True, char))
        elif char in _SILENT_LITERALS:
            pieces.append((False, char))
        else:
            return None
        at += 1
    return pieces if any(is_slot for is_slot, _text in pieces) else None


def _fill_in(minus: str, pieces: list[tuple[bool, str]], digits: str) -> str | None:
    indices = [at for at, (is_slot, _text) in enumerate(pieces) if is_slot]
    texts = [text for _slot, text in pieces]
    rest = digits if digits != "0" else ""
    for at in reversed(indices):
        if at == indices[0]:
            filled = rest or ("0" if texts[at] == "0" else "")
        elif rest:
            filled = rest[-1]
        else:
            filled = "0" if texts[at] == "0" else ""
        rest = rest[:-1] if at != indices[0] else ""
        texts[at] = filled
    filled_in = minus + "".join(texts).strip()
    return filled_in if filled_in != minus + digits else None
