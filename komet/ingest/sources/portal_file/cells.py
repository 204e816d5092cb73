"""The cells of one field, from texts to values; what cannot be read is empty and reported.

Every distinct text is read once. Decisions that concern a whole column are said once.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from komet.ingest.sources.portal_file.problems import Problem
from komet.ingest.sources.portal_file.values import (
    DayOrder,
    Signs,
    day_evidence,
    decimal_signs,
    is_day_in_figures,
    is_serial_day,
    is_undecided_day,
    is_undecided_number,
    read_cell_number,
    read_day,
    read_number,
)
from komet.language import _

_DECIMAL_ZERO = re.compile(r"(\d+)[.,]0{1,2}", re.ASCII)
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:[.,]\d+)?[eE][+-]\d{1,3}", re.ASCII)
_REAL_DAY = re.compile(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", re.ASCII)


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
    if _REAL_DAY.fullmatch(text):
        return _(
            "Excel turned this code into a date ({value}). Format the column as text and "
            "enter the code again."
        ).format(value=text)
    return None


_SPREADSHEET_ERROR = re.compile(
    r"#N/[AD]|#¡?(?:REF|VALUE|VALOR|NUM|NULL|NULO|DIV/0)!|#¿?(?:NAME|NOMBRE)\?|#{3,}", re.I
)


@dataclass(frozen=True)
class Cells:
    """The cells of one field: `texts` by row number, "" for none; `heading` as the file has it.

    `numbers`: the rows where Excel holds a number. `severity` of a cell that cannot be read.
    """

    heading: str
    texts: Mapping[int, str]
    numbers: frozenset[int] = frozenset()
    severity: str = "warning"

    def read(
        self, read: Callable[[str], Any], reason: Callable[[str], str], *, of_numbers: bool = False
    ) -> tuple[dict[int, Any], list[Problem]]:
        """Each cell read; those that hold something unreadable are problems, with their reason.

        `of_numbers`: the cells where Excel holds a number, else all others.
        """
        known: dict[str, Any] = {}
        values: dict[int, Any] = {}
        problems: list[Problem] = []
        for row, text in self.texts.items():
            if not text or (row in self.numbers) is not of_numbers:
                continue
            if text not in known:
                known[text] = None if _SPREADSHEET_ERROR.fullmatch(text) else read(text)
            values[row] = known[text]
            if known[text] is None:
                why = _broken(text) or reason(text)
                problems.append(Problem(row, self.heading, text, why, self.severity))
        return values, problems

    def plain(self) -> "Cells":
        """The same cells, none of which Excel holds as a number."""
        return Cells(self.heading, self.texts, severity=self.severity)


def read_texts(cells: Cells) -> tuple[dict[int, str], list[Problem]]:
    """Texts as they are."""
    return cells.plain().read(str, lambda _text: "")


def read_identifiers(cells: Cells) -> tuple[dict[int, str], list[Problem]]:
    """Codes: see `read_identifier`."""
    return cells.plain().read(read_identifier, lambda text: damage(text) or "")


def read_numbers(
    cells: Cells, signs: Signs, places: int
) -> tuple[dict[int, Decimal], list[Problem]]:
    """Numbers rounded to `places`; see `values` for what the file's signs decide."""

    def why(text: str) -> str:
        if _REAL_DAY.fullmatch(text):
            return _("Excel shows a date here. Format the column as a number.")
        if signs.decimal is None and is_undecided_number(text):
            return _(
                "The file writes decimals with a point and with a comma, so this may be a "
                "thousand or a small number."
            )
        return _("Not a number.")

    read, problems = cells.read(lambda text: read_number(text, signs.decimal, places), why)
    of_cells, more = cells.read(lambda text: read_cell_number(text, places), why, of_numbers=True)
    return {**read, **of_cells}, sorted([*problems, *more])


