"""What a file says once, given to each line that it holds for.

Merged cells hold their value in the first row only. It holds for the rows under it, except for a
figure that counts boxes, units or money: that belongs to the rows together, and given to each of
them it would multiply. Where cells are empty, only what belongs to the PO is filled down, from the
first row of the same PO: never a product, a quantity or a cost, and never beyond a new PO number or
a total.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from komet.ingest.sources.portal_file.body import BodyRow
from komet.ingest.sources.portal_file.fields import FIELDS
from komet.ingest.sources.portal_file.problems import ERROR, Problem
from komet.ingest.sources.portal_file.sheet import Headings
from komet.language import _
from komet.tabular.model import Sheet
from komet.text import normalize_text

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


# These may differ from line to line of one PO, so they do not tell whose line it is.
_MAY_DIFFER = ("status", "comments")


@dataclass
class Filled:
    """`rows`: row number → field → text of the cell, "" for none; those that lack a PO number too.

    `problems` holds one for each of these, and one for each PO without a line.
    """

    rows: dict[int, dict[str, str]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def fill_down(rows: Sequence[BodyRow | None], headings: Headings) -> Filled:
    """The cells of every order line by field, those of its PO filled down."""
    of_order = [f.name for f in FIELDS if f.of_order and f.name in headings.columns]
    if _is_of_lines("status", rows, headings):
        of_order.remove("status")
    walk = _Walk(headings, of_order)
    for body_row in rows:
        walk.step(body_row)
    walk.begin_order({})
    return walk.filled


@dataclass
class _Walk:
    """From row to row: `above` is what holds for the PO so far, `alone` its row without a line."""

    headings: Headings
    of_order: Sequence[str]
    filled: Filled = field(default_factory=Filled)
    above: dict[str, str] = field(default_factory=dict)
    alone: BodyRow | None = None

    def step(self, body_row: BodyRow | None) -> None:
        if body_row is None:
            self.above = {}
            return
        own = {name: body_row.cells[at] for name, at in self.headings.columns.items()}
        of_this_row = {name: own[name] for name in self.of_order if own[name]}
        number = own["po_number"]
        if number and number != self.above.get("po_number"):
            self.begin_order(of_this_row)
        elif self.above and (number or _agrees(of_this_row, self.above)):
            self.above = {**self.above, **of_this_row}
        else:
            self.above = {}
            self.filled.problems.append(_without_number(body_row, self.headings))
        if not body_row.line:
            self.alone = body_row
            return
        self.alone = None
        of_order = {name: self.above.get(name, own[name]) for name in self.of_order}
        self.filled.rows[body_row.row] = {**own, **of_order}

    def begin_order(self, of_this_row: dict[str, str]) -> None:
        """Another PO, or the end."""
        if self.alone is not None:
            self.filled.problems.append(_without_lines(self.alone, self.headings))
        self.above, self.alone = of_this_row, None


def _agrees(of_this_row: Mapping[str, str], above: Mapping[str, str]) -> bool:
    """Whether a row without a PO number may go on with the PO above: nothing tells otherwise."""
    return all(
        normalize_text(text) == normalize_text(above.get(name, text))
        for name, text in of_this_row.items()
        if name not in _MAY_DIFFER
    )


def _is_of_lines(name: str, rows: Sequence[BodyRow | None], headings: Headings) -> bool:
    """Whether the column differs within a PO, so that an empty cell says nothing of the others."""
    if name not in headings.columns:
        return False
    at, number_at = headings.columns[name], headings.columns["po_number"]
    number, said = "", ""
    for body_row in rows:
        if body_row is None:
            number = said = ""
            continue
        if body_row.cells[number_at] not in {"", number}:
            number, said = body_row.cells[number_at], ""
        text = normalize_text(body_row.cells[at])
        if text and said and text != said:
            return True
        said = text or said
    return False


def _without_number(body_row: BodyRow, headings: Headings) -> Problem:
    return Problem(
        body_row.row,
        headings.name("po_number"),
        None,
        _("No PO number, in this row or above it for the same PO: the line cannot be stored."),
        ERROR,
    )


def _without_lines(body_row: BodyRow, headings: Headings) -> Problem:
    return Problem(
        body_row.row,
        headings.name("po_number"),
        body_row.cells[headings.columns["po_number"]],
        _("No order line follows for this PO, so nothing of it is stored."),
    )
