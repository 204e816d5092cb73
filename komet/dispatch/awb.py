"""Air waybill numbers: three digits of the airline, seven of a serial number, a check digit.

IATA (Cargo Services Conference Resolution 600a): the check digit is the remainder of the serial
number divided by seven.
"""

import re

from komet.errors import InvalidInput
from komet.language import _

_SEPARATORS = re.compile(r"[\s\-./·–—]+")
_DIGITS = 11


def parse_awb(text: str) -> str:
    """An AWB in any usual spelling (`729-1234 5675`, `72912345675`) as `729-12345675`.

    Raises `InvalidInput` where it has not eleven digits, or the check digit is wrong.
    """
    digits = _SEPARATORS.sub("", text.strip().removesuffix(".0"))
    if not re.fullmatch(r"\d+", digits, re.ASCII) or len(digits) != _DIGITS:
        raise InvalidInput(
            _("“{text}” is not an AWB number.").format(text=text.strip()),
            _("An AWB has eleven digits, as in 729-1234 5675."),
        )
    serial, given = digits[3:10], int(digits[10])
    right = int(serial) % 7
    if given != right:
        raise InvalidInput(
            _("The AWB {awb} has a wrong check digit.").format(awb=format_awb(digits)),
            _("After {serial} the last digit would be {right}, not {given}.").format(
                serial=f"{digits[:3]}-{serial}", right=right, given=given
            ),
            _("Look at the waybill again."),
        )
    return f"{digits[:3]}-{digits[3:]}"


def format_awb(awb: str) -> str:
    """An AWB as people read it: `729-1234 5675`; what is none comes back as it is."""
    digits = _SEPARATORS.sub("", awb)
    if len(digits) != _DIGITS:
        return awb
    return f"{digits[:3]}-{digits[3:7]} {digits[7:]}"
