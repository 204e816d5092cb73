"""A mapping file as a person uploads it, read into one shape whatever it was saved as."""

from collections.abc import Mapping, Sequence

import polars as pl

from komet.language import _
from komet.mapping.cells import (
    IDENTIFIERS,
    clean_cell,
    repair_identifiers,
)
from komet.mapping.columns import read_columns
from komet.mapping.headings import choose_columns
from komet.mapping.model import FIELDS, Headings, Known, MappingFile
from komet.mapping.problems import (
    ERROR,
    PROBLEM_SCHEMA,
    WARNING,
    find_problems,
    join_problems,
    message,
)
from komet.mapping.sheet import MappingSheet, Table, read_sheet


def read_mapping(
    data: bytes,
    file_name: str,
    known: Known | None = None,
    columns: Mapping[str, int] | None = None,
) -> MappingFile:
    """Read a mapping file.

    `known`: what we hold, by which open headings, missing headings and identifiers that look
    damaged are judged, with the columns that a person has given to such headings before; without
    it headings alone decide. `columns`: field → position, where a person says which column is
    which. Raises MappingFileError when the file as a whole cannot be used. Bad rows are in
    `problems`.
    """
    known = known or Known()
    sheet = read_sheet(data, file_name, known)
    return read_rows(sheet, find_columns(sheet, known, columns), known)


def find_columns(
    sheet: MappingSheet, known: Known, columns: Mapping[str, int] | None = None
) -> Headings:
    """Which column is which: as given, as remembered, or by headings and values.

    Raises MappingFileError.
    """
    if columns is None:
        columns = known.remembered.get(sheet.heading_key)
    if columns is not None:
        return choose_columns(sheet.names, columns)
    return read_columns(sheet.source, sheet.names, known)


def read_rows(sheet: MappingSheet, headings: Headings, known: Known) -> MappingFile:
    """The rows of a sheet by fields, with what is wrong with them."""
    table, source, position = sheet.table, sheet.source, sheet.position
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
        moved += [
            *_find_shifted(source, sheet.names),
            *_find_swallowed(source, sheet.names, table.delimiter),
        ]
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
