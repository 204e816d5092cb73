"""New purchase orders, and new lines of those that there are: `purchase.order.create` and
`purchase.order.mixed.create`.

The contract hides the members of an item and of its breakdowns: they are named as in the answer of
`purchase.order.list`, with `boxes`, `boxTypeCode`, `boxTypeId` and `cost` besides.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

from komet.sandbox.books import Row
from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, day, members, same, whole
from komet.sandbox.held_orders import HeldOrders
from komet.sandbox.known_products import known_product
from komet.sandbox.masters import Company, Location, Vendor
from komet.sandbox.records import Breakdown, Line, PurchaseOrder
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_FIRST_MADE = 90_000_000
_FIRST_LINE = 9_000_000_000


class OrderCreation:
    """Creates orders on a state. Where every product is UNKNOWN, nothing is made."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._orders = HeldOrders(state)
        self._made = _FIRST_MADE
        self._lines = _FIRST_LINE
        self.methods: dict[str, Act] = {
            "purchase.order.create": self._act("purchase.order.create"),
            "purchase.order.mixed.create": self._act("purchase.order.mixed.create"),
        }

    def _act(self, method: str) -> Act:
        def act(token: SampleToken, parameters: Parameters) -> Answer:
            order, lines = self.make(token, parameters)
            if order is not None:
                made = {"number": order.number, "poItemIds": [line.id for line in lines]}
                self._state.effects.note(method, token.company, order.number, parameters, made)
            # The contract shows no ID in the answer: find the order by its number.
            return OK

        return act

    def make(
        self, token: SampleToken, parameters: Parameters, status: str = "PA"
    ) -> tuple[PurchaseOrder | None, list[Line]]:
        """The order that was made or added to, in this header status if it is new; its new lines.

        Refuses what is not the token's own, and an order that was cancelled.
        """
        company = self._state.companies[token.company]
        vendor = self._vendor(company, token, parameters)
        location = self._location(company, parameters)
        items = members("purchaseOrderItems", parameters["purchaseOrderItems"])
        if not items:
            raise RefusalError(400, "The parameter purchaseOrderItems is required.")
        number = parameters.get("purchaseOrderNumber")
        held = self._held(token, number, vendor) if number else None
        lines = [line for item in items if (line := self._line(token, item))]
        if not lines:
            return None, []
        order = held or self._new(parameters, vendor, location, status)
        order = replace(order, lines=(*order.lines, *lines))
        self._orders.save(token, order)
        return order, lines

    def _new(
        self, parameters: Parameters, vendor: Vendor, location: Location, status: str
    ) -> PurchaseOrder:
        self._made += 1
        now = datetime.combine(self._state.today, time(12))
        return PurchaseOrder(
            id=self._made,
            number=parameters.get("purchaseOrderNumber") or f"P{self._made}",
            origin=vendor.origin,
            vendor_id=vendor.id,
            vendor_name=vendor.name,
            location_id=location.id,
            location_name=location.name,
            ship_date=day("shipDate", parameters["shipDate"]),
            status=status,
            shipped=False,
            comments=None,
            created_on=now,
            updated_on=now,
            lines=(),
        )

    def _held(self, token: SampleToken, number: str, vendor: Vendor) -> PurchaseOrder | None:
        for order in self._state.known_orders(token.company):
            if same(number, order.number):
                if order.vendor_id != vendor.id:
                    raise RefusalError(400, f"The PO {number} belongs to another vendor.")
                if order.status == "CA":
                    raise RefusalError(400, f"The PO {number} was cancelled.")
                return order
        return None

    def _vendor(self, company: Company, token: SampleToken, parameters: Parameters) -> Vendor:
        get = parameters.get
        if token.vendor_id is None and get("vendorId") and get("vendorCode"):
            raise RefusalError(400, "Send vendorId or vendorCode, not both.")
        for row in company.vendors:
            if token.vendor_id == row.id:
                return row
            if token.vendor_id is None and (
                get("vendorId") == str(row.id) or get("vendorCode") == row.code
            ):
                return row
        raise RefusalError(404, "Vendor not found.")

    def _location(self, company: Company, parameters: Parameters) -> Location:
        code = parameters.get("companyLocationCode")
        if not code:
            if self._state.strict and len(company.locations) > 1:
                raise RefusalError(400, "The parameter companyLocationCode is required.")
            return company.locations[0]
        for row in company.locations:
            if row.code == code:
                return row
        raise RefusalError(404, "Location not found.")

    def _line(self, token: SampleToken, item: Parameters) -> Line | None:
        """The line of an item; `None` where its product is UNKNOWN, or no box is left of it."""
        prebook, detail = self._prebook(token, item)
        given = {**_as_item(detail), **item}
        parts = [
            part
            for one in members("breakdowns", given.get("breakdowns"))
            if (part := self._part(token, one))
        ]
        asked_for_parts = bool(members("breakdowns", given.get("breakdowns")))
        product = known_product(self._state, token, given)
        boxes = whole("boxes", given.get("boxes") or "1")
        if product is None or boxes == 0 or (asked_for_parts and not parts):
            return None
        if boxes < 0:
            raise RefusalError(400, "The parameter boxes is not a number of boxes.")
        company = self._state.companies[token.company]
        customer, carrier = company.customers[0], company.carriers[0]
        self._lines += 1
        return Line(
            id=self._lines,
            product_id=product.id,
            description=product.description,
            box_type=_box_type(company, given),
            boxes=boxes,
            bunches=sum(part.bunches for part in parts)
            or whole("bunches", given.get("bunches") or "10"),
            stems_bunch=whole("stemsBunch", given.get("stemsBunch") or "25"),
            unit_type="Bunch" if given.get("unitType", "").casefold() == "bunch" else "Stem",
            unit_cost=_cost(given.get("cost") or given.get("unitCost") or "0.30"),
            status="Pending",
            quantity_confirmed=None,
            order_type="P",
            customer_id=_id(prebook.get("customerId"), customer.id),
            customer_name=str(prebook.get("customerName") or customer.name),
            carrier_id=_id(prebook.get("carrierId"), carrier.id),
            carrier_name=str(prebook.get("carrierName") or carrier.name),
            prebook_item_id=int(detail["prebookItemId"]) if detail else None,
            prebook=str(prebook["number"]) if detail else None,
            truck_date=_truck_date(prebook),
            mark_code=given.get("markCode") or None,
            reference=given.get("reference") or None,
            notes=given.get("notes") or None,
            breakdowns=tuple(parts),
        )

    def _part(self, token: SampleToken, given: Parameters) -> Breakdown | None:
        product = known_product(self._state, token, given)
        if product is None:
            return None
        return Breakdown(
            product.id,
            product.description,
            whole("bunches", given.get("bunches") or "1"),
            whole("stemsBunch", given.get("stemsBunch") or "25"),
            _cost(given.get("cost") or "0.30"),
        )

    def _prebook(self, token: SampleToken, item: Parameters) -> tuple[Row, Row]:
        wanted = item.get("prebookItemId")
        if not wanted:
            return {}, {}
        for row in self._state.books[token.company].rows("prebooks"):
            for detail in row["details"]:
                if str(detail["prebookItemId"]) == wanted:
                    if token.vendor_id is not None and not same(
                        str(token.vendor_id), detail.get("vendorId")
                    ):
                        raise RefusalError(400, "The prebook item belongs to another vendor.")
                    return row, detail
        raise RefusalError(404, "Prebook item not found.")


