"""Amounts and quantities as texts: which sign is the decimal one, and what each text says.

The file decides as a whole, as it was written on one computer: "1,5" proves a decimal comma,
"1,234.50" and "1,234,567" a decimal point, "1,234" proves nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

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


def signs(texts: Iterable[str], *, expected: str = ".") -> Signs:
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


def is_undecided(text: str) -> bool:
    """Whether a text is a thousand with one sign, and a small number with the other."""
    return _MAYBE_THOUSANDS.fullmatch(_bare(text)[1]) is not None


def read_number(text: str, decimal: str | None, places: int) -> Decimal | None:
    """The number that a text says, rounded to `places`; None when it cannot be read.

    `decimal`: the file's sign; without one, what proves its own sign is read, the rest is not.
    """
    minus, figures = _bare(text)
    sign = _proof(figures) or decimal
    if sign is None:
        if is_undecided(text):
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
