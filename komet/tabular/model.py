"""A table file in one shape, whatever it was saved as: sheets of rows of cells as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from komet.tabular.errors import too_many_cells
from komet.tabular.sheet_rows import MOST_CELLS

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; all from 0."""


@dataclass(frozen=True)
class Sheet:
    """One table of cells as text.

    `records[0]` is row 1 as Excel numbers it, blank rows included. Rows may differ in length:
    what is missing at their end is blank. A number has a decimal point and as many digits as it
    needs, whatever the country and the cell's format; a date is YYYY-MM-DD HH:MM:SS.
    `name` is None for a text file.
    `shown`: index of a record → the record as a person sees it, where that differs in more than
    how a figure is written: a number 123 of the format 00000 is shown as 00123.
    `unshown`: index of a record → columns whose number is shown by a format that we do not know.
    `number_masks`: one integer a record, whose bit n says that column n holds a real number.
    `merged`: areas of more than one row.
    `expected_decimal`: the decimal sign of numbers written as text, where no cell proves any.
    """

    name: str | None
    records: list[list[str]]
    hidden: bool = False
    shown: Mapping[int, list[str]] = field(default_factory=dict)
    unshown: Mapping[int, Sequence[int]] = field(default_factory=dict)
    number_masks: Sequence[int] = ()
    merged: Sequence[Area] = ()
    expected_decimal: str = "."

    def as_shown(self) -> list[list[str]]:
        """The records with the cells as a person sees them."""
        if not self.shown:
            return self.records
        return [self.shown.get(index, record) for index, record in enumerate(self.records)]

    def number_cells(self, columns: Sequence[int]) -> dict[int, frozenset[int]]:
        """Column → the indices of the records where it holds a real number."""
        return {
            column: frozenset(
                index for index, mask in enumerate(self.number_masks) if mask >> column & 1
            )
            for column in set(columns)
        }

    def covered_cells(self) -> dict[int, dict[int, tuple[int, int]]]:
        """Where merged cells have their text: index of a record → column → (record, column).

        Only for rows under the first of an area, in its first column. Linear in the cells that
        are covered, however the areas overlap.
        """
        covered: dict[int, dict[int, tuple[int, int]]] = {}
        free_from: dict[int, int] = {}
        for first_row, first_column, last_row, _last_column in sorted(self.merged):
            begin = max(first_row + 1, free_from.get(first_column, 0))
            end = min(last_row + 1, len(self.records))
            if begin >= end:
                continue
            free_from[first_column] = end
            for index in range(begin, end):
                covered.setdefault(index, {})[first_column] = (first_row, first_column)
        return covered


@dataclass(frozen=True)
class TableFile:
    """Sheets that hold something, in the file's order. A text file is one sheet.

    `encoding` and `delimiter` are None for a workbook. `unreadable`: sheets that are damaged.
    """

    sheets: Sequence[Sheet]
    encoding: str | None = None
    delimiter: str | None = None
    unreadable: Sequence[str] = ()


def pad(records: Sequence[list[str]], width: int) -> list[list[str]]:
    """Every record at least `width` long. Raises `TableTooBig` where that has no end."""
    missing = sum(max(width - len(record), 0) for record in records)
    if missing > MOST_CELLS:
        raise too_many_cells(MOST_CELLS)
    return [
        record if len(record) >= width else [*record, *[""] * (width - len(record))]
        for record in records
    ]
