"""The reading methods of everything beside orders: filtered rows with the contract's members.

Where the contract shows no members of an answer, the sandbox assumes those of a sibling method:
`ASSUMED`.
"""

from datetime import date
from typing import Any

from komet.api.methods import Method, OutputField
from komet.sandbox.books import NOUN_OF
from komet.sandbox.dialect import Dialect
from komet.sandbox.made_rows import Row
from komet.sandbox.parameters import Parameters, day, like, same, texts
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

ASSUMED = {
    "invoice.list": "invoices",
    "pickticket.details.list": "invoices",
    "credit.details.list": "credits",
    "ecommerce/inventory.list": "inventoryItems",
    "ecommerce/inventory.get": "inventoryItems",
}
_EXACT = {
    "id": "id", "code": "code", "active": "active", "number": "number", "order": "number",
    "orderId": "id", "customerId": "customerId", "carrierId": "carrierId", "prebook": "number",
    "locationId": "locationId", "controlNumber": "controlNumber", "webOrderId": "id",
    "orderType": "orderType", "inventoryLineIds": "inventoryId",
}  # fmt: skip
_LIKE = {
    "name": "name", "customer": "customerName", "carrierName": "carrierName",
    "product": "productDescription", "customerPONumber": "customerPONumber",
}  # fmt: skip
_FROM = {
    "orderDateFrom": "shipDate", "dateFrom": "date", "creditDateFrom": "creditDate",
    "shipDateFrom": "shipDate", "orderDate": "shipDate", "date": "truckDate",
}  # fmt: skip
_TO = {
    "orderDateTo": "shipDate", "dateTo": "date", "creditDateTo": "creditDate",
    "shipDateTo": "shipDate", "orderDate": "shipDate", "date": "truckDate",
}  # fmt: skip


def book_list(
    state: SandboxState, spec: Method, token: SampleToken, parameters: Parameters
) -> dict[str, object]:
    """The answer of one of `NOUN_OF`."""
    noun = NOUN_OF[spec.name]
    member = ASSUMED.get(spec.name) or spec.list_member or "rows"
    fields = next((field for field in spec.outputs or () if field.name == member), None)
    company = state.companies[token.company]
    dialect = Dialect.of(company, quirks=state.quirks)
    found = [
        shaped(row, fields.children if fields else ())
        for row in state.books[token.company].rows(noun)
        if _matches(row, parameters)
    ]
    if not found:
        return dialect.empty(member[0].upper() + member[1:])
    return {"message": "OK", "status": dialect.success, member: found} | _beside(spec, found)


def _beside(spec: Method, found: list[Row]) -> dict[str, object]:
    names = {field.name for field in spec.outputs or ()}
    return {"total": len(found)} if "total" in names else {}


def shaped(row: Row, fields: tuple[OutputField, ...]) -> Row:
    """The row's members that the method answers; all of them where none is documented."""
    if not fields:
        return dict(row)
    return {field.name: row.get(field.name) for field in fields if field.name in row}


def _matches(row: Row, parameters: Parameters) -> bool:
    for name, wanted in parameters.items():
        if not wanted:
            continue
        if name in _EXACT and _EXACT[name] in row:
            value = row[_EXACT[name]]
            if name == "inventoryLineIds":
                if str(value) not in texts(wanted):
                    return False
            elif not same(wanted, value):
                return False
        if name in _LIKE and _LIKE[name] in row and not like(wanted, str(row[_LIKE[name]])):
            return False
        if name in _FROM and (on := _day(row, _FROM[name])) and on < day(name, wanted):
            return False
        if name in _TO and (on := _day(row, _TO[name])) and on > day(name, wanted):
            return False
    return True


def _day(row: Row, key: str) -> date | None:
    value: Any = row.get(key)
    return date.fromisoformat(str(value)[:10]) if value else None
