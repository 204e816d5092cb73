"""The table of an order file: which sheet it is, and its cells, tidied."""

from collections.abc import Sequence
from dataclasses import replace

from komet.ingest.sources.portal_file.errors import (
    EmptyFile,
    NotATable,
    OrderFileError,
    PasswordProtected,
)
from komet.ingest.sources.portal_file.fields import BY_NAME, Kind
from komet.ingest.sources.portal_file.headings import Headings, find, missing, no_headings, score
from komet.ingest.sources.portal_file.problems import Problem
from komet.language import _
from komet.tabular.errors import EmptyTable, TableError
from komet.tabular.errors import PasswordProtected as NeedsPassword
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet, TableFile, pad
from komet.text import EDGES


def read_table(data: bytes, file_name: str) -> TableFile:
    """Any table file. Raises OrderFileError when there is none to read."""
    try:
        return read_table_file(data, file_name, _likeness)
    except TableError as error:
        raise _order_file_error(error, file_name) from error


def choose_table(file: TableFile, file_name: str) -> tuple[Sheet, Headings, list[Problem]]:
    """The sheet that holds the orders, tidied; a visible one before a hidden one.

    All its rows are as long as the headings at least. Raises OrderFileError.
    """
    tidy = [_tidied(sheet) for sheet in file.sheets]
    if not any(any(record) for sheet in tidy for record in sheet.records):
        raise EmptyFile(file_name)
    found = [(sheet, headings) for sheet in tidy if (headings := find(sheet.records))]
    if not found:
        raise no_headings(None, file_name)
    usable = [(sheet, headings) for sheet, headings in found if not missing(headings)]
    if not usable:
        raise no_headings(max(found, key=lambda pair: score(pair[1]))[1], file_name)
    sheet, headings = max(
        usable, key=lambda pair: (not pair[0].hidden, score(pair[1]), len(pair[0].records))
    )
    problems = _other_sheets(sheet, [other for other, _headings in usable], file.unreadable)
    return _as_wide_as(headings, sheet, file_name), headings, problems


def _likeness(records: Sequence[Sequence[str]]) -> tuple[bool, tuple[int, int]]:
    headings = find(records)
    return headings is not None, score(headings) if headings else (0, 0)


def _order_file_error(error: TableError, file_name: str) -> OrderFileError:
    if isinstance(error, EmptyTable):
        return EmptyFile(file_name)
    if isinstance(error, NeedsPassword):
        return PasswordProtected(file_name)
    return NotATable(error.title, error.reason, error.next_step)


def _other_sheets(
    sheet: Sheet, usable: Sequence[Sheet], unreadable: Sequence[str]
) -> list[Problem]:
    problems: list[Problem] = []
    others = [f"“{other.name}”" for other in usable if other is not sheet]
    if others:
        reason = _(
            "Several sheets hold purchase orders. “{sheet}” was read; {others} was not. To import "
            "another one, save it as a file of its own."
        ).format(sheet=sheet.name, others=", ".join(others))
        problems.append(Problem(None, None, sheet.name, reason))
    for name in unreadable:
        reason = _("The sheet “{sheet}” is damaged and was not read.").format(sheet=name)
        problems.append(Problem(None, None, name, reason))
    return problems


def _tidied(sheet: Sheet) -> Sheet:
    known: dict[str, str] = {"": ""}

    def tidy(cell: str) -> str:
        if cell not in known:
            text = cell.strip(EDGES)
            # the apostrophe that protects a formula is no part of the text
            known[cell] = (
                text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text
            )
        return known[cell]

    return replace(
        sheet,
        records=[[tidy(cell) for cell in record] for record in sheet.records],
        shown={row: [tidy(cell) for cell in record] for row, record in sheet.shown.items()},
    )


def _as_wide_as(headings: Headings, sheet: Sheet, file_name: str) -> Sheet:
    """Rows as long as the headings; codes and texts as shown, figures and days as stored."""
    try:
        records = pad(sheet.records, len(headings.names))
    except TableError as error:
        raise _order_file_error(error, file_name) from error
    stored = {
        column
        for field, column in headings.columns.items()
        if BY_NAME[field].kind not in {Kind.TEXT, Kind.IDENTIFIER}
    }
    for index, shown in sheet.shown.items():
        record = records[index] = records[index].copy()
        for column, text in enumerate(shown):
            if column not in stored:
                record[column] = text
    return replace(sheet, records=records)
