"""The table of a mapping file: which sheet it is, and its cells as a person sees them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from komet.language import _
from komet.mapping.errors import MappingFileError
from komet.mapping.headings import find_headings, heading_score
from komet.tabular.errors import TableError
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet


@dataclass(frozen=True)
class Table:
    """The cells of a file as text. `records[0]` is row 1 as Excel numbers it, blanks included.

    Numbers are as their cell shows them (00123), merged cells hold their text in every row.
    `unshown`: index of a record → columns whose number is shown in a way that we do not know.
    `encoding` and `delimiter` are None for a workbook, `sheet` for a text file.
    `notes`: sentences about the choice of the sheet.
    """

    records: list[list[str]]
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    unshown: Mapping[int, Sequence[int]]
    notes: tuple[str, ...]


def read_table(data: bytes, file_name: str) -> Table:
    """Read the sheet that holds codes. Raises MappingFileError when there is none to read."""
    try:
        file = read_table_file(data, file_name, _likeness)
    except TableError as error:
        raise MappingFileError(error.title, error.reason, error.next_step) from error
    sheet, notes = _choose(file.sheets)
    if file.unreadable:
        names = ", ".join(f"“{name}”" for name in file.unreadable)
        notes.append(_("The sheets {names} are damaged and were not read.").format(names=names))
    return Table(
        _filled(sheet), file.encoding, file.delimiter, sheet.name, sheet.unshown, tuple(notes)
    )


def _likeness(records: Sequence[Sequence[str]]) -> tuple[bool, int]:
    position = find_headings(records)
    return (False, 0) if position is None else heading_score(records[position])


def _choose(sheets: Sequence[Sheet]) -> tuple[Sheet, list[str]]:
    """The sheet whose headings say most, a visible one before a hidden one; and what to say."""
    if len(sheets) == 1:
        return sheets[0], []
    likely = {id(sheet): _likeness(sheet.records) for sheet in sheets}
    chosen = max(
        sheets,
        key=lambda sheet: (likely[id(sheet)][0], not sheet.hidden, likely[id(sheet)][1]),
    )
    enough = [sheet for sheet in sheets if likely[id(sheet)][0] and sheet is not chosen]
    if enough:
        text = _(
            "Several sheets hold codes. “{sheet}” was read; {others} was not. To import another "
            "one, save it as a file of its own."
        )
        others = ", ".join(f"“{sheet.name}”" for sheet in enough)
        return chosen, [text.format(sheet=chosen.name, others=others)]
    return chosen, [_("The sheet “{sheet}” was read.").format(sheet=chosen.name)]


def _filled(sheet: Sheet) -> list[list[str]]:
    """The records as shown; a merged cell's text in all its rows that have cells of their own."""
    records = sheet.as_shown()
    covered = sheet.covered_cells()
    if not covered:
        return records
    filled = list(records)
    for index, cells in covered.items():
        if not any(cell and not cell.isspace() for cell in records[index]):
            continue
        record = [*records[index], *[""] * (max(cells) + 1 - len(records[index]))]
        for column, (row, _column) in cells.items():
            above = records[row]
            if not record[column] and column < len(above):
                record[column] = above[column]
        filled[index] = record
    return filled
