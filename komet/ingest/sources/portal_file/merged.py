"""Merged cells: what their first row says holds for the rows under it.

Except for a figure that counts boxes, units or money: it belongs to the rows together, and given
to each of them it would multiply.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from komet.ingest.sources.portal_file.headings import Headings
from komet.ingest.sources.portal_file.problems import Problem
from komet.language import _
from komet.tabular.model import Sheet

COUNTED = ("total_boxes", "total_units", "total_cost", "quantity_confirmed")


@dataclass(frozen=True)
class MergedCells:
    """What is filled down, by the number of the row and the position of the column.

    `texts`: what the first row of the area says. `first_rows`: the number of that row.
    `counted`: (row, column) of the figures that are left where they are.
    """

    texts: Mapping[int, Mapping[int, str]]
    first_rows: Mapping[int, Mapping[int, int]]
    counted: Mapping[tuple[int, int], int]

    def with_numbers(self, column: int, rows: frozenset[int]) -> frozenset[int]:
        """The rows where a column holds a real number, those filled with one among them."""
        filled = {
            row
            for row, columns in self.first_rows.items()
            if columns.get(column) in rows and column in self.texts[row]
        }
        return rows | filled

    def problems(self, rows: Sequence[int], headings: Headings) -> list[Problem]:
        """A word for each figure that order lines share."""
        lines = set(rows)
        reason = _(
            "This cell is merged with those above it. The figure is counted once, in row {row}."
        )
        return [
            Problem(row, headings.names[column], None, reason.format(row=first))
            for (row, column), first in self.counted.items()
            if row in lines and first in lines
        ]


def merged_cells(sheet: Sheet, headings: Headings) -> MergedCells:
    """The merged cells under the headings of a tidied sheet."""
    counted_columns = {headings.columns.get(name) for name in COUNTED}
    texts: dict[int, dict[int, str]] = {}
    first_rows: dict[int, dict[int, int]] = {}
    counted: dict[tuple[int, int], int] = {}
    for index, columns in sheet.covered_cells().items():
        record = sheet.records[index]
        for column, (first, _column) in columns.items():
            # headings of two rows are merged, too, and so are titles
            if first < headings.row or column >= len(headings.names):
                continue
            text = sheet.records[first][column]
            if not text or record[column]:
                continue
            if column in counted_columns:
                counted[index + 1, column] = first + 1
            else:
                texts.setdefault(index + 1, {})[column] = text
                first_rows.setdefault(index + 1, {})[column] = first + 1
    return MergedCells(texts, first_rows, counted)
