"""The methods that change what an importer holds beside its orders."""

from komet.sandbox.book_rows import append, found, given, item_of, number_in, remove_item
from komet.sandbox.books import Books, Row
from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, members, yes
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

ADDS = {
    "additional.charge.add": ("charges", "additionalChargeId"),
    "customer.contact.add": ("contacts", "contactId"),
    "customer.shipto.add": ("shiptos", "shipToId"),
    "web-order.create": ("web_orders", "webOrderId"),
}
"""Method → what it adds, and the member in which a new ID is answered."""
UPDATES = {
    "additional.charge.update": ("charges", "additionalChargeId", "id"),
    "customer.contact.update": ("contacts", "contactId", "id"),
    "customer.shipto.update": ("shiptos", "shipToId", "id"),
    "prebook.update": ("prebooks", "prebookId", "id"),
    "invoice.update": ("invoices", "invoiceId", "id"),
}
"""Method → what it changes, the parameter that names it, and the row's own key."""
DELETES = {
    "customer.contact.delete": ("contacts", "contactId", "id"),
    "customer.shipto.delete": ("shiptos", "shipToId", "id"),
    "web-order.delete": ("web_orders", "webOrderId", "id"),
}
MARKS = {
    "credit.mark.sync": ("credits", "creditId"),
    "payment.mark.sync": ("payments", "paymentId"),
}
_CONFIRMED = 1
STATES = {
    "invoice.confirm": (_CONFIRMED, "Confirmed"),
    "invoice.checkout": (0, "Pending"),
    "invoice.void": (4, "Voided"),
}


