"""What is in transit as an Excel file: AWBs, houses, lines and boxes, a sheet each."""

from functools import partial
from pathlib import Path

import polars as pl

from komet.context import AppContext
from komet.db import audit
from komet.dispatch.awb import format_awb
from komet.dispatch.transit import BOX_STATES, Transit
from komet.export.layout import Layout, parted, sheet_of
from komet.export.sheet import ColumnKind as Kind
from komet.export.sheet import Sheet
from komet.export.writers.writer import explain_write_errors, written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.language import _, _later
from komet.orders import statuses
from komet.permissions import Actor, Permission

_FLIGHT: Layout = (
    ("awb", _later("AWB"), Kind.TEXT),
    ("ship_date", _later("Ship date"), Kind.DATE),
)
_COUNTS: Layout = (
    ("boxes", _later("Boxes"), Kind.QUANTITY),
    ("fbe", _later("Full boxes (FBE)"), Kind.FACTOR),
    ("received", _later("Received"), Kind.QUANTITY),
    ("missing", _later("Missing"), Kind.QUANTITY),
    ("not_seen", _later("Not seen in Komet"), Kind.QUANTITY),
)
_SUMS: Layout = (
    ("lines", _later("Lines"), Kind.QUANTITY),
    ("pos", _later("POs"), Kind.QUANTITY),
)
_AWBS: Layout = (
    *_FLIGHT,
    ("arrival_date", _later("Expected arrival"), Kind.DATE),
    ("origin", _later("Origin"), Kind.TEXT),
    ("houses", _later("House AWB"), Kind.TEXT),
    ("clients", _later("Importers"), Kind.TEXT),
    *_SUMS,
    *_COUNTS,
    ("unplanned", _later("Not of our orders"), Kind.QUANTITY),
    ("pieces", _later("Pieces in Komet"), Kind.QUANTITY),
    ("pieces_received", _later("Pieces received in Komet"), Kind.QUANTITY),
    ("fetched_at", _later("AWB read"), Kind.TIME),
)
_HOUSES: Layout = (
    *_FLIGHT,
    ("house_awb", _later("House AWB"), Kind.TEXT),
    ("clients", _later("Importers"), Kind.TEXT),
    *_SUMS,
    *_COUNTS,
)
_LINE: Layout = (
    ("house_awb", _later("House AWB"), Kind.TEXT),
    ("provider", _later("Importer"), Kind.TEXT),
    ("po_number", _later("PO number"), Kind.TEXT),
    ("product", _later("Product"), Kind.TEXT),
    ("customer", _later("Customer"), Kind.TEXT),
    ("mark_code", _later("Mark code"), Kind.TEXT),
    ("vendor", _later("Vendor"), Kind.TEXT),
    ("box_type", _later("Box type"), Kind.TEXT),
)
_LINES: Layout = (*_FLIGHT, *_LINE, *_COUNTS, ("codes", _later("Box codes"), Kind.TEXT),
                  ("po_item_id", _later("PO item ID"), Kind.TEXT))  # fmt: skip
_BOXES: Layout = (
    *_FLIGHT,
    *_LINE,
    ("box_code", _later("Box code"), Kind.TEXT),
    ("boxes", _later("Boxes"), Kind.QUANTITY),
    ("fbe", _later("Full boxes (FBE)"), Kind.FACTOR),
    ("state", _later("State"), Kind.TEXT),
    ("box_status", _later("Box status"), Kind.TEXT),
    ("arrival_date", _later("Expected arrival"), Kind.DATE),
    ("po_item_id", _later("PO item ID"), Kind.TEXT),
)


def name_flights(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with AWBs as people read them; where there is none, why, in words."""
    flights = [
        format_awb(awb) if awb else _("AWB not known") if left else _("Not shipped yet")
        for awb, left in frame.select("awb", "has_left").iter_rows()
    ]
    return frame.with_columns(awb=pl.Series("awb", flights, dtype=pl.String))


def name_states(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with the states of boxes in words: ours, and Komet's."""
    words = {state.value: _(word) for state, word in BOX_STATES.items()}
    of_komet = {word: _(shown) for word, shown in statuses.BOX.items()}
    return frame.with_columns(
        pl.col("state").replace(words), pl.col("box_status").replace(of_komet)
    )


def export_transit(ctx: AppContext, actor: Actor, found: Transit, target: Path) -> None:
    """Write the sheets AWBs, Houses, Lines and Boxes to an .xlsx file.

    What Komet sent of a box and has no column stands behind the others on Boxes. Raises
    `InvalidInput` where the file cannot be written, `NotPermitted` before it is begun.
    """
    ctx.authorize(actor, Permission.EXPORT)
    boxes = name_states(name_flights(found.boxes))
    sheets = [
        _sheet(_("AWBs"), _AWBS, name_flights(found.awbs)),
        _sheet(_("Houses"), _HOUSES, name_flights(found.houses)),
        _sheet(_("Lines"), _LINES, name_flights(found.lines)),
        _sheet(_("Boxes"), _BOXES, parted(boxes)),
    ]
    with explain_write_errors(target):
        write_workbook(target, sheets)
    with ctx.write(actor, Permission.EXPORT) as con:
        detail = {"rows": found.boxes.height}
        audit.record(con, "in transit exported", target.name, ctx.now(), detail)


def _sheet(name: str, columns: Layout, rows: pl.DataFrame) -> Sheet:
    counted = {column for column, _heading, _kind in _COUNTS}
    totals = {_(heading): rows[column].sum() for column, heading, _kind in columns
              if column in counted}  # fmt: skip
    return sheet_of(name, columns, rows, totals)


def export_transit_bytes(ctx: AppContext, actor: Actor, found: Transit) -> bytes:
    """The same file as bytes, for a browser to download."""
    return written_bytes("in-transit.xlsx", partial(export_transit, ctx, actor, found))