def _as_item(detail: Mapping[str, Any]) -> dict[str, str]:
    """What a prebook line says of a PO line, as a call would say it."""
    names = {
        "productId": "productId", "productDescription": "productDescription",
        "totalBoxes": "boxes", "boxType": "boxTypeCode", "bunches": "bunches",
        "stemsBunch": "stemsBunch", "unitType": "unitType", "cost": "cost",
        "markCode": "markCode", "notes": "notes",
    }  # fmt: skip
    return {
        own: str(detail[name]) for name, own in names.items() if detail.get(name) not in {None, ""}
    }


def _box_type(company: Company, given: Parameters) -> str:
    if code := given.get("boxTypeCode") or given.get("boxType"):
        return code
    by_id = (row.code for row in company.box_types if given.get("boxTypeId") == str(row.id))
    return next(by_id, company.box_types[1].code)


def _cost(text: str) -> Decimal:
    try:
        cost = Decimal(text)
    except InvalidOperation:
        cost = Decimal("NaN")
    if not cost.is_finite() or cost < 0:
        raise RefusalError(400, f"“{text}” is not a cost.")
    return cost


def _id(value: object, default: int) -> int:
    text = str(value)
    return int(text) if text.isascii() and text.isdigit() else default


def _truck_date(prebook: Row) -> date | None:
    text = prebook.get("truckDate")
    return date.fromisoformat(str(text)[:10]) if text else None