class BookActions:
    """The writing methods of books on a state."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self.methods: dict[str, Act] = {
            **{name: self._add(*how) for name, how in ADDS.items()},
            **{name: self._update(*how) for name, how in UPDATES.items()},
            **{name: self._delete(*how) for name, how in DELETES.items()},
            **{name: self._mark(*how) for name, how in MARKS.items()},
            **{name: self._invoice_state(*how) for name, how in STATES.items()},
            "invoice.create": self.create_invoice,
            "invoice.item.add": self.add_invoice_item,
            "invoice.item.update": self.update_invoice_item,
            "invoice.item.delete": self.delete_invoice_item,
            "invoice.mark.sync.status.ok": self.mark_synced,
            "invoice.mark.sync.status.error": self.mark_unsynced,
            "open.credit.balance.create": self.open_credits,
            "payment.receive": self.receive_payment,
            "web-order-item.add": self.add_web_item,
            "web-order-item.delete": self.delete_web_item,
            "web-order.checkout": self.check_out,
        }

    def create_invoice(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A new order: draft or pending. The contract shows no ID; siblings answer these."""
        books = self._books(token)
        company = self._state.companies[token.company]
        customer = next(
            (
                row
                for row in company.customers
                if parameters.get("customerId") == str(row.id)
                or parameters.get("customerCode") == row.code
            ),
            None,
        )
        if customer is None:
            raise RefusalError(404, "Customer not found.")
        draft = parameters.get("statusDraft") in {"1", "true"}
        number = books.add(
            "invoices",
            {
                **given(parameters),
                "customerId": customer.id,
                "customerName": customer.name,
                "customerCode": customer.code,
                "status": 2 if draft else 0,
                "subtotal": 0.0,
                "details": [],
                "additionalChargesDetails": [],
            },
        )
        row = found(books.row("invoices", number))
        row["number"] = str(number)
        for item in members("items", parameters.get("items")):
            append(row, given(item), "detailId")
        return {**OK, "invoiceId": number, "invoiceNumber": str(number)}

    def add_invoice_item(self, token: SampleToken, parameters: Parameters) -> Answer:
        """One item more. The contract shows no ID; siblings answer these."""
        row = self._unlocked(token, parameters["invoiceId"])
        item = append(row, given(parameters), "detailId")
        return _invoice(row) | {"invoiceItemId": item["detailId"]}

    def update_invoice_item(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another price or number of boxes."""
        row = self._unlocked(token, parameters["invoiceId"])
        item = item_of(row, "detailId", parameters["invoiceItemId"])
        item.update(given(parameters))
        return _invoice(row) | {"invoiceItemId": item["detailId"], "availableBoxes": 0}

    def delete_invoice_item(self, token: SampleToken, parameters: Parameters) -> Answer:
        """One item less."""
        row = self._unlocked(token, parameters["invoiceId"])
        gone = remove_item(row, "detailId", parameters["invoiceItemId"])
        boxes = gone.get("boxes", 0)
        return _invoice(row) | {"availableBoxes": boxes if isinstance(boxes, int) else 0}

    def mark_synced(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another system has the invoice: it is locked, and confirmed if the sandbox is strict."""
        row = found(self._books(token).row("invoices", parameters["invoiceId"]))
        if not row.get("locked"):
            row["statusBefore"] = row["status"]
        row.update(externalSystemSynced=True, locked=True)
        if self._state.strict:
            row["status"] = _CONFIRMED
        return OK

    def mark_unsynced(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Another system has not got the invoice: it is unlocked, and by default as before."""
        row = found(self._books(token).row("invoices", parameters["invoiceId"]))
        before = row.pop("statusBefore", row["status"])
        row.update(externalSystemSynced=False, locked=False)
        if yes(parameters.get("unconfirm") or "1"):
            row["status"] = before
        return OK

    def _unlocked(self, token: SampleToken, wanted: str, key: str = "id") -> Row:
        row = found(self._books(token).row("invoices", wanted, key))
        if self._state.strict and row.get("locked"):
            raise RefusalError(400, "The invoice was marked as synchronized and is locked.")
        return row

    def open_credits(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Balances to begin with."""
        for entry in members("openCredits", parameters["openCredits"]):
            row = {
                "customerCode": parameters["customerCode"],
                "creditDate": entry.get("date"),
                "amount": number_in(entry.get("balance", "0")),
                "status": 3,
            }
            self._books(token).add("credits", row)
        return OK

    def receive_payment(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Money that has come."""
        books = self._books(token)
        number = books.add("payments", {**given(parameters), "method": parameters["methodId"]})
        found(books.row("payments", number))["controlNumber"] = number
        return {**OK, "controlNumber": number}

    def add_web_item(self, token: SampleToken, parameters: Parameters) -> Answer:
        """An item into a web order; without one, into a new one. IDs as siblings answer them."""
        books = self._books(token)
        wanted = parameters.get("webOrderId")
        order_id = wanted or books.add(
            "web_orders",
            {"customerId": parameters["customerId"], "statusId": 1, "items": [], "total": 0},
        )
        row = found(books.row("web_orders", order_id))
        item = append(row, given(parameters), "webOrderItemId", "items")
        return {**OK, "webOrderId": row["id"], "webOrderItemId": item["webOrderItemId"]}

    def delete_web_item(self, token: SampleToken, parameters: Parameters) -> Answer:
        """One item less. Its parameters are not seen: it goes by the name that the list has."""
        wanted = parameters.get("webOrderItemId", "")
        for row in self._books(token).rows("web_orders"):
            if any(str(item["webOrderItemId"]) == wanted for item in row["items"]):
                remove_item(row, "webOrderItemId", wanted, "items")
                return OK
        raise RefusalError(404, "Web order item not found.")

    def check_out(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A web order is placed, once."""
        row = found(self._books(token).row("web_orders", parameters["webOrderId"]))
        if row["statusId"] == 2:
            raise RefusalError(400, "The web order was checked out already.")
        row["statusId"] = 2
        return {**OK, "webOrderId": row["id"]}

    def _books(self, token: SampleToken) -> Books:
        return self._state.books[token.company]

    def _add(self, noun: str, answered: str) -> Act:
        def act(token: SampleToken, parameters: Parameters) -> Answer:
            row = {"active": 1, "statusId": 1, "items": [], **given(parameters)}
            return {**OK, answered: self._books(token).add(noun, row)}

        return act

    def _update(self, noun: str, parameter: str, key: str) -> Act:
        def act(token: SampleToken, parameters: Parameters) -> Answer:
            wanted = parameters.get(parameter, "")
            row = (
                self._unlocked(token, wanted)
                if noun == "invoices"
                else found(self._books(token).row(noun, wanted, key))
            )
            row.update({k: v for k, v in given(parameters).items() if k != parameter})
            answer: Answer = {**OK, parameter: row[key]}
            return answer | ({"invoiceNumber": row["number"]} if noun == "invoices" else {})

        return act

    def _delete(self, noun: str, parameter: str, key: str) -> Act:
        def act(token: SampleToken, parameters: Parameters) -> Answer:
            books = self._books(token)
            row = found(books.row(noun, parameters.get(parameter, ""), key))
            books.remove(noun, row)
            return {**OK, parameter: row[key]}

        return act

    def _mark(self, noun: str, parameter: str) -> Act:
        def act(token: SampleToken, parameters: Parameters) -> Answer:
            outcomes: list[Answer] = []
            for entry in members(noun, parameters[noun]):
                row = self._books(token).row(noun, entry.get(parameter))
                if row is not None:
                    row["externalSystemSynced"] = True
                outcome = OK if row is not None else {"status": "0", "message": "Not found."}
                outcomes.append({**outcome, parameter: entry.get(parameter, "")})
            return {**OK, noun: outcomes}

        return act

    def _invoice_state(self, state: int, label: str) -> Act:
        def act(token: SampleToken, parameters: Parameters) -> Answer:
            row = self._unlocked(token, parameters["invoiceNumber"], "number")
            if row["status"] == state:
                raise RefusalError(400, f"The invoice is {label.lower()} already.")
            row["status"] = state
            return OK

        return act


def _invoice(row: Row) -> Answer:
    return {**OK, "invoiceId": row["id"], "invoiceNumber": row["number"]}
