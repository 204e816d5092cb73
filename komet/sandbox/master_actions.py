"""Adding and changing carriers, vendors, customers and products; they show in their lists."""

from dataclasses import replace
from datetime import datetime, time
from typing import Any

from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, yes
from komet.sandbox.masters import Carrier, Company, Customer, Product, Vendor
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_FIRST_MADE = 700_000


class MasterActions:
    """`carrier`, `vendor`, `customer` and `product`, each `.add` and `.update`."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self._made = _FIRST_MADE
        self.methods: dict[str, Act] = {
            "carrier.add": self.add_carrier,
            "carrier.update": self.update_carrier,
            "vendor.add": self.add_vendor,
            "vendor.update": self.update_vendor,
            "customer.add": self.add_customer,
            "customer.update": self.update_customer,
            "product.add": self.add_product,
            "product.update": self.update_product,
        }

    def add_carrier(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A carrier under a new ID."""
        row = Carrier(
            self._id(), parameters["code"], parameters["name"], "Miami", "FL", "33122"
        )  # fmt: skip
        self._append(token, "carriers", row)
        return {**OK, "carrierId": row.id}

    def update_carrier(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Name, code, in use or not."""
        row = self._row(token, "carriers", parameters["carrierId"])
        self._put(token, "carriers", replace(row, **_changed(parameters, "name", "code", "active")))
        return {**OK, "carrierId": row.id}

    def add_vendor(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A farm; nothing is bought from it yet."""
        made = self._id()
        code = parameters.get("code") or f"V{made}"
        row = Vendor(made, code, parameters["name"], parameters["portOrigin"], ())
        self._append(token, "vendors", row)
        return {**OK, "vendorId": row.id}

    def update_vendor(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Name, code, origin, in use or not."""
        row = self._row(token, "vendors", parameters["vendorId"])
        fields = _changed(parameters, "name", "code")
        if origin := parameters.get("portOrigin"):
            fields["origin"] = origin
        if status := parameters.get("status"):
            fields["active"] = yes(status)
        self._put(token, "vendors", replace(row, **fields))
        return {**OK, "vendorId": row.id}

    def add_customer(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A buyer. The contract shows no ID in the answer: find it by its name."""
        made = self._id()
        company = self._state.companies[token.company]
        self._append(token, "customers", Customer(
            id=made, code=parameters.get("code") or f"C{made}", name=parameters["name"],
            kind="Retailer", sales_person_id=21, sales_person="Ana Muñoz",
            location_id=company.locations[0].id,
            updated_on=datetime.combine(self._state.today, time(12)),
        ))  # fmt: skip
        return OK

    def update_customer(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Name, code, in use or not."""
        row = self._row(token, "customers", parameters["customerId"])
        fields = _changed(parameters, "name", "code", "active")
        fields["updated_on"] = datetime.combine(self._state.today, time(12))
        self._put(token, "customers", replace(row, **fields))
        return OK

    def add_product(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A product; its description is made of its parts where none is given."""
        get = parameters.get
        parts = [parameters["category"], get("variety"), get("color"), get("grade")]
        row = Product(
            id=self._id(), description=get("description") or " ".join(filter(None, parts)),
            family="rose", category=parameters["category"], variety=get("variety", ""),
            color=get("color", ""), grade=get("grade", ""), legacy_code=get("code", ""),
            tags=get("tags", ""),
        )  # fmt: skip
        self._append(token, "products", row)
        return {**OK, "productId": row.id}

    def update_product(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Any of its parts."""
        row = self._row(token, "products", parameters["productId"])
        names = ("category", "variety", "color", "grade", "description", "tags", "active")
        fields = _changed(parameters, *names)
        if code := parameters.get("code"):
            fields["legacy_code"] = code
        self._put(token, "products", replace(row, **fields))
        return {**OK, "productId": row.id}

    def _id(self) -> int:
        self._made += 1
        return self._made

    def _row(self, token: SampleToken, noun: str, wanted: str) -> Any:
        for row in getattr(self._state.companies[token.company], noun):
            if str(row.id) == wanted:
                return row
        raise RefusalError(404, f"Not found: {noun} has no ID {wanted}.")

    def _append(self, token: SampleToken, noun: str, row: object) -> None:
        company = self._state.companies[token.company]
        self._replace(company, noun, (*getattr(company, noun), row))

    def _put(self, token: SampleToken, noun: str, row: Any) -> None:
        company = self._state.companies[token.company]
        rows = tuple(row if stored.id == row.id else stored for stored in getattr(company, noun))
        self._replace(company, noun, rows)

    def _replace(self, company: Company, noun: str, rows: tuple[object, ...]) -> None:
        changed: dict[str, Any] = {noun: rows}
        self._state.companies[company.key] = replace(company, **changed)


def _changed(parameters: Parameters, *names: str) -> dict[str, Any]:
    return {
        name: yes(parameters[name]) if name == "active" else parameters[name]
        for name in names
        if parameters.get(name)
    }
