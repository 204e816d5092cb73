"""In transit: what is confirmed and shipped, AWB by AWB, and what has arrived of it or is missing.

It is read from our own shipments (the outbox), from the boxes of downloaded orders, and from
Komet's lists of AWBs as they were last asked for, see `komet.dispatch.transit_refresh`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import polars as pl

from komet import time_zone
from komet.context import AppContext
from komet.dispatch.table import transit
from komet.language import _later


class BoxState(StrEnum):
    """How far a box is on its way.

    `not_seen`: shipped from here, and Komet does not show it. `missing`: not received, though its
    AWB should have arrived or was closed. `unplanned`: on an AWB in Komet, and of no line of ours.
    """

    CONFIRMED = "confirmed"
    UNDER_WAY = "under_way"
    NOT_SEEN = "not_seen"
    RECEIVED = "received"
    MISSING = "missing"
    UNPLANNED = "unplanned"


BOX_STATES = {
    BoxState.CONFIRMED: _later("Not shipped yet"),
    BoxState.UNDER_WAY: _later("Under way"),
    BoxState.NOT_SEEN: _later("Not seen in Komet"),
    BoxState.RECEIVED: _later("Received"),
    BoxState.MISSING: _later("Missing"),
    BoxState.UNPLANNED: _later("Not of our orders"),
}
_AWB = ["awb", "ship_date", "has_left"]


@dataclass(frozen=True)
class Transit:
    """Everything that flies on the chosen ship days. `boxes`: see `table.transit.box_frame`.

    The others sum them up, each with awb, ship_date, has_left (false: not shipped yet), clients
    (String), boxes, received, missing, not_seen, unplanned, lines, pos (Int64), fbe (Decimal).
    `awbs`, a row an AWB and ship day, the latest first, has houses, origin (String), arrival_date
    (Date), pieces, pieces_received (Int64: as Komet lists them), fetched_at (Datetime UTC: when it
    was asked) too; `houses` house_awb; `lines` house_awb, the columns of a line, codes (String).
    """

    boxes: pl.DataFrame
    awbs: pl.DataFrame
    houses: pl.DataFrame
    lines: pl.DataFrame

    @property
    def is_empty(self) -> bool:
        """Whether nothing is confirmed or shipped on these days."""
        return self.boxes.is_empty()


def load_transit(ctx: AppContext, provider_ids: Sequence[str], first: date, last: date) -> Transit:
    """What is confirmed and shipped on these ship days, of these clients or of all, as stored."""
    today = time_zone.today(ctx.now())
    with ctx.read() as con:
        boxes = transit.box_frame(con, provider_ids, first, last, today)
        listed = transit.listed_awbs(con, provider_ids, first, last)
    boxes = boxes.with_columns(has_left=pl.col("state") != BoxState.CONFIRMED)
    of_komet = listed.group_by("awb", "ship_date").agg(
        *(
            pl.when(pl.col(name).count() > 0).then(pl.col(name).sum()).alias(name)
            for name in ("pieces", "pieces_received")
        ),
        pl.col("fetched_at").max(),
    )
    head = [
        _names("house_awb").alias("houses"),
        pl.col("origin").drop_nulls().first(),
        pl.col("arrival_date").max(),
    ]
    awbs = (
        _sum_up(boxes, _AWB, head)
        .join(of_komet.with_columns(has_left=True), on=_AWB, how="left")
        .sort("ship_date", "has_left", descending=True, maintain_order=True)
    )
    line = [
        pl.col("product", "box_type", "customer", "mark_code", "vendor", "provider").first(),
        pl.col("box_code").drop_nulls().implode().list.join(", ").alias("codes"),
    ]
    keys = ["provider_id", "po_number", "po_item_id"]
    planned = boxes.filter(pl.col("state") != BoxState.UNPLANNED)
    return Transit(
        boxes=boxes,
        awbs=awbs,
        houses=_sum_up(boxes, [*_AWB, "house_awb"]),
        lines=_sum_up(planned, [*_AWB, "house_awb", *keys], line),
    )


def _sum_up(boxes: pl.DataFrame, keys: Sequence[str], more: Sequence[pl.Expr] = ()) -> pl.DataFrame:
    counted = [
        pl.col("boxes").filter(pl.col("state") == state.value).sum().alias(state.value)
        for state in (BoxState.RECEIVED, BoxState.MISSING, BoxState.NOT_SEEN, BoxState.UNPLANNED)
    ]
    names = [] if "provider" in keys or "provider_id" in keys else [_names("provider", "clients")]
    return boxes.group_by(keys, maintain_order=True).agg(
        *names,
        *more,
        pl.col("boxes", "fbe").sum(),
        *counted,
        *(
            pl.struct("provider_id", of)
            .filter(pl.col(of).is_not_null())
            .n_unique()
            .cast(pl.Int64)
            .alias(name)
            for name, of in (("lines", "po_item_id"), ("pos", "po_number"))
        ),
    )


def _names(column: str, alias: str | None = None) -> pl.Expr:
    """The different values of a group in one text."""
    found = pl.col(column).drop_nulls().unique().sort().implode().list.join(", ")
    return found.first().alias(alias or column)


def last_asked(ctx: AppContext, provider_ids: Sequence[str]) -> datetime | None:
    """When Komet was last asked for AWBs, of these clients or of all."""
    with ctx.read() as con:
        return transit.last_asked(con, provider_ids)
