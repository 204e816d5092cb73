"""A mapping file as a person uploads it, read into one shape whatever it was saved as."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from komet.language import _
from komet.mapping.cells import (
    IDENTIFIERS,
    clean_cell,
    repair_identifiers,
)
from komet.mapping.columns import column_letters, first_row_by_values, read_columns
from komet.mapping.headings import find_headings, score_headings
from komet.mapping.model import FIELDS, Headings, Known, MappingFile
from komet.mapping.problems import (
    ERROR,
    PROBLEM_SCHEMA,
    WARNING,
    MappingFileError,
    find_problems,
    join_problems,
    message,
)
from komet.tabular.errors import TableError
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet, pad


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


# Cells kept beyond the headings; what is further right is joined into the last of them.
_MOST_STRAY_CELLS = 20


def read_mapping(data: bytes, file_name: str, known: Known | None = None) -> MappingFile:
    """Read a text with columns or a workbook; the content decides which, not the name.

    `known`: what we hold, by which open headings, missing headings and identifiers that look
    damaged are judged; without it headings alone decide. Raises MappingFileError when the file as
    a whole cannot be used. Bad rows are in `problems`.
    """
    table = read_table(data, file_name)
    position = find_headings(table.records)
    if position is None:
        raise _empty(file_name)
    known = known or Known()
    if not score_headings(table.records[position])[1]:
        by_values = first_row_by_values(table.records, known)
        position = position if by_values is None else by_values
    names = (
        [name.strip() for name in table.records[position]]
        if position >= 0
        else column_letters(max(len(record) for record in table.records))
    )
    source = _source(table.records, position, names)
    headings = read_columns(source, names, known)
    cells = source.columns[1:]
    rows = source.select(
        pl.col("row"),
        *(
            clean_cell(pl.col(cells[headings.columns[field]])).alias(field)
            if field in headings.columns
            else pl.lit(None, dtype=pl.String).alias(field)
            for field in FIELDS
        ),
    )
    rows, damage = repair_identifiers(rows, headings, known.verbatim)
    moved = _find_unshown(table, headings, position)
    if table.delimiter:
        moved += [*_find_shifted(source, names), *_find_swallowed(source, names, table.delimiter)]
    return MappingFile(
        rows=rows,
        problems=join_problems([*moved, damage]),
        source=source,
        headings=headings,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        notes=table.notes,
    )


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


def _find_unshown(table: Table, headings: Headings, position: int) -> list[pl.DataFrame]:
    """Codes that are numbers whose format may show another code than we have read."""
    codes = {headings.columns.get(field) for field in IDENTIFIERS}
    found = [
        (index + 1, headings.names[column], table.records[index][column])
        for index, columns in table.unshown.items()
        if index > position
        for column in columns
        if column in codes
    ]
    if not found:
        return []
    text = _(
        "Excel shows this number in a format of its own. It was read as {value}: check that this "
        "is the code."
    )
    columns = {
        "row": [row for row, _name, _value in found],
        "column": [name for _row, name, _value in found],
        "severity": [WARNING] * len(found),
        "reason": [text.format(value=value) for _row, _name, value in found],
    }
    return [pl.DataFrame(columns, schema=PROBLEM_SCHEMA)]


def _find_shifted(source: pl.DataFrame, names: Sequence[str]) -> list[pl.DataFrame]:
    """Rows of a CSV with text under no heading: a stray delimiter has moved their cells."""
    cells = source.columns[1:]
    nameless = [
        column
        for position, column in enumerate(cells)
        if position >= len(names) or not names[position]
    ]
    if not nameless:
        return []
    stray = pl.any_horizontal(pl.col(column).str.strip_chars() != "" for column in nameless)
    text = _(
        "This row has text beyond its headings ({text}). A delimiter inside a cell has probably "
        "moved its cells: put that cell in quotation marks."
    )
    shown = pl.concat_str(
        [pl.col(column).str.strip_chars() for column in nameless], separator=" "
    ).str.strip_chars()
    reason = message(text, text=shown.str.slice(0, 60))
    return [find_problems(source, stray, column=None, severity=ERROR, reason=reason)]


def _find_swallowed(
    source: pl.DataFrame, names: Sequence[str], delimiter: str
) -> list[pl.DataFrame]:
    """Cells that look like whole rows: an inch sign taken for a quotation mark eats rows.

    A warning only, as a description may have lines and commas of its own.
    """
    cell = pl.col(source.columns[1:])
    suspect = pl.any_horizontal(
        cell.str.contains(r"[\n\r]")
        & (cell.str.count_matches(delimiter, literal=True) >= len(names) - 1)
    )
    text = _(
        "One cell of this row holds several lines. If they are rows of their own, a quotation "
        "mark in this row is not closed."
    )
    reason = pl.lit(text)
    return [find_problems(source, suspect, column=None, severity=WARNING, reason=reason)]


def _empty(file_name: str) -> MappingFileError:
    return MappingFileError(
        _("The file is empty"),
        _("{filename} has no rows.").format(filename=file_name),
        _("Fill in the template, or export the mappings, and upload that file."),
    )
