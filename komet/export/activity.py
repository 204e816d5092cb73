"""The activity as an Excel file: the time line that a filter finds, requests and errors."""

from functools import partial
from pathlib import Path

import polars as pl

from komet.activity.failures import list_failures, outcome_of
from komet.activity.model import ActivityFilter
from komet.activity.requests import list_requests
from komet.activity.timeline import list_entries
from komet.context import AppContext
from komet.export.layout import Layout, sheet_of
from komet.export.sheet import ColumnKind as Kind
from komet.export.writers.writer import written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.language import _, _later
from komet.permissions import Actor, Permission

_ACTIVITY: Layout = (
    ("happened_at", _later("When"), Kind.TIME),
    ("who", _later("Who"), Kind.TEXT),
    ("kind", _later("Kind"), Kind.TEXT),
    ("event", _later("What happened"), Kind.TEXT),
    ("result", _later("Result"), Kind.TEXT),
    ("details", _later("Details"), Kind.TEXT),
)
_REQUESTS: Layout = (
    ("day", _later("Day (UTC)"), Kind.DATE),
    ("token", _later("Token"), Kind.TEXT),
    ("method", _later("Method"), Kind.TEXT),
    ("requests", _later("Requests"), Kind.QUANTITY),
    ("again", _later("Tried again"), Kind.QUANTITY),
    ("failed", _later("Failed"), Kind.QUANTITY),
    ("seconds", _later("Seconds an answer"), Kind.FACTOR),
)
_ERRORS: Layout = (
    ("last_seen", _later("Last seen"), Kind.TIME),
    ("what", _later("What went wrong"), Kind.TEXT),
    ("client", _later("Importer"), Kind.TEXT),
    ("reason", _later("Reason"), Kind.TEXT),
    ("method", _later("Method"), Kind.TEXT),
    ("times", _later("How often"), Kind.QUANTITY),
    ("open", _later("Days still to be fetched"), Kind.QUANTITY),
    ("advice", _later("What to do next"), Kind.TEXT),
)


def export_activity(ctx: AppContext, actor: Actor, chosen: ActivityFilter, target: Path) -> None:
    """Write the workbook `target` (.xlsx): sheets Activity, Requests and Errors.

    Activity is what the filter finds; Requests and Errors are of the last days, see
    `komet.activity.model.DAYS`. The file appears complete or not at all. Raises `OSError` if it
    cannot be written, `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    events = list_entries(ctx, chosen)
    spent = list_requests(ctx)
    errors = list_failures(ctx)
    errors = errors.with_columns(
        what=pl.col("outcome").map_elements(lambda o: outcome_of(o).label, return_dtype=pl.String),
        advice=pl.col("outcome").map_elements(
            lambda o: outcome_of(o).advice, return_dtype=pl.String
        ),
    )
    write_workbook(
        target,
        [
            sheet_of(_("Activity"), _ACTIVITY, events),
            sheet_of(_("Requests"), _REQUESTS, spent),
            sheet_of(_("Errors"), _ERRORS, errors),
        ],
    )


def export_activity_bytes(ctx: AppContext, actor: Actor, chosen: ActivityFilter) -> bytes:
    """The same file as bytes, for a browser to download."""
    return written_bytes("activity.xlsx", partial(export_activity, ctx, actor, chosen))
