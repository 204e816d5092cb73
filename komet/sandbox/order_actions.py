"""The methods that change purchase orders: what they do shows in the next purchase.order.list."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal, InvalidOperation

from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, day, members, texts, whole
from komet.sandbox.masters import Company, Vendor
from komet.sandbox.records import SHIPPED, Carton, Line, PurchaseOrder
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_FIRST_MADE = 90_000_000
_SPLIT = 5_000_000_000


class OrderActions:
    """The writing methods of purchase orders on a state."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._made = _FIRST_MADE
        self.methods: dict[str, Act] = {
            "purchase.order.item.confirm": self.confirm,
            "purchase.order.item.delete": self.delete,
            "purchase.order.item.price.update": self.price,
            "purchase.order.item.reference.update": self.reference,
            "purchase.order.item.awb.add": self.ship,
            "purchase.order.items.awb.add": self.ship_several,
            "purchase.order.create": self.create,
            "purchase.order.mixed.create": self.create,
        }

    def confirm(self, token: SampleToken, parameters: Parameters) -> Answer:
        """`quantityConfirmed` boxes of a line: all, a part, or none of them."""
        order, line = self._line(token, parameters.get("poItemId"))
        confirmed = whole("quantityConfirmed", parameters["quantityConfirmed"])
        if not 0 <= confirmed <= line.boxes:
            raise RefusalError(400, f"quantityConfirmed must be between 0 and {line.boxes}.")
        status = "Confirmed" if confirmed == line.boxes else "Partially Confirmed"
        after = replace(
            line, quantity_confirmed=confirmed, status=status if confirmed else "Pending"
        )
        changed = _with_lines(order, line, [after])
        if all(row.status in {"Confirmed", "Shipped", "Cancelled"} for row in changed.lines):
            changed = replace(
                changed, status="CF" if changed.status in {"PA", "A"} else order.status
            )
        self._save(token, changed)
        return OK

    def delete(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A line that was not shipped goes; without lines the PO is cancelled."""
        order, line = self._line(token, parameters.get("poItemId"))
        if line.status == "Shipped":
            raise RefusalError(400, "The item was shipped and cannot be deleted.")
        changed = _with_lines(order, line, [])
        self._save(token, changed if changed.lines else replace(changed, status="CA"))
        return OK

    def price(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another unit cost."""
        order, line = self._line(token, parameters.get("purchaseOrderItemId"))
        try:
            cost = Decimal(parameters["price"])
        except InvalidOperation:
            raise RefusalError(400, "The parameter price is not a number.") from None
        if not cost.is_finite() or cost < 0:
            raise RefusalError(400, "The parameter price is not a price.")
        self._save(token, _with_lines(order, line, [replace(line, unit_cost=cost)]))
        return OK

    def reference(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another reference."""
        order, line = self._line(token, parameters.get("purchaseOrderItemId"))
        after = replace(line, reference=parameters["reference"])
        self._save(token, _with_lines(order, line, [after]))
        return OK

    def ship(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Ship a line under an AWB. Fewer box codes than boxes split off what is left."""
        order, line = self._line(token, parameters.get("poItemId"))
        codes = texts(parameters.get("boxCodes"))
        shipped, rest = self._shipped(token, order, line, parameters, codes)
        answer: Answer = {**OK, "boxCodes": [carton.code for carton in shipped.packed]}
        return answer | ({"newPOItemId": rest.id} if rest else {})

    def ship_several(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The same for several lines, each with an outcome of its own."""
        results: list[Answer] = []
        for item in members("poItems", parameters.get("poItems")):
            answer: Answer = {"poItemId": item.get("poItemId", "")}
            try:
                order, line = self._line(token, item.get("poItemId"))
                shipped, _rest = self._shipped(
                    token, order, line, item, texts(item.get("boxCodes"))
                )
            except RefusalError as refusal:
                results.append(answer | {"status": "0", "message": refusal.message})
            else:
                codes = [carton.code for carton in shipped.packed]
                lot = shipped.packed[0].lot
                results.append(answer | OK | {"boxCodes": codes, "lotNumber": lot})
        return OK | {"purchaseOrderItemDetailsAWBAddAPIResultList": results}

    def create(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A new PO. The contract shows no ID in the answer: find it by its number."""
        company = self._state.companies[token.company]
        code = parameters.get("companyLocationCode")
        location = next(
            (row for row in company.locations if row.code == code), company.locations[0]
        )
        vendor = _vendor(company, token, parameters)
        self._made += 1
        items = members("purchaseOrderItems", parameters["purchaseOrderItems"])
        if not items:
            raise RefusalError(400, "The parameter purchaseOrderItems is required.")
        now = datetime.combine(self._state.today, time(12))
        order = PurchaseOrder(
            id=self._made,
            number=parameters.get("purchaseOrderNumber") or f"P{self._made % 1_000_000:06d}",
            origin=vendor.origin,
            vendor_id=vendor.id,
            vendor_name=vendor.name,
            location_id=location.id,
            location_name=location.name,
            ship_date=day("shipDate", parameters["shipDate"]),
            status="PA",
            shipped=False,
            comments=None,
            created_on=now,
            updated_on=now,
            lines=tuple(
                _new_line(company, self._made * 100 + at, item) for at, item in enumerate(items)
            ),
        )
        self._save(token, order)
        return OK

    def _shipped(
        self, token: SampleToken, order: PurchaseOrder, line: Line, given: Parameters,
        codes: list[str],
    ) -> tuple[Line, Line | None]:  # fmt: skip
        if line.status == "Shipped":
            raise RefusalError(400, "The item was shipped already.")
        if line.status == "Cancelled":
            raise RefusalError(400, "The item was cancelled.")
        if len(codes) > line.boxes:
            raise RefusalError(400, f"The item has {line.boxes} boxes only.")
        if not given.get("awb"):
            raise RefusalError(400, "The parameter awb is required.")
        names = codes or [f"{line.id}{at:03d}" for at in range(1, line.boxes + 1)]
        lot = given.get("lotNumber") or str(100_000 + line.id % 90_000)
        packed = tuple(Carton(code, lot, "", *SHIPPED, given["awb"]) for code in names)
        shipped = replace(
            line, boxes=len(names), quantity_confirmed=len(names), status="Shipped", packed=packed
        )
        rest = None
        if len(names) < line.boxes:
            left = line.boxes - len(names)
            confirmed = None if line.quantity_confirmed is None else min(
                left, max(0, line.quantity_confirmed - len(names)))  # fmt: skip
            rest = replace(line, id=line.id + _SPLIT, boxes=left, quantity_confirmed=confirmed)
        self._save(token, _with_lines(order, line, [shipped, *([rest] if rest else [])]))
        return shipped, rest

    def _line(self, token: SampleToken, wanted: str | None) -> tuple[PurchaseOrder, Line]:
        for order in self._orders(token):
            for line in order.lines:
                if str(line.id) == wanted:
                    return order, line
        raise RefusalError(404, "PO item not found.")

    def _orders(self, token: SampleToken) -> Iterable[PurchaseOrder]:
        for order in self._state.known_orders(token.company):
            if token.vendor_id in {None, order.vendor_id}:
                yield order

    def _save(self, token: SampleToken, order: PurchaseOrder) -> None:
        now = datetime.combine(self._state.today, time(12))
        self._state.edit(token.company, replace(order, updated_on=max(now, order.updated_on)))


def _with_lines(order: PurchaseOrder, line: Line, instead: list[Line]) -> PurchaseOrder:
    at = order.lines.index(line)
    return replace(order, lines=(*order.lines[:at], *instead, *order.lines[at + 1 :]))


def _vendor(company: Company, token: SampleToken, parameters: Parameters) -> Vendor:
    for row in company.vendors:
        if token.vendor_id == row.id:
            return row
        if token.vendor_id is None and (
            parameters.get("vendorId") == str(row.id) or parameters.get("vendorCode") == row.code
        ):
            return row
    raise RefusalError(404, "Vendor not found.")


def _new_line(company: Company, line_id: int, item: Parameters) -> Line:
    get = item.get
    product = next(
        (
            row
            for row in company.products
            if get("productId") == str(row.id)
            or (row.legacy_code and get("productCode") == row.legacy_code)
            or get("productDescription") == row.description
        ),
        None,
    )
    if product is None:
        raise RefusalError(404, "Product not found.")
    customer, carrier = company.customers[0], company.carriers[0]
    return Line(
        id=line_id,
        product_id=product.id,
        description=product.description,
        box_type=get("boxTypeCode") or company.box_types[1].code,
        boxes=whole("boxes", get("boxes") or "1"),
        bunches=whole("bunches", get("bunches") or "10"),
        stems_bunch=whole("stemsBunch", get("stemsBunch") or "25"),
        unit_type="Stem",
        unit_cost=Decimal("0.30"),
        status="Pending",
        quantity_confirmed=None,
        order_type="P",
        customer_id=customer.id,
        customer_name=customer.name,
        carrier_id=carrier.id,
        carrier_name=carrier.name,
    )
