"""Purchase orders as `purchase.order.list` answers them."""

from komet.sandbox.cartons import cartons_of
from komet.sandbox.dialect import MISSING, Dialect, amount_text, present
from komet.sandbox.records import Breakdown, Line, PurchaseOrder


def order_row(order: PurchaseOrder, dialect: Dialect) -> dict[str, object]:
    """One member of `purchaseOrders`."""
    salt = order.id
    row: dict[str, object] = {
        "id": dialect.integer(order.id),
        "number": order.number,
        "origin": order.origin,
        "vendorId": dialect.integer(order.vendor_id),
        "vendorName": order.vendor_name,
        "locationId": dialect.integer(order.location_id),
        "locationName": order.location_name,
        "shipDate": order.ship_date.isoformat(),
        "status": order.status,
        "totalBoxes": dialect.quantity(order.boxes, salt),
        "totalCost": amount_text(order.total_cost, thousands=dialect.text_numbers)
        if dialect.quirks
        else float(order.total_cost),
        "comments": dialect.text(order.comments, salt),
        "createdOn": dialect.moment(order.created_on, salt),
        "updatedOn": dialect.moment(order.updated_on, salt + 1),
    }
    if dialect.quirks and salt % 3 == 0:
        row["incoterm"] = "FCA" if salt % 2 else "FOB"
    row["details"] = [_line_row(line, order, dialect) for line in order.lines]
    return present(row)


def _line_row(line: Line, order: PurchaseOrder, dialect: Dialect) -> dict[str, object]:
    salt = line.id
    row: dict[str, object] = {
        "poItemId": dialect.integer(line.id),
        "prebookItemId": dialect.integer(line.prebook_item_id, salt),
        "productId": dialect.integer(line.product_id),
        "productDescription": line.description,
        "boxType": line.box_type,
        "totalBoxes": dialect.quantity(line.boxes, salt),
        "bunches": dialect.quantity(line.bunches, salt + 1),
        "stemsBunch": dialect.quantity(line.stems_bunch, salt + 2),
        "units": dialect.quantity(line.units, salt + 3),
        "unitType": line.unit_type,
        "totalUnits": dialect.quantity(line.total_units, salt),
        "unitCost": dialect.cost(line.unit_cost, salt),
        "totalCost": dialect.cost(line.total_cost, salt + 1),
        "quantityConfirmed": dialect.quantity(line.quantity_confirmed, salt),
        "lineItemStatus": line.status,
        "orderType": line.order_type,
        "standingOrder": dialect.text(line.standing_order, salt),
        "prebook": dialect.text(line.prebook, salt + 1),
        "prebookTruckDate": _truck_date(line, dialect),
        "customerId": dialect.integer(line.customer_id),
        "customerName": line.customer_name,
        "carrierId": dialect.integer(line.carrier_id),
        "carrierName": line.carrier_name,
        "markCode": dialect.text(line.mark_code, salt),
        "referenceNumber": dialect.text(line.reference, salt + 1),
        "notes": dialect.text(line.notes, salt + 2),
        "customField1": dialect.text(line.custom_field_1, salt),
        "breakdowns": _rows([_breakdown_row(part, salt, dialect) for part in line.breakdowns], salt)
        if dialect.quirks
        else [_breakdown_row(part, salt, dialect) for part in line.breakdowns],
        "boxes": _box_rows(line, order, dialect),
        "customFields": _custom_field_rows(line, dialect),
    }
    if dialect.quirks and salt % 7 == 0:
        row["awbHint"] = f"729-{salt % 10**8:08d}"
    return present(row)


def _breakdown_row(part: Breakdown, salt: int, dialect: Dialect) -> dict[str, object]:
    return {
        "productId": dialect.integer(part.product_id),
        "productDescription": part.description,
        "bunches": dialect.quantity(part.bunches, salt),
        "stemsBunch": dialect.quantity(part.stems_bunch, salt + 1),
        "cost": dialect.cost(part.cost, salt),
    }


def _box_rows(line: Line, order: PurchaseOrder, dialect: Dialect) -> object:
    cartons = cartons_of(order, line)
    if not cartons:
        return _rows([], line.id + 1) if dialect.quirks else []
    return [
        {
            "boxCode": carton.code,
            "lotNumber": carton.lot,
            "position": carton.position,
            "statusId": dialect.integer(carton.state_id),
            "statusName": carton.state,
        }
        for carton in cartons
    ]


def _custom_field_rows(line: Line, dialect: Dialect) -> object:
    rows: list[dict[str, object]] = [
        {
            "customFieldId": dialect.integer(field.field_id),
            "fieldName": field.name,
            "customFieldValueId": dialect.integer(field.value_id),
            "value": field.value,
        }
        for field in line.custom_fields
    ]
    return _rows(rows, line.id) if dialect.quirks else rows


def _rows(rows: list[dict[str, object]], salt: int) -> object:
    """An array, or for no rows sometimes no member at all."""
    return rows if rows or salt % 2 else MISSING


def _truck_date(line: Line, dialect: Dialect) -> object:
    if line.truck_date is None:
        return dialect.nothing(line.id)
    if dialect.quirks and line.id % 97 == 0:
        return "0000-00-00"
    return line.truck_date.isoformat()
