"""The orders that a token may touch: finding a line of them, and putting a changed order back."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time

from komet.sandbox.call import RefusalError
from komet.sandbox.records import Line, PurchaseOrder
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken


class HeldOrders:
    """The orders of a state, through the eyes of a token: a vendor has its own only."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    def all(self, token: SampleToken) -> Iterator[PurchaseOrder]:
        """Every order that the token may touch."""
        for order in self._state.known_orders(token.company):
            if token.vendor_id in {None, order.vendor_id}:
                yield order

    def line(self, token: SampleToken, wanted: str | None) -> tuple[PurchaseOrder, Line]:
        """A line by its ID, with its order. Refuses one that there is not with 404."""
        found = self._state.find_line(token.company, wanted or "")
        if found is None or token.vendor_id not in {None, found[0].vendor_id}:
            raise RefusalError(404, "PO item not found.")
        return found

    def save(self, token: SampleToken, order: PurchaseOrder) -> None:
        """Put a changed order in the place of the one of its ID."""
        now = datetime.combine(self._state.today, time(12))
        self._state.edit(token.company, replace(order, updated_on=max(now, order.updated_on)))


def with_lines(order: PurchaseOrder, line: Line, instead: list[Line]) -> PurchaseOrder:
    """The order with these lines in the place of that one."""
    at = order.lines.index(line)
    return replace(order, lines=(*order.lines[:at], *instead, *order.lines[at + 1 :]))
