"""Makes the purchase orders of a day from the seed, before anything has changed: their lines,
solid or mixed, have packs and costs that add up exactly."""

from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

from komet.sandbox.chance import chance
from komet.sandbox.flowers import ASSORTED, FAMILY_BY_KEY
from komet.sandbox.masters import Carrier, Company, Customer, Product, Vendor
from komet.sandbox.records import Breakdown, CustomField, Line, PurchaseOrder
from komet.sandbox.unknown_products import unmapper

CENT = Decimal("0.01")
_MIXED_SHARE = 0.15
_NOMINAL_MIXED_STEMS = 10
_BOX_WEIGHTS = (3, 24, 60, 7, 5)
"""FB, HB, QB, EB and the custom code: mass-market orders are mostly quarter boxes."""
_BOX_SIZE = (2.0, 1.0, 0.5, 0.25, 0.6)
"""Bunches against those of a half box, in the same order."""

_ORDER_TYPES: tuple[Literal["P", "S", "D"], ...] = ("P", "S", "D")
_NOTES = (None,) * 14 + (
    "Cut stage 2.5, por favor",
    "Sin ácaros; revisar follaje",
    'Use label "Spring"; 2 per box',
    "Enviar con hielo",
)

DAYS_BACK = 90
DAYS_AHEAD = 30
_EPOCH = date(2024, 1, 1)
_FIRST_ID = 1_000_000
_SATURDAY, _SUNDAY = 5, 6
_STATUS_BY_AGE: tuple[tuple[int, tuple[tuple[str, float], ...]], ...] = (
    (8, (("SC", 0.75), ("CF", 0.15), ("CA", 0.10))),
    (1, (("CF", 0.50), ("SC", 0.40), ("CA", 0.05), ("A", 0.05))),
    (-3, (("CF", 0.45), ("A", 0.35), ("PA", 0.15), ("CA", 0.05))),
    (-10_000, (("A", 0.55), ("PA", 0.35), ("CF", 0.08), ("CA", 0.02))),
)
"""For orders shipped at least so many days ago: each status and its share."""


