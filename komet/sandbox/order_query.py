"""Answers `purchase.order.list`: scope of the token, filters, and cached whole days."""

import json

from komet.sandbox.dialect import Dialect
from komet.sandbox.masters import Company
from komet.sandbox.order_rows import order_row
from komet.sandbox.parameters import Parameters, day, like, same
from komet.sandbox.records import PurchaseOrder
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_WORDS = {
    "confirmed by farm": "CF",
    "approved": "A",
    "pending approval": "PA",
    "cancelled": "CA",
    "sent to cargomaster": "SC",
}
_NOT_HELD = (
    "awbId",
    "inboundTruckId",
    "futureInventoryAvailableFrom",
    "futureInventoryAvailableTo",
)
"""Filters on what the sandbox's orders do not have: they find nothing."""
_CACHED_ANSWERS = 2_048

_Key = tuple[str, tuple[int, int], int | None, frozenset[tuple[str, str]]]


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
        if any(parameters.get(name) for name in _NOT_HELD):
            return []
        if wanted := parameters.get("date"):
            return list(self._state.orders(company.key, day("date", wanted)))
        return list(self._state.all_orders(company.key))

    def _body(self, orders: list[PurchaseOrder], company: Company) -> bytes:
        dialect = Dialect.of(company, quirks=self._state.quirks)
        if not orders:
            return encode(dialect.empty("Orders"))
        rows = [order_row(order, dialect) for order in orders]
        return encode({"message": "OK", "status": dialect.success, "purchaseOrders": rows})


def encode(answer: dict[str, object]) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _matches(order: PurchaseOrder, parameters: Parameters, company: Company) -> bool:
    get = parameters.get
    numbers = [part.strip() for part in get("number", "").split(",") if part.strip()]
    if numbers and not any(same(number, order.number) for number in numbers):
        return False
    if (words := get("status")) and _WORDS.get(words.casefold()) != order.status:
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
