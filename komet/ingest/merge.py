"""What is written of POs: the incoming rows with the history of the stored ones. Pure.

Nothing is left out: a line that its PO no longer has is written again, as gone, unless it is of
another PO now.
"""

from dataclasses import dataclass

import polars as pl

from komet.db.database import TIME
from komet.ingest.frames import LINE, PO, OrderFrames, ordered_join
from komet.orders.table.items import ASKED

_HISTORY = ("first_seen_at", "changed_at", "gone_at")
_ITEM = ("provider_id", "po_item_id")


@dataclass(frozen=True)
class Verdict:
    """What becomes of the POs that are written.

    `incoming`: provider_id, po_id, n, at (the time of the request) and `ASKED`: those that the
    answers show. `gone`: provider_id, po_id, n, at. `changes`: of the incoming ones, as
    `compare` gives them. `line_owners`: provider_id, po_item_id, po_id: the PO that each line
    belongs to now.
    """

    incoming: pl.DataFrame
    gone: pl.DataFrame
    changes: pl.DataFrame
    line_owners: pl.DataFrame


def merge_orders(stored: OrderFrames, incoming: OrderFrames, verdict: Verdict) -> OrderFrames:
    """All rows to write, each with `n`, the index of its slice."""
    changes = verdict.changes
    heads_changed = changes.filter(pl.col("po_item_id").is_null()).select(PO).unique()
    orders_changed = changes.select(PO).unique().with_columns(is_changed=pl.lit(value=True))
    lines_changed = changes.filter(pl.col("po_item_id").is_not_null()).select(LINE).unique()
    lines_changed = lines_changed.with_columns(line_changed=pl.lit(value=True))
    heads_changed = heads_changed.with_columns(head_changed=pl.lit(value=True))

    heads = incoming.purchase_orders.drop(*_HISTORY, *ASKED)
    heads = ordered_join(heads, verdict.incoming, on=PO)
    heads = ordered_join(heads, orders_changed, on=PO, how="left")
    heads = _with_history(
        ordered_join(heads, _history(stored.purchase_orders, PO), on=PO, how="left"),
        pl.col("is_changed").fill_null(value=False),
    )
    lines = ordered_join(incoming.po_lines.drop(*_HISTORY), verdict.incoming, on=PO)
    lines = ordered_join(lines, heads_changed, on=PO, how="left")
    lines = ordered_join(lines, lines_changed, on=LINE, how="left")
    is_changed = pl.col("head_changed") | pl.col("line_changed")
    lines = _with_history(
        ordered_join(lines, _history(stored.po_lines, LINE), on=LINE, how="left"),
        is_changed.fill_null(value=False),
    )
    days = ordered_join(
        incoming.purchase_orders.select(*PO, "slice_date"), verdict.incoming, on=PO
    ).select(*PO, "n", "at", pl.col("slice_date").alias("day"))
    left = ordered_join(stored.po_lines, incoming.po_lines, on=LINE, how="anti")
    left = ordered_join(left, lines_changed, on=LINE, how="left")
    left = ordered_join(left, days, on=PO).with_columns(
        slice_date=pl.col("day"),
        gone_at=pl.coalesce("gone_at", "at"),
        changed_at=pl.when("line_changed").then("at").otherwise("changed_at"),
    )
    lines_of_gone = ordered_join(stored.po_lines, verdict.gone, on=PO).with_columns(
        gone_at=pl.coalesce("gone_at", "at"), changed_at=pl.col("at")
    )
    heads_of_gone = ordered_join(stored.purchase_orders, verdict.gone, on=PO).with_columns(
        gone_at=pl.col("at"), changed_at=pl.col("at")
    )
    merged = {"purchase_orders": [heads, heads_of_gone], "po_lines": [lines, left, lines_of_gone]}
    for table in ("po_breakdowns", "po_boxes"):
        rows: pl.DataFrame = getattr(stored, table)
        with_day = ordered_join(rows, left.select(*LINE, "n", "day"), on=LINE)
        merged[table] = [
            ordered_join(getattr(incoming, table), verdict.incoming, on=PO),
            with_day.with_columns(slice_date=pl.col("day")),
            ordered_join(rows, verdict.gone, on=PO),
        ]
    found = {}
    for table, parts in merged.items():
        columns = [*getattr(incoming, table).columns, "n"]
        found[table] = pl.concat([part.select(columns) for part in parts])
        if table != "purchase_orders":
            found[table] = _of_owners(found[table], verdict.line_owners)
    return OrderFrames(**found)


def _history(stored: pl.DataFrame, key: tuple[str, ...]) -> pl.DataFrame:
    return stored.select(
        *key,
        pl.col("first_seen_at").alias("first_was"),
        pl.col("changed_at").alias("changed_was"),
        pl.lit(value=True).alias("is_stored"),
    )


def _with_history(rows: pl.DataFrame, is_changed: pl.Expr) -> pl.DataFrame:
    """The rows with the times that only the store knows; what is not stored yet is new."""
    is_stored = pl.col("is_stored").fill_null(value=False)
    return rows.with_columns(
        first_seen_at=pl.when(is_stored).then("first_was").otherwise("at"),
        changed_at=pl.when(is_stored & ~is_changed).then("changed_was").otherwise("at"),
        gone_at=pl.lit(None, TIME),
    )


def _of_owners(rows: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The rows but those of a line that belongs to another PO now."""
    owner = owners.select(*_ITEM, pl.col("po_id").alias("owner"))
    rows = ordered_join(rows, owner, on=_ITEM, how="left")
    is_here = pl.col("owner").is_null() | (pl.col("owner") == pl.col("po_id"))
    return rows.filter(is_here).drop("owner")