def number_signs(columns: Sequence[Cells], expected: str) -> tuple[Signs, list[Problem]]:
    """The file's decimal sign, and a problem for the first cell whose reading is assumed."""
    texts = [
        (row, cells.heading, text)
        for cells in columns
        for row, text in cells.texts.items()
        if text and row not in cells.numbers
    ]
    found = decimal_signs({text for _row, _heading, text in texts}, expected=expected)
    if not found.assumed:
        return found, []
    doubt = next(((r, h, t) for r, h, t in texts if is_undecided_number(t)), None)
    if doubt is None:
        return found, []
    row, heading, text = doubt
    meant = _("a thousand") if (found.decimal == ".") == ("," in text) else _("a decimal number")
    reason = _(
        "Nothing in the file shows whether point or comma is its decimal sign. It was read with "
        "“{sign}” as the decimal sign, so {value} is {meant}."
    ).format(sign=found.decimal, value=text, meant=meant)
    return found, [Problem(row, heading, text, reason)]


def day_orders(columns: Mapping[str, Cells]) -> tuple[dict[str, DayOrder | None], list[Problem]]:
    """Which comes first, day or month, in each column of dates (by field).

    The column's own days decide, else those of the file's other columns, else the month is first,
    as Komet is of the United States, and that is said once. None: the column contradicts itself.
    """
    seen = {name: day_evidence(set(cells.texts.values())) for name, cells in columns.items()}
    shown = {order for found in seen.values() for order in found.orders}
    orders: dict[str, DayOrder | None] = {}
    problems: list[Problem] = []
    for name, found in seen.items():
        known = found.orders or shown
        if len(found.orders) > 1:
            orders[name] = None
        elif len(known) == 1:
            orders[name] = next(iter(known))
        else:
            orders[name] = DayOrder.MONTH_FIRST
            if found.undecided:
                problems.append(_assumed_order(columns[name]))
    return orders, problems


def read_days(cells: Cells, order: DayOrder | None) -> tuple[dict[int, date], list[Problem]]:
    """Days; see `day_orders`."""

    def why(text: str) -> str:
        if order is None and is_undecided_day(text):
            return _(
                "Other dates of this column have the day first, and others the month, so this "
                "may be either."
            )
        return _("Not a date from 2000 to 2099.")

    values, problems = cells.plain().read(lambda text: read_day(text, order), why)
    serial = next((row for row in values if is_serial_day(cells.texts[row])), None)
    if serial is not None:
        reason = _(
            "Excel shows the dates of this column as numbers. They were read as days: {value} "
            "is {day}. Check one of them."
        ).format(value=cells.texts[serial], day=values[serial])
        problems.append(Problem(serial, cells.heading, cells.texts[serial], reason))
    return values, sorted([*problems, *_mixed(cells)])


def _mixed(cells: Cells) -> list[Problem]:
    """Real dates beside texts: Excel turned those it could, maybe with day and month swapped."""
    real = next((row for row, text in cells.texts.items() if _REAL_DAY.fullmatch(text)), None)
    typed = next((row for row, text in cells.texts.items() if is_day_in_figures(text)), None)
    if real is None or typed is None:
        return []
    reason = _(
        "This column holds real dates and dates as text ({text}). Excel may have swapped day and "
        "month of the real ones when it opened the file: check them."
    ).format(text=cells.texts[typed])
    return [Problem(real, cells.heading, cells.texts[real][:10], reason)]


def _assumed_order(cells: Cells) -> Problem:
    row, text = next((r, t) for r, t in cells.texts.items() if is_undecided_day(t))
    reason = _(
        "Nothing in the file shows whether its dates have the month or the day first. They were "
        "read with the month first (mm/dd), as Komet writes them: {text} is {day}."
    ).format(text=text, day=read_day(text, DayOrder.MONTH_FIRST))
    return Problem(row, cells.heading, text, reason)


def _broken(text: str) -> str | None:
    if not _SPREADSHEET_ERROR.fullmatch(text):
        return None
    return _("The spreadsheet shows an error here. Correct the formula or the cell.")
