"""Rows of the lists that the sandbox holds beside its orders: made from the registry's own fields.

Each member gets a value that fits its name: a customer of the importer, one of its products, a day
near today. The same company and noun always give the same rows.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from komet.api.methods import OutputField
from komet.sandbox.chance import chance
from komet.sandbox.masters import Company

Row = dict[str, Any]
_UNITS = ("Stem", "Bunch")


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
        vendor, place = dice.choice(company.vendors), dice.choice(company.locations)
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
            "locationId": place.id,
            "companyLocationId": place.id,
            "locationName": place.name,
            "locationCode": place.code,
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


def made_rows(
    company: Company, today: date, noun: str, fields: Iterable[OutputField], count: int
) -> list[Row]:
    """`count` rows with these members; IDs from 1 upwards, unlike those of other nouns."""
    first = 1_000 * (1 + sum(noun.encode()) % 89)
    members = tuple(fields)
    rows = []
    for at in range(1, count + 1):
        setting = Setting(company, today, first + at, chance("rows", company.key, noun, at))
        rows.append(made_row(setting, members))
    return rows


def made_row(setting: Setting, fields: tuple[OutputField, ...]) -> Row:
    """One row."""
    values = setting.values()
    return {field.name: _value(field, values, setting) for field in fields}


def _value(field: OutputField, values: Row, setting: Setting) -> Any:
    if field.type == "array":
        inner = Setting(setting.company, setting.today, setting.row_id * 10 + 1, setting.dice)
        return [made_row(inner, field.children)] if field.children else []
    if field.children:
        return made_row(setting, field.children)
    if field.name in values:
        return values[field.name]
    return _by_type(field, setting)


def _by_type(field: OutputField, setting: Setting) -> Any:
    word = (field.type or "string").split(" ", maxsplit=1)[0]
    near = setting.today + timedelta(days=setting.dice.randint(-5, 9))
    makers: dict[str, Callable[[], Any]] = {
        "integer": lambda: setting.row_id,
        "number": lambda: setting.dice.randint(1, 90),
        "decimal": lambda: setting.dice.randint(100, 90_000) / 100,
        "boolean": lambda: 1,
        "date": near.isoformat,
        "datetime": lambda: f"{near.isoformat()}T06:30:00",
    }
    if word in makers:
        return makers[word]()
    return near.isoformat() if "date" in field.name.lower() else f"{field.name} {setting.row_id}"
