"""Ready-made work lists: what has to be looked at, as conditions on `order_items i`.

Each says in one line what it means. Codes of line statuses are those that the contract shows; a
word that Komet sent instead is taken too.
"""

from enum import StrEnum

from komet import formulas
from komet.language import _later

ODD_PRICE = 0.3
"""A unit cost this much (30 %) off the median of its own history is odd; of 5 items or more."""
_PENDING = "upper(coalesce(i.line_status, '')) IN ('P', 'PENDING')"
_SHIPPED = "upper(coalesce(i.line_status, '')) IN ('S', 'SHIPPED')"
_STANDING = formulas.standing("i")
_SAME = (
    "provider_id, ship_date, customer_name, product_id, box_type, boxes, mark_code, bunches,"
    " stems_bunch"
)


class WorkList(StrEnum):
    """The lists."""

    PENDING = "pending"
    PARTLY = "partly"
    NO_AWB = "no_awb"
    UNMAPPED = "approved_unmapped"
    MISMATCH = "mismatch"
    PRICE = "price"
    DUPLICATES = "duplicates"


TITLES = {
    WorkList.PENDING: _later("Pending confirmation"),
    WorkList.PARTLY: _later("Partly confirmed"),
    WorkList.NO_AWB: _later("Shipped without an AWB"),
    WorkList.UNMAPPED: _later("Approved but unmapped"),
    WorkList.MISMATCH: _later("Units or totals that do not fit"),
    WorkList.PRICE: _later("Zero or odd price"),
    WorkList.DUPLICATES: _later("Duplicates"),
}
MEANINGS = {
    WorkList.PENDING: _later(
        "Lines that wait for your confirmation, the longest waiting (since we saw them) first."
    ),
    WorkList.PARTLY: _later("Lines with fewer boxes confirmed than ordered, but not none."),
    WorkList.NO_AWB: _later(
        "Shipped lines for which nothing that Komet sent names an AWB: perhaps a temporary one."
    ),
    WorkList.UNMAPPED: _later(
        "Approved orders with a product that has no SKU: Komet skips unknown products when"
        " shipping."
    ),
    WorkList.MISMATCH: _later(
        "Total units that are not boxes × pack, or a cost that is not units × unit cost."
    ),
    WorkList.PRICE: _later(
        "No price, zero, or more than 30 % off the median of the same product at this client."
    ),
    WorkList.DUPLICATES: _later(
        "The same customer, product, boxes, pack and mark code on the same day in two POs."
    ),
}


def condition(work: WorkList) -> str:
    """The SQL condition; `approved_unmapped` needs the mapping joined as `m`."""
    return f"({_STANDING} AND {_CONDITIONS[work]})"


def _units_unlike() -> str:
    by_pack = formulas.breakdown_units("l", "i").replace("l.total_boxes", "i.boxes")
    by_pack = by_pack.replace("l.unit_type", "i.unit_type")
    cost = "i.total_units * i.unit_cost"
    return (
        f"NOT i.mixed AND ((i.total_units <> ({by_pack}))"
        f" OR abs(i.total_cost - {cost}) > greatest(0.01, 0.001 * i.total_cost))"
    )


def _names_awb(table: str, on: str) -> str:
    return (
        f"EXISTS (FROM {table} x WHERE x.provider_id = i.provider_id AND x.po_id = i.po_id{on}"
        " AND regexp_matches(lower(x.extra::VARCHAR),"
        ' \'"[a-z]*awb[a-z]*":\\s*("[^"]+"|[1-9])\'))'
    )


_CONDITIONS = {
    WorkList.PENDING: f"{_PENDING} AND coalesce(i.po_status, '') <> 'PA'",
    WorkList.PARTLY: "i.quantity_confirmed > 0 AND i.quantity_confirmed < i.boxes",
    WorkList.NO_AWB: (
        f"{_SHIPPED} AND NOT {_names_awb('purchase_orders', '')}"
        f" AND NOT {_names_awb('po_lines', ' AND x.po_item_id = i.po_item_id')}"
        f" AND NOT {_names_awb('po_boxes', ' AND x.po_item_id = i.po_item_id')}"
    ),
    WorkList.UNMAPPED: f"i.po_status IN ('A', 'CF', 'SC') AND {formulas.unmapped('i', 'm')}",
    WorkList.MISMATCH: _units_unlike(),
    WorkList.PRICE: (
        "(coalesce(i.unit_cost, 0) = 0 OR EXISTS (FROM ("
        "SELECT provider_id, product_id, unit_type, median(unit_cost) AS usual FROM order_items"
        " WHERE unit_cost > 0 AND gone_at IS NULL GROUP BY ALL HAVING count(*) >= 5) h"
        " WHERE h.provider_id = i.provider_id AND h.product_id = i.product_id"
        " AND h.unit_type = i.unit_type"
        f" AND abs(i.unit_cost - h.usual) > {ODD_PRICE} * h.usual))"
    ),
    WorkList.DUPLICATES: (
        f"hash({', '.join('i.' + column for column in _SAME.split(', '))}) IN ("
        f"SELECT hash({_SAME}) FROM order_items i WHERE gone_at IS NULL AND product_id IS NOT NULL"
        f" AND {_STANDING} GROUP BY ALL HAVING count(DISTINCT po_id) > 1)"
    ),
}
OF_ITEMS = frozenset({WorkList.UNMAPPED, WorkList.PRICE, WorkList.DUPLICATES})
"""Lists that may take one item of a mixed line and leave another."""
