"""What changed between downloads: from `po_changes`, with what it means in boxes, stems and cost.

A change is of a PO as a whole (new, moved to another ship date, cancelled, gone, back again, a
field of its header) or of one of its lines (also: its product or customer substituted). A PO that
is only new to us, because nobody had asked for its day before, is a kind of its own.
"""

from datetime import datetime, timedelta

import polars as pl

from komet import time_zone
from komet.context import AppContext
from komet.language import _
from komet.orders.columns import decode_value, field_label
from komet.orders.model import (
    CHANGE_WORDS,
    ChangeFilter,
    ChangeKind,
    ChangeReport,
    ChangeSums,
    Download,
)
from komet.orders.table import changes as table


def last_download(ctx: AppContext) -> Download | None:
    """The beginning of the newest run that came to an end: what it saw is what is new."""
    with ctx.read() as con:
        return table.last_download(con)


def find_changes(
    ctx: AppContext, chosen: ChangeFilter, *, limit: int | None = None
) -> pl.DataFrame:
    """The changes, the newest first, a PO's own before those of its lines.

    Columns as `table.changes.changes` says.
    """
    with ctx.read() as con:
        return table.changes(con, chosen, limit=limit)


def count_changes(ctx: AppContext, chosen: ChangeFilter) -> dict[str, int]:
    """How many POs each kind of change concerns; `all` counts each PO once.

    First downloads are counted even where the filter leaves them out, but not in `all`.
    """
    with ctx.read() as con:
        return table.counts(con, chosen)


def sum_kinds(ctx: AppContext, chosen: ChangeFilter) -> dict[ChangeKind | None, ChangeSums]:
    """What each kind of change comes to, whichever kinds the filter chooses; None: all together.

    Each kind is what the filter would find with that kind alone: a PO that was moved and changed
    counts with both, and in all once. First downloads are summed up where the filter has them.
    """
    with ctx.read() as con:
        return table.kinds(con, chosen)


def sum_differences(ctx: AppContext, chosen: ChangeFilter, by: str = "provider") -> pl.DataFrame:
    """What the changes come to, summed up by a key of `CHANGE_GROUPS`, the largest first.

    group (String), purchase_orders (Int64), boxes, stems (Decimal, more is positive) and
    total_cost (Decimal, in the provider's currency). Groups whose sums are all zero are left out.
    """
    with ctx.read() as con:
        return table.differences(con, chosen, by)


def report_changes(
    ctx: AppContext, chosen: ChangeFilter, by: str, *, limit: int | None = None
) -> ChangeReport:
    """The newest changes, the counts and the differences of all of them, from one snapshot.

    A filter without `since` begins with the last download.
    """
    with ctx.read() as con:
        if chosen.since is None:
            chosen = chosen.model_copy(update={"since": table.last_download(con)})
        return ChangeReport(
            table.changes(con, chosen, limit=limit),
            table.counts(con, chosen),
            table.differences(con, chosen, by),
        )


def describe_changes(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows with kinds, fields and coded values as a person reads them."""
    kinds = {kind.value: _(word) for kind, word in CHANGE_WORDS.items()}
    fields = frame["field"].unique().drop_nulls().to_list()
    values = [
        {
            "before": decode_value(row["field"], row["before"]),
            "after": decode_value(row["field"], row["after"]),
        }
        for row in frame.select("field", "before", "after").iter_rows(named=True)
    ]
    decoded = pl.DataFrame(values, schema={"before": pl.String, "after": pl.String})
    return frame.with_columns(
        pl.col("kind").replace(kinds),
        pl.col("field").replace({field: field_label(field) for field in fields}),
        decoded["before"],
        decoded["after"],
    )


def since_yesterday(now: datetime) -> datetime:
    """The moment, in UTC, at which yesterday began in the time zone in force."""
    return time_zone.begin(time_zone.today(now) - timedelta(days=1))
