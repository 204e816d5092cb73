"""Importing an Excel file that a Komet user exported: dry run, then stored as slices of a client.

What the file says stands in until Komet's own answer for the day comes, and never in its place: a
day that was downloaded from Komet is left alone.
"""

from dataclasses import asdict, dataclass

import polars as pl

from komet.context import AppContext
from komet.db import audit
from komet.errors import InvalidInput
from komet.ingest.commit import write_slice
from komet.ingest.model import KOMET, Run, RunState, SliceState
from komet.ingest.sources.portal_file.file import OrderFile, read_order_file
from komet.ingest.sources.portal_file.source import slices_of
from komet.ingest.table import runs, slices
from komet.language import _

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


def dry_run(ctx: AppContext, data: bytes, file_name: str, provider_id: str) -> FileDryRun:
    """Read a file and say what it would do. Raises `OrderFileError` or `InvalidInput`."""
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
    states = {None: NEW, slices.FILE: AGAIN, KOMET: KEPT}
    with ctx.db.read() as con:
        held = [states[slices.source_of(con, provider_id, day)] for day in days["ship_date"]]
    return FileDryRun(file, provider_id, days.with_columns(state=pl.Series(held, dtype=pl.String)))


def apply(ctx: AppContext, checked: FileDryRun) -> Run:
    """Write the days of a dry run that Komet has not answered for, in one transaction.

    A line that an earlier file had and this one has not stays: a file may show a part of a day.
    """
    now = ctx.now()
    with ctx.db.write() as con:
        incoming = [
            rows
            for rows in slices_of(checked.file, checked.provider_id, now)
            if slices.source_of(con, checked.provider_id, rows.day) != KOMET
        ]
        if not incoming:
            raise InvalidInput(
                _("There is nothing to import: Komet's own orders are there for all days.")
            )
        run = runs.create_run(
            con,
            [(checked.provider_id, rows.day) for rows in incoming],
            source=runs.FROM_FILE,
            workers=1,
            now=now,
        )
        for rows in incoming:
            result = write_slice(con, rows, run.id, set())
            fields = {"state": SliceState.DONE, "finished_at": now, **asdict(result)}
            runs.finish_slice(con, run.id, (checked.provider_id, rows.day), fields)
        con.run(
            "UPDATE runs SET started_at = created_at, started_commit = commit_no WHERE id = $id",
            {"id": run.id},
        )
        runs.finish_run(con, run.id, RunState.DONE, None, now)
        audit.record(con, "file imported", checked.file.name, now, {"lines": checked.writable})
        return runs.run_by_id(con, run.id, now)
