"""Which column of a file is taken for which field, for a person to see and to change.

What a person says of a set of headings is remembered for the client, and decides the next time.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from komet.context import AppContext
from komet.language import _
from komet.mapping.cells import clean_cell
from komet.mapping.columns import Matches, weigh_columns
from komet.mapping.file import find_columns
from komet.mapping.headings import guess_columns
from komet.mapping.imports import check_size, load_known
from komet.mapping.model import FIELD_LABELS, KOMET_FIELDS, PRODUCT
from komet.mapping.problems import MappingFileError
from komet.mapping.sheet import MappingSheet, read_sheet
from komet.mapping.table import columns as table
from komet.permissions import Actor, Permission

_SAMPLES = 3
_LONGEST_SAMPLE = 40


@dataclass(frozen=True)
class FileColumn:
    """One column: its heading, up to three different values, and the field that it is taken for.

    `matches`: Komet's field → how many different values are one of the client's, of how many.
    """

    position: int
    heading: str
    samples: tuple[str, ...]
    field: str | None
    matches: Matches

    @property
    def evidence(self) -> str:
        """What its values say, in words; "" where they say nothing."""
        shares = {
            field: matched / of
            for field, (matched, of) in self.matches.items()
            if of and field in KOMET_FIELDS
        }
        if not shares:
            return ""
        field = self.field if self.field in shares else max(shares, key=lambda name: shares[name])
        return _("{share}% match").format(share=round(100 * shares[field])) if shares[field] else ""


@dataclass(frozen=True)
class ColumnMatching:
    """The columns of a file, and how it was read. `rows`: how many stand under the headings.

    `heading_row` is the number that Excel shows, None where there are no headings; `encoding` and
    `delimiter` are None for a workbook, `sheet` for a text file. `remembered`: a person has said so
    before. `problem`: why an import could not use these columns.
    """

    columns: tuple[FileColumn, ...]
    rows: int
    heading_row: int | None
    encoding: str | None
    delimiter: str | None
    sheet: str | None
    heading_key: tuple[str, ...]
    remembered: bool
    problem: MappingFileError | None

    @property
    def fields(self) -> dict[str, int]:
        """Field → position of its column."""
        return {column.field: column.position for column in self.columns if column.field}


def match_columns(
    ctx: AppContext,
    data: bytes,
    file_name: str,
    provider_id: str | None,
    kind: str = PRODUCT,
    *,
    columns: Mapping[str, int] | None = None,
) -> ColumnMatching:
    """Read a file and say which column is taken for what.

    `columns`: field → position, as a person says; without them what is remembered for the client
    decides, else headings and values. Raises `InvalidInput`, and `MappingFileError` for a file that
    cannot be read at all.
    """
    check_size(data, file_name)
    known = load_known(ctx, provider_id, kind)
    sheet = read_sheet(data, file_name, known)
    scores, matches = weigh_columns(sheet.source, sheet.names, known)
    problem = None
    try:
        fields = dict(find_columns(sheet, known, columns).columns)
    except MappingFileError as error:
        problem = error
        fields = dict(columns) if columns is not None else guess_columns(scores)
    return ColumnMatching(
        columns=_columns(sheet, fields, matches),
        rows=sheet.source.height,
        heading_row=sheet.position + 1 if sheet.position >= 0 else None,
        encoding=sheet.table.encoding,
        delimiter=sheet.table.delimiter,
        sheet=sheet.table.sheet,
        heading_key=sheet.heading_key,
        remembered=sheet.heading_key in known.remembered,
        problem=problem,
    )


def fields_chosen(chosen: Mapping[int, str | None]) -> dict[str, int]:
    """Field → position, from what a person says of each column (None: it is not used).

    Raises `MappingFileError` where two columns are taken for the same.
    """
    fields: dict[str, int] = {}
    for position, field in chosen.items():
        if field is None:
            continue
        if field in fields:
            raise MappingFileError(
                _("Two columns are taken for the same"),
                _("{field} can come from one column only.").format(field=_(FIELD_LABELS[field])),
                _("Set one of them to “not used”."),
            )
        fields[field] = position
    return fields


def remember_columns(
    ctx: AppContext,
    actor: Actor,
    provider_id: str | None,
    matching: ColumnMatching,
    kind: str = PRODUCT,
) -> None:
    """Take files with these headings in the same way from now on. Raises `NotPermitted`."""
    _keep(ctx, actor, provider_id, matching, kind=kind, fields=matching.fields)


def forget_columns(
    ctx: AppContext,
    actor: Actor,
    provider_id: str | None,
    matching: ColumnMatching,
    kind: str = PRODUCT,
) -> None:
    """Let headings and values decide again. Raises `NotPermitted`."""
    _keep(ctx, actor, provider_id, matching, kind=kind, fields=None)


def _keep(
    ctx: AppContext,
    actor: Actor,
    provider_id: str | None,
    matching: ColumnMatching,
    *,
    kind: str,
    fields: Mapping[str, int] | None,
) -> None:
    with ctx.write(actor, Permission.EDIT_MAPPING) as con:
        table.forget(con, provider_id, kind, matching.heading_key)
        if fields is not None:
            table.remember(con, provider_id, kind, matching.heading_key, fields, now=ctx.now())


def _columns(
    sheet: MappingSheet, fields: Mapping[str, int], matches: Mapping[int, Matches]
) -> tuple[FileColumn, ...]:
    """The columns that have a heading or a value."""
    of_position = {position: field for field, position in fields.items()}
    cells = sheet.source.columns[1:]
    found = []
    for position, heading in enumerate(sheet.names):
        values = sheet.source.select(clean_cell(pl.col(cells[position]))).to_series().drop_nulls()
        samples = values.unique(maintain_order=True).head(_SAMPLES).to_list()
        if heading or samples:
            shown = tuple(sample[:_LONGEST_SAMPLE] for sample in samples)
            field = of_position.get(position)
            found.append(FileColumn(position, heading, shown, field, matches.get(position, {})))
    return tuple(found)
