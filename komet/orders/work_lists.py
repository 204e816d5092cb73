"""Ready-made work lists: what has to be looked at, as conditions on `order_items i`.

Each says in one line what it means. Codes of line statuses are those that the contract shows; a
word that Komet sent instead counts too. What was written to Komet is read from the outbox, which
`komet.dispatch` fills: so its lists are filtered, exported and linked to as every other one.
"""

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Self

from komet import formulas, time_zone
from komet.language import _later

ODD_PRICE = 0.3
"""A unit cost this much (30 %) off the median of its own history is odd; of 5 items or more."""
_PENDING = "upper(coalesce(i.line_status, '')) IN ('P', 'PENDING')"
_SHIPPED = "upper(coalesce(i.line_status, '')) IN ('S', 'SHIPPED')"
_CONFIRMED = (
    "(upper(coalesce(i.line_status, '')) IN ('C', 'CONFIRMED', 'PC', 'PARTIALLY CONFIRMED')"
    " OR i.quantity_confirmed > 0)"
)
_NOBODY_SENDS = timedelta(minutes=10)
"""No request lasts longer: what is being sent since then is unknown."""
LOOKS_BACK = timedelta(days=30)
"""What is older is not work any more: whoever sends no invoices from here never did."""
_STANDING = formulas.standing("i")
_SAME = (
    "provider_id, ship_date, customer_name, product_id, box_type, boxes, mark_code, bunches,"
    " stems_bunch"
)


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


def _has_write(condition: str) -> str:
    """Whether the outbox has such a write to the line, or to its whole PO, that was not redone."""
    return (
        "EXISTS (FROM outbox x WHERE x.provider_id = i.provider_id AND x.resent_as IS NULL"
        f" AND {condition} AND (x.po_item_id = i.po_item_id OR coalesce(x.po_item_id, '') = ''"
        " AND x.po_number = i.po_number AND x.po_number <> ''))"
    )


