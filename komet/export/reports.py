"""Changes and planning as Excel files.

What changed and what it comes to by client, customer and product; a pivot and what it was made of.
"""

from functools import partial
from pathlib import Path

import polars as pl

from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.db import audit
from komet.export import layout
from komet.export.layout import sheet_of
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.writer import explain_write_errors, written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.language import _, exact_moment
from komet.orders import changes
from komet.orders.cancelled import describe_cancelled, total_cancelled
from komet.orders.filters import OrderFilter
from komet.orders.model import CHANGE_GROUPS, DIMENSIONS, MEASURES, PERIODS, ChangeFilter, Pivot
from komet.orders.table import changes as changes_table
from komet.permissions import Actor, Permission

_KIND = {"fbe": ColumnKind.FACTOR, "total_cost": ColumnKind.MONEY}


def export_changes(ctx: AppContext, actor: Actor, chosen: ChangeFilter, target: Path) -> int:
    """Write the changes that the filter finds to an .xlsx file; returns how many.

    Sheet Changes with the changed values marked, and a sheet of differences for each of
    `CHANGE_GROUPS`.
    Raises `InvalidInput` where the file cannot be written, `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    with ctx.read() as con:
        found = changes_table.changes(con, chosen)
        sums = {by: changes_table.differences(con, chosen, by) for by in CHANGE_GROUPS}
    sheets = [
        sheet_of(
            _("Changes"),
            layout.CHANGES,
            changes.describe_changes(found),
            marked=layout.CHANGES_MARKED,
        )
    ]
    for by, frame in sums.items():
        totals = {_(name): frame[column].sum() for column, name, kind in layout.DIFFERENCES
                  if kind.is_number and column != "purchase_orders"}  # fmt: skip
        name = _("By {group}").format(group=_(CHANGE_GROUPS[by]).lower())
        sheets.append(sheet_of(name, layout.DIFFERENCES, frame, totals))
    with explain_write_errors(target):
        write_workbook(target, sheets)
    with ctx.write(actor, Permission.EXPORT) as con:
        audit.record(con, "changes exported", target.name, ctx.now(), {"rows": found.height})
    return found.height


def export_changes_bytes(ctx: AppContext, actor: Actor, chosen: ChangeFilter) -> bytes:
    """The same file as bytes, for a browser to download."""
    return written_bytes("changes.xlsx", partial(export_changes, ctx, actor, chosen))


def export_planning(  # noqa: PLR0917
    ctx: AppContext,
    actor: Actor,
    found: Pivot,
    measure: str,
    chosen: OrderFilter,
    target: Path,
) -> None:
    """Write the sheets Pivot and Info.

    Raises `InvalidInput` where the file cannot be written, `NotPermitted` before it is begun.
    """
    ctx.authorize(actor, Permission.EXPORT)
    words = DIMENSIONS | PERIODS
    headings = {name: _(words[name]) for name in found.rows} | {"total": _("Total")}
    frame = found.cells.rename(headings)
    columns = [Column(headings[name], ColumnKind.TEXT) for name in found.rows]
    kind = _KIND.get(measure, ColumnKind.QUANTITY)
    columns += [Column(name, kind) for name in (*found.columns, headings["total"])]
    totals = {headings.get(name, name): value for name, value in found.totals.items()}
    names = {p.id: p.name for p in list_providers(ctx)}
    info = [
        (_("Measure"), _(MEASURES[measure])),
        (_("Exported at"), exact_moment(ctx.now())),
    ]
    cancelled = total_cancelled(ctx, chosen)
    info.append((_("Cancelled"), describe_cancelled(chosen, cancelled)))
    for name, value in chosen.to_query().items():
        shown = ", ".join(names.get(entry, entry) for entry in value)
        info.append((_("Filter: {name}").format(name=name.replace("_", " ")), shown))
    info_frame = pl.DataFrame(info, schema={"what": pl.String, "value": pl.String}, orient="row")
    pivot = Sheet(_("Pivot"), tuple(columns), frame, totals)
    with explain_write_errors(target):
        write_workbook(target, [pivot, sheet_of(_("Info"), layout.INFO, info_frame)])
    with ctx.write(actor, Permission.EXPORT) as con:
        audit.record(con, "pivot exported", target.name, ctx.now(), {"rows": frame.height})


def export_planning_bytes(
    ctx: AppContext, actor: Actor, found: Pivot, measure: str, chosen: OrderFilter
) -> bytes:
    """The same file as bytes, for a browser to download."""
    write = partial(export_planning, ctx, actor, found, measure, chosen)
    return written_bytes("pivot.xlsx", write)
