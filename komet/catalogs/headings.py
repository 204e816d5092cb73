"""Komet's lists in words: headings for their members, and yes or no."""

import re
from collections.abc import Iterable

import polars as pl

from komet.language import _, _later

_LABELS = {
    "accountingCode": _later("Accounting code"),
    "active": _later("Active"),
    "address": _later("Address"),
    "arrivalDate": _later("Expected arrival"),
    "awb": _later("AWB"),
    "awbId": _later("AWB ID"),
    "boxTypeCode": _later("Box type"),
    "boxTypeId": _later("Box type ID"),
    "boxesCodes": _later("Box codes"),
    "bunches": _later("Bunches"),
    "cargoMasterCode": _later("Cargo Master code"),
    "carrierAccount": _later("Carrier account"),
    "carrierCode": _later("Carrier code"),
    "carrierId": _later("Carrier ID"),
    "carrierName": _later("Carrier"),
    "category": _later("Category"),
    "categoryId": _later("Category ID"),
    "categoryName": _later("Category"),
    "city": _later("City"),
    "code": _later("Code"),
    "color": _later("Colour"),
    "companyId": _later("Company ID"),
    "companyName": _later("Company"),
    "companyProductId": _later("Komet product ID"),
    "controlNumber": _later("Control number"),
    "country": _later("Country"),
    "customer": _later("Customer"),
    "customerId": _later("Komet customer ID"),
    "customerName": _later("Customer"),
    "customerType": _later("Kind of customer"),
    "date": _later("Day"),
    "days": _later("Days"),
    "description": _later("Description"),
    "divisionDescription": _later("Division"),
    "divisionId": _later("Division ID"),
    "email": _later("E-mail"),
    "emailPOD": _later("E-mail for proof of delivery"),
    "endDate": _later("Until"),
    "ext": _later("Extension"),
    "fax": _later("Fax"),
    "fbe": _later("FBE"),
    "grade": _later("Grade"),
    "growerId": _later("Farm ID"),
    "growerName": _later("Farm"),
    "id": _later("ID"),
    "instantMessaging": _later("Messenger"),
    "inventoryId": _later("Inventory ID"),
    "kometNetworkId": _later("Komet network ID"),
    "kometNetworkName": _later("Komet network"),
    "legacyCode": _later("Komet code"),
    "locationCode": _later("Location code"),
    "locationId": _later("Location ID"),
    "method": _later("Method"),
    "mobile": _later("Mobile"),
    "name": _later("Name"),
    "number": _later("Number"),
    "orderItemId": _later("Order item ID"),
    "origin": _later("Origin"),
    "phone": _later("Phone"),
    "pieces": _later("Pieces"),
    "piecesReceived": _later("Pieces received"),
    "portOrigin": _later("Port of origin"),
    "priceList": _later("Price list"),
    "productCode": _later("Product code"),
    "productDescription": _later("Product"),
    "quantity": _later("Quantity"),
    "recurrence": _later("Recurrence"),
    "roleId": _later("Role ID"),
    "salesPerson": _later("Salesperson"),
    "salesPersonId": _later("Salesperson ID"),
    "shipDate": _later("Ship date"),
    "shipToCode": _later("Ship-to code"),
    "startDate": _later("From"),
    "state": _later("State or province"),
    "status": _later("Status"),
    "stemsBunch": _later("Stems per bunch"),
    "street": _later("Street"),
    "tags": _later("Tags"),
    "totalUnits": _later("Total units"),
    "type": _later("Kind"),
    "unitType": _later("Unit type"),
    "unitsPerBox": _later("Units per box"),
    "updatedAsOf": _later("Updated"),
    "updatedOn": _later("Updated"),
    "used": _later("Used in lines"),
    "variety": _later("Variety"),
    "vendor": _later("Vendor"),
    "zipCode": _later("Postal code"),
    "zipcode": _later("Postal code"),
}
_FLAGS = {"active"}
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[^A-Z\W_]+")


def headings_of(members: Iterable[str]) -> dict[str, str]:
    """Member → heading in the language in force; no two are the same.

    A member that is not known is parted into its words: `mainColorId` → "Main color ID".
    """
    found: dict[str, str] = {}
    for member in members:
        heading = _(_LABELS[member]) if member in _LABELS else _words(member)
        taken = {used.casefold() for used in found.values()}
        found[member] = f"{heading} ({member})" if heading.casefold() in taken else heading
    return found


def name_flags(frame: pl.DataFrame) -> pl.DataFrame:
    """The same with the members that say yes or no in words: Komet sends 1, "true" or true."""
    words = {"1": _("yes"), "true": _("yes"), "0": _("no"), "false": _("no")}
    return frame.with_columns(
        pl.col(name).str.to_lowercase().replace(words) for name in frame.columns if name in _FLAGS
    )


def _words(member: str) -> str:
    words = [part if part.isupper() else part.lower() for part in _PART.findall(member)]
    words = ["ID" if word in {"id", "ids"} else word for word in words]
    text = " ".join(words) or member
    return text[:1].upper() + text[1:]
