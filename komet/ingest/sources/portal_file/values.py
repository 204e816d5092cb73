"""Days and figures as texts, in all the forms that people and their Excel write them.

The column decides which of "03/04/2026" is the month: one "20/11/2026" settles it. The file
decides about decimal signs as a whole, as it was written on one computer: "1,5" proves a decimal
comma, "1,234.50" and "1,234,567" a decimal point, "1,234" proves nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import Enum

from komet.text import normalize_text

_TIME = (
    r"(?:[T ,]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]\.?\s*m\.?)?(?:Z|\s*[+-]\d{2}:?\d{2})?)?"
)
_YEAR_FIRST = re.compile(rf"(\d{{4}})([-/.])(\d{{1,2}})\2(\d{{1,2}}){_TIME}", re.I | re.A)
_COMPACT = re.compile(r"(20\d{2})(\d{2})(\d{2})", re.ASCII)
_DAY_FIGURES = re.compile(rf"(\d{{1,2}})([-/. ])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}", re.I | re.A)
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


def day_evidence(texts: Iterable[str]) -> Evidence:
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


def is_day_in_figures(text: str) -> bool:
    """Whether it is a day whose month and day are both figures, the year last."""
    return _pair(text) is not None


def is_undecided_day(text: str) -> bool:
    """Whether it is one day with the month first, and another with the day first."""
    pair = _pair(text)
    return pair is not None and max(pair) <= 12 and pair[0] != pair[1]


def is_serial_day(text: str) -> bool:
    """Whether it is the number of a day as Excel counts them, shown as a number."""
    return _SERIAL.fullmatch(text) is not None and read_day(text, None) is not None


def read_day(text: str, order: DayOrder | None) -> date | None:
    """The day that a text says, without its time; None when it cannot be read.

    `order`: that of the column; without one, only what reads one way is read.
    """
    bare = _bare_day(text)
    if found := _YEAR_FIRST.fullmatch(bare):
        return _make_day(found[1], found[3], found[4])
    if found := _COMPACT.fullmatch(bare):
        return _make_day(found[1], found[2], found[3])
    if found := _DAY_FIGURES.fullmatch(bare):
        return _by_order(int(found[1]), int(found[3]), found[4], order)
    if _SERIAL.fullmatch(bare):
        day = _EXCEL_BEGINS + timedelta(days=int(float(bare)))
        return day if day.year in _YEARS else None
    return _named_day(bare)


def _pair(text: str) -> tuple[int, int] | None:
    found = _DAY_FIGURES.fullmatch(_bare_day(text))
    return (int(found[1]), int(found[3])) if found else None


def _by_order(first: int, second: int, year: str, order: DayOrder | None) -> date | None:
    if first > 12 or second > 12 or first == second:
        # only one order explains it, whatever the others say
        day, month = (first, second) if first > 12 else (second, first)
    elif order is None:
        return None
    else:
        day, month = (first, second) if order is DayOrder.DAY_FIRST else (second, first)
    return _make_day(year, str(month), str(day))


def _named_day(bare: str) -> date | None:
    # "mar 3, 2026" is a day of March before it is a Tuesday
    for text in (bare, _WEEKDAY.sub("", bare, count=1)):
        if found := _DAY_NAMED.fullmatch(text):
            day, month, year = found[1], found[2], found[3]
        elif found := _NAMED_DAY.fullmatch(text):
            month, day, year = found[1], found[2], found[3]
        else:
            continue
        for number, names in enumerate(_MONTHS, start=1):
            if any(name.startswith(month) for name in names):
                return _make_day(year, str(number), day)
    return None


def _make_day(year: str, month: str, day: str) -> date | None:
    full_year = int(year) + (2000 if len(year) == 2 else 0)
    try:
        found = date(full_year, int(month), int(day))
    except ValueError:
        return None
    return found if found.year in _YEARS else None


def _bare_day(text: str) -> str:
    """Lower case, no accents, single blanks, and no weekday before figures."""
    return re.sub(rf"^{_WEEKDAY.pattern}(?=\d+[-/.]\d)", "", normalize_text(text))


LARGEST = Decimal(10) ** 11
_CURRENCY = r"(?:US\$|USD|U\$S|COP|MXN|EUR|CAD|GBP|[$€£¥])"
_AROUND = re.compile(rf"^{_CURRENCY}?\s*([+-]?)\s*{_CURRENCY}?\s*(.*?)\s*{_CURRENCY}?$", re.I)
_SPACES = re.compile(r"(?<=\d)[ \u00a0\u2009\u202f'’](?=\d{3}(?!\d))")
_FIGURES = re.compile(r"[0-9.,]*[0-9][0-9.,]*", re.ASCII)
_MAYBE_THOUSANDS = re.compile(r"[1-9]\d{0,2}[.,]\d{3}", re.ASCII)
_LONGEST = 40


@dataclass(frozen=True)
class Signs:
    """`decimal`: "." or ",", or None where the texts contradict each other.

    `assumed`: nothing in the file proves it.
    """

    decimal: str | None
    assumed: bool


def decimal_signs(texts: Iterable[str], *, expected: str = ".") -> Signs:
    """The decimal sign that these texts were written with; `expected` where none proves any."""
    found: set[str] = set()
    for text in texts:
        minus, figures = _bare(text)
        proof = _proof(figures)
        if proof and _value(minus, figures, proof) is not None:
            found.add(proof)
    if len(found) > 1:
        return Signs(None, assumed=False)
    return Signs(found.pop(), assumed=False) if found else Signs(expected, assumed=True)


def is_undecided_number(text: str) -> bool:
    """Whether a text is a thousand with one sign, and a small number with the other."""
    return _MAYBE_THOUSANDS.fullmatch(_bare(text)[1]) is not None


def read_number(text: str, decimal: str | None, places: int) -> Decimal | None:
    """The number that a text says, rounded to `places`; None when it cannot be read.

    `decimal`: the file's sign; without one, what proves its own sign is read, the rest is not.
    """
    minus, figures = _bare(text)
    sign = _proof(figures) or decimal
    if sign is None:
        if is_undecided_number(text):
            return None
        sign = "."
    value = _value(minus, figures, sign)
    return None if value is None else in_range(value, places)


def read_cell_number(text: str, places: int) -> Decimal | None:
    """The number of a cell that Excel holds as one; None when it is none after all ("true")."""
    if not re.fullmatch(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2})?", text, re.ASCII):
        return None
    return in_range(Decimal(text), places)


def in_range(value: Decimal, places: int) -> Decimal | None:
    """Rounded, or None when it is larger than any order."""
    # + 0: minus nothing is nothing, and must not look like a change
    return round(value, places) + 0 if abs(value) < LARGEST else None


def _bare(text: str) -> tuple[str, str]:
    """The minus, and the figures with their signs; "" when there is more than a number."""
    text = text.strip().replace("−", "-")
    if len(text) > _LONGEST:
        return "", ""
    minus = ""
    if text.startswith("(") and text.endswith(")"):
        minus, text = "-", text[1:-1].strip()
    around = _AROUND.match(text)
    if around is None:
        return "", ""
    before, figures = around.groups()
    if figures.endswith("-") and not before:
        before, figures = "-", figures[:-1].rstrip()
    if before == "-":
        if minus:
            return "", ""
        minus = "-"
    figures = _SPACES.sub("", figures)
    return (minus, figures) if _FIGURES.fullmatch(figures) else ("", "")


def _value(minus: str, figures: str, sign: str) -> Decimal | None:
    other = "," if sign == "." else "."
    pattern = rf"(?:\d+|\d{{1,3}}(?:\{other}\d{{3}})+)(?:\{sign}\d*)?|\{sign}\d+"
    if not re.fullmatch(pattern, figures, re.ASCII):
        return None
    return Decimal(minus + figures.replace(other, "").replace(sign, "."))


def _proof(figures: str) -> str | None:
    """The decimal sign that a number must have been written with, if it shows."""
    points, commas = figures.count("."), figures.count(",")
    if points and commas:
        return "." if figures.rfind(".") > figures.rfind(",") else ","
    if not points and not commas:
        return None
    sign, other, count = (".", ",", points) if points else (",", ".", commas)
    if count > 1:
        return other
    return None if _MAYBE_THOUSANDS.fullmatch(figures) else sign
