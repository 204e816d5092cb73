"""Reading the dispatch file back, as people send it: columns moved, numbers as text, merged cells.

What cannot be read is named with its row and reason; the rules about the values of a line are in
`komet.dispatch.check`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from komet.clients.table import providers
from komet.context import AppContext
from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, Preview, Remark
from komet.dispatch.sheet import COLUMNS
from komet.dispatch.table import lines
from komet.dispatch.values import exact_digits
from komet.errors import AppError, InvalidInput
from komet.language import _, languages, using
from komet.tabular.file import read_table_file
from komet.tabular.model import Sheet
from komet.text import EDGES, normalize_text

MOST_BYTES = 20 * 1024 * 1024
_DEPTH = 20
"""Rows from the top in which the headings may stand: people put a title above them."""
_FILLED = [column.name for column in COLUMNS if column.to_fill]
_USED = {*_FILLED, "provider", "po_number", "product", "ordered", "po_item_id"}
_FOR_ALL = ("awb", "house_awb", "ship_date", "lot")
"""What holds for all rows of a merged cell; a number of boxes or a box code is of one line."""
_ALSO = {
    "po_item_id": ("PO item ID", "ID de ítem de PO", "poItemId"),
    "provider": ("Provider", "Proveedor", "Importer", "Comprador", "Importador"),
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
class _Table:
    """The sheet with the headings: `columns` name → index; `headings` row from 0."""

    sheet: Sheet
    headings: int
    columns: Mapping[str, int]
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


@dataclass
class FileEntries:
    """What a file says: rows with something written, what is wrong with others, what is ignored."""

    entries: list[LineEntry] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)


def check_file(ctx: AppContext, data: bytes, file_name: str) -> Preview:
    """What sending this file would do; nothing is written. Raises as `read_entries` does."""
    found = read_file(ctx, data, file_name)
    return check_lines(ctx, file_name, found.entries, found.problems, found.notes)


def read_entries(
    ctx: AppContext, data: bytes, file_name: str
) -> tuple[list[LineEntry], list[Remark]]:
    """The rows of a file that have something written in them, and what is wrong with others.

    Raises a `TableError` for a file that cannot be read as a whole, `NotDispatchFile` for one
    without the columns that it takes.
    """
    found = read_file(ctx, data, file_name)
    return found.entries, found.problems


def read_file(ctx: AppContext, data: bytes, file_name: str) -> FileEntries:
    """The same, with what was ignored."""
    if len(data) > MOST_BYTES:
        raise NotDispatchFile(
            _("{name} is larger than 20 MB.").format(name=file_name),
            next_step=_("A dispatch file has a row a line. Take a new one, and fill it in."),
        )
    table = _find_table(read_table_file(data, file_name, _likeness).sheets, file_name)
    found = FileEntries(problems=table.problems, notes=table.notes)
    rows = list(_rows(table, found))
    owners = _Owners(ctx, rows)
    for row in rows:
        try:
            provider_id = owners.provider_of(row)
        except InvalidInput as error:
            found.problems.append(row.remark(str(error)))
            continue
        found.entries.append(
            LineEntry(
                row.number,
                provider_id,
                row.text["po_item_id"],
                **{name: row.text.get(name) or None for name in _FILLED},
                po_number=row.text.get("po_number") or None,
                ordered=row.text.get("ordered") or None,
            )
        )
    return found


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


def _likeness(records: Sequence[Sequence[str]]) -> int:
    return max((_known(record) for record in records[:_DEPTH]), default=0)


def _known(record: Sequence[str]) -> int:
    return len({_name(cell) for cell in record} - {None})


def _name(heading: str) -> str | None:
    return _names().get(normalize_text(heading, solid=True))


def _find_table(sheets: Sequence[Sheet], file_name: str) -> _Table:
    candidates = [
        (_known(record), not sheet.hidden, -place, -at, sheet)
        for place, sheet in enumerate(sheets)
        for at, record in enumerate(sheet.records[:_DEPTH])
    ]
    best, _shown, _place, at, sheet = max(candidates, key=lambda one: one[:4])
    if best < 2:
        raise NotDispatchFile(
            _("{name} is not a dispatch file.").format(name=file_name),
            _("None of its first rows has the headings of one."),
            _("Take a new file from Dispatch, and fill that in."),
        )
    headings = [heading.strip(EDGES) for heading in sheet.records[-at]]
    columns = {name: index for index, heading in reversed(list(enumerate(headings)))
               if (name := _name(heading)) is not None}  # fmt: skip
    table = _Table(sheet, -at, columns)
    _check_headings(table, headings, file_name)
    return table


def _check_headings(table: _Table, headings: Sequence[str], file_name: str) -> None:
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
    missing = [words[name] for name in _FILLED if name not in times]
    for index in filled:
        said = _("This column is not known, so nothing in it is read.")
        if missing:
            why = _("Missing: {columns}. If it is one of these, write its heading as it was.")
            said = f"{said} {why.format(columns=', '.join(missing))}"
        where = table.problems if missing else table.notes
        where.append(Remark(row, headings[index], said))
    if len(missing) == len(_FILLED) and not filled:
        raise NotDispatchFile(
            _("{name} has none of the columns to fill.").format(name=file_name),
            _("Missing: {columns}.").format(columns=", ".join(missing)),
            _("Take a new file from Dispatch, and fill that in."),
        )


def _unknown_words(headings: Sequence[str]) -> str:
    return _("Not known: {columns}.").format(columns=", ".join(headings)) if headings else ""


def _has_cells(table: _Table, column: int) -> bool:
    below = table.sheet.records[table.headings + 1 :]
    return any(len(record) > column and record[column].strip(EDGES) for record in below)


@dataclass(frozen=True)
class _Row:
    number: int
    text: Mapping[str, str]

    @property
    def subject(self) -> str:
        words = (self.text.get("po_number"), self.text.get("product"))
        return " · ".join(word for word in words if word) or self.text.get("po_item_id", "")

    def remark(self, reason: str) -> Remark:
        return Remark(self.number, self.subject, reason, "", self.text.get("po_item_id", ""))


def _rows(table: _Table, found: FileEntries) -> Iterator[_Row]:
    """The rows with something written in a column to fill; a bad cell makes a problem of its row.

    Codes are taken as a person sees them (a number 123 of the format 00000 is 00123), numbers of
    boxes and days as they are.
    """
    shown, records = table.sheet.as_shown(), table.sheet.records
    covered = table.sheet.covered_cells()
    used = {name: index for name, index in table.columns.items() if name in _USED}
    numbers = table.sheet.number_cells(list(used.values()))
    for at in range(table.headings + 1, len(records)):
        text: dict[str, str] = {}
        wrong: list[str] = []
        for name, index in used.items():
            source = at
            if index in (under := covered.get(at, {})) and name in _FILLED:
                if name in _FOR_ALL:
                    source = under[index][0]
                elif _cell(records[under[index][0]], index):
                    wrong.append(
                        _("A cell of “{column}” is merged with the one above it.").format(
                            column=_heading(name)
                        )
                    )
            plain = name in {"boxes", "ordered", "ship_date"}
            value = _cell((records if plain else shown)[source], index)
            if (value and name in _FILLED) or name == "po_item_id":
                exact = value if plain else exact_digits(value, number=source in numbers[index])
                if exact is None:
                    wrong.append(
                        _("“{text}” in “{column}” is a number that Excel has shortened. Format the"
                          " column as text, and write it again.").format(
                              text=value, column=_heading(name))
                    )  # fmt: skip
                value = exact or ""
            text[name] = value
        row = _Row(at + 1, text)
        if wrong:
            found.problems.append(row.remark(" ".join(wrong)))
        elif any(text.get(name) for name in _FILLED):
            if text["po_item_id"]:
                yield row
            elif not _is_total(records[at]):
                said = _("The row has no {column}.").format(column=_heading("po_item_id"))
                found.problems.append(row.remark(said))


def _cell(record: Sequence[str], index: int) -> str:
    return record[index].strip(EDGES) if index < len(record) else ""


def _is_total(record: Sequence[str]) -> bool:
    """Whether a row holds sums that a person has put under the lines."""
    words = [cell for cell in record if cell.strip(EDGES)]
    return all(re.fullmatch(r"(?i)totale?s?:?|[\d.,\s]+", word.strip(EDGES)) for word in words)


def _heading(name: str) -> str:
    return str(next(_(column.heading) for column in COLUMNS if column.name == name))


class _Owners:
    """Whose line a row is about: by the client that it names, else by the line's ID alone."""

    def __init__(self, ctx: AppContext, rows: Sequence[_Row]) -> None:
        with ctx.read() as con:
            clients = providers.all_providers(con)
            self._holders = lines.holders(con, {row.text["po_item_id"] for row in rows})
        self._by_name = {normalize_text(client.name): client.id for client in clients}
        self._names = {client.id: client.name for client in clients}

    def provider_of(self, row: _Row) -> str:
        """The ID of the client. Raises `InvalidInput` where it is none of ours, or another's."""
        line_id, name = row.text["po_item_id"], row.text.get("provider", "")
        holders = self._holders.get(line_id, [])
        if not name:
            if len(holders) == 1:
                return holders[0]
            if holders:
                both = ", ".join(sorted(self._names.get(one, one) for one in holders))
                raise InvalidInput(
                    _("Several clients have a line {line}: {names}.").format(
                        line=line_id, names=both
                    ),
                    next_step=_("Name the client in the row."),
                )
            raise InvalidInput(
                _("No client has a line {line} among the downloaded orders.").format(line=line_id)
            )
        named = self._by_name.get(normalize_text(name))
        if named is None:
            raise InvalidInput(_("“{name}” is no client provider of ours.").format(name=name))
        if holders and named not in holders:
            others = ", ".join(sorted(self._names.get(one, one) for one in holders))
            raise InvalidInput(
                _("The line {line} belongs to {others}, not to {name}.").format(
                    line=line_id, others=others, name=name
                )
            )
        return named
