"""One PO with all that is known of it: lines, breakdowns, boxes, changes, problems, extra."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars as pl

from komet.context import AppContext
from komet.errors import NotFound
from komet.language import _
from komet.orders.filters import Gone, OrderFilter
from komet.orders.query import source
from komet.orders.table.items import LOOKUPS, SAID_ONCE, items_sql


@dataclass(frozen=True)
class OrderDetail:
    """`header`: a row of purchase_orders, with `provider`. Frames: see `order_detail`."""

    header: dict[str, Any]
    items: pl.DataFrame
    breakdowns: pl.DataFrame
    boxes: pl.DataFrame
    changes: pl.DataFrame
    problems: pl.DataFrame
    extra: pl.DataFrame

    @property
    def ship_date(self) -> date | None:
        """The vendor ship date."""
        ship_date: date | None = self.header["ship_date"]
        return ship_date

    @property
    def total_cost(self) -> Decimal | None:
        """Komet's total, in the provider's currency."""
        cost: Decimal | None = self.header["total_cost"]
        return cost

    @property
    def gone_at(self) -> datetime | None:
        """Since when Komet no longer shows it."""
        gone_at: datetime | None = self.header["gone_at"]
        return gone_at


def order_detail(ctx: AppContext, provider_id: str, po_id: str) -> OrderDetail:
    """Everything of one PO. Raises `NotFound`.

    items: the columns of `items_sql`. breakdowns: po_item_id, product_id, product, bunches,
    stems_bunch, cost. boxes: po_item_id, box_code, lot_number, position, status. changes: seen_at,
    kind, po_item_id, field, before, after, oldest first. problems: po_item_id, field, value. extra:
    part, field, value, for every member that Komet sent and we have no column for.
    """
    key = {"provider": provider_id, "po": po_id}
    where = "WHERE provider_id = $provider AND po_id = $po"
    with ctx.db.read() as con:
        header = con.rows(
            "SELECT o.*, p.name AS provider, d.fetched_at AS downloaded_at FROM purchase_orders o"
            " JOIN providers p ON p.id = o.provider_id LEFT JOIN day_slices d"
            " ON d.provider_id = o.provider_id AND d.slice_date = o.slice_date"
            " WHERE o.provider_id = $provider AND o.po_id = $po",
            key,
        )
        if not header:
            raise NotFound(_("That purchase order is not there any more."))
        found, params = source(OrderFilter(providers=(provider_id,), gone=Gone.SHOW))
        return OrderDetail(
            header=header[0],
            items=con.frame(
                f"WITH chosen AS (SELECT i.*, i.item_no <= 1 AS is_first {found} AND i.po_id = $po)"
                f" SELECT {items_sql()} FROM chosen i{LOOKUPS} ORDER BY i.po_item_id, i.item_no",
                {**params, "po": po_id},
            ),
            breakdowns=con.frame(
                "SELECT po_item_id, product_id, product_description AS product, bunches,"
                f" stems_bunch, cost FROM po_breakdowns {where} ORDER BY po_item_id, position",
                key,
            ),
            boxes=con.frame(
                "SELECT po_item_id, box_code, lot_number, position,"
                f" coalesce(status_name, status_id) AS status FROM po_boxes {where}"
                " ORDER BY po_item_id, box_code",
                key,
            ),
            changes=con.frame(
                "SELECT seen_at, kind, po_item_id, field, before, after FROM po_changes c"
                f" {where} AND {SAID_ONCE}"
                " ORDER BY commit_no, seen_at, po_item_id NULLS FIRST, field",
                key,
            ),
            problems=con.frame(
                f"SELECT po_item_id, field, value FROM data_problems {where} ORDER BY ALL", key
            ),
            extra=_extras(
                con.rows(
                    f"SELECT 'PO' AS part, extra FROM purchase_orders {where}"
                    f" UNION ALL SELECT 'Line ' || po_item_id, extra FROM po_lines {where}"
                    f" UNION ALL SELECT 'Breakdown of ' || po_item_id, extra FROM po_breakdowns"
                    f" {where} UNION ALL SELECT 'Box of ' || po_item_id, extra FROM po_boxes"
                    f" {where}",
                    key,
                )
            ),
        )


def _extras(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"part": row["part"], "field": name, "value": str(value)}
            for row in rows
            if row["extra"]
            for name, value in json.loads(row["extra"]).items()
        ],
        schema={"part": pl.String, "field": pl.String, "value": pl.String},
    )
