"""What a person confirms in Komet's own portal, because the token may not: a list to tick off.

A line is on it from the press of Send until the stored orders show what was to be done.
"""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import polars as pl

from komet.context import AppContext
from komet.db import audit
from komet.dispatch.table import lines
from komet.errors import InvalidInput
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.writer import explain_write_errors, written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.language import _, _later
from komet.permissions import Actor, Permission

TICK = "☐"
COLUMNS = (
    ("done", _later("Done"), ColumnKind.TEXT),
    ("po_number", _later("PO number"), ColumnKind.TEXT),
    ("ship_date", _later("Ship date"), ColumnKind.DATE),
    ("product", _later("Product"), ColumnKind.TEXT),
    ("customer", _later("Customer"), ColumnKind.TEXT),
    ("mark_code", _later("Mark code"), ColumnKind.TEXT),
    ("box_type", _later("Box type"), ColumnKind.TEXT),
    ("boxes", _later("Ordered boxes"), ColumnKind.QUANTITY),
    ("boxes_by_hand", _later("Boxes to confirm"), ColumnKind.QUANTITY),
    ("reference_by_hand", _later("Reference"), ColumnKind.TEXT),
)
"""The columns of the sheets and of the page, in their order."""
_LONGEST_NAME = 27


def list_by_hand(ctx: AppContext, provider_ids: Sequence[str] = ()) -> pl.DataFrame:
    """The lines to be done by hand that Komet does not show as done yet.

    Without provider IDs: of all clients. By client, then in the order of Komet's portal: ship day,
    PO, line. Columns of `line_frame`, of them boxes_by_hand (Int64) and reference_by_hand (String):
    what is to be there, null where nothing is to be done.
    """
    today = ctx.now().date()
    with ctx.read() as con:
        first, last = lines.days_by_hand(con) or (today, today)
        found = lines.line_frame(con, provider_ids, first, last)
    name = pl.col("provider").str.to_lowercase()
    return found.filter(pl.col("by_hand")).sort(name, maintain_order=True)


def parts_by_hand(
    ctx: AppContext, actor: Actor, provider_ids: Sequence[str]
) -> list[tuple[str, pl.DataFrame]]:
    """Name of a client → its lines to be done by hand, as `list_by_hand` gives them.

    Raises `InvalidInput` where there are none, `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    found = list_by_hand(ctx, provider_ids)
    if found.is_empty():
        raise InvalidInput(_("Nothing is to be done by hand."))
    parts = found.partition_by("provider_id", maintain_order=True)
    return [(str(part["provider"][0] or ""), part) for part in parts]


def export_confirmation_sheet(
    ctx: AppContext, actor: Actor, target: Path, provider_ids: Sequence[str] = ()
) -> int:
    """Write what is to be done by hand to an .xlsx file, a sheet a client; returns how many lines.

    Raises as `parts_by_hand` does, and `InvalidInput` where the file cannot be written.
    """
    parts = parts_by_hand(ctx, actor, provider_ids)
    used: set[str] = set()
    sheets = [_sheet(_sheet_name(name, used), rows) for name, rows in parts]
    with explain_write_errors(target):
        write_workbook(target, sheets)
    count = sum(rows.height for _name, rows in parts)
    record_export(ctx, actor, target.name, count)
    return count


def confirmation_sheet_bytes(
    ctx: AppContext, actor: Actor, provider_ids: Sequence[str] = ()
) -> bytes:
    """The same file as bytes, for a browser to download."""
    write = partial(export_confirmation_sheet, ctx, actor, provider_ids=provider_ids)
    return written_bytes("confirm.xlsx", write)


def record_export(ctx: AppContext, actor: Actor, name: str, count: int) -> None:
    """Note in the activity that a list of so many lines was made."""
    with ctx.write(actor, Permission.EXPORT) as con:
        audit.record(con, "confirmation sheet exported", name, ctx.now(), {"rows": count})


def _sheet(name: str, rows: pl.DataFrame) -> Sheet:
    frame = rows.with_columns(pl.lit(TICK).alias("done")).select(
        pl.col(column).alias(_(heading)) for column, heading, _kind in COLUMNS
    )
    columns = tuple(Column(_(heading), kind) for _name, heading, kind in COLUMNS)
    totals = {_(heading): frame[_(heading)].sum() for _name, heading, kind in COLUMNS
              if kind is ColumnKind.QUANTITY}  # fmt: skip
    return Sheet(name, columns, frame, totals)


def _sheet_name(name: str, used: set[str]) -> str:
    """A name that Excel takes, and that no other client's sheet has."""
    clean = "".join(" " if sign in "[]:*?/\\" or not sign.isprintable() else sign for sign in name)
    clean = " ".join(clean.split()).strip("'")[:_LONGEST_NAME] or "?"
    if clean.casefold() == "history":  # Excel keeps that name for itself
        clean += "."
    found, count = clean, 1
    while found.casefold() in used:
        count += 1
        found = f"{clean} ({count})"
    used.add(found.casefold())
    return found
