"""What is written of POs: the incoming rows with the history of the stored ones. Pure.

Nothing is left out: a line that its PO no longer has is written again, as gone, unless it is of
another PO now.
"""

from dataclasses import dataclass, fields

import polars as pl

from komet.db.database import TIME
from komet.ingest.frames import LINE, PO, OrderFrames, ordered_join, together
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
    parts = [_shown(stored, incoming, verdict)]
    if stored.purchase_orders.height:
        parts += [_left(stored, incoming, verdict), _gone(stored, verdict)]
    names = [table.name for table in fields(OrderFrames)]
    columns = {name: [*getattr(incoming, name).columns, "n"] for name in names}
    rows = together(
        [
            OrderFrames(*(getattr(part, name).select(columns[name]) for name in names))
            for part in parts
        ]
    )
    owners = verdict.line_owners
    if owners.height == rows.po_lines.height:
        return rows
    return OrderFrames(
        rows.purchase_orders,
        *(_of_owners(getattr(rows, name), owners) for name in names if name != "purchase_orders"),
    )


def _shown(stored: OrderFrames, incoming: OrderFrames, verdict: Verdict) -> OrderFrames:
    """What the answers show, with its history."""
    changes = verdict.changes
    is_changed = pl.lit(value=True).alias("is_changed")
    of_orders = changes.select(PO).unique().with_columns(is_changed)
    # a change of the header (moved, another status) is a change of each of its lines
    of_heads = changes.filter(pl.col("po_item_id").is_null()).select(PO).unique()
    of_lines = pl.concat(
        [
            ordered_join(incoming.po_lines.select(LINE), of_heads, on=PO, how="semi"),
            changes.filter(pl.col("po_item_id").is_not_null()).select(LINE),
        ]
    ).unique()
    heads = ordered_join(incoming.purchase_orders.drop(*_HISTORY, *ASKED), verdict.incoming, on=PO)
    lines = ordered_join(incoming.po_lines.drop(*_HISTORY), verdict.incoming, on=PO)
    return OrderFrames(
        _with_history(heads, stored.purchase_orders, of_orders, PO),
        _with_history(lines, stored.po_lines, of_lines.with_columns(is_changed), LINE),
        *(
            ordered_join(rows, verdict.incoming.select("n", *PO), on=PO)
            for rows in (incoming.po_breakdowns, incoming.po_boxes)
        ),
    )


def _left(stored: OrderFrames, incoming: OrderFrames, verdict: Verdict) -> OrderFrames:
    """The lines that POs of the answers no longer have."""
    days = ordered_join(
        incoming.purchase_orders.select(*PO, pl.col("slice_date").alias("day")),
        verdict.incoming.select("n", *PO, "at"),
        on=PO,
    )
    changed = verdict.changes.select(*LINE, pl.lit(value=True).alias("is_changed")).unique()
    lines = ordered_join(stored.po_lines, incoming.po_lines, on=LINE, how="anti")
    lines = ordered_join(ordered_join(lines, days, on=PO), changed, on=LINE, how="left")
    lines = lines.with_columns(
        slice_date=pl.col("day"),
        gone_at=pl.coalesce("gone_at", "at"),
        changed_at=pl.when("is_changed").then("at").otherwise("changed_at"),
    )
    of_line = lines.select(*LINE, "n", "day")
    return OrderFrames(
        stored.purchase_orders.clear().with_columns(n=pl.lit(None, pl.Int64)),
        lines,
        *(
            ordered_join(rows, of_line, on=LINE).with_columns(slice_date=pl.col("day"))
            for rows in (stored.po_breakdowns, stored.po_boxes)
        ),
    )


def _gone(stored: OrderFrames, verdict: Verdict) -> OrderFrames:
    """The POs that answers leave out, with all their lines."""
    gone = verdict.gone
    return OrderFrames(
        ordered_join(stored.purchase_orders, gone, on=PO).with_columns(
            gone_at=pl.col("at"), changed_at=pl.col("at")
        ),
        ordered_join(stored.po_lines, gone, on=PO).with_columns(
            gone_at=pl.coalesce("gone_at", "at"), changed_at=pl.col("at")
        ),
        ordered_join(stored.po_breakdowns, gone, on=PO),
        ordered_join(stored.po_boxes, gone, on=PO),
    )


def _with_history(
    rows: pl.DataFrame, stored: pl.DataFrame, changed: pl.DataFrame, key: tuple[str, ...]
) -> pl.DataFrame:
    """The rows with the times that only the store knows; what is not stored yet is new."""
    was = stored.select(
        *key,
        pl.col("first_seen_at").alias("first_was"),
        pl.col("changed_at").alias("changed_was"),
        pl.lit(value=True).alias("is_stored"),
    )
    rows = ordered_join(ordered_join(rows, was, on=key, how="left"), changed, on=key, how="left")
    is_stored = pl.col("is_stored").fill_null(value=False)
    is_same = is_stored & pl.col("is_changed").is_null()
    return rows.with_columns(
        first_seen_at=pl.when(is_stored).then("first_was").otherwise("at"),
        changed_at=pl.when(is_same).then("changed_was").otherwise("at"),
        gone_at=pl.lit(None, TIME),
    )


def _of_owners(rows: pl.DataFrame, owners: pl.DataFrame) -> pl.DataFrame:
    """The rows but those of a line that belongs to another PO now."""
    owner = owners.select(*_ITEM, pl.col("po_id").alias("owner"))
    rows = ordered_join(rows, owner, on=_ITEM, how="left")
    is_here = pl.col("owner").is_null() | (pl.col("owner") == pl.col("po_id"))
    return rows.filter(is_here).drop("owner")