@dataclass(frozen=True)
class LineMaker:
    """Lines for one importer. Draws only from the dice that it is handed."""

    company: Company
    products: dict[str, tuple[Product, ...]]
    carriers: tuple[Carrier, ...]
    customers: tuple[Customer, ...]

    @classmethod
    def of(cls, company: Company) -> "LineMaker":
        """A maker that uses the importer's active products, carriers and customers."""
        by_family: dict[str, tuple[Product, ...]] = {}
        for product in company.products:
            if product.active:
                by_family[product.family] = (*by_family.get(product.family, ()), product)
        return cls(
            company,
            by_family,
            tuple(row for row in company.carriers if row.active),
            tuple(row for row in company.customers if row.active),
        )

    def line(
        self, line_id: int, vendor: Vendor, ship: date, status: str, dice: Random, *, mixed: bool
    ) -> Line:
        """One line. With `mixed` about 15 % are mixed boxes. `status` is the PO's header code."""
        at = dice.choices(range(5), _BOX_WEIGHTS)[0]
        box_type = self.company.box_types[at].code
        if dice.random() < 0.015:
            box_type = self.company.unlisted_box_type
        boxes = dice.choice((1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12))
        line_status, confirmed = line_state(status, boxes, dice.random())
        order_type = dice.choices(_ORDER_TYPES, (60, 32, 8))[0]
        customer = dice.choice(self.customers)
        carrier = dice.choice(self.carriers)
        body = (
            self._mixed(vendor, dice)
            if mixed and dice.random() < _MIXED_SHARE
            else self._solid(vendor, _BOX_SIZE[at], dice)
        )
        return Line(
            id=line_id,
            product_id=body.product.id,
            description=body.product.description,
            box_type=box_type,
            boxes=boxes,
            bunches=body.bunches,
            stems_bunch=body.stems_bunch,
            unit_type=body.unit_type,
            unit_cost=body.unit_cost,
            breakdowns=body.breakdowns,
            status=line_status,
            quantity_confirmed=confirmed,
            order_type=order_type,
            customer_id=customer.id,
            customer_name=customer.name,
            carrier_id=carrier.id,
            carrier_name=carrier.name,
            prebook_item_id=line_id + 300_000 if order_type != "S" else None,
            prebook=_prebook(order_type, line_id),
            standing_order=str(4000 + customer.id % 900) if order_type == "S" else None,
            truck_date=ship + timedelta(days=dice.randint(3, 6)) if order_type != "S" else None,
            mark_code=dice.choice((None, f"MK-{customer.code}", customer.code)),
            reference=f"REF{line_id % 10_000}" if dice.random() < 0.2 else None,
            notes=dice.choice(_NOTES),
            custom_field_1=dice.choice((None, None, None, "CORTE ABIERTO", "Sleeve: kraft")),
            custom_fields=_custom_fields(line_id) if dice.random() < 0.15 else (),
        )

    def _solid(self, vendor: Vendor, size: float, dice: Random) -> "_Body":
        family = FAMILY_BY_KEY[dice.choice(vendor.grows)]
        product = dice.choice(self.products[family.key])
        bunches = max(1, round(family.bunches * size) + dice.randint(-1, 2))
        per_stem = Decimal(dice.randint(*family.cents)) * CENT
        if dice.random() < 0.01:
            per_stem = Decimal("0.00")  # Komet keeps lines without cost: 0.00 is a price
        if dice.random() < 0.5:
            return _Body(product, bunches, family.stems_bunch, "Stem", per_stem)
        return _Body(product, bunches, family.stems_bunch, "Bunch", per_stem * family.stems_bunch)

    def _mixed(self, vendor: Vendor, dice: Random) -> "_Body":
        parts = []
        for _part in range(dice.randint(2, 5)):
            family = FAMILY_BY_KEY[dice.choice(vendor.grows)]
            product = dice.choice(self.products[family.key])
            parts.append((product, dice.randint(1, 5), family.stems_bunch))
        unit_cost = Decimal(dice.randint(260, 640)) * CENT
        # Two costs lean away from the mean in inverse ratio to their bunches, so that the
        # breakdowns still add up to the line to the cent.
        lean = dice.randint(0, 12) * CENT
        leans = [lean * parts[1][1], -lean * parts[0][1]] + [Decimal(0)] * (len(parts) - 2)
        breakdowns = tuple(
            Breakdown(product.id, product.description, bunches, stems, unit_cost + off)
            for (product, bunches, stems), off in zip(parts, leans, strict=True)
        )
        return _Body(
            product=dice.choice(self.products[ASSORTED]),
            bunches=sum(part.bunches for part in breakdowns),
            stems_bunch=_NOMINAL_MIXED_STEMS,
            unit_type="Bunch",
            unit_cost=unit_cost,
            breakdowns=breakdowns,
        )


@dataclass(frozen=True, slots=True)
class _Body:
    product: Product
    bunches: int
    stems_bunch: int
    unit_type: Literal["Stem", "Bunch"]
    unit_cost: Decimal
    breakdowns: tuple[Breakdown, ...] = ()


def line_state(header: str, boxes: int, roll: float) -> tuple[str, int | None]:
    """A line's status and confirmed boxes under a header status, for a roll in 0..1."""
    match header:
        case "CF" if roll < 0.85 or boxes == 1:
            return "Confirmed", boxes
        case "CF" if roll < 0.96:
            return "Partially Confirmed", boxes - 1
        case "SC" if roll < 0.97:
            return "Shipped", boxes
        case "CF" | "SC" | "CA":
            return "Cancelled", 0
        case "A" if roll < 0.2:
            return "Confirmed", boxes
    return "Pending", None


def _prebook(order_type: str, line_id: int) -> str | None:
    if order_type == "S":
        return None
    return f"{'D' if order_type == 'D' else ''}{200_000 + line_id % 90_000}"


def _custom_fields(line_id: int) -> tuple[CustomField, ...]:
    upc = CustomField(41, "UPC", line_id * 2, f"0{line_id % 10**10:010d}3")
    price = CustomField(42, "Retail price", line_id * 2 + 1, f"${9 + line_id % 8}.99")
    return (upc, price) if line_id % 2 else (upc,)


