"""Lines whose product the importer has not mapped: Komet shows it as UNKNOWN, and ships no box."""

from collections.abc import Callable
from dataclasses import replace

from komet.sandbox.chance import chance
from komet.sandbox.masters import Company
from komet.sandbox.records import UNKNOWN_ID, Line, PurchaseOrder


def as_unknown(line: Line, company: Company) -> Line:
    """The line as Komet shows it while its product is not mapped.

    The contract says no more than that such a product is UNKNOWN. One importer shows that word and
    no product ID, the one that writes numbers as text shows it before the vendor's own text, and 0.
    """
    text = f"UNKNOWN {line.description}" if company.text_numbers else "UNKNOWN"
    return replace(line, product_id=UNKNOWN_ID, description=text)


def unmapper(company: Company, seed: int, share: float) -> Callable[[PurchaseOrder], PurchaseOrder]:
    """What unmaps the products of a share of an order's solid lines; nothing else in it changes."""

    def struck(line: Line) -> bool:
        roll = chance(seed, company.key, "unknown", line.id).random()
        return not line.breakdowns and roll < share

    def unmap(order: PurchaseOrder) -> PurchaseOrder:
        lines = (as_unknown(line, company) if struck(line) else line for line in order.lines)
        return replace(order, lines=tuple(lines))

    return unmap if share else lambda order: order
