"""What an importer holds beside its orders: prebooks, invoices, inventory, contacts and more.

Their rows are made from the registry's own fields."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from komet.api.methods import OutputField, registry
from komet.sandbox.chance import chance
from komet.sandbox.masters import Company

Row = dict[str, Any]
_UNITS = ("Stem", "Bunch")

NOUN_OF = {
    "additional.charge.list": "charges",
    "customer.contact.list": "contacts",
    "customer.shipto.list": "shiptos",
    "inventory.list": "inventory",
    "inventory.openmarket.list": "inventory",
    "inventory.consolidated.openmarket.list": "inventory",
    "future.inventory.openmarket.list": "future",
    "vendor.availability.items.list": "availability",
    "prebook.details.list": "prebooks",
    "prebook.list": "prebooks",
    "standing.order.list": "standing",
    "invoice.details.list": "invoices",
    "invoice.accounting.details.list": "invoices",
    "payment.list": "payments",
    "web-order-details.list": "web_orders",
    "grower.report.get": "grower",
    "invoice.list": "invoices",
    "pickticket.details.list": "invoices",
    "credit.details.list": "credits",
    "ecommerce/inventory.list": "inventory",
    "ecommerce/inventory.get": "inventory",
}
"""Each list method, and the noun whose rows it answers; a noun's rows have the members of all."""
_WRITTEN_ONLY = ("days_of_service", "rewards", "documents")
_COUNT = 12
_CREDIT = ("id", "number", "customerId", "customerName", "creditDate", "amount", "status")


@dataclass(frozen=True)
class Setting:
    """Whom and what one row is about."""

    company: Company
    today: date
    row_id: int
    dice: Random

    def values(self) -> Row:
        """What members of these names hold."""
        dice, company = self.dice, self.company
        customer, carrier = dice.choice(company.customers), dice.choice(company.carriers)
        vendor, location = dice.choice(company.vendors), dice.choice(company.locations)
        product, box = dice.choice(company.products), dice.choice(company.box_types)
        quantity, bunches = dice.randint(1, 40), dice.choice((8, 10, 12, 20))
        price = dice.randint(25, 140) / 100
        return {
            "id": self.row_id,
            "number": str(100_000 + self.row_id),
            "name": f"Sample {self.row_id}",
            "code": f"S{self.row_id}",
            "active": 1,
            "status": 1,
            "statusId": 1,
            "customerId": customer.id,
            "customerName": customer.name,
            "customerCode": customer.code,
            "customer": customer.name,
            "customerType": customer.kind,
            "carrierId": carrier.id,
            "carrierName": carrier.name,
            "carrierCode": carrier.code,
            "vendorId": vendor.id,
            "vendorName": vendor.name,
            "vendorCode": vendor.code,
            "vendor": vendor.name,
            "growerId": vendor.id,
            "growerName": vendor.name,
            "portOfOrigin": vendor.origin,
            "origin": vendor.origin,
            "locationId": location.id,
            "companyLocationId": location.id,
            "locationName": location.name,
            "locationCode": location.code,
            "productId": product.id,
            "companyProductId": product.id,
            "productDescription": product.description,
            "productCode": product.legacy_code,
            "category": product.category,
            "variety": product.variety,
            "color": product.color,
            "grade": product.grade,
            "boxTypeId": box.id,
            "boxTypeCode": box.code,
            "boxType": box.code,
            "unitType": dice.choice(_UNITS),
            "quantity": quantity,
            "boxes": quantity,
            "totalBoxes": quantity,
            "pieces": quantity,
            "bunches": bunches,
            "stemsBunch": 25,
            "unitsPerBox": bunches * 25,
            "units": bunches * 25,
            "totalUnits": quantity * bunches * 25,
            "price": price,
            "unitPrice": price,
            "totalPrice": round(quantity * bunches * 25 * price, 2),
            "inventoryId": self.row_id,
            "detailId": self.row_id,
            "orderItemId": self.row_id,
            "markCode": f"MK{self.row_id % 90 + 10}",
            "orderType": dice.choice("PSM"),
            "awb": f"729-{self.row_id:08d}",
            "type": "Sales",
            "description": "Made up",
            "phone": "+1 305 555 0100",
            "mobile": "+1 305 555 0101",
            "fax": "+1 305 555 0102",
            "email": f"buyer{self.row_id}@example.com",
            "address": f"{self.row_id % 900 + 10} NW 25th St",
            "city": "Miami",
            "state": "FL",
            "zipcode": "33122",
            "country": "US",
            "recurrence": 1,
            "days": "Mon, Thu",
            "method": "Check",
            "amount": round(quantity * 100 * price, 2),
        }


