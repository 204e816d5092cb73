"""Exports by a template: the rows of its level in its columns, headings, language and file type."""

from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import polars as pl

from komet import language, time_zone
from komet.clients.table import providers
from komet.context import AppContext
from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.export import frames
from komet.export import table as export_templates
from komet.export.orders import reported, written
from komet.export.ready_made import READY_MADE
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.template import (
    DAYS,
    DECIMALS,
    ExportTemplate,
    Format,
    Level,
    TemplateColumn,
    checked_template,
    offered,
)
from komet.export.writers.csv import write_csv
from komet.export.writers.parquet import write_parquet
from komet.language import _
from komet.orders.filters import OrderFilter

_KINDS = {0: ColumnKind.QUANTITY, 2: ColumnKind.MONEY, 4: ColumnKind.UNIT_COST}


class Templates(NamedTuple):
    """Templates by name, and the reason why each stored one that cannot be used cannot."""

    usable: dict[str, ExportTemplate]
    broken: dict[str, InvalidInput]


def all_templates(con: Connection) -> Templates:
    """The ready-made ones, then the stored ones."""
    usable, broken = dict(READY_MADE), {}
    for name, definition in export_templates.definitions(con).items():
        try:
            usable[name] = checked_template(definition)
        except InvalidInput as error:
            broken[name] = error
    return Templates(usable, broken)


def template_by_name(ctx: AppContext, name: str) -> ExportTemplate:
    """Ignoring case. Raises `NotFound`, which lists the names; `InvalidInput` for a broken one."""
    with ctx.db.read() as con:
        known, broken = all_templates(con)
    for held, error in broken.items():
        if held.casefold() == name.strip().casefold():
            raise InvalidInput(
                _("The export template “{name}” cannot be used.").format(name=held),
                error.reason,
                _("Save it anew on Export templates, or take another."),
            )
    for held, template in known.items():
        if held.casefold() == name.strip().casefold():
            return template
    raise NotFound(
        _("There is no export template “{name}”.").format(name=name),
        _("There are: {known}.").format(known=", ".join(known)),
    )


def save_template(ctx: AppContext, template: ExportTemplate) -> None:
    """Store a template. Raises `InvalidInput` for a ready-made one's name or a wrong layout."""
    checked_template(template.model_dump())
    if template.name.casefold() in {name.casefold() for name in READY_MADE}:
        raise InvalidInput(
            _("“{name}” is ready-made and stays as it is.").format(name=template.name),
            next_step=_("Save yours under another name."),
        )
    with ctx.db.write() as con:
        definition = template.model_dump(mode="json")
        export_templates.save(con, template.name, definition, ctx.now())


def rows_of(ctx: AppContext, template: ExportTemplate, chosen: OrderFilter) -> pl.DataFrame:
    """The rows of the template's level in its columns, under its headings."""
    with language.using(template.language), ctx.db.read() as con:
        if template.level is Level.ITEM:
            found = frames.items(con, chosen)
        else:
            frames.choose(con, chosen)
            po = template.level is Level.PO
            found = frames.purchase_orders(con) if po else frames.lines(con)
        return found.select(
            _values(column).alias(heading)
            for column, heading in zip(template.columns, template.headings(), strict=True)
        )


def preview(
    ctx: AppContext, template: ExportTemplate, chosen: OrderFilter, rows: int = 20
) -> pl.DataFrame:
    """The first rows as they would be written."""
    return rows_of(ctx, template, chosen).head(rows)


def export_with(
    ctx: AppContext, template: ExportTemplate, chosen: OrderFilter, target: Path
) -> tuple[Path, int]:
    """Write the file; returns its path and how many rows it has.

    `target` is a folder, where the file gets the template's own name, or a file. Raises
    `InvalidInput` where the file cannot be written, or has another ending than the template's.
    """
    if target.is_dir():
        target /= target_name(ctx, template, chosen)
    if target.suffix.lower() != template.file_type:
        raise InvalidInput(
            _("The template “{name}” makes {ending} files.").format(
                name=template.name, ending=template.file_type
            )
        )
    frame = rows_of(ctx, template, chosen)
    if template.file_type == ".xlsx":
        with language.using(template.language):
            written(target, [_sheet(template, frame)])
    else:
        with reported(target):
            if template.file_type == ".csv":
                write_csv(
                    target,
                    frame,
                    delimiter=template.delimiter,
                    decimal_comma=template.decimal_comma,
                    guard_formulas=template.guard_formulas,
                    decimals={
                        heading: DECIMALS[column.format]
                        for column, heading in zip(template.columns, frame.columns, strict=True)
                        if column.format in DECIMALS
                    },
                )
            else:
                write_parquet(target, frame)
    with ctx.db.write() as con:
        detail = {"template": template.name, "rows": frame.height}
        audit.record(con, "template exported", target.name, ctx.now(), detail)
    return target, frame.height


def export_template_bytes(ctx: AppContext, template: ExportTemplate, chosen: OrderFilter) -> bytes:
    """The same file as bytes, for a browser to download."""
    with TemporaryDirectory() as folder:
        target, _rows = export_with(ctx, template, chosen, Path(folder))
        return target.read_bytes()


def target_name(ctx: AppContext, template: ExportTemplate, chosen: OrderFilter) -> str:
    """The name of the file that an export of now makes."""
    with ctx.db.read() as con:
        names = {p.id: p.name for p in providers.all_providers(con)}
    provider = " ".join(names.get(id_, id_) for id_ in chosen.providers) or "all"
    now = time_zone.local(ctx.now())
    return template.target_name(now, chosen, provider)


def _values(column: TemplateColumn) -> pl.Expr:
    if not column.source:
        return pl.lit(column.fixed)
    value = pl.col(column.source)
    if column.format is Format.AUTO:
        return value
    if column.format is Format.TEXT:
        return value.cast(pl.String)
    if column.format in DAYS:
        return value.cast(pl.Date).dt.to_string(DAYS[column.format])
    return value.cast(pl.Float64).round(DECIMALS[column.format])


def _sheet(template: ExportTemplate, frame: pl.DataFrame) -> Sheet:
    kinds = {name: kind for name, _heading, kind in offered(template.level)}
    columns = []
    for column, heading in zip(template.columns, frame.columns, strict=True):
        kind = kinds.get(column.source, ColumnKind.TEXT)
        if column.format in DECIMALS:
            kind = _KINDS[DECIMALS[column.format]]
        elif column.format is not Format.AUTO:
            kind = ColumnKind.TEXT
        columns.append(Column(heading, kind))
    totals: dict[str, Any] | None = None
    if template.totals:
        added = {"boxes", "stems", "fbe", "total_cost", "quantity_confirmed"}
        totals = {
            heading: Decimal(str(frame[heading].sum()))
            for column, heading in list(zip(template.columns, frame.columns, strict=True))[1:]
            if column.source in added and frame[heading].dtype.is_numeric()
        }
    return Sheet(_("Orders"), tuple(columns), frame, totals)
