"""The methods that change lines of purchase orders; it shows in the next purchase.order.list."""

from dataclasses import replace
from decimal import Decimal, InvalidOperation

from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, whole
from komet.sandbox.held_orders import HeldOrders, with_lines
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_CHECKOUT = (
    "This product cannot be confirmed because the checkout process has not been completed by the "
    "final e-commerce customer. Please try again after 60 minutes."
)
_LONGEST_REFERENCE = 20


class OrderActions:
    """The writing methods of purchase orders on a state."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._orders = HeldOrders(state)
        self.methods: dict[str, Act] = {
            "purchase.order.item.confirm": self.confirm,
            "purchase.order.item.delete": self.delete,
            "purchase.order.item.price.update": self.price,
            "purchase.order.item.reference.update": self.reference,
        }

    def confirm(self, token: SampleToken, parameters: Parameters) -> Answer:
        """`quantityConfirmed` boxes of a line: all, a part, or none of them.

        The contract does not say which status comes with a checkout that is still to come: one
        importer answers 0, the one that writes numbers as text 1, and nothing is confirmed.
        """
        order, line = self._orders.line(token, parameters.get("poItemId"))
        if line.id in self._state.awaiting_checkout[token.company]:
            company = self._state.companies[token.company]
            return {"status": "1" if company.text_numbers else "0", "message": _CHECKOUT}
        if line.status in {"Shipped", "Cancelled"}:
            raise RefusalError(400, f"The item was {line.status.lower()} already.")
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
        self._state.effects.note("purchase.order.item.confirm", token.company, line.id, parameters)
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
        if len(parameters["reference"]) > _LONGEST_REFERENCE:
            raise RefusalError(400, f"A reference has {_LONGEST_REFERENCE} characters at most.")
        after = replace(line, reference=parameters["reference"])
        self._orders.save(token, with_lines(order, line, [after]))
        return OK
