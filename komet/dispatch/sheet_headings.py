"""Which sheet of a file holds the lines of a dispatch, and which of its columns is which.

By the headings in any of our languages, in any order. Columns that are missing, not known or there
twice are named.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from komet.dispatch.model import Remark
from komet.dispatch.sheet import COLUMNS
from komet.errors import AppError
from komet.language import _, languages, using
from komet.tabular.model import Sheet, TableFile
from komet.text import EDGES, normalize_text

FILLED = [column.name for column in COLUMNS if column.to_fill]
"""The columns that people fill in."""
_DEPTH = 20
"""Rows from the top in which the headings may stand: people put a title above them."""
_ALSO = {
    "po_item_id": ("PO item ID", "ID de ítem de PO", "poItemId"),
    "provider": ("Client provider", "Cliente proveedor", "Provider", "Proveedor", "Importador"),
    "customer": ("Cliente",),
    "boxes": ("To confirm",),
    "awb": ("AWB number", "MAWB", "Guía"),
    "house_awb": ("HAWB",),
    "box_codes": ("Box code",),
    "lot": ("Lot number",),
}
"""Other headings for the same, from our exports and from Komet."""


class NotDispatchFile(AppError):
    """A table, and not with the columns that dispatch takes."""

    code = "not_dispatch_file"


@dataclass
class Table:
    """The sheet with the headings: `columns` name → index; `headings`: their row from 0.

    `problems`: columns and sheets that are not read although they should be; `notes`: columns
    that are none of ours.
    """

    sheet: Sheet
    headings: int
    columns: Mapping[str, int]
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


@cache
def _names() -> Mapping[str, str]:
    """Heading in any of our languages, as it is compared → name of the column."""
    found: dict[str, str] = {}
    for code in languages():
        with using(code):
            found |= {normalize_text(_(column.heading), solid=True): column.name
                      for column in COLUMNS}  # fmt: skip
    also = {normalize_text(word, solid=True): name for name, words in _ALSO.items()
            for word in words}  # fmt: skip
    return also | found


def likeness(records: Sequence[Sequence[str]]) -> int:
    """How much rows look like those of a dispatch file: known headings in the best of them."""
    return max((_known(record) for record in records[:_DEPTH]), default=0)


def _known(record: Sequence[str]) -> int:
    return len({_name(cell) for cell in record} - {None})


def _name(heading: str) -> str | None:
    return _names().get(normalize_text(heading, solid=True))


def find_table(file: TableFile, file_name: str) -> Table:
    """The sheet and the row that have most of the headings, a shown sheet before a hidden one.

    Raises `NotDispatchFile` where none has them, or one is missing that has to be there.
    """
    places = [
        (_known(record), not sheet.hidden, -at, sheet)
        for sheet in file.sheets
        for at, record in enumerate(sheet.records[:_DEPTH])
    ]
    most, _shown, at, sheet = max(places, key=lambda place: place[:3])
    if most < 2:
        raise NotDispatchFile(
            _("{name} is not a dispatch file.").format(name=file_name),
            _("None of its first rows has the headings of one."),
            _("Take a new file from Dispatch, and fill that in."),
        )
    headings = [heading.strip(EDGES) for heading in sheet.records[-at]]
    columns = {name: index for index, heading in reversed(list(enumerate(headings)))
               if (name := _name(heading)) is not None}  # fmt: skip
    table = Table(sheet, -at, columns)
    _check_sheets(table, file)
    _check_headings(table, headings, file_name)
    return table


def _check_sheets(table: Table, file: TableFile) -> None:
    """Name other sheets with lines, and those that are damaged: nothing may get lost unsaid."""
    for sheet in file.sheets:
        if sheet is not table.sheet and not sheet.hidden and _has_lines(sheet):
            said = _("This sheet is not read: put all lines on one sheet.")
            table.problems.append(Remark(None, sheet.name or "", said))
    for name in file.unreadable:
        table.problems.append(Remark(None, name, _("This sheet is damaged, and not read.")))


def _has_lines(sheet: Sheet) -> bool:
    for at, record in enumerate(sheet.records[:_DEPTH]):
        if {"po_item_id"} < (found := {_name(cell) for cell in record}) and found & set(FILLED):
            return len(sheet.records) > at + 1
    return False


def _check_headings(table: Table, headings: Sequence[str], file_name: str) -> None:
    """Name columns that are missing, unknown or there twice."""
    words = {column.name: str(_(column.heading)) for column in COLUMNS}
    row = table.headings + 1
    if "po_item_id" not in table.columns:
        raise NotDispatchFile(
            _("The column “{column}” is missing in {name}.").format(
                column=words["po_item_id"], name=file_name
            ),
            _("Only by it can a line be found."),
            _unknown_words([h for h in headings if h and _name(h) is None])
            or _("Take a new file from Dispatch, and fill that in."),
        )
    times = Counter(name for heading in headings if (name := _name(heading)) is not None)
    for name in [name for name, count in times.items() if count > 1]:
        said = _("The column “{column}” is there twice.").format(column=words[name])
        if name == "po_item_id":
            raise NotDispatchFile(said, next_step=_("Delete one of them."))
        table.problems.append(Remark(row, words[name], said))
        table.columns = {key: at for key, at in table.columns.items() if key != name}
    filled = [index for index, heading in enumerate(headings)
              if heading and _name(heading) is None and _has_cells(table, index)]  # fmt: skip
    missing = [words[name] for name in FILLED if name not in times]
    for index in filled:
        said = _("This column is not known, so nothing in it is read.")
        if missing:
            why = _("Missing: {columns}. If it is one of these, write its heading as it was.")
            said = f"{said} {why.format(columns=', '.join(missing))}"
        where = table.problems if missing else table.notes
        where.append(Remark(row, headings[index], said))
    if len(missing) == len(FILLED) and not filled:
        raise NotDispatchFile(
            _("{name} has none of the columns to fill.").format(name=file_name),
            _("Missing: {columns}.").format(columns=", ".join(missing)),
            _("Take a new file from Dispatch, and fill that in."),
        )


def _unknown_words(headings: Sequence[str]) -> str:
    return _("Not known: {columns}.").format(columns=", ".join(headings)) if headings else ""


def _has_cells(table: Table, column: int) -> bool:
    below = table.sheet.records[table.headings + 1 :]
    return any(len(record) > column and record[column].strip(EDGES) for record in below)
