"""How one importer's Komet writes numbers, times, truth and nothing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from komet.sandbox.masters import Company

MISSING = object()
"""Stands for a member that is left out of the answer."""

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Dialect:
    """The quirks of one importer. `salt` is an ID: it spreads the variants, always the same way."""

    text_numbers: bool
    quirks: bool

    @classmethod
    def of(cls, company: Company, *, quirks: bool) -> "Dialect":
        """The importer's dialect; without `quirks` both speak plainly."""
        return cls(text_numbers=company.text_numbers and quirks, quirks=quirks)

    @property
    def success(self) -> str | int:
        """What `status` says of a good answer."""
        return 1 if self.text_numbers else "1"

    def empty(self, thing: str) -> dict[str, object]:
        """The answer for nothing found: a message, and no array."""
        if self.text_numbers:
            return {"message": f"{thing} not found.OK", "status": "0"}
        return {"message": f"{thing} not found.", "status": 1 if self.quirks else "1"}

    def integer(self, value: int | None, salt: int = 0) -> object:
        """An ID or another whole number."""
        if value is None:
            return self.nothing(salt)
        return str(value) if self.text_numbers else value

    def quantity(self, value: int | None, salt: int) -> object:
        """Boxes, bunches, stems or units."""
        if value is None:
            return self.nothing(salt)
        if not self.text_numbers:
            return value
        return f"{value:,}.00" if salt % 4 == 0 else str(value)

    def cost(self, value: Decimal, salt: int) -> object:
        """An amount of money; a few of the plain importer's come as text too."""
        if self.text_numbers or (self.quirks and salt % 11 == 0):
            return amount_text(value, thousands=salt % 2 == 0)
        return float(value)

    def nothing(self, salt: int) -> object:
        """Empty text, null or no member at all."""
        return ("", None, MISSING)[salt % 3] if self.quirks else None

    def text(self, value: str | None, salt: int) -> object:
        """A text that may be absent."""
        return self.nothing(salt) if value is None else value

    def flag(self, value: bool, salt: int) -> object:
        """A truth value: 1, "1" or true."""
        if self.text_numbers:
            return "1" if value else "0"
        return value if self.quirks and salt % 2 else int(value)

    def moment(self, value: datetime, salt: int) -> str:
        """A UTC time in one of the two formats."""
        return value.isoformat("T" if self.quirks and salt % 3 == 0 else " ", "seconds")


def amount_text(value: Decimal, *, thousands: bool) -> str:
    """At least two decimals, as `504.00` or `1,504.00`; more where the amount has more."""
    rounded = value.quantize(_CENT)
    exact = rounded if rounded == value else value
    return f"{exact:,f}" if thousands else f"{exact:f}"


def present(members: dict[str, object]) -> dict[str, object]:
    """The members without those that are `MISSING`."""
    return {name: value for name, value in members.items() if value is not MISSING}