class WorkList(StrEnum):
    """The lists, a row each: its name in links, its title, its meaning, and what it asks for.

    `of_items`: it may take one item of a mixed line and leave another. `sort`: how it is read.
    """

    label: str
    meaning: str
    sql: str
    of_items: bool
    sort: str

    def __new__(  # noqa: PLR0917
        cls,
        name: str,
        label: str = "",
        meaning: str = "",
        sql: str = "",
        of_items: bool = False,
        sort: str = "ship_date",
    ) -> Self:
        work = str.__new__(cls, name)
        work._value_ = name
        work.label, work.meaning, work.sql = label, meaning, sql
        work.of_items, work.sort = of_items, sort
        return work

    PENDING = (
        "pending",
        _later("Pending confirmation"),
        _later(
            "Lines that wait for your confirmation, the longest waiting (since we saw them) first."
        ),
        f"{_PENDING} AND coalesce(i.po_status, '') <> 'PA'",
        False,
        "waiting",
    )
    PARTLY = (
        "partly",
        _later("Partly confirmed"),
        _later("Lines with fewer boxes confirmed than ordered, but not none."),
        "i.quantity_confirmed > 0 AND i.quantity_confirmed < i.boxes",
    )
    NO_AWB = (
        "no_awb",
        _later("Shipped without an AWB"),
        _later(
            "Shipped lines for which nothing that Komet sent names an AWB: perhaps a temporary one."
        ),
        f"{_SHIPPED} AND NOT {_names_awb('purchase_orders', '')}"
        f" AND NOT {_names_awb('po_lines', ' AND x.po_item_id = i.po_item_id')}"
        f" AND NOT {_names_awb('po_boxes', ' AND x.po_item_id = i.po_item_id')}",
    )
    UNMAPPED = (
        "approved_unmapped",
        _later("Approved but unmapped"),
        _later(
            "Approved orders with a product that has no SKU: Komet skips unknown products when"
            " shipping."
        ),
        f"i.po_status IN ('A', 'CF', 'SC') AND {formulas.unmapped('i', 'm')}",
        True,
    )
    MISMATCH = (
        "mismatch",
        _later("Units or totals that do not fit"),
        _later("Total units that are not boxes × pack, or a cost that is not units × unit cost."),
        _units_unlike(),
    )
    PRICE = (
        "price",
        _later("Zero or odd price"),
        _later(
            "No price, zero, or more than 30 % off the median of the same product at this importer."
        ),
        "(coalesce(i.unit_cost, 0) = 0 OR EXISTS (FROM ("
        "SELECT provider_id, product_id, unit_type, median(unit_cost) AS usual FROM order_items"
        " WHERE unit_cost > 0 AND gone_at IS NULL GROUP BY ALL HAVING count(*) >= 5) h"
        " WHERE h.provider_id = i.provider_id AND h.product_id = i.product_id"
        " AND h.unit_type = i.unit_type"
        f" AND abs(i.unit_cost - h.usual) > {ODD_PRICE} * h.usual))",
        True,
    )
    NOT_SHIPPED = (
        "not_shipped",
        _later("Confirmed, not shipped"),
        _later("Confirmed lines that ship by tomorrow and are not shipped in Komet; 30 days back."),
        f"{_CONFIRMED} AND NOT {_SHIPPED} AND i.ship_date BETWEEN $since AND $tomorrow",
    )
    NO_INVOICE = (
        "no_invoice",
        _later("Shipped without invoice"),
        _later(
            "Lines shipped in the last 30 days, of POs for which no invoice was sent from here."
        ),
        f"{_SHIPPED} AND i.ship_date >= $since AND NOT EXISTS (FROM outbox x"
        " WHERE x.provider_id = i.provider_id AND x.kind = 'invoice' AND x.state = 'sent'"
        " AND x.target = i.po_number)",
    )
    PLANNED = (
        "planned",
        _later("Planned, never sent"),
        _later("Lines with a write to Komet that was planned and has not been sent yet."),
        _has_write("x.state = 'planned'"),
    )
    UNKNOWN = (
        "unknown",
        _later("Unknown whether sent"),
        _later(
            "Lines with a write to Komet of which nobody knows whether it had an effect: it has to"
            " be read back."
        ),
        _has_write(
            "(x.state = 'unknown' OR x.state = 'sending' AND x.sending_at < now()"
            f" - INTERVAL {int(_NOBODY_SENDS.total_seconds())} SECOND)"
        ),
    )
    BY_HAND = (
        "by_hand",
        _later("To do by hand"),
        _later(
            "Lines that the token may not write to: to be done in Komet's portal. What a download"
            " shows to be done leaves the list."
        ),
        _has_write(
            "x.state = 'by_hand' AND CASE x.kind WHEN 'confirm' THEN"
            " coalesce(i.quantity_confirmed, 0) <> (x.content ->> 'boxes')::BIGINT"
            " WHEN 'reference' THEN NOT EXISTS (FROM po_lines y WHERE y.provider_id = i.provider_id"
            " AND y.po_item_id = i.po_item_id AND y.gone_at IS NULL"
            " AND y.reference_number = (x.content ->> 'reference')) ELSE true END"
        ),
    )
    DUPLICATES = (
        "duplicates",
        _later("Duplicates"),
        _later("The same customer, product, boxes, pack and mark code on the same day in two POs."),
        f"hash({', '.join('i.' + column for column in _SAME.split(', '))}) IN ("
        f"SELECT hash({_SAME}) FROM order_items i WHERE gone_at IS NULL AND product_id IS NOT NULL"
        f" AND {_STANDING} GROUP BY ALL HAVING count(DISTINCT po_id) > 1)",
        True,
    )

    @property
    def condition(self) -> str:
        """The SQL condition on `order_items i`; `approved_unmapped` needs the mapping as `m`."""
        return f"({self.sql})" if self.is_of_writes else f"({_STANDING} AND {self.sql})"

    @property
    def is_of_writes(self) -> bool:
        """Whether it lists writes, which stay to be looked at though their line was cancelled."""
        return self in _OF_WRITES

    @property
    def values(self) -> dict[str, date]:
        """The parameters of the condition; days are those of the time zone in force."""
        today = time_zone.today(datetime.now(UTC))
        days = {"tomorrow": today + timedelta(days=1), "since": today - LOOKS_BACK}
        return {name: day for name, day in days.items() if f"${name}" in self.sql}


OF_DISPATCH = (
    WorkList.NOT_SHIPPED,
    WorkList.NO_INVOICE,
    WorkList.PLANNED,
    WorkList.UNKNOWN,
    WorkList.BY_HAND,
)
"""What is left to do after the download, in the order of the day."""
_OF_WRITES = (WorkList.PLANNED, WorkList.UNKNOWN)
