"""What the sandbox holds of a purchase order, in exact numbers, before any quirk of an answer; the
cartons of its shipped lines, and the air waybills that they fly under."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Literal
from zlib import crc32

UnitType = Literal["Stem", "Bunch"]

STATES = ((3, "Shipped"), (4, "In transit"), (6, "Received"))
SHIPPED, RECEIVED, SENT_ON = STATES[0], STATES[2], (8, "Shipped to customer")

UNKNOWN_ID = 0
"""Stands for no product: what a line has whose product the importer has not mapped."""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """One product inside a mixed box. `bunches` per box, `cost` per bunch."""

    product_id: int
    description: str
    bunches: int
    stems_bunch: int
    cost: Decimal


@dataclass(frozen=True, slots=True)
class CustomField:
    """One custom field of a line."""

    field_id: int
    name: str
    value_id: int
    value: str


@dataclass(frozen=True, slots=True)
class Carton:
    """One box on its way. `state_id` and `state` are Komet's; `awb` is its air waybill.

    `ship_date` is that of the air waybill, where a call has named one; else the order's.
    """

    code: str
    lot: str
    position: str
    state_id: int
    state: str
    awb: str
    external_code: str = ""
    house_awb: str = ""
    ship_date: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One detail of a purchase order. `bunches` per box; `unit_cost` per stem or per bunch."""

    id: int
    product_id: int
    description: str
    box_type: str
    boxes: int
    bunches: int
    stems_bunch: int
    unit_type: UnitType
    unit_cost: Decimal
    status: str
    quantity_confirmed: int | None
    order_type: Literal["P", "S", "D"]
    customer_id: int
    customer_name: str
    carrier_id: int
    carrier_name: str
    prebook_item_id: int | None = None
    prebook: str | None = None
    standing_order: str | None = None
    truck_date: date | None = None
    mark_code: str | None = None
    reference: str | None = None
    notes: str | None = None
    custom_field_1: str | None = None
    custom_fields: tuple[CustomField, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    packed: tuple[Carton, ...] = ()
    """Cartons that a call has shipped or changed; without any, see `cartons_of`."""

    @property
    def unknown(self) -> bool:
        """Whether the importer has not mapped the product: Komet skips it where it ships."""
        return self.product_id == UNKNOWN_ID

    @property
    def units(self) -> int:
        """Units per box, counted in the unit type."""
        return self.bunches * (self.stems_bunch if self.unit_type == "Stem" else 1)

    @property
    def total_units(self) -> int:
        """Units on the whole line, counted in the unit type."""
        return self.boxes * self.units

    @property
    def total_cost(self) -> Decimal:
        """Units times cost: exact, never rounded."""
        return self.total_units * self.unit_cost

    @property
    def stems(self) -> int:
        """All stems: of a mixed line by its breakdowns, since its own stems/bunch is nominal."""
        if self.breakdowns:
            return self.boxes * sum(part.bunches * part.stems_bunch for part in self.breakdowns)
        return self.boxes * self.bunches * self.stems_bunch


@dataclass(frozen=True)
class PurchaseOrder:
    """One purchase order with its lines. Times are UTC without a zone, as the wire shows them."""

    id: int
    number: str
    origin: str
    vendor_id: int
    vendor_name: str
    location_id: int
    location_name: str
    ship_date: date
    status: str
    shipped: bool
    """True when cartons are on their way, which is when the answer carries `boxes`."""
    comments: str | None
    created_on: datetime
    updated_on: datetime
    lines: tuple[Line, ...]

    @cached_property
    def boxes(self) -> int:
        """Cartons of all lines."""
        return sum(line.boxes for line in self.lines)

    @cached_property
    def total_cost(self) -> Decimal:
        """The sum of the lines."""
        return sum((line.total_cost for line in self.lines), Decimal(0))


def cartons_of(order: PurchaseOrder, line: Line) -> tuple[Carton, ...]:
    """What the line's boxes are: those that a call has packed, else made up for a shipped line."""
    if line.packed:
        return line.packed
    if not order.shipped or line.status != "Shipped":
        return ()
    state_id, state = STATES[order.id % 3]
    return tuple(
        Carton(
            code=f"{line.id}{at:03d}",
            lot=str(100_000 + order.id % 90_000),
            position=f"{'ABCD'[at % 4]}-{line.id % 40 + 1:02d}",
            state_id=state_id,
            state=state,
            awb=awb_of(order),
        )
        for at in range(1, line.boxes + 1)
    )


def awb_of(order: PurchaseOrder) -> str:
    """The air waybill of everything that flies from one airport on one day."""
    digits = crc32(f"{order.ship_date} {order.origin}".encode()) % 10**8
    return f"729-{digits:08d}"


def awb_id(awb: str) -> int:
    """Komet's ID of an air waybill."""
    return crc32(awb.encode()) % 10**7
