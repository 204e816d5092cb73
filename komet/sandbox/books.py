"""What an importer holds beside its orders: prebooks, invoices, inventory, contacts and more."""

from datetime import date
from typing import Any

from komet.api.methods import OutputField, registry
from komet.sandbox.made_rows import Row, made_rows
from komet.sandbox.masters import Company

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


class Books:
    """The rows of one importer, by noun; IDs never come twice."""

    def __init__(self, company: Company, today: date) -> None:
        self._rows: dict[str, list[Row]] = {
            noun: made_rows(company, today, noun, _fields(noun), _COUNT if _fields(noun) else 0)
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
    for method, held in NOUN_OF.items():
        for child in registry()[method].list_fields if held == noun else ():
            found.setdefault(child.name, child)
    return tuple(found.values())
