"""GS1-128: the numbers on a box, checked, and the text of the symbol that carries them.

GTIN (AI 01), batch or lot (AI 10) and SSCC (AI 00), by the GS1 General Specifications.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from biip import ParseError
from biip.checksums import gs1_standard_check_digit
from biip.gtin import Gtin

from komet.errors import InvalidInput
from komet.labels.code128 import FNC1
from komet.language import _

GTIN, LOT, SSCC = "01", "10", "00"
_FIXED = {GTIN, SSCC}
"""AIs whose data has one length, so that nothing marks its end."""
_LOT = re.compile(r"[A-Za-z0-9!\"%&'()*+,\-./:;<=>?_]{1,20}")
"""The characters that GS1 allows in a lot (character set 82)."""


class Element(NamedTuple):
    """An application identifier and its data."""

    identifier: str
    data: str


def gtin_14(text: str) -> str:
    """A GTIN-8, -12, -13 or -14 with a right check digit, as fourteen digits.

    Raises `InvalidInput` with the reason.
    """
    number = text.strip()
    if not (number.isascii() and number.isdecimal()) or len(number) not in {8, 12, 13, 14}:
        raise InvalidInput(
            _("“{text}” is no GTIN.").format(text=text),
            _("A GTIN has 8, 12, 13 or 14 digits."),
        )
    expected = gs1_standard_check_digit(number[:-1])
    if int(number[-1]) != expected:
        raise InvalidInput(
            _("“{text}” is no GTIN.").format(text=text),
            _("Its check digit would be {expected}.").format(expected=str(expected)),
        )
    try:
        return Gtin.parse(number).as_gtin_14()
    except ParseError as error:
        raise InvalidInput(_("“{text}” is no GTIN.").format(text=text)) from error


def check_lot(text: str) -> str:
    """The lot as GS1 can carry it. Raises `InvalidInput`."""
    if not _LOT.fullmatch(text):
        raise InvalidInput(
            _("The lot “{text}” cannot stand in a GS1 barcode.").format(text=text),
            _("It has 1 to 20 letters without accents, digits and plain signs."),
        )
    return text


def check_prefix(text: str) -> str:
    """A GS1 company prefix: 4 to 12 digits. Raises `InvalidInput`."""
    if not re.fullmatch(r"[0-9]{4,12}", text):
        raise InvalidInput(_("A GS1 company prefix has 4 to 12 digits."))
    return text


def sscc(prefix: str, extension: int, serial: int) -> str:
    """The eighteen digits: extension digit, company prefix, serial reference, check digit.

    Raises `InvalidInput` where the serial reference has no room left beside the prefix.
    """
    room = 16 - len(check_prefix(prefix))
    if serial >= 10**room:
        raise InvalidInput(
            _("All serial numbers of the GS1 company prefix {prefix} are used.").format(
                prefix=prefix
            ),
            next_step=_("Choose another extension digit in the template."),
        )
    digits = f"{extension}{prefix}{serial:0{room}d}"
    return f"{digits}{gs1_standard_check_digit(digits)}"


def symbol_text(elements: Sequence[Element]) -> str:
    """What the symbol holds: FNC1 first, and behind each data of free length but the last."""
    text = FNC1
    for place, (identifier, data) in enumerate(elements, start=1):
        text += identifier + data
        if identifier not in _FIXED and place < len(elements):
            text += FNC1
    return text


def readable_text(elements: Sequence[Element]) -> str:
    """What stands below it for people: each identifier in brackets."""
    return "".join(f"({identifier}){data}" for identifier, data in elements)
