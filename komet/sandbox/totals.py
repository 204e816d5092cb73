"""The exact sums to check a download against."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TypedDict

from komet.sandbox.masters import Company
from komet.sandbox.records import PurchaseOrder


class Totals(TypedDict):
    """Sums over orders. `items` counts a solid line once and a mixed line per breakdown."""

    purchase_orders: int
    lines: int
    items: int
    boxes: Decimal
    total_cost: Decimal
    stems: Decimal
    fbe: Decimal


def totals_of(
    orders: Iterable[PurchaseOrder], company: Company, *, cancelled: bool = True
) -> Totals:
    """The sums; box types that `boxtype.list` does not know add nothing to `fbe`.

    With or without lines that were cancelled, and POs that have no other.
    """
    factors = {row.code: row.fbe for row in company.box_types}
    total = Totals(
        purchase_orders=0,
        lines=0,
        items=0,
        boxes=Decimal(0),
        total_cost=Decimal(0),
        stems=Decimal(0),
        fbe=Decimal(0),
    )
    for order in orders:
        lines = [
            line
            for line in order.lines
            if cancelled or (order.status != "CA" and line.status != "Cancelled")
        ]
        total["purchase_orders"] += bool(lines or cancelled)
        for line in lines:
            total["lines"] += 1
            total["items"] += len(line.breakdowns) or 1
            total["boxes"] += line.boxes
            total["total_cost"] += line.total_cost
            total["stems"] += line.stems
            total["fbe"] += line.boxes * factors.get(line.box_type, Decimal(0))
    return total
