"""Exports by a template: the rows of its level in its columns, headings, language and file type."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import polars as pl

from komet import language, time_zone
from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.export import table
from komet.export.layout import TOTALLED
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.spool import Spool, SpooledRows
from komet.export.template import (
    DAYS,
    DECIMALS,
    READY_MADE,
    ExportTemplate,
    Format,
    Level,
    TemplateColumn,
    is_called,
    list_columns,
    parse_template,
)
from komet.export.watch import ExportWatch
from komet.export.writers import WRITERS
from komet.export.writers.writer import Dialect, explain_write_errors, rows_to_write
from komet.language import _
from komet.orders.filters import OrderFilter
from komet.permissions import Actor, Permission

_KINDS = {0: ColumnKind.QUANTITY, 2: ColumnKind.MONEY, 4: ColumnKind.UNIT_COST}


class Templates(NamedTuple):
    """Templates by name, and the reason why each stored one that cannot be used cannot."""

    usable: dict[str, ExportTemplate]
    broken: dict[str, InvalidInput]


def list_templates(ctx: AppContext) -> Templates:
    """The ready-made ones, then the stored ones."""
    with ctx.read() as con:
        return _parsed(table.definitions(con))


def list_templates_by_use(ctx: AppContext, actor: Actor) -> tuple[Templates, str | None]:
    """The same, what the actor has used last first; and its name, None where they used none."""
    with ctx.read() as con:
        stored, used = table.definitions_by_use(con, actor.name)
    found = _parsed(stored)
    latest = sorted((n for n in found.usable if n in used), key=used.__getitem__, reverse=True)
    usable = {name: found.usable[name] for name in dict.fromkeys([*latest, *found.usable])}
    return found._replace(usable=usable), latest[0] if latest else None


def _parsed(stored: dict[str, Any]) -> Templates:
    usable, broken = dict(READY_MADE), {}
    for name, definition in stored.items():
        try:
            usable[name] = parse_template(definition)
        except InvalidInput as error:
            broken[name] = error
    return Templates(usable, broken)


def find_template(ctx: AppContext, name: str) -> ExportTemplate:
    """The template of that name, ignoring case.

    Raises `NotFound`, which lists the names, and `InvalidInput` for a stored one that is broken.
    """
    known, broken = list_templates(ctx)
    for stored, error in broken.items():
        if stored.casefold() == name.strip().casefold():
            raise InvalidInput(
                _("The export template “{name}” cannot be used.").format(name=stored),
                error.reason,
                _("Save it anew on Export templates, or take another."),
            )
    for stored, template in known.items():
        if is_called(stored, name):
            return template
    raise NotFound(
        _("There is no export template “{name}”.").format(name=name),
        _("There are: {known}.").format(known=", ".join(known)),
    )


def save_template(ctx: AppContext, actor: Actor, template: ExportTemplate) -> None:
    """Store a template; one of the same name, ignoring case, is replaced.

    Raises `InvalidInput` for a ready-made one's name or a wrong layout, and `NotPermitted`.
    """
    parse_template(template.model_dump())
    if template.name.casefold() in {name.casefold() for name in READY_MADE}:
        raise InvalidInput(
            _("“{name}” is ready-made and stays as it is.").format(name=template.name),
            next_step=_("Save yours under another name."),
        )
    with ctx.write(actor, Permission.EDIT_TEMPLATES) as con:
        table.save(con, template.name, template.model_dump(mode="json"), ctx.now())
        audit.record(con, "template saved", template.name, ctx.now())


def delete_template(ctx: AppContext, actor: Actor, name: str) -> None:
    """Forget a stored template, usable or not; nothing happens where there is none of that name.

    Raises `NotPermitted`.
    """
    with ctx.write(actor, Permission.EDIT_TEMPLATES) as con:
        table.delete(con, name)
        audit.record(con, "template deleted", name, ctx.now())


def rows_of(ctx: AppContext, template: ExportTemplate, chosen: OrderFilter) -> pl.DataFrame:
    """The rows of the template's level in its columns, under its headings; sorted by ship date."""
    with language.using(template.language), ctx.read() as con:
        return pl.concat(_frames(con, template, chosen))


def preview(
    ctx: AppContext, template: ExportTemplate, chosen: OrderFilter, rows: int = 20
) -> pl.DataFrame:
    """The first rows as they would be written."""
    found: list[pl.DataFrame] = []
    with language.using(template.language), ctx.read() as con:
        for frame in _frames(con, template, chosen, rows):
            found.append(frame)
            if sum(one.height for one in found) >= rows:
                break
    return pl.concat(found).head(rows)