class OrderMaker:
    """Orders of one importer. A day depends on seed, importer and date alone; statuses on age.

    With `orders_per_day` or `lines_per_order` every day, Sundays too, has exactly that many and
    no mixed boxes, inside or outside the usual window of 90 days back and 30 ahead.
    """

    def __init__(
        self,
        company: Company,
        *,
        today: date,
        seed: int,
        quirks: bool,
        orders_per_day: int | None,
        lines_per_order: int | None,
        unknown_products: float = 0.0,
    ) -> None:
        self.company = company
        self.today = today
        self.seed = seed
        self.quirks = quirks
        self.orders_per_day = orders_per_day
        self.lines_per_order = lines_per_order
        self._unmapped = unmapper(company, seed, unknown_products)
        self.fixed_size = orders_per_day is not None or lines_per_order is not None
        self._lines = LineMaker.of(company)
        own = company.own_vendor_id
        farms = [vendor for vendor in company.vendors if vendor.active]
        self._farms = farms + [vendor for vendor in farms if vendor.id == own]
        # IDs count up by day: half of a day's numbers are kept for orders that come later.
        self.day_stride = max(2_000, 2 * (orders_per_day or 0))
        self._line_stride = max(10, lines_per_order or 0)

    @property
    def first_day(self) -> date:
        """The first day of the window."""
        return self.today - timedelta(days=DAYS_BACK)

    @property
    def last_day(self) -> date:
        """The last day of the window."""
        return self.today + timedelta(days=DAYS_AHEAD)

    def day(self, ship: date) -> tuple[PurchaseOrder, ...]:
        """The orders that ship that day in revision 0, by ID."""
        dice = chance(self.seed, self.company.key, ship.isoformat())
        made = (self.order(ship, slot, dice) for slot in range(self._count(ship, dice)))
        orders = [self._unmapped(order) for order in made]
        if orders and not self.fixed_size:
            orders[0] = _with_awkward_note(orders[0])
        return tuple(orders)

    def order(self, ship: date, slot: int, dice: Random) -> PurchaseOrder:
        """The order in one slot of a day; slots from `day_stride // 2` are for late comers."""
        order_id = _FIRST_ID + (ship - _EPOCH).days * self.day_stride + slot
        vendor: Vendor = dice.choice(self._farms)
        location = dice.choice(self.company.locations)
        status = self._status(ship, dice.random())
        created = datetime.combine(ship, time(13)) - timedelta(
            days=dice.randint(31, 45), minutes=dice.randrange(600)
        )
        count = self.lines_per_order or dice.choice((1, 1, 2, 2, 3, 3, 4, 5, 6))
        mixed = not self.fixed_size
        return PurchaseOrder(
            id=order_id,
            number=f"P{order_id % 1_000_000:06d}",
            origin=vendor.origin,
            vendor_id=vendor.id,
            vendor_name=vendor.name,
            location_id=location.id,
            location_name=location.name,
            ship_date=ship,
            status=status,
            shipped=status == "SC" and ship < self.today,
            comments=dice.choice((None, None, None, "Entregar antes de las 5 p. m.", "Holiday")),
            created_on=created,
            updated_on=created + timedelta(minutes=dice.randrange(5, 4_000)),
            lines=tuple(
                self._lines.line(
                    order_id * self._line_stride + at, vendor, ship, status, dice, mixed=mixed
                )
                for at in range(count)
            ),
        )

    def _count(self, ship: date, dice: Random) -> int:
        if self.orders_per_day is not None:
            return self.orders_per_day
        if not self.fixed_size and not self.first_day <= ship <= self.last_day:
            return 0
        if ship.weekday() == _SUNDAY and not self.fixed_size:
            return 0
        return dice.randint(3, 7) if ship.weekday() == _SATURDAY else dice.randint(10, 20)

    def _status(self, ship: date, roll: float) -> str:
        if self.quirks and roll > 0.996:
            return "XX"
        age = (self.today - ship).days
        shares = next(shares for least, shares in _STATUS_BY_AGE if age >= least)
        for status, share in shares:
            roll -= share
            if roll < 0:
                return status
        return shares[0][0]


def _with_awkward_note(order: PurchaseOrder) -> PurchaseOrder:
    """Notes that a spreadsheet would take for formulas, on two days of five."""
    note = {0: "=1+1 free bunch per box", 3: "@ dock 4, Doral"}.get(order.ship_date.toordinal() % 5)
    if note is None:
        return order
    first: Line = replace(order.lines[0], notes=note)
    return replace(order, lines=(first, *order.lines[1:]))
