"""The one Excel file of dispatch: a row a line, with columns for a person to fill in.

`komet.dispatch.sheet_reading` reads it back. Its columns are named here once, for both ways.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl

from komet.context import AppContext
from komet.db import audit
from komet.dispatch.lines import NOT_APPROVED
from komet.dispatch.model import LINE_STATES, LineState
from komet.dispatch.table import lines
from komet.errors import InvalidInput
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.writer import explain_write_errors, written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.language import _, _later
from komet.permissions import Actor, Permission

OPEN_STATES = (LineState.TO_CONFIRM, LineState.CONFIRMED, LineState.PACKED)
"""Lines that can still be confirmed or shipped."""


@dataclass(frozen=True)
class FileColumn:
    """A column of the file. `how`: for one to fill, what to write in it; `example`: as written.

    `name` is the column of `line_frame`, or the field of a `LineEntry` where it is to be filled.
    """

    name: str
    heading: str
    kind: ColumnKind = ColumnKind.TEXT
    how: str = ""
    example: str = ""
    width: float | None = None

    @property
    def to_fill(self) -> bool:
        """Whether a person writes in it."""
        return bool(self.how)


COLUMNS = (
    FileColumn("provider", _later("Importer")),
    FileColumn("po_number", _later("PO number")),
    FileColumn("order_ship_date", _later("Order ship date"), ColumnKind.DATE),
    FileColumn("product", _later("Product")),
    FileColumn("box_type", _later("Box type")),
    FileColumn("ordered", _later("Ordered boxes"), ColumnKind.QUANTITY),
    FileColumn(
        "boxes",
        _later("Boxes to confirm"),
        ColumnKind.INTEGER,
        _later("How many boxes of the line will be sent. 0 sets a confirmation back."),
        "8",
    ),
    FileColumn(
        "awb",
        _later("AWB"),
        how=_later("The air waybill: eleven digits, in any spelling. It ships the line."),
        example="729-1234 5675",
        width=16,
    ),
    FileColumn(
        "house_awb",
        _later("House AWB"),
        how=_later("The house air waybill, where there is one. At most 25 characters."),
        example="HAWB-20112",
        width=16,
    ),
    FileColumn(
        "ship_date",
        _later("Ship date"),
        ColumnKind.DATE,
        _later("The day on which it leaves; without, the ship date of the order."),
        "2026-11-28",
    ),
    FileColumn(
        "box_codes",
        _later("Box codes"),
        how=_later(
            "One for each box, apart by commas, or a range. At most 20 characters each. Fewer codes"
            " than boxes ship a part of the line; without codes, Komet gives them."
        ),
        example="R-0001..R-0008",
        width=24,
    ),
    FileColumn(
        "lot",
        _later("Lot"),
        how=_later("Your lot number. Komet keeps 1000 to 99999 for itself."),
        example="L-2711",
        width=12,
    ),
    FileColumn(
        "reference",
        _later("Reference"),
        how=_later("A reference of yours for the line. At most 20 characters."),
        example="SO-4410",
        width=16,
    ),
    FileColumn("sku", _later("SKU")),
    FileColumn("customer", _later("Customer")),
    FileColumn("mark_code", _later("Mark code")),
    FileColumn("stems", _later("Stems"), ColumnKind.QUANTITY),
    FileColumn("confirmed", _later("Confirmed already"), ColumnKind.QUANTITY),
    FileColumn("state", _later("State")),
    FileColumn("po_item_id", _later("Line ID")),
)
_DTYPES = {ColumnKind.INTEGER: pl.Int64, ColumnKind.DATE: pl.Date}
_NOTES = (
    _later("Write in the coloured columns only. A row without anything written is left alone."),
    _later(
        "Rows may be sorted, filtered or deleted; sort whole rows, so that a line keeps its ID."
    ),
    _later("The columns may stand in any order, and be deleted, but keep their names."),
    _later("The file can be sent twice: what was sent is not sent again."),
)


def write_template(  # noqa: PLR0917
    ctx: AppContext,
    actor: Actor,
    provider_ids: Sequence[str],
    date_from: date,
    date_to: date,
    target: Path,
) -> int:
    """Write the lines of these days that can still be confirmed or shipped, to be filled in.

    Returns how many. Without provider IDs: of all clients. In the order of Komet's portal, in the
    language in force; a second sheet says what belongs in which column. Raises `InvalidInput`
    where the file cannot be written or the days end before they begin, `NotPermitted` before
    anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    if date_to < date_from:
        raise InvalidInput(
            _("The range ends before it begins: {start} to {end}.").format(
                start=date_from, end=date_to
            )
        )
    with ctx.read() as con:
        found = lines.line_frame(con, provider_ids, date_from, date_to)
    found = found.filter(pl.col("state").is_in([state.value for state in OPEN_STATES]))
    with explain_write_errors(target):
        write_workbook(target, [_lines_sheet(found), _instructions()])
    with ctx.write(actor, Permission.EXPORT) as con:
        detail = {"rows": found.height}
        audit.record(con, "dispatch file exported", target.name, ctx.now(), detail)
    return found.height


def template_bytes(
    ctx: AppContext, actor: Actor, provider_ids: Sequence[str], date_from: date, date_to: date
) -> bytes:
    """The same file as bytes, for a browser to download."""
    write = partial(write_template, ctx, actor, provider_ids, date_from, date_to)
    return written_bytes("dispatch.xlsx", write)


def _lines_sheet(found: pl.DataFrame) -> Sheet:
    states = {state.value: str(_(words)) for state, words in LINE_STATES.items()}
    not_approved = (pl.col("state") == LineState.TO_CONFIRM.value) & (
        pl.col("po_status").fill_null("") == NOT_APPROVED
    )
    found = found.rename({"ship_date": "order_ship_date", "boxes": "ordered"}).with_columns(
        pl.when(not_approved)
        .then(pl.lit(str(_("To confirm, PO not approved"))))
        .otherwise(pl.col("state").replace_strict(states, default=None))
        .alias("state")
    )
    chosen = [
        pl.lit(None, dtype=_DTYPES.get(column.kind, pl.String)).alias(_(column.heading))
        if column.to_fill
        else pl.col(column.name).alias(_(column.heading))
        for column in COLUMNS
    ]
    columns = tuple(
        Column(_(column.heading), column.kind, column.width, to_fill=column.to_fill)
        for column in COLUMNS
    )
    return Sheet(_("Dispatch"), columns, found.select(chosen))


def _instructions() -> Sheet:
    rows = [
        (_(column.heading), column.example, _(column.how)) for column in COLUMNS if column.to_fill
    ]
    rows += [("", "", _(note)) for note in _NOTES]
    # what is long stands last, where nothing cuts it off
    headings = (_("Column"), _("Example"), _("What to write"))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row")
    columns = [Column(heading, ColumnKind.TEXT) for heading in headings]
    return Sheet(_("Instructions"), tuple(columns), frame)
