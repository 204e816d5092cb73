"""Where the PO lines and boxes of one importer are, so that a write finds them at once."""

from komet.sandbox.records import Carton, Line, PurchaseOrder, cartons_of

_COUNTER = 3
"""Digits of a box's number, after the ID of its line, in a code that is made up."""


def line_in_code(code: str) -> str:
    """The ID of the line, if the code of the box is made up."""
    return code[:-_COUNTER]


class LineIndex:
    """The orders by their ID, the ID of each line, and the code of each box that a call has packed.

    The other boxes are made up when they are asked for, with the ID of their line in their codes.
    """

    def __init__(self) -> None:
        self._orders: dict[int, PurchaseOrder] = {}
        self._by_line: dict[str, int] = {}
        self._packed: dict[str, str] = {}

    def put(self, *orders: PurchaseOrder) -> None:
        """Take in orders, each in the place of the one of its ID."""
        for order in orders:
            self._put(order)

    def _put(self, order: PurchaseOrder) -> None:
        before = self._orders.get(order.id)
        for line in before.lines if before else ():
            del self._by_line[str(line.id)]
            for carton in line.packed:
                self._packed.pop(carton.code, None)
        self._orders[order.id] = order
        for line in order.lines:
            self._by_line[str(line.id)] = order.id
            for carton in line.packed:
                self._packed[carton.code] = str(line.id)

    def order(self, order_id: int) -> PurchaseOrder | None:
        """The order of that ID."""
        return self._orders.get(order_id)

    def line(self, item_id: str) -> tuple[PurchaseOrder, Line] | None:
        """A line by its ID, with its order."""
        order_id = self._by_line.get(item_id)
        if order_id is None:
            return None
        order = self._orders[order_id]
        return order, next(line for line in order.lines if str(line.id) == item_id)

    def box(self, code: str) -> tuple[PurchaseOrder, Line, Carton] | None:
        """A box by its code, with its line and its order."""
        found = self.line(self._packed.get(code, line_in_code(code)))
        if found is None:
            return None
        order, line = found
        for carton in cartons_of(order, line):
            if carton.code == code:
                return order, line, carton
        return None
