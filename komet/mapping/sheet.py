"""The sheet of a mapping file: its headings, and the rows under them, as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from komet.language import _
from komet.mapping.columns import column_letters, first_row_by_values
from komet.mapping.headings import find_headings, score_headings
from komet.mapping.model import Known
from komet.mapping.problems import MappingFileError
from komet.tabular.errors import TableError
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet, pad
from komet.text import normalize_text

# Cells kept beyond the headings; what is further right is joined into the last of them.
_MOST_STRAY_CELLS = 20


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
    sheet, notes = _choose_sheet(file.sheets)
    if file.unreadable:
        names = ", ".join(f"“{name}”" for name in file.unreadable)
        notes.append(_("The sheets {names} are damaged and were not read.").format(names=names))
    return Table(
        _fill_merged(sheet), file.encoding, file.delimiter, sheet.name, sheet.unshown, tuple(notes)
    )


def _likeness(records: Sequence[Sequence[str]]) -> tuple[bool, int]:
    position = find_headings(records)
    return (False, 0) if position is None else score_headings(records[position])


def _choose_sheet(sheets: Sequence[Sheet]) -> tuple[Sheet, list[str]]:
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


def _fill_merged(sheet: Sheet) -> list[list[str]]:
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


@dataclass(frozen=True)
class MappingSheet:
    """The rows of a file under its headings, before anyone has said which column is which.

    `position`: index of the row of headings, -1 where the file has none and `names` are letters.
    `source`: [row: Int64, then the cells as String].
    """

    table: Table
    position: int
    names: tuple[str, ...]
    source: pl.DataFrame

    @property
    def heading_key(self) -> tuple[str, ...]:
        """What tells this set of headings from another: case, accents and blanks do not."""
        names = self.names if self.position >= 0 else ("",) * len(self.names)
        return tuple(normalize_text(name) for name in names)


def read_sheet(data: bytes, file_name: str, known: Known) -> MappingSheet:
    """Read a text with columns or a workbook; the content decides which, not the name.

    Raises MappingFileError when the file as a whole cannot be used.
    """
    table = read_table(data, file_name)
    position = find_headings(table.records)
    if position is None:
        raise _empty(file_name)
    if not score_headings(table.records[position])[1]:
        by_values = first_row_by_values(table.records, known)
        position = position if by_values is None else by_values
    names = (
        [name.strip() for name in table.records[position]]
        if position >= 0
        else column_letters(max(len(record) for record in table.records))
    )
    return MappingSheet(table, position, tuple(names), _source(table.records, position, names))


def _source(records: Sequence[list[str]], position: int, names: Sequence[str]) -> pl.DataFrame:
    """The rows under the headings that are not blank; cells beyond the headings are kept.

    They are kept because a person who corrects a row needs all of it.
    """
    most = len(names) + _MOST_STRAY_CELLS
    numbered = [
        (number, [*record[: most - 1], " ".join(record[most - 1 :])])
        if len(record) > most
        else (number, record)
        for number, record in enumerate(records[position + 1 :], start=position + 2)
        if any(cell and not cell.isspace() for cell in record)
    ]
    width = max((len(record) for _number, record in numbered), default=0)
    width = max(width, len(names))
    try:
        padded = pad([record for _number, record in numbered], width)
    except TableError as error:
        raise MappingFileError(error.title, error.reason, error.next_step) from error
    columns = list(zip(*padded, strict=True)) or [()] * width
    frame = {"row": pl.Series("row", [number for number, _record in numbered], dtype=pl.Int64)}
    for name, cells in zip(_distinct(names, width), columns, strict=True):
        frame[name] = pl.Series(name, cells, dtype=pl.String)
    return pl.DataFrame(frame)


def _distinct(names: Sequence[str], width: int) -> list[str]:
    used = {"row"}
    last: dict[str, int] = {}  # where to go on, so that thousands of equal ones stay quick
    distinct: list[str] = []
    for name in [*names, *[""] * (width - len(names))]:
        candidate, count = name, last.get(name, 1)
        while candidate in used:
            count += 1
            candidate = f"{name} ({count})"
        last[name] = count
        used.add(candidate)
        distinct.append(candidate)
    return distinct


def _empty(file_name: str) -> MappingFileError:
    return MappingFileError(
        _("The file is empty"),
        _("{filename} has no rows.").format(filename=file_name),
        _("Fill in the template, or export the mappings, and upload that file."),
    )
