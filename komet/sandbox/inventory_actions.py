"""Boxes that an importer has in stock: `inventory.add`, `inventory.update`, `inventory.delete`."""

from komet.sandbox.book_rows import found, given, number_in
from komet.sandbox.books import Row
from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, whole
from komet.sandbox.known_products import known_product
from komet.sandbox.masters import Company
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_MOST_BOXES = 100


class InventoryActions:
    """The three methods on a state. Each line that changes is one effect."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self.methods: dict[str, Act] = {
            "inventory.add": self.add,
            "inventory.update": self.update,
            "inventory.delete": self.delete,
        }

    def add(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Up to 100 boxes of one product; an UNKNOWN product is skipped with a success.

        The contract shows no answer: the ID of the new line is assumed.
        """
        boxes = _boxes(parameters["quantity"], least=1)
        company = self._state.companies[token.company]
        vendor = self._vendor(company, parameters)
        box_type = self._box_type(company, parameters)
        product = known_product(self._state, token, parameters)
        if product is None:
            return OK
        bunches = whole("bunches", parameters["bunches"])
        stems = whole("stemsBunch", parameters["stemsBunch"])
        by_bunch = parameters["unitType"].casefold() == "bunch"
        row: Row = {
            **given(parameters),
            **vendor,
            **box_type,
            "companyProductId": product.id,
            "productId": product.id,
            "productDescription": product.description,
            "productCode": product.legacy_code,
            "category": product.category,
            "grade": product.grade,
            "quantity": boxes,
            "bunches": bunches,
            "stemsBunch": stems,
            "unitsPerBox": bunches * (1 if by_bunch else stems),
        }
        books = self._state.books[token.company]
        number = books.add("inventory", row, "inventoryId")
        added = found(books.row("inventory", number, "inventoryId"))
        added.update(orderItemId=number, inventoryItemIds=str(number))
        _count_units(added)
        made = {"inventoryId": number}
        self._state.effects.note("inventory.add", token.company, number, parameters, made)
        return {**OK, **made}

    def update(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Adds `quantity` boxes to a line, up to 100, and sets its cost and prices."""
        row = self._row(token, parameters)
        boxes = _boxes(parameters.get("quantity") or "0", least=0)
        prices = {
            name: number_in(parameters[name])
            for name in ("unitCost", "priceA", "priceB")
            if parameters.get(name)
        }
        row.update(prices, quantity=row["quantity"] + boxes)
        _count_units(row)
        self._note("inventory.update", token, row, parameters)
        return {"status": 1, "message": "The inventory Item has been updated successfully"}

    def delete(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Takes a line out. Its parameter is not seen: it goes by the name of the update."""
        row = self._row(token, parameters)
        self._state.books[token.company].remove("inventory", row)
        self._note("inventory.delete", token, row, parameters)
        return OK

    def _row(self, token: SampleToken, parameters: Parameters) -> Row:
        books = self._state.books[token.company]
        return found(books.row("inventory", parameters.get("inventoryId", ""), "inventoryId"))

    def _note(self, method: str, token: SampleToken, row: Row, parameters: Parameters) -> None:
        made = {"quantity": row["quantity"]}
        self._state.effects.note(method, token.company, row["inventoryId"], parameters, made)

    def _vendor(self, company: Company, parameters: Parameters) -> Row:
        for row in company.vendors:
            if parameters.get("growerId") == str(row.id) or (
                not parameters.get("growerId") and parameters.get("vendorCode") == row.code
            ):
                return {"growerId": row.id, "growerName": row.name, "vendor": row.name}
        if self._state.strict:
            raise RefusalError(404, "Vendor not found.")
        return {}

    def _box_type(self, company: Company, parameters: Parameters) -> Row:
        for row in company.box_types:
            if parameters.get("boxTypeId") == str(row.id) or (
                not parameters.get("boxTypeId") and parameters.get("boxTypeCode") == row.code
            ):
                return {"boxTypeId": row.id, "boxTypeCode": row.code}
        if self._state.strict:
            raise RefusalError(404, "Box type not found.")
        return {}


def _boxes(text: str, *, least: int) -> int:
    boxes = whole("quantity", text)
    if not least <= boxes <= _MOST_BOXES:
        raise RefusalError(400, f"The quantity must be between {least} and {_MOST_BOXES}.")
    return boxes


def _count_units(row: Row) -> None:
    row["totalUnits"] = row["quantity"] * row["unitsPerBox"]
