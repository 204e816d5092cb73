"""The methods that change purchase orders: what they do shows in the next purchase.order.list."""

from dataclasses import replace
from datetime import datetime, time
from decimal import Decimal, InvalidOperation

from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, day, members, whole
from komet.sandbox.held_orders import HeldOrders, with_lines
from komet.sandbox.masters import Company, Vendor
from komet.sandbox.records import Line, PurchaseOrder
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_FIRST_MADE = 90_000_000


class OrderActions:
    """The writing methods of purchase orders on a state."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._orders = HeldOrders(state)
        self._made = _FIRST_MADE
        self.methods: dict[str, Act] = {
            "purchase.order.item.confirm": self.confirm,
            "purchase.order.item.delete": self.delete,
            "purchase.order.item.price.update": self.price,
            "purchase.order.item.reference.update": self.reference,
            "purchase.order.create": self.create,
            "purchase.order.mixed.create": self.create,
        }

    def confirm(self, token: SampleToken, parameters: Parameters) -> Answer:
        """`quantityConfirmed` boxes of a line: all, a part, or none of them."""
        order, line = self._orders.line(token, parameters.get("poItemId"))
        confirmed = whole("quantityConfirmed", parameters["quantityConfirmed"])
        if not 0 <= confirmed <= line.boxes:
            raise RefusalError(400, f"quantityConfirmed must be between 0 and {line.boxes}.")
        status = "Confirmed" if confirmed == line.boxes else "Partially Confirmed"
        after = replace(
            line, quantity_confirmed=confirmed, status=status if confirmed else "Pending"
        )
        changed = with_lines(order, line, [after])
        if all(row.status in {"Confirmed", "Shipped", "Cancelled"} for row in changed.lines):
            changed = replace(
                changed, status="CF" if changed.status in {"PA", "A"} else order.status
            )
        self._orders.save(token, changed)
        return OK

    def delete(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A line that was not shipped goes; without lines the PO is cancelled."""
        order, line = self._orders.line(token, parameters.get("poItemId"))
        if line.status == "Shipped":
            raise RefusalError(400, "The item was shipped and cannot be deleted.")
        changed = with_lines(order, line, [])
        self._orders.save(token, changed if changed.lines else replace(changed, status="CA"))
        return OK

    def price(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another unit cost."""
        order, line = self._orders.line(token, parameters.get("purchaseOrderItemId"))
        try:
            cost = Decimal(parameters["price"])
        except InvalidOperation:
            raise RefusalError(400, "The parameter price is not a number.") from None
        if not cost.is_finite() or cost < 0:
            raise RefusalError(400, "The parameter price is not a price.")
        self._orders.save(token, with_lines(order, line, [replace(line, unit_cost=cost)]))
        return OK

    def reference(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another reference."""
        order, line = self._orders.line(token, parameters.get("purchaseOrderItemId"))
        after = replace(line, reference=parameters["reference"])
        self._orders.save(token, with_lines(order, line, [after]))
        return OK

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
        self._orders.save(token, order)
        return OK


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
