"""Makes the purchase orders of a day from the seed, before anything has changed."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from random import Random

from komet.sandbox.chance import chance
from komet.sandbox.line_maker import LineMaker
from komet.sandbox.masters import Company, Vendor
from komet.sandbox.records import Line, PurchaseOrder
from komet.sandbox.unknown_products import unmapper

DAYS_BACK = 90
DAYS_AHEAD = 30
_EPOCH = date(2024, 1, 1)
_FIRST_ID = 1_000_000
_LONGEST_ID, _MOST_DAYS = 15, 100_000
_SATURDAY, _SUNDAY = 5, 6
_STATUS_BY_AGE: tuple[tuple[int, tuple[tuple[str, float], ...]], ...] = (
    (8, (("SC", 0.75), ("CF", 0.15), ("CA", 0.10))),
    (1, (("CF", 0.50), ("SC", 0.40), ("CA", 0.05), ("A", 0.05))),
    (-3, (("CF", 0.45), ("A", 0.35), ("PA", 0.15), ("CA", 0.05))),
    (-10_000, (("A", 0.55), ("PA", 0.35), ("CF", 0.08), ("CA", 0.02))),
)
"""For orders shipped at least so many days ago: each status and its share."""


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

    def day_of(self, item_id: str) -> date | None:
        """The day that a line of this ID was made for; `None` for what is no such ID."""
        if not item_id.isdecimal() or len(item_id) > _LONGEST_ID:
            return None
        order_id = int(item_id) // self._line_stride
        days = (order_id - _FIRST_ID) // self.day_stride
        return _EPOCH + timedelta(days=days) if 0 <= days <= _MOST_DAYS else None

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
