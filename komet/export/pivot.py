"""A pivot as an Excel file: real numbers, totals, and what it was made of."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from komet import time_zone
from komet.clients.table import providers
from komet.context import AppContext
from komet.db import audit
from komet.export import layout
from komet.export.orders import sheet_of, written
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.language import _
from komet.orders.filters import OrderFilter
from komet.orders.planning import DIMENSIONS, MEASURES, PERIODS, Pivot

_KIND = {"fbe": ColumnKind.FACTOR, "total_cost": ColumnKind.MONEY}


def export_pivot(
    ctx: AppContext, found: Pivot, measure: str, chosen: OrderFilter, target: Path
) -> None:
    """Write the sheets Pivot and Info. Raises `InvalidInput` where the file cannot be written."""
    words = DIMENSIONS | PERIODS
    headings = {name: _(words[name]) for name in found.rows} | {"total": _("Total")}
    frame = found.cells.rename(headings)
    columns = [Column(headings[name], ColumnKind.TEXT) for name in found.rows]
    kind = _KIND.get(measure, ColumnKind.QUANTITY)
    columns += [Column(name, kind) for name in (*found.columns, headings["total"])]
    totals = {headings.get(name, name): value for name, value in found.totals.items()}
    with ctx.db.read() as con:
        names = {p.id: p.name for p in providers.all_providers(con)}
    info = [
        (_("Measure"), _(MEASURES[measure])),
        (_("Exported at"), f"{time_zone.local(ctx.now()):%Y-%m-%d %H:%M:%S} {time_zone.name()}"),
    ]
    for name, value in chosen.to_query().items():
        shown = ", ".join(names.get(entry, entry) for entry in value)
        info.append((_("Filter: {name}").format(name=name.replace("_", " ")), shown))
    told = pl.DataFrame(info, schema={"what": pl.String, "value": pl.String}, orient="row")
    pivot = Sheet(_("Pivot"), tuple(columns), frame, totals)
    written(target, [pivot, sheet_of(_("Info"), layout.INFO, told)])
    with ctx.db.write() as con:
        audit.record(con, "pivot exported", target.name, ctx.now(), {"rows": frame.height})


def export_pivot_bytes(ctx: AppContext, found: Pivot, measure: str, chosen: OrderFilter) -> bytes:
    """The same file as bytes, for a browser to download."""
    with TemporaryDirectory() as folder:
        target = Path(folder) / "pivot.xlsx"
        export_pivot(ctx, found, measure, chosen, target)
        return target.read_bytes()
