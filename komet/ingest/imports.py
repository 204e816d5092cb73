"""Importing an Excel file that a Komet user exported: dry run, then stored as slices of a client.

What the file says stands in until Komet's own answer for the day comes, and never in its place: a
day that was downloaded from Komet is left alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from komet.context import AppContext
from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput
from komet.ingest.commit import write_run
from komet.ingest.frames import to_frames
from komet.ingest.model import Run, SliceRows
from komet.ingest.sources import SOURCES
from komet.ingest.sources.portal_file.file import OrderFile, read_order_file
from komet.ingest.sources.portal_file.source import NAME, slices_of
from komet.ingest.sources.source import Source
from komet.ingest.table import slices
from komet.language import _
from komet.permissions import Actor, Permission

MOST_BYTES = 50 * 1024 * 1024
NEW = "new"
AGAIN = "again"
KEPT = "kept"


@dataclass(frozen=True)
class FileDryRun:
    """What an import would do; nothing is written.

    `days`: ship_date (Date), orders, lines (Int64), boxes (Decimal), state (String): `new`,
    `again` (a file has been imported for that day) or `kept` (Komet's own orders stay).
    """

    file: OrderFile
    provider_id: str
    days: pl.DataFrame

    @property
    def writable(self) -> int:
        """Lines that would be written."""
        return int(self.days.filter(pl.col("state") != KEPT)["lines"].sum())


def check_order_file(ctx: AppContext, data: bytes, file_name: str, provider_id: str) -> FileDryRun:
    """Read a file and say what it would do.

    Raises `OrderFileError` for a file that cannot be read, `InvalidInput` for one over 50 MB.
    """
    if len(data) > MOST_BYTES:
        raise InvalidInput(
            _("{name} is larger than 50 MB.").format(name=file_name),
            next_step=_("Export fewer days from Komet at once."),
        )
    file = read_order_file(data, file_name)
    days = (
        file.storable.group_by("ship_date")
        .agg(
            pl.col("po_number").n_unique().cast(pl.Int64).alias("orders"),
            pl.len().cast(pl.Int64).alias("lines"),
            pl.col("total_boxes").sum().alias("boxes"),
        )
        .sort("ship_date")
    )
    with ctx.read() as con:
        states = [_state(con, SOURCES[NAME], provider_id, day) for day in days["ship_date"]]
    return FileDryRun(
        file, provider_id, days.with_columns(state=pl.Series(states, dtype=pl.String))
    )


def import_order_file(ctx: AppContext, actor: Actor, checked: FileDryRun) -> Run:
    """Write the days of a dry run that Komet has not answered for, in one transaction.

    A line that an earlier file had and this one has not stays: a file may show a part of a day.
    Raises `InvalidInput` where Komet's own orders are there for all days, and `NotPermitted`.
    """
    incoming = slices_of(checked.file, checked.provider_id, ctx.now())
    return import_slices(ctx, actor, incoming, checked.file.name)


def import_slices(
    ctx: AppContext, actor: Actor, incoming: Sequence[SliceRows], subject: str
) -> Run:
    """Write slices that a source has given as a whole, as one run, in one transaction.

    All are of one source. Where that only stands in, days that another source has answered for are
    left alone. `subject` names them in the audit, beside the number of lines that were written.
    Raises `InvalidInput` where no day is left to write, and `NotPermitted`.
    """
    now = ctx.now()
    with ctx.write(actor, Permission.IMPORT_ORDERS) as con:
        writable = [
            rows
            for rows in incoming
            if _state(con, SOURCES[rows.source], rows.provider_id, rows.day) != KEPT
        ]
        if not writable:
            raise InvalidInput(
                _("There is nothing to import: Komet's own orders are there for all days.")
            )
        source = SOURCES[writable[0].source]
        frames = [to_frames(rows) for rows in writable]
        run, _results = write_run(con, frames, source=source.run_name or source.name, now=now)
        lines = sum(rows.line_count for rows in writable)
        audit.record(con, "file imported", subject, now, {"lines": lines})
        return run


def _state(con: Connection, source: Source, provider_id: str, day: date) -> str:
    """What an import of this source would do to a day: see `FileDryRun`."""
    newest = slices.source_of(con, provider_id, day)
    if newest is None:
        return NEW
    return AGAIN if newest == source.name or not source.stands_in else KEPT
