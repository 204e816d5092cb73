"""Days as texts, in all the forms that people and their Excel write them.

Which of "03/04/2026" is the month is decided by the whole column: one "20/11/2026" settles it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from komet.text import normalize_text

_TIME = (
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?\s*m\.?)?(?:Z|\s*[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.I | re.A)
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})", re.ASCII)
_FIGURES = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.I | re.A)
_DAY_NAMED = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|o)?[ \-/.]*(?:de |of )?([a-z]{{3,}})\.?,?[ \-/.]*(?:del? )?"
    rf"(\d{{4}}|\d{{2}}){_TIME}",
    re.I | re.A,
)
_NAMED_DAY = re.compile(
    rf"([a-z]{{3,}})\.?[ \-/]*(\d{{1,2}})(?:st|nd|rd|th)?(?:,[ ]*|[ \-/]+)(\d{{4}}|\d{{2}}){_TIME}",
    re.I | re.A,
)
_WEEKDAY = re.compile(
    r"(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mie|jue|vie|sab|dom)[a-z]*\.?,?\s+", re.I
)
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?", re.ASCII)
_EXCEL_BEGINS = date(1899, 12, 30)
_YEARS = range(2000, 2100)
"""Beyond lie placeholders (1899-12-31, 0001-01-01) and slips; no flower ships there."""
_MONTHS = (
    ("january", "enero"), ("february", "febrero"), ("march", "marzo"), ("april", "abril"),
    ("may", "mayo"), ("june", "junio"), ("july", "julio"), ("august", "agosto"),
    ("september", "septiembre", "setiembre"), ("october", "octubre"),
    ("november", "noviembre"), ("december", "diciembre"),
)  # fmt: skip


class DayOrder(Enum):
    """Which comes first where both are figures."""

    MONTH_FIRST = "mm/dd"
    DAY_FIRST = "dd/mm"


@dataclass(frozen=True)
class Evidence:
    """What a column shows: texts that only one order explains, and texts that either would."""

    orders: frozenset[DayOrder]
    undecided: bool


def evidence(texts: Iterable[str]) -> Evidence:
    """Look through the texts of a column."""
    orders: set[DayOrder] = set()
    undecided = False
    for text in texts:
        pair = _pair(text)
        if pair is None:
            continue
        first, second = pair
        if first > 12 >= second:
            orders.add(DayOrder.DAY_FIRST)
        elif second > 12 >= first:
            orders.add(DayOrder.MONTH_FIRST)
        elif first != second:
            undecided = True
    return Evidence(frozenset(orders), undecided)


def is_figures(text: str) -> bool:
    """Whether it is a day whose month and day are both figures, the year last."""
    return _pair(text) is not None


def is_undecided(text: str) -> bool:
    """Whether it is one day with the month first, and another with the day first."""
    pair = _pair(text)
    return pair is not None and max(pair) <= 12 and pair[0] != pair[1]


def is_serial(text: str) -> bool:
    """Whether it is the number of a day as Excel counts them, shown as a number."""
    return _SERIAL.fullmatch(text) is not None and read_day(text, None) is not None


def read_day(text: str, order: DayOrder | None) -> date | None:
    """The day that a text says, without its time; None when it cannot be read.

    `order`: that of the column; without one, only what reads one way is read.
    """
    plain = _plain(text)
    if found := _YEAR_FIRST.fullmatch(plain):
        return _day(found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(plain):
        return _day(found[1], found[2], found[3])
    if found := _FIGURES.fullmatch(plain):
        return _by_order(int(found[1]), int(found[3]), found[4], order)
    if _SERIAL.fullmatch(plain):
        day = _EXCEL_BEGINS + timedelta(days=int(float(plain)))
        return day if day.year in _YEARS else None
    return _named(plain)


def _pair(text: str) -> tuple[int, int] | None:
    found = _FIGURES.fullmatch(_plain(text))
    return (int(found[1]), int(found[3])) if found else None


def _by_order(first: int, second: int, year: str, order: DayOrder | None) -> date | None:
    if first > 12 or second > 12 or first == second:
        # only one order explains it, whatever the others say
        day, month = (first, second) if first > 12 else (second, first)
    elif order is None:
        return None
    else:
        day, month = (first, second) if order is DayOrder.DAY_FIRST else (second, first)
    return _day(year, str(month), str(day))


def _named(plain: str) -> date | None:
    # "mar 3, 2026" is a day of March before it is a Tuesday
    for text in (plain, _WEEKDAY.sub("", plain, count=1)):
        if found := _DAY_NAMED.fullmatch(text):
            day, month, year = found[1], found[2], found[3]
        elif found := _NAMED_DAY.fullmatch(text):
            month, day, year = found[1], found[2], found[3]
        else:
            continue
        for number, names in enumerate(_MONTHS, start=1):
            if any(name.startswith(month) for name in names):
                return _day(year, str(number), day)
    return None


def _day(year: str, month: str, day: str) -> date | None:
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    try:
        found = date(full_year, int(month), int(day))
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _plain(text: str) -> str:
    """Lower case, no accents, single blanks, and no weekday before figures."""
    return re.sub(rf"^{_WEEKDAY.pattern}(?=\d+[-/.]\d)", "", normalize_text(text))
