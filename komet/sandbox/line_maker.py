"""Makes the lines of an order from dice, solid or mixed: their packs and costs add up exactly."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Literal

from komet.sandbox.flowers import ASSORTED, FAMILY_BY_KEY
from komet.sandbox.masters import Carrier, Company, Customer, Product, Vendor
from komet.sandbox.records import Breakdown, CustomField, Line

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
