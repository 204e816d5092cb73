"""One table of cells as text, whatever it was saved as; and which of them are real numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

NumberCells = Callable[[Sequence[int]], dict[int, frozenset[int]]]


def no_number_cells(positions: Sequence[int]) -> dict[int, frozenset[int]]:
    """CSV holds text alone."""
    return dict.fromkeys(positions, frozenset())


@dataclass(frozen=True)
class Sheet:
    """`records[0]` is row 1 as Excel numbers it, blank rows included; all rows are equally long.

    `number_cells`: position of a column → indices of the records where Excel holds a number, whose
    text has a decimal point whatever the file's country. "1.234" as a text may be a thousand.
    `name` is None for CSV. `expected_decimal`: the decimal sign where no cell proves any.
    """

    name: str | None
    records: list[list[str]]
    hidden: bool = False
    number_cells: NumberCells = no_number_cells
    expected_decimal: str = "."
