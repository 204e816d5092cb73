"""The fields of a PO in the words of the screens and the files."""

from komet.language import _, _later
from komet.orders import statuses

FIELDS = {
    "number": _later("PO number"),
    "origin": _later("Origin"),
    "vendor_name": _later("Vendor"),
    "location_name": _later("Location"),
    "status": _later("PO status"),
    "total_boxes": _later("Boxes"),
    "total_cost": _later("Total cost"),
    "comments": _later("Comments"),
    "ship_date": _later("Ship date"),
    "product_id": _later("Komet product ID"),
    "product_description": _later("Product"),
    "box_type": _later("Box type"),
    "bunches": _later("Bunches"),
    "stems_bunch": _later("Stems per bunch"),
    "units": _later("Units"),
    "unit_type": _later("Unit type"),
    "total_units": _later("Total units"),
    "unit_cost": _later("Unit cost"),
    "quantity_confirmed": _later("Quantity confirmed"),
    "line_item_status": _later("Line status"),
    "order_type": _later("Order type"),
    "standing_order": _later("Standing order"),
    "prebook": _later("Prebook"),
    "prebook_truck_date": _later("Truck date"),
    "customer_id": _later("Komet customer ID"),
    "customer_name": _later("Customer"),
    "carrier_name": _later("Carrier"),
    "mark_code": _later("Mark code"),
    "reference_number": _later("Reference"),
    "notes": _later("Notes"),
    "custom_field1": _later("Custom field 1"),
    "breakdowns": _later("Breakdowns"),
    "boxes": _later("Box codes"),
}

_CODES = {
    "status": statuses.HEADER,
    "line_item_status": statuses.LINE,
    "order_type": statuses.ORDER_TYPE,
}


def field_word(field: str | None) -> str | None:
    """The word for a field; an unknown one with blanks for its underscores."""
    return None if field is None else _(FIELDS.get(field, field.replace("_", " ")))


def value_word(field: str | None, value: str | None) -> str | None:
    """A value as a person reads it: codes of statuses and order types in words."""
    if value is None or field not in _CODES:
        return value
    return statuses.decoded(_CODES[field], value)
