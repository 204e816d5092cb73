"""Answers `purchase.order.list`: scope of the token, filters, rows, and cached whole days."""

import json

from komet.sandbox.call import Parameters, day, like, same
from komet.sandbox.dialect import MISSING, Dialect, amount_text, present
from komet.sandbox.masters import Company
from komet.sandbox.records import Breakdown, Line, PurchaseOrder, awb_id, cartons_of
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_STATUS_OF = {
    "confirmed by farm": "CF",
    "approved": "A",
    "pending approval": "PA",
    "cancelled": "CA",
    "sent to cargomaster": "SC",
}
_UNSUPPORTED_FILTERS = (
    "inboundTruckId",
    "futureInventoryAvailableFrom",
    "futureInventoryAvailableTo",
)
"""Filters on what the sandbox's orders do not have: they find nothing."""
_CACHED_ANSWERS = 2_048

_Key = tuple[str, tuple[int, int], int | None, frozenset[tuple[str, str]]]


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
        "productId": dialect.integer(
            None if line.unknown and not dialect.text_numbers else line.product_id, salt
        ),
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


class OrderQuery:
    """`purchase.order.list` on a state. Bytes of an answer are kept until the data moves on."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._cache: dict[_Key, bytes] = {}

    def answer(self, token: SampleToken, parameters: Parameters) -> bytes:
        """The JSON body for a call that was already checked."""
        company = self._state.companies[token.company]
        revision = self._state.edition(company.key)
        filters = frozenset(parameters.items())
        key = (company.key, revision, token.vendor_id, filters)
        body = self._cache.get(key)
        if body is None:
            found = [
                order
                for order in self._candidates(company, parameters)
                if token.vendor_id in {None, order.vendor_id}
                and _matches(order, parameters, company)
            ]
            body = self._body(found, company)
            if len(self._cache) >= _CACHED_ANSWERS:
                self._cache.clear()
            # Data that moved on meanwhile must not be kept under the revision before.
            if revision == self._state.edition(company.key):
                self._cache[key] = body
        return body

    def _candidates(self, company: Company, parameters: Parameters) -> list[PurchaseOrder]:
        if any(parameters.get(name) for name in _UNSUPPORTED_FILTERS):
            return []
        if (wanted := parameters.get("date")) and not parameters.get("awbId"):
            return list(self._state.orders(company.key, day("date", wanted)))
        orders = list(self._state.known_orders(company.key))
        if wanted := parameters.get("awbId"):
            return [order for order in orders if wanted in _awb_ids(order)]
        return orders

    def _body(self, orders: list[PurchaseOrder], company: Company) -> bytes:
        dialect = Dialect.of(company, quirks=self._state.quirks)
        if not orders:
            return encode(dialect.empty("Orders"))
        rows = [order_row(order, dialect) for order in orders]
        return encode({"message": "OK", "status": dialect.success, "purchaseOrders": rows})


def encode(answer: dict[str, object]) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _awb_ids(order: PurchaseOrder) -> set[str]:
    return {
        str(awb_id(carton.awb)) for line in order.lines for carton in cartons_of(order, line)
    }  # fmt: skip


def _matches(order: PurchaseOrder, parameters: Parameters, company: Company) -> bool:
    get = parameters.get
    numbers = [part.strip() for part in get("number", "").split(",") if part.strip()]
    if numbers and not any(same(number, order.number) for number in numbers):
        return False
    if (label := get("status")) and _STATUS_OF.get(label.casefold()) != order.status:
        return False
    if wanted := get("vendor"):
        code = next((row.code for row in company.vendors if row.id == order.vendor_id), "")
        if not like(wanted, order.vendor_name, code):
            return False
    return (
        same(get("vendorId"), order.vendor_id)
        and same(get("locationId"), order.location_id)
        and same(get("origin"), order.origin)
        and _lines_match(order, parameters)
    )


def _lines_match(order: PurchaseOrder, parameters: Parameters) -> bool:
    get, lines = parameters.get, order.lines
    items = [part.strip() for part in get("purchaseOrderItemIds", "").split(",") if part.strip()]
    products = [line.description for line in lines]
    products += [part.description for line in lines for part in line.breakdowns]
    return (
        same(get("customerId"), *(line.customer_id for line in lines))
        and same(get("customerPONumber"), *(line.reference for line in lines if line.reference))
        and same(get("prebook"), *(line.prebook for line in lines if line.prebook))
        and same(get("statusLine"), *(line.status for line in lines))
        and (not items or any(str(line.id) in items for line in lines))
        and like(get("product"), *products)
    )