def make_rows(
    company: Company, today: date, noun: str, fields: Iterable[OutputField], count: int
) -> list[Row]:
    """`count` rows with these members; IDs from 1 upwards, unlike those of other nouns."""
    first = 1_000 * (1 + sum(noun.encode()) % 89)
    members = tuple(fields)
    rows = []
    for at in range(1, count + 1):
        setting = Setting(company, today, first + at, chance("rows", company.key, noun, at))
        rows.append(make_row(setting, members))
    return rows


def make_row(setting: Setting, fields: tuple[OutputField, ...]) -> Row:
    """One row."""
    values = setting.values()
    return {field.name: _value(field, values, setting) for field in fields}


def _value(field: OutputField, values: Row, setting: Setting) -> Any:
    if field.type == "array":
        inner = Setting(setting.company, setting.today, setting.row_id * 10 + 1, setting.dice)
        return [make_row(inner, field.children)] if field.children else []
    if field.children:
        return make_row(setting, field.children)
    if field.name in values:
        return values[field.name]
    return _by_type(field, setting)


def _by_type(field: OutputField, setting: Setting) -> Any:
    type_name = (field.type or "string").split(" ", maxsplit=1)[0]
    near = setting.today + timedelta(days=setting.dice.randint(-5, 9))
    makers: dict[str, Callable[[], Any]] = {
        "integer": lambda: setting.row_id,
        "number": lambda: setting.dice.randint(1, 90),
        "decimal": lambda: setting.dice.randint(100, 90_000) / 100,
        "boolean": lambda: 1,
        "date": near.isoformat,
        "datetime": lambda: f"{near.isoformat()}T06:30:00",
    }
    if type_name in makers:
        return makers[type_name]()
    return near.isoformat() if "date" in field.name.lower() else f"{field.name} {setting.row_id}"


class Books:
    """The rows of one importer, by noun; IDs never come twice."""

    def __init__(self, company: Company, today: date) -> None:
        self._rows: dict[str, list[Row]] = {
            noun: make_rows(company, today, noun, _fields(noun), _COUNT if _fields(noun) else 0)
            for noun in (*dict.fromkeys(NOUN_OF.values()), *_WRITTEN_ONLY)
        }
        for noun in ("contacts", "shiptos"):
            for at, row in enumerate(self._rows[noun]):
                row["customerId"] = company.customers[at % 4].id
        for at, row in enumerate(self._rows["invoices"]):
            row["status"] = at % 3  # pending, confirmed, draft
        for row in self._rows["inventory"]:
            row.update(inventoryItemIds=str(row["inventoryId"]), orderItemId=row["inventoryId"])
        self._next = 800_000

    def rows(self, noun: str) -> list[Row]:
        """All rows, the oldest first. They may be changed in place."""
        return self._rows[noun]

    def row(self, noun: str, wanted: Any, key: str = "id") -> Row | None:
        """The row whose `key` is that, as text."""
        return next((row for row in self._rows[noun] if str(row.get(key)) == str(wanted)), None)

    def add(self, noun: str, row: Row, key: str = "id") -> int:
        """Append a row under a new ID, which it returns."""
        self._next += 1
        self._rows[noun].append({**row, key: self._next})
        return self._next

    def remove(self, noun: str, row: Row) -> None:
        """Delete a row."""
        self._rows[noun].remove(row)


def _fields(noun: str) -> tuple[OutputField, ...]:
    if noun == "credits":
        return tuple(OutputField(name=name) for name in _CREDIT)
    found: dict[str, OutputField] = {}
    for method, its_noun in NOUN_OF.items():
        for child in registry()[method].list_fields if its_noun == noun else ():
            found.setdefault(child.name, child)
    return tuple(found.values())
