"""A slice as typed columns: what the store is compared with and written from, a table at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import polars as pl
from polars._typing import JoinStrategy

from komet.ingest.commit_clock import RequestMark
from komet.ingest.model import KOMET, SliceRows
from komet.orders.table import items as order_tables

PO = ("provider_id", "po_id")
LINE = (*PO, "po_item_id")
DAY = ("provider_id", "slice_date")
"""What names a PO, a line and a day slice."""


@dataclass(frozen=True)
class OrderFrames:
    """POs in the four mirrored tables, each with all columns of its schema in their order.

    `po_id` is unique in `purchase_orders`; lines, breakdowns and boxes are in the order of the
    answer. What only the store knows (`first_seen_at`, `changed_at`, `gone_at`, `asked_*`) is null.
    """

    purchase_orders: pl.DataFrame
    po_lines: pl.DataFrame
    po_breakdowns: pl.DataFrame
    po_boxes: pl.DataFrame

    def clear(self) -> "OrderFrames":
        """The same tables without rows."""
        return OrderFrames(*(getattr(self, table.name).clear() for table in fields(self)))

    def of_orders(self, keys: pl.DataFrame) -> "OrderFrames":
        """The rows of these POs (`PO`)."""
        if keys.is_empty():
            return self.clear()
        return OrderFrames(
            *(
                ordered_join(getattr(self, table.name), keys, on=PO, how="semi")
                for table in fields(self)
            )
        )


@dataclass(frozen=True)
class SliceFrames:
    """One slice, ready to be compared and written. `problems`: rows of `data_problems`.

    `whole`: these are all POs of the day, so that one that is missing is gone. `asked`: when the
    request was sent, in the order of events; None for now. `digest`: of the raw answer, where the
    source gives one; an answer of the same digest holds the same.
    """

    provider_id: str
    day: date
    requested_at: datetime
    orders: OrderFrames
    problems: pl.DataFrame
    whole: bool = True
    source: str = KOMET
    asked: RequestMark | None = None
    digest: str | None = None


@dataclass(frozen=True)
class SameAnswer:
    """A slice whose answer is, to the byte, the one that is stored: nothing of it was read."""

    provider_id: str
    day: date
    requested_at: datetime
    digest: str
    source: str = KOMET
    asked: RequestMark | None = None


def to_frames(rows: SliceRows) -> SliceFrames:
    """The same slice as columns."""
    bundles = rows.orders.values()
    orders = OrderFrames(
        pl.DataFrame([b.head for b in bundles], schema=order_tables.purchase_orders()),
        pl.DataFrame([ln for b in bundles for ln in b.lines], schema=order_tables.po_lines()),
        pl.DataFrame(
            [row for b in bundles for row in b.breakdowns], schema=order_tables.po_breakdowns()
        ),
        pl.DataFrame([row for b in bundles for row in b.boxes], schema=order_tables.po_boxes()),
    )
    return SliceFrames(
        rows.provider_id,
        rows.day,
        rows.requested_at,
        orders,
        pl.DataFrame(rows.problems, schema=order_tables.DATA_PROBLEMS),
        rows.whole,
        rows.source,
        rows.asked,
    )


def together(parts: Sequence[OrderFrames]) -> OrderFrames:
    """The rows of all."""
    parts = parts or [_without_rows()]
    return OrderFrames(
        *(pl.concat([getattr(part, table.name) for part in parts]) for table in fields(OrderFrames))
    )


def _without_rows() -> OrderFrames:
    return OrderFrames(
        pl.DataFrame(schema=order_tables.purchase_orders()),
        pl.DataFrame(schema=order_tables.po_lines()),
        pl.DataFrame(schema=order_tables.po_breakdowns()),
        pl.DataFrame(schema=order_tables.po_boxes()),
    )


def ordered_join(
    left: pl.DataFrame,
    right: pl.DataFrame,
    on: Sequence[str],
    how: JoinStrategy = "inner",
    **options: Any,
) -> pl.DataFrame:
    """A join whose rows are in the order of the left frame; polars promises none by itself."""
    return left.join(right, on=list(on), how=how, maintain_order="left", **options)
