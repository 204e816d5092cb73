"""Which sheet of a file holds the orders, its row of headings, and its cells, tidied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from komet.ingest.sources.portal_file.fields import BY_NAME, CERTAIN, LOOSE, NEEDED, Kind
from komet.ingest.sources.portal_file.problems import (
    EmptyFile,
    NoHeadings,
    NotATable,
    OrderFileError,
    PasswordProtected,
    Problem,
)
from komet.language import _
from komet.tabular.errors import EmptyTable, TableError
from komet.tabular.errors import PasswordProtected as NeedsPassword
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet, TableFile, pad
from komet.text import EDGES, normalize_text

SEARCH_DEPTH = 200
"""How far down the headings may be: reports carry a logo, a company and their filters above."""
_LEAST = 2
"""A single known word is a title ("Purchase order") rather than a row of headings."""


@dataclass(frozen=True)
class Headings:
    """`names`: every heading as the file spells it. `columns`: field → position in the row.

    `unused`: positions with a heading that means nothing to us; `repeated`: (position, field) of
    those that mean what a column further left means already. Neither is read.
    """

    row: int
    names: tuple[str, ...]
    columns: Mapping[str, int]
    unused: tuple[int, ...]
    repeated: tuple[tuple[int, str], ...]

    @property
    def read_as(self) -> dict[str, str]:
        """Heading as the file spells it → field."""
        return {self.names[position]: field for field, position in self.columns.items()}

    @property
    def not_used(self) -> tuple[str, ...]:
        """The headings that were not read, from left to right."""
        positions = sorted([*self.unused, *(position for position, _field in self.repeated)])
        return tuple(self.names[position] for position in positions)

    def name(self, field: str) -> str:
        """The heading as the file spells it, or our own word for a field it does not have."""
        return self.names[self.columns[field]] if field in self.columns else field


def resolve(record: Sequence[str], row: int = 1) -> Headings:
    """What each cell of a row would be as a heading. `row` is the number that Excel shows.

    The leftmost of two columns that mean the same is taken. Without a product's name its ID does.
    """
    names = tuple(" ".join(cell.split()) for cell in record)
    words = [normalize_text(name, solid=True) for name in names]
    columns: dict[str, int] = {}
    repeated: list[tuple[int, str]] = []
    for position, word in enumerate(words):
        if field := CERTAIN.get(word):
            if field in columns:
                repeated.append((position, field))
            else:
                columns[field] = position
    certain = set(columns)
    for position, word in enumerate(words):
        field = LOOSE.get(word)
        if field and field not in certain:
            if field in columns:
                repeated.append((position, field))
            else:
                columns[field] = position
    read = {*columns.values(), *(position for position, _field in repeated)}
    unused = tuple(at for at, name in enumerate(names) if name and at not in read)
    order = {name: at for at, name in enumerate(BY_NAME)}
    columns = dict(sorted(columns.items(), key=lambda item: order[item[0]]))
    return Headings(row, names, columns, unused, tuple(sorted(repeated)))


def missing(headings: Headings) -> tuple[str, ...]:
    """The fields without which the table is of no use; a product may be known by its ID."""
    has = set(headings.columns)
    if "product_id" in has:
        has.add("product_description")
    return tuple(field for field in NEEDED if field not in has)


def score(headings: Headings) -> tuple[int, int]:
    """How much a row looks like the headings: needed fields, then all fields."""
    return -len(missing(headings)), len(headings.columns)


def find(records: Sequence[Sequence[str]]) -> Headings | None:
    """The likeliest row of headings, the first of equals; None when no row has two that we know."""
    best: Headings | None = None
    for position, record in enumerate(records[:SEARCH_DEPTH]):
        found = resolve(record, position + 1)
        if len(found.columns) < _LEAST:
            continue
        if best is None or len(found.columns) > len(best.columns):
            best = found
    return best


def no_headings(best: Headings | None, file_name: str) -> NoHeadings:
    """Why no table was found, with the headings that were looked for."""
    if best is None:
        return NoHeadings(
            _("No purchase orders were found in this file"),
            _("No row of {file_name} has headings such as {headings}.").format(
                file_name=file_name, headings=_examples(NEEDED + _USUAL)
            ),
            _("Export the purchase orders with their products, and upload that file."),
        )
    found = ", ".join(f"“{best.names[at]}”" for at in best.columns.values())
    return NoHeadings(
        _("A column is missing"),
        _("Row {row} has the headings {found}, but none such as {missing}.").format(
            row=best.row, found=found, missing=_examples(missing(best), every=True)
        ),
        _(
            "Every line needs its PO number, ship date and product. Export the purchase orders "
            "with these columns, or name them so, and upload the file again."
        ),
    )


_USUAL = ("vendor_name", "total_boxes", "box_type", "unit_cost")


def _examples(fields: Sequence[str], *, every: bool = False) -> str:
    """The headings to look for; with `every`, both languages of each."""
    shown: list[str] = []
    for field in fields:
        shown.append(f"“{BY_NAME[field].certain[0]}”")
        if every:
            spanish = next(name for name in BY_NAME[field].certain if name in _SPANISH)
            shown.append(f"“{spanish}”")
    return ", ".join(shown)


_SPANISH = {"orden de compra", "fecha de despacho", "producto"}


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
