"""Answers the list methods of the books: filtered rows with the contract's members."""

from datetime import date
from typing import Any

from komet.api.methods import Method, OutputField
from komet.sandbox.books import NOUN_OF, Row
from komet.sandbox.call import Parameters, day, like, same, texts, yes
from komet.sandbox.dialect import Dialect
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

ASSUMED = {
    "invoice.list": "invoices",
    "pickticket.details.list": "invoices",
    "credit.details.list": "credits",
    "ecommerce/inventory.list": "inventoryItems",
    "ecommerce/inventory.get": "inventoryItems",
}
"""Methods whose answer the contract does not show, and the member that we assume for the rows."""

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
_FROM_VENDORS = ("customer", "ship", "totalPrice")
"""What begins so is the customer's, or a price: vendors do not see it."""


def book_list(
    state: SandboxState, spec: Method, token: SampleToken, parameters: Parameters
) -> dict[str, object]:
    """The answer of one of `NOUN_OF`."""
    noun = NOUN_OF[spec.name]
    member = ASSUMED.get(spec.name) or spec.list_member or "rows"
    fields = next((field for field in spec.outputs or () if field.name == member), None)
    company = state.companies[token.company]
    dialect = Dialect.of(company, quirks=state.quirks)
    held = [row for row in state.books[token.company].rows(noun) if _matches(row, parameters)]
    if spec.name == "prebook.list":
        held = [row for row in held if _trucks(row, parameters)]
    if noun == "prebooks" and token.vendor_id is not None:
        held = [own for row in held if (own := _of_vendor(row, token.vendor_id))["details"]]
    found = [shaped(row, fields.children if fields else ()) for row in held]
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


def _of_vendor(row: Row, vendor_id: int) -> Row:
    """A prebook as a vendor sees it: its own lines, no customer and no price."""
    kept = {name: value for name, value in row.items() if not name.startswith(_FROM_VENDORS)}
    own = [
        {name: value for name, value in item.items() if "price" not in name.casefold()}
        for item in row["details"]
        if same(str(vendor_id), item.get("vendorId"))
    ]
    return {**kept, "details": own}


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
        if (name == "externalSystemSynced" and yes(wanted) != bool(row.get(name))) or (
            name in _LIKE and _LIKE[name] in row and not like(wanted, str(row[_LIKE[name]]))
        ):
            return False
        if name in _FROM and (on := _day(row, _FROM[name])) and on < day(name, wanted):
            return False
        if name in _TO and (on := _day(row, _TO[name])) and on > day(name, wanted):
            return False
    return True


def _trucks(row: Row, parameters: Parameters) -> bool:
    """Whether a prebook is of the truck dates and the location that were asked for."""
    on = _day(row, "truckDate")
    return (
        on is None
        or day("dateFrom", parameters["dateFrom"]) <= on <= day("dateTo", parameters["dateTo"])
    ) and same(parameters.get("CompanyLocationId"), row.get("locationId"))


def _day(row: Row, key: str) -> date | None:
    value: Any = row.get(key)
    return date.fromisoformat(str(value)[:10]) if value else None
