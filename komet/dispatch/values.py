"""What a person writes in a cell of a line, as a value: boxes, days, lots, digits of codes.

Each raises `InvalidInput` for what cannot be used, with the reason.
"""

import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from komet.errors import InvalidInput
from komet.language import _

LONGEST_REFERENCE = 20
"""Characters of a reference and of a lot number (Komet's pages)."""
LONGEST_HOUSE_AWB = 25
LONGEST_PO_NUMBER = 10
"""Characters of the number of a PO that lines are added to (purchase.order.create)."""
_KOMETS_OWN_LOTS = range(1_000, 100_000)
_SHORT_DAY = re.compile(r"(\d{1,2})([/.\-])(\d{1,2})\2(\d{4})", re.ASCII)
_DAY = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})(?:[ T]00:00(?::00(?:\.0+)?)?)?", re.ASCII)
_THOUSANDS = re.compile(r"\d{1,3}(?:[.,]\d{3})+", re.ASCII)
"""May be thousands or decimals: a thousand boxes in one country, one box in another."""
_EXPONENT = re.compile(r"(\d)(?:[.,](\d+))?[Ee]\+(\d{1,2})", re.ASCII)
_KEPT = 15
"""Digits of a number that Excel keeps; the others it makes zeros."""


def cell_text(value: str | None) -> str:
    """The text of a cell without blanks around it; "" for an empty one."""
    return (value or "").strip()


def read_short(value: str | None, longest: int, what: str) -> str | None:
    """A text of at most `longest` characters; `what` it is, for the message."""
    text = cell_text(value)
    if len(text) > longest:
        raise InvalidInput(
            _("{what} has {n} characters; at most {most} are allowed.").format(
                what=what, n=len(text), most=longest
            )
        )
    return text or None


def read_boxes(value: str | None) -> int | None:
    """A whole number of boxes, whether a cell held a number or a text."""
    text = cell_text(value)
    if not text:
        return None
    wanted = None if _THOUSANDS.fullmatch(text) else as_number(text)
    if wanted is None or wanted != wanted.to_integral_value() or not 0 <= wanted < 100_000:
        raise InvalidInput(_("“{text}” is not a number of boxes.").format(text=text))
    return int(wanted)


def as_number(text: str) -> Decimal | None:
    """A number whose decimal sign is a point, or a comma before zeros; None for anything else."""
    try:
        found = Decimal(text.replace(",", ".") if re.fullmatch(r"\d+,0*", text) else text)
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def read_day(value: str | date | None) -> date | None:
    """A day as a spreadsheet or a person writes it; one that could be two days is refused."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    text = cell_text(value)
    days = _possible_days(text) if text else []
    if len(days) > 1:
        raise InvalidInput(
            _("“{text}” may be {first} or {second}; write it as 2026-11-28.").format(
                text=text, first=days[0].isoformat(), second=days[1].isoformat()
            )
        )
    if text and not days:
        raise InvalidInput(_("“{text}” is not a date; write it as 2026-11-28.").format(text=text))
    return days[0] if days else None


def _possible_days(text: str) -> list[date]:
    """28/11/2026 and 11/28/2026 are one day, 05/12/2026 two; with dots the day comes first."""
    if parts := _SHORT_DAY.fullmatch(text):
        one, sign, two, year = int(parts[1]), parts[2], int(parts[3]), int(parts[4])
        orders = [(year, two, one)] if sign == "." else [(year, two, one), (year, one, two)]
    elif parts := _DAY.fullmatch(text):
        orders = [(int(parts[1]), int(parts[2]), int(parts[3]))]
    else:
        orders = []
    found = []
    for order in orders:
        with suppress(ValueError):
            found.append(date(*order))
    return sorted(set(found))


def read_lot(value: str | None) -> str | None:
    """A lot number; 1000 to 99999 are Komet's own (purchase.order.item.awb.add)."""
    text = read_short(value, LONGEST_REFERENCE, _("The lot number"))
    if text and (whole := re.fullmatch(r"(\d+)\.0+", text, re.ASCII)):
        text = whole[1]  # as a cell with a number may be told
    if text and text.isdecimal() and int(text) in _KOMETS_OWN_LOTS:
        raise InvalidInput(
            _("Komet keeps the lot numbers 1000 to 99999 for itself; {lot} is one of them.").format(
                lot=text
            )
        )
    return text


def exact_digits(text: str, *, number: bool = False) -> str | None:
    """A code as it was written; None where a spreadsheet has cut its digits off.

    `7.2912345675E+10` is 72912345675, and `7.29123E+10` may have been anything. `number`: whether
    the cell holds a real number, of which Excel keeps 15 digits.
    """
    if found := _EXPONENT.fullmatch(text):
        first, rest, exponent = found[1], found[2] or "", int(found[3])
        return first + rest if len(rest) == exponent < _KEPT else None
    if number and text.isdecimal() and len(text) > _KEPT:
        return None
    return text
