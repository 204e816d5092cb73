"""Prebooks: made, filled from availability, and emptied.

The contract hides most members of an item: they are those that a public client sends.
"""

import json
from typing import Any

from komet.sandbox.book_rows import append, found, given, item_of, number_in, remove_item
from komet.sandbox.books import Books, Row
from komet.sandbox.call import (
    OK,
    Act,
    Answer,
    Parameters,
    RefusalError,
    day,
    members,
    same,
    texts,
    whole,
    yes,
)
from komet.sandbox.known_products import known_product
from komet.sandbox.masters import Company
from komet.sandbox.order_creation import OrderCreation
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_SAME_ORDER = ("locationId", "carrierId", "truckDate", "customerId", "customerPONumber")
_VENDORS_OWN = frozenset({"price", "vendorId", "vendorCode", "vendorName"})
"""What a vendor cannot say of its own items: it is ignored."""


class PrebookActions:
    """The writing methods of prebooks on a state. `creation` makes the orders of a prebook."""

    def __init__(self, state: SandboxState, creation: OrderCreation) -> None:
        self._state = state
        self._creation = creation
        self.methods: dict[str, Act] = {
            "prebook.create": self.create,
            "multiple.prebooks.create": self.create_several,
            "prebook.item.delete": self.delete_item,
            "prebook.future.item.add": self._item("future", "boxes"),
            "prebook.vendor.availability.item.add": self._item("availability", "quantity"),
        }

    def create(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A prebook with its items; with `useExisting` they may go into one that is like it."""
        items = members("prebookItems", parameters.get("prebookItems"))
        made = self._made("prebook.create", token, parameters, items)
        return {**OK, **made}

    def create_several(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A prebook for each carrier and ship date among the items."""
        groups: dict[tuple[str, str], list[dict[str, str]]] = {}
        for item in members("prebookItems", parameters.get("prebookItems")):
            key = (item.get("carrierCode", ""), item.get("shipDate", ""))
            groups.setdefault(key, []).append(item)
        for _carrier, ship_date in groups:
            if ship_date:
                day("shipDate", ship_date)
        for (carrier, ship_date), items in (groups or {("", ""): []}).items():
            own = {
                **parameters,
                "carrierCode": carrier,
                "shipDate": ship_date or self._state.today.isoformat(),
            }
            self._made("multiple.prebooks.create", token, own, items)
        return OK

    def delete_item(self, token: SampleToken, parameters: Parameters) -> Answer:
        """One item less; that of a vendor stays with no boxes, and must be its own."""
        row = found(self._books(token).row("prebooks", parameters["prebookId"]))
        wanted = parameters["prebookItemId"]
        item = item_of(row, "prebookItemId", wanted)
        if token.vendor_id is None:
            remove_item(row, "prebookItemId", wanted)
        elif not same(str(token.vendor_id), item.get("vendorId")):
            raise RefusalError(404, "The prebook item belongs to another vendor.")
        else:
            item.update(totalBoxes=0, boxes=0, totalUnits=0)
        made = {"totalBoxes": 0} if token.vendor_id is not None else {}
        self._state.effects.note("prebook.item.delete", token.company, wanted, parameters, made)
        return {"status": "1", "message": "success"}

    def _made(
        self, method: str, token: SampleToken, parameters: Parameters, items: list[dict[str, str]]
    ) -> Answer:
        books = self._books(token)
        header = self._header(token, parameters)
        orders = yes(parameters.get("autoGeneratePOsfromPrebooks"))
        details = [self._detail(token, item, needs_cost=orders) for item in items]
        row = self._existing(books, header) if yes(parameters.get("useExisting")) else None
        if row is None:
            row = found(books.row("prebooks", books.add("prebooks", header)))
            row["number"] = str(row["id"])
        added = [append(row, detail) for detail in details]
        made: Answer = {"prebookId": row["id"], "prebookNumber": int(row["number"])}
        noted = {**made, "prebookItemIds": [item["prebookItemId"] for item in added]}
        if orders:
            noted["purchaseOrders"] = self._orders(token, parameters, added)
        self._state.effects.note(method, token.company, row["number"], parameters, noted)
        return made

    def _header(self, token: SampleToken, parameters: Parameters) -> Row:
        company = self._state.companies[token.company]
        location = next(
            (row for row in company.locations if row.code == parameters.get("companyLocationCode")),
            company.locations[0],
        )
        kept = {key: value for key, value in given(parameters).items() if key != "prebookItems"}
        return {
            **kept,
            **self._party(company, parameters, "customer"),
            **self._party(company, parameters, "carrier"),
            "truckDate": parameters.get("shipDate"),
            "customerPONumber": parameters.get("customerPO", ""),
            "locationId": location.id,
            "locationCode": location.code,
            "locationName": location.name,
            "type": "P",
            "details": [],
        }

    def _party(self, company: Company, parameters: Parameters, noun: str) -> Row:
        """The customer or the carrier of a prebook, by ID or code."""
        wanted, code = parameters.get(f"{noun}Id"), parameters.get(f"{noun}Code")
        rows: tuple[Any, ...] = getattr(company, f"{noun}s")
        for row in rows:
            if wanted == str(row.id) or (not wanted and code == row.code):
                return {f"{noun}Id": row.id, f"{noun}Code": row.code, f"{noun}Name": row.name}
        if self._state.strict:
            raise RefusalError(404, f"{noun.capitalize()} not found.")
        return {}

    def _detail(self, token: SampleToken, item: dict[str, str], *, needs_cost: bool) -> Row:
        company = self._state.companies[token.company]
        if token.vendor_id is not None:
            item = {key: value for key, value in item.items() if key not in _VENDORS_OWN}
            item["vendorId"] = str(token.vendor_id)
        if needs_cost and not (item.get("vendorId") and item.get("cost")):
            raise RefusalError(400, "Purchase orders need vendorId and cost of each item.")
        vendor = next((row for row in company.vendors if item.get("vendorId") == str(row.id)), None)
        product = known_product(self._state, token, item)
        detail = {**given(item), "totalBoxes": number_in(item.get("boxes", "1"))}
        if vendor is not None:
            detail |= {"vendorId": vendor.id, "vendorName": vendor.name}
        if product is not None:
            detail |= {"productId": product.id, "productDescription": product.description}
        by_id = {str(row.id): row.code for row in company.box_types}
        if code := item.get("boxTypeCode") or by_id.get(item.get("boxTypeId", "")):
            detail["boxType"] = code
        if "price" in item:
            detail["unitPrice"] = number_in(item["price"])
        return detail

    def _existing(self, books: Books, header: Row) -> Row | None:
        for row in books.rows("prebooks"):
            if all(same(str(row.get(key, "")), header.get(key, "")) for key in _SAME_ORDER):
                return row
        return None

    def _orders(self, token: SampleToken, parameters: Parameters, items: list[Row]) -> list[str]:
        """The numbers of the orders, one a vendor, that come of the items at once, Approved."""
        by_vendor: dict[str, list[dict[str, str]]] = {}
        for item in items:
            asked = {"prebookItemId": str(item["prebookItemId"]), "cost": str(item["cost"])}
            by_vendor.setdefault(str(item["vendorId"]), []).append(asked)
        numbers = []
        for vendor, lines in by_vendor.items():
            asked_for = {
                "shipDate": parameters["shipDate"],
                "vendorId": vendor,
                "companyLocationCode": parameters.get("companyLocationCode", ""),
                "purchaseOrderItems": json.dumps(lines),
            }
            order, _lines = self._creation.make(token, asked_for, status="A")
            if order is not None:
                numbers.append(order.number)
        return numbers

    def _books(self, token: SampleToken) -> Books:
        return self._state.books[token.company]

    def _item(self, noun: str, boxes: str) -> Act:
        def act(token: SampleToken, parameters: Parameters) -> Answer:
            books = self._books(token)
            row = found(books.row("prebooks", parameters["prebookId"]))
            wanted = texts(parameters.get("inventoryId") or parameters.get("inventoryIds"))
            for inventory_id in wanted:
                stored = found(books.row(noun, inventory_id, "inventoryId"))
                count = whole(boxes, parameters[boxes])
                if "quantity" in stored:
                    if count > stored["quantity"]:
                        raise RefusalError(400, f"Only {stored['quantity']} boxes are available.")
                    stored["quantity"] -= count
                item = append(row, {**stored, "totalBoxes": count, **given(parameters)})
            return {**OK, "prebookItemId": item["prebookItemId"]}

        return act