def _frames(
    con: Connection, template: ExportTemplate, chosen: OrderFilter, size: int | None = None
) -> Iterator[pl.DataFrame]:
    """The rows, `size` at a time or those of one day."""
    if template.level is Level.ITEM:
        frames = table.items(con, chosen, size)
    else:
        table.choose(con, chosen)
        read = table.purchase_orders if template.level is Level.PO else table.lines
        frames = read(con, size)
    kinds = _kinds(template)
    headings = template.headings()
    for frame in frames:
        yield frame.select(
            _values(column, kinds.get(column.source)).alias(heading)
            for column, heading in zip(template.columns, headings, strict=True)
        )


def export_by_template(
    ctx: AppContext,
    actor: Actor,
    template: ExportTemplate,
    chosen: OrderFilter,
    target: Path,
    *,
    watch: ExportWatch | None = None,
) -> tuple[Path, int]:
    """Write the file; returns its path and how many rows it has.

    `target` is a folder, where the file gets the template's own name, or a file. Raises
    `InvalidInput` where the file cannot be written, or has another suffix than the template's,
    `ExportCancelled` where the `watch` was asked to stop, and `NotPermitted` before anything is
    read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    watch = watch or ExportWatch()
    if target.is_dir():
        target /= target_name(ctx, template, chosen)
    if target.suffix.lower() != template.file_type:
        raise InvalidInput(
            _("The template “{name}” makes {ending} files.").format(
                name=template.name, ending=template.file_type
            )
        )
    dialect = Dialect(template.delimiter, template.decimal_comma, template.guard_formulas)
    with explain_write_errors(target), language.using(template.language), Spool(watch) as spool:
        with ctx.read() as con:
            rows = spool.keep(_frames(con, template, chosen), _totalled(template))
        writer, sheet = WRITERS[template.file_type], _sheet(template, rows)
        watch.expect(rows_to_write(writer, [sheet]))
        writer.write(target, [sheet], dialect)
    with ctx.write(actor, Permission.EXPORT) as con:
        detail = {"template": template.name, "rows": rows.height}
        audit.record(con, "template exported", target.name, ctx.now(), detail)
    return target, rows.height


def export_by_template_bytes(
    ctx: AppContext, actor: Actor, template: ExportTemplate, chosen: OrderFilter
) -> bytes:
    """The same file as bytes, for a browser to download."""
    with TemporaryDirectory() as folder:
        target, _rows = export_by_template(ctx, actor, template, chosen, Path(folder))
        return target.read_bytes()


def target_name(ctx: AppContext, template: ExportTemplate, chosen: OrderFilter) -> str:
    """The name of the file that an export of now makes."""
    names = {p.id: p.name for p in list_providers(ctx)}
    provider = " ".join(names.get(id_, id_) for id_ in chosen.providers) or "all"
    now = time_zone.local(ctx.now())
    return template.target_name(now, chosen, provider)


def _kinds(template: ExportTemplate) -> dict[str, ColumnKind]:
    return {name: kind for name, _heading, kind in list_columns(template.level)}


def _values(column: TemplateColumn, kind: ColumnKind | None) -> pl.Expr:
    if not column.source:
        return pl.lit(column.fixed)
    value = pl.col(column.source)
    if column.format is Format.AUTO:
        return value
    if kind is ColumnKind.TIME:
        value = value.dt.convert_time_zone(time_zone.name())
    if column.format is Format.TEXT:
        return value.cast(pl.String)
    if column.format in DAYS:
        # not by a cast to Date, which would take the day of UTC
        return value.dt.to_string(DAYS[column.format])
    return value.cast(pl.Float64).round(DECIMALS[column.format])


def _sheet(template: ExportTemplate, rows: SpooledRows) -> Sheet:
    kinds = _kinds(template)
    columns = []
    for column, heading in zip(template.columns, rows.schema, strict=True):
        kind = kinds.get(column.source, ColumnKind.TEXT)
        if column.format in DECIMALS:
            kind = _KINDS[DECIMALS[column.format]]
        elif column.format is not Format.AUTO:
            kind = ColumnKind.TEXT
        columns.append(Column(heading, kind, decimals=DECIMALS.get(column.format)))
    has_totals = template.totals and WRITERS[template.file_type].has_sheets
    totals = dict(rows.sums) if has_totals else None
    return Sheet(_("Orders"), tuple(columns), rows, totals)


def _totalled(template: ExportTemplate) -> list[str]:
    """The headings of the columns that are added up, where the file type has totals."""
    if not (template.totals and WRITERS[template.file_type].has_sheets):
        return []
    written = list(zip(template.columns, template.headings(), strict=True))
    return [
        heading
        for column, heading in written[1:]  # the first says that they are totals
        if column.source in TOTALLED and (column.format is Format.AUTO or column.format in DECIMALS)
    ]
