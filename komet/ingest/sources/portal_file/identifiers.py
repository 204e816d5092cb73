"""PO numbers, product IDs and other codes: text, leading zeros kept, and what Excel did to them."""

import re

from komet.language import _

_DECIMAL_ZERO = re.compile(r"(\d+)[.,]0{1,2}", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]\d{1,3}", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)


def read_identifier(text: str) -> str | None:
    """The code that a cell says; None when Excel has destroyed it. `12345.0` is `12345`."""
    if damage(text) is not None:
        return None
    whole = _DECIMAL_ZERO.fullmatch(text)
    return whole[1] if whole else " ".join(text.split())


def damage(text: str) -> str | None:
    """What Excel did to a code that cannot be taken back, in words; None for a sound one."""
    if _SCIENTIFIC.fullmatch(text):
        return _(
            "Excel rounded this number to {value}, so its digits are lost. Format the column "
            "as text, enter the full number, and save again."
        ).format(value=text)
    if _DATE.fullmatch(text):
        return _(
            "Excel turned this code into a date ({value}). Format the column as text and "
            "enter the code again."
        ).format(value=text)
    return None
