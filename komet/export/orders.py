"""Exporting what a filter finds: all sheets, or the items alone, as the file type can hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl

from komet import __version__, language, time_zone
from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.db import audit
from komet.db.database import Connection
from komet.export import layout, table
from komet.export.layout import Layout, layout_of, sheet_of
from komet.export.sheet import Sheet
from komet.export.spool import Spool
from komet.export.watch import ExportWatch
from komet.export.writers import writer_of
from komet.export.writers.writer import (
    Dialect,
    dialect_of,
    explain_write_errors,
    rows_to_write,
    written_bytes,
)
from komet.language import _, exact_moment
from komet.mapping.model import AtStake
from komet.orders import changes
from komet.orders.cancelled import describe_cancelled, only_cancelled
from komet.orders.column import Grain
from komet.orders.filters import OrderFilter
from komet.orders.model import Download, Totals
from komet.orders.table import changes as changes_table
from komet.orders.table.totals import totals as total_items
from komet.permissions import Actor, Permission


def export_orders(
    ctx: AppContext,
    actor: Actor,
    chosen: OrderFilter,
    target: Path,
    dialect: Dialect | None = None,
    *,
    watch: ExportWatch | None = None,
) -> Totals:
    """Write every item that the filter finds to `target`, by its suffix; returns the totals.

    `dialect` is of a file of text; by default that of the language in force. Its texts stay as they
    are, for programs: who opens them in Excel takes .xlsx, where a text is never run as a formula.
    The file appears complete or not at all. Raises `InvalidInput` for another suffix or a folder
    that cannot be written, `ExportCancelled` where the `watch` was asked to stop, and
    `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    writer = writer_of(target)
    watch = watch or ExportWatch()
    names = {provider.id: provider.name for provider in list_providers(ctx)}
    with explain_write_errors(target), Spool(watch) as spool:
        with ctx.read() as con:
            totals = total_items(con, chosen)
            sheets = [_items(con, chosen, totals, spool)]
            if writer.has_sheets:
                at_stake, since = _add_sheets(con, chosen, sheets, spool)
                info = _info(con, ctx.now(), names, chosen, totals, sheets, since, at_stake)
                sheets.append(sheet_of(_("Info"), layout.INFO, info))
        watch.expect(rows_to_write(writer, sheets))
        writer.write(target, sheets, dialect or dialect_of(language.current()))
    with ctx.write(actor, Permission.EXPORT) as con:
        audit.record(con, "orders exported", target.name, ctx.now(), {"items": totals.items})
    return totals


def export_orders_bytes(
    ctx: AppContext,
    actor: Actor,
    chosen: OrderFilter,
    suffix: str,
    dialect: Dialect | None = None,
) -> bytes:
    """The same file as bytes, for a browser to download. `suffix` is one of `WRITERS`."""
    write = partial(export_orders, ctx, actor, chosen, dialect=dialect)
    return written_bytes(f"orders{suffix}", write)


def _items(con: Connection, chosen: OrderFilter, totals: Totals, spool: Spool) -> Sheet:
    """Items with their totals; total units only where all have one unit type."""
    units: dict[str | None, Any] = {}

    def counted() -> Iterator[pl.DataFrame]:
        for frame in table.items(con, chosen):
            sums = frame.group_by("unit_type").agg(pl.col("total_units").sum())
            for unit, total in sums.iter_rows():
                units[unit] = units.get(unit, 0) + total
            yield frame

    columns = layout_of(Grain.ITEM)
    sheet = sheet_of(_("Items"), columns, spool.keep(counted()))
    headings = {name: _(heading) for name, heading, _kind in columns}
    row = {headings[name]: getattr(totals, name) for name in layout.TOTALLED}
    if len(units) == 1:
        [row[headings["total_units"]]] = units.values()
    return replace(sheet, totals=row)


def _add_sheets(
    con: Connection, chosen: OrderFilter, sheets: list[Sheet], spool: Spool
) -> tuple[AtStake, datetime | Download | None]:
    """What belongs to the chosen items; returns what is unmapped, and since when changes are."""
    table.choose(con, chosen)
    since = chosen.changed_since or changes_table.last_download(con)
    unmapped, at_stake = table.unmapped(con, chosen)
    for name, grain, frames in (
        (_("POs"), Grain.PO, table.purchase_orders(con)),
        (_("Lines"), Grain.LINE, table.lines(con)),
        (_("Breakdowns"), Grain.BREAKDOWN, table.breakdowns(con)),
        (_("Boxes"), Grain.BOX, table.boxes(con)),
    ):
        sheets.append(_rows_and_sums(name, layout_of(grain), frames, spool))
    sheets += [
        _unmapped(unmapped, at_stake),
        sheet_of(
            _("Changes"),
            layout.CHANGES,
            changes.describe_changes(changes_table.of_orders(con, chosen, since)),
            marked=layout.CHANGES_MARKED,
        ),
    ]
    return at_stake, since


def _rows_and_sums(
    name: str, columns: Layout, frames: Iterator[pl.DataFrame], spool: Spool
) -> Sheet:
    rows = spool.keep(map(layout.parted, frames), layout.totalled(columns))
    headings = {column: _(heading) for column, heading, _kind in columns}
    totals = {headings[column]: total for column, total in rows.sums.items()}
    return sheet_of(name, columns, rows, totals or None)


def _unmapped(rows: pl.DataFrame, at_stake: AtStake) -> Sheet:
    """With totals that count a mixed line's boxes once, whatever lacks a SKU."""
    headings = {name: _(heading) for name, heading, _kind in layout.UNMAPPED}
    totals = {name: getattr(at_stake, name) for name in ("boxes", "stems", "items")}
    sheet = sheet_of(
        _("Unmapped"),
        layout.UNMAPPED,
        rows,
        {headings[name]: total for name, total in totals.items()},
    )
    apart = {headings[name] for name, total in totals.items() if rows[name].sum() != total}
    return replace(sheet, apart=frozenset(apart))


def _info(  # noqa: PLR0917
    con: Connection,
    now: datetime,
    names: Mapping[str, str],
    chosen: OrderFilter,
    totals: Totals,
    sheets: Sequence[Sheet],
    since: datetime | Download | None,
    at_stake: AtStake,
) -> pl.DataFrame:
    seen_from = since.at if isinstance(since, Download) else since
    rows: list[tuple[str, str]] = [
        (_("Exported by"), f"Komet Desk {__version__}"),
        (_("Exported at"), exact_moment(now)),
    ]
    for name, value in chosen.model_dump(mode="json", exclude_defaults=True).items():
        values = value if isinstance(value, list) else [value]
        shown = ", ".join(names.get(str(entry), str(entry)) for entry in values)
        if name == "changed_since" and chosen.changed_since:
            shown = exact_moment(chosen.changed_since)
        rows.append((_("Filter: {name}").format(name=name.replace("_", " ")), shown))
    if chosen == OrderFilter():
        rows.append(
            (_("Filter"), _("none: everything that Komet still shows and that was not cancelled"))
        )
    cancelled = total_items(con, only_cancelled(chosen))
    rows.append((_("Cancelled"), describe_cancelled(chosen, cancelled)))
    rows += [(_("Rows on {sheet}").format(sheet=s.name), str(s.height)) for s in sheets]
    labels = {
        "purchase_orders": _("Purchase orders"),
        "lines": _("Lines"),
        "items": _("Items"),
        "boxes": _("Boxes"),
        "fbe": _("FBE"),
        "stems": _("Stems"),
        "total_cost": _("Total cost"),
        "stem_units": _("Total units in stems"),
        "bunch_units": _("Total units in bunches"),
        "quantity_confirmed": _("Quantity confirmed"),
    }
    for name, value in asdict(totals).items():
        rows.append((_("Total: {name}").format(name=labels[name]), _plain(value)))
    rows += [
        (_("Unmapped products"), str(at_stake.products)),
        (_("Boxes at stake in unmapped products"), _plain(at_stake.boxes)),
        (_("Items without a Komet product ID, which cannot be mapped"), str(at_stake.unidentified)),
    ]
    without = table.box_types_without_factor(con)
    rows += [
        (_("Box types without an FBE factor"), ", ".join(without) or _("none")),
        (_("Amounts"), _("in the importer's currency, which Komet does not state")),
        (_("Times"), f"{time_zone.name()} ({time_zone.offset(now)})"),
        (
            _("Changes since"),
            exact_moment(seen_from) if seen_from else _("none"),
        ),
        (
            _("Mixed boxes"),
            _("boxes, FBE, total cost and confirmed boxes stand once, on the first item of a line"),
        ),
        (
            _("Totals"),
            _(
                "of the rows that a sheet's filter shows; on Unmapped, where a line's boxes count"
                " once, of all rows"
            ),
        ),
        (
            _("Unmapped"),
            _(
                "products without a SKU in orders neither cancelled nor gone; a box is at stake in"
                " each of them that its line asks for, and a total counts a line's boxes once"
            ),
        ),
    ]
    return pl.DataFrame(rows, schema={"what": pl.String, "value": pl.String}, orient="row")


def _plain(value: Decimal | int | None) -> str:
    """A figure as text, without idle decimals, which a program can read."""
    text = "" if value is None else f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
