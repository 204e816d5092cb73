"""Reading the dispatch file back, as people send it: columns moved, numbers as text, merged cells.

What cannot be read is named with its row and reason; the rules about the values of a line are in
`komet.dispatch.check`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from komet.clients.table import providers
from komet.context import AppContext
from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, Preview, Remark
from komet.dispatch.sheet import COLUMNS
from komet.dispatch.sheet_headings import FILLED, NotDispatchFile, Table, find_table, likeness
from komet.dispatch.table import lines
from komet.dispatch.values import exact_digits
from komet.errors import InvalidInput
from komet.language import _
from komet.tabular.file import read_table_file
from komet.text import EDGES, normalize_text

MOST_BYTES = 20 * 1024 * 1024
_USED = {*FILLED, "provider", "po_number", "product", "ordered", "po_item_id"}
_PLAIN = {"boxes", "ordered", "ship_date"}
_FOR_ALL = ("awb", "house_awb", "ship_date", "lot")
"""What holds for all rows of a merged cell; a number of boxes or a box code is of one line."""


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
    table = find_table(read_table_file(data, file_name, likeness), file_name)
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
                **{name: row.text.get(name) or None for name in FILLED},
                po_number=row.text.get("po_number") or None,
                ordered=row.text.get("ordered") or None,
            )
        )
    return found


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


def _rows(table: Table, found: FileEntries) -> Iterator[_Row]:
    """The rows with something written in a column to fill; a bad cell is a problem of its row."""
    cells = _Cells(table)
    for at in range(table.headings + 1, len(table.sheet.records)):
        text: dict[str, str] = {}
        wrong: list[str] = []
        for name in cells.used:
            try:
                text[name] = cells.text(at, name)
            except InvalidInput as error:
                wrong.append(str(error))
        row = _Row(at + 1, text)
        if wrong:
            found.problems.append(row.remark(" ".join(wrong)))
        elif any(text.get(name) for name in FILLED):
            if text["po_item_id"]:
                yield row
            elif not _is_total(table.sheet.records[at]):
                said = _("The row has no {column}.").format(column=_heading("po_item_id"))
                found.problems.append(row.remark(said))


class _Cells:
    """The cells of a table, as they count here.

    Codes as a person sees them (a number 123 of the format 00000 is 00123), numbers of boxes and
    days as they are; what a merged cell says is said for each of its rows, where that can be.
    """

    def __init__(self, table: Table) -> None:
        self.used = {name: index for name, index in table.columns.items() if name in _USED}
        self._records, self._shown = table.sheet.records, table.sheet.as_shown()
        self._covered = table.sheet.covered_cells()
        self._numbers = table.sheet.number_cells(list(self.used.values()))

    def text(self, at: int, name: str) -> str:
        """The text of a column in a record. Raises `InvalidInput` for what nobody can know."""
        index = self.used[name]
        source = at
        if name in FILLED and index in (under := self._covered.get(at, {})):
            above = under[index][0]
            if name in _FOR_ALL:
                source = above
            elif _cell(self._records[above], index):
                raise InvalidInput(
                    _("A cell of “{column}” is merged with the one above it.").format(
                        column=_heading(name)
                    )
                )
        if name in _PLAIN:
            return _cell(self._records[source], index)
        text = _cell(self._shown[source], index)
        if not text or (name not in FILLED and name != "po_item_id"):
            return text
        exact = exact_digits(text, number=source in self._numbers[index])
        if exact is None:
            raise InvalidInput(
                _(
                    "“{text}” in “{column}” is a number that Excel has shortened. Format the"
                    " column as text, and write it again."
                ).format(text=text, column=_heading(name))
            )
        return exact


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
                    _("Several importers have a line {line}: {names}.").format(
                        line=line_id, names=both
                    ),
                    next_step=_("Name the importer in the row."),
                )
            raise InvalidInput(
                _("No importer has a line {line} among the downloaded orders.").format(line=line_id)
            )
        named = self._by_name.get(normalize_text(name))
        if named is None:
            raise InvalidInput(_("“{name}” is no importer of ours.").format(name=name))
        if holders and named not in holders:
            others = ", ".join(sorted(self._names.get(one, one) for one in holders))
            raise InvalidInput(
                _("The line {line} belongs to {others}, not to {name}.").format(
                    line=line_id, others=others, name=name
                )
            )
        return named
