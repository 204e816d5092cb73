"""The remaining methods: small lists about companies, customers and deliveries, and files."""

import base64
from datetime import timedelta
from zlib import crc32

from komet.sandbox.call import OK, Act, Answer, Parameters, RefusalError, same, texts
from komet.sandbox.masters import Company, Customer
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SampleToken

_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
_PAYMENT_METHODS = ("Cash", "Check", "Credit card", "Wire")


class PlainMethods:
    """Methods that fit none of the other families."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state
        self.methods: dict[str, Act] = {
            "category.list": self.categories,
            "company.list": self.companies,
            "company.location.list": self.company_locations,
            "customer.by.company.list": self.customers_by_company,
            "customer.by.user.list": self.customers_by_user,
            "customer.details.get": self.customer_details,
            "customer.additional.charge.update": self.note_for_customer,
            "customer.reward.set": self.note_for_customer,
            "customer.day.service.update": self.days_of_service,
            "carriers.by.customer.ship.date.list": self.carriers_by_day,
            "ecommerce-lite/settings": self.settings,
            "ecommerce/customer-carriers.list": self.customer_carriers,
            "ecommerce/inventory-available-dates.list": self.available_dates,
            "invoice.pdf.get": self.invoice_pdf,
            "invoice.pod.receive": self.file_received,
            "vendor.invoice.mail.receive": self.file_received,
            "payment.method.list": self.payment_methods,
            "pick.ticket.scanning.status.list": self.scanning,
            "purchase.order.va.details.list": self.vendor_availability,
        }

    def categories(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The categories of the importer's products."""
        del parameters
        names = sorted({row.category for row in self._company(token).products})
        return OK | {
            "categoryItems": [
                {"categoryId": at, "categoryName": name, "kometNetworkId": at + 100,
                 "kometNetworkName": name, "active": 1}
                for at, name in enumerate(names, start=1)
            ]
        }  # fmt: skip

    def companies(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The importer itself. The contract shows no status here."""
        del parameters
        company = self._company(token)
        first = company.customers[0]
        return {
            "companyResult": [
                {"companyId": company.id, "companyName": company.name, "roleId": 1,
                 "customerId": first.id, "customerName": first.name}
            ]
        }  # fmt: skip

    def company_locations(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Its locations, as a customer sees them."""
        self._customer(token, parameters)
        return {
            "locations": [
                {"id": row.id, "name": row.name, "shortName": row.code, "code": row.code,
                 "active": 1}
                for row in self._company(token).locations
            ]
        }  # fmt: skip

    def customers_by_company(self, token: SampleToken, parameters: Parameters) -> Answer:
        """IDs and names."""
        del parameters
        rows = self._company(token).customers
        return {"customerResult": [{"customerId": r.id, "customerName": r.name} for r in rows]}

    def customers_by_user(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The same with the user and the company."""
        del parameters
        company = self._company(token)
        return OK | {
            "customerResult": [
                {"userId": 1, "customerId": row.id, "customerName": row.name,
                 "companyId": company.id, "companyName": company.name}
                for row in company.customers
            ]
        }  # fmt: skip

    def customer_details(self, token: SampleToken, parameters: Parameters) -> Answer:
        """One customer with addresses and terms."""
        row = self._customer(token, parameters)
        address = {"City": "Miami", "State": "FL", "ZipCode": "33122", "Country": "US"}
        return OK | {
            "customer": {
                "name": row.name,
                "code": row.code,
                "customerType": row.kind,
                "billAddress": f"{row.id} NW 25th St",
                "shipAddress": f"{row.id} NW 25th St",
                **{f"bill{name}": value for name, value in address.items()},
                **{f"ship{name}": value for name, value in address.items()},
                "emailForInvoices": f"invoices{row.id}@example.com",
                "emailForStatements": f"statements{row.id}@example.com",
                "phone": "+1 305 555 0100",
                "fax": "",
                "defaultPrice": "A",
                "priceBMarkup": 5.0,
                "priceSellFastMarkup": 2.5,
                "creditLimit": 25000.0,
            }
        }

    def note_for_customer(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A reward, or a charge of the customer's own."""
        row = self._customer(token, parameters)
        self._state.books[token.company].add("rewards", {**parameters, "customerId": row.id})
        return OK

    def days_of_service(self, token: SampleToken, parameters: Parameters) -> Answer:
        """Days on which a carrier serves customers; those that are unknown are named."""
        known = {str(row.id) for row in self._company(token).customers}
        wanted = texts(parameters.get("idCustomerList"))
        self._state.books[token.company].add("days_of_service", dict(parameters))
        unknown = ", ".join(one for one in wanted if one not in known)
        return OK | ({"message": f"Not found Customer -> {unknown}"} if unknown else {})

    def carriers_by_day(self, token: SampleToken, parameters: Parameters) -> Answer:
        """On which days which carrier delivers: five days from today, MM/DD/YYYY."""
        self._customer(token, parameters)
        carriers = [row for row in self._company(token).carriers if row.active]
        days = [self._state.today + timedelta(days=at) for at in range(1, 6)]
        shown = [{"carrierId": row.id, "carrierName": row.name} for row in carriers]
        return OK | {
            "deliverDates": ",".join(f"{day:%m/%d/%Y}" for day in days),
            "defaultCarriersByDate": shown[0],
            "carrierDate": shown[-1],
        }

    def settings(self, token: SampleToken, parameters: Parameters) -> Answer:
        """What a customer's e-commerce shows."""
        row, company = self._customer(token, parameters), self._company(token)
        flags = dict.fromkeys(
            ("showArrivalDate", "chargeTax", "isMultiCompany", "isEcommerceLite", "isAdminSales",
             "enableAccessAppMobile"), 0,
        )  # fmt: skip
        return OK | {
            "userInfo": {
                **flags,
                "isMultilocation": int(len(company.locations) > 1),
                "showVendorCodeOrName": 2,
                "companyName": company.name,
                "customerName": row.name,
                "username": f"buyer{row.id}@example.com",
                "companyLogo": "",
            }
        }

    def customer_carriers(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The carriers of a customer for a day."""
        self._customer(token, parameters)
        rows = [row for row in self._company(token).carriers if row.active]
        return OK | {
            "carrierId": rows[0].id,
            "carrierName": rows[0].name,
            "carrierCubeRate": 1.5,
            "carriers": [{"carrierId": row.id, "carrierName": row.name} for row in rows],
        }

    def available_dates(self, token: SampleToken, parameters: Parameters) -> Answer:
        """From when to when inventory can be had."""
        self._customer(token, parameters)
        first, last = self._state.today + timedelta(days=1), self._state.today + timedelta(days=7)
        days = [(first + timedelta(days=at)).isoformat() for at in range((last - first).days + 1)]
        return OK | {
            "availableDates": ",".join(days),
            "availableDateFrom": first.isoformat(),
            "availableDateTo": last.isoformat(),
        }

    def invoice_pdf(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A PDF without a page."""
        row = self._state.books[token.company].row("invoices", parameters["invoiceId"])
        if row is None:
            raise RefusalError(404, "Invoice not found.")
        name = f"invoice-{row['number']}.pdf"
        return OK | {"suggestedFileName": name, "file": base64.b64encode(_PDF).decode()}

    def file_received(self, token: SampleToken, parameters: Parameters) -> Answer:
        """A file that somebody has sent in is kept."""
        self._state.books[token.company].add("documents", dict(parameters))
        return OK

    def payment_methods(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The contract shows no answer; its siblings answer such members."""
        del token, parameters
        rows = [{"id": at, "name": name} for at, name in enumerate(_PAYMENT_METHODS, start=1)]
        return OK | {"paymentMethods": rows}

    def scanning(self, token: SampleToken, parameters: Parameters) -> Answer:
        """The contract shows no answer; one line an invoice is assumed."""
        del parameters
        rows = self._state.books[token.company].rows("invoices")
        shown = [{"invoiceNumber": row["number"], "status": "Pending"} for row in rows]
        return OK | {"pickTickets": shown}

    def vendor_availability(self, token: SampleToken, parameters: Parameters) -> Answer:
        """POs with what of the vendor's availability went into them."""
        numbers = texts(parameters.get("purchaseOrderNumbers"))
        items = texts(parameters.get("purchaseOrderItemIds"))
        orders = [
            {
                "id": order.id,
                "number": order.number,
                "shipDate": order.ship_date.isoformat(),
                "details": [
                    {
                        "poItemId": line.id,
                        "vendorAvailabilityDetails": [
                            {
                                "productDescription": line.description,
                                "availableFrom": order.ship_date.isoformat(),
                                "postHarvest": "",
                                "unitType": line.unit_type,
                                "unitsAllocated": line.total_units,
                                "downgraded": crc32(str(line.id).encode()) % 2,
                            }
                        ],
                    }
                    for line in order.lines
                    if not items or str(line.id) in items
                ],
            }
            for order in self._state.known_orders(token.company)
            if any(same(number, order.number) for number in numbers)
            or any(str(line.id) in items for line in order.lines)
        ]
        if not orders:
            return {"status": "1", "message": "Orders not found."}
        return OK | {"purchaseOrders": orders}

    def _company(self, token: SampleToken) -> Company:
        return self._state.companies[token.company]

    def _customer(self, token: SampleToken, parameters: Parameters) -> Customer:
        wanted = parameters.get("customerId", "")
        for row in self._company(token).customers:
            if str(row.id) == wanted:
                return row
        raise RefusalError(404, "Customer not found.")
