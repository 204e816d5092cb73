"""Every method of the registry is called on the sandbox, and answers what the contract says."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sandbox_caller import TODAY, token_for

from komet.api import KometClient
from komet.api.checking import sample_parameters
from komet.api.methods import OutputField, registry
from komet.sandbox.lists import ASSUMED
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import (
    IMPORTER_A_VENDOR,
    SAMPLE_LOGIN,
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(today=TODAY, evolve=False) as running:
        yield running


def known_values(sandbox: Sandbox) -> dict[str, Any]:
    """What there is in the sandbox, by the names of parameters."""
    company, books = sandbox.state.companies["magnolia"], sandbox.state.books["magnolia"]
    orders = list(sandbox.state.known_orders("magnolia"))
    order, line = next(
        (order, line)
        for order in orders
        for line in order.lines
        if line.status not in {"Shipped", "Cancelled"}
        and order.vendor_id == IMPORTER_A_VENDOR.vendor_id
    )
    shipped = next(
        line
        for order in orders
        for line in order.lines
        if order.shipped and line.status == "Shipped"
    )
    prebook = next(row for row in books.rows("prebooks") if row["details"])
    by_status = {row["status"]: row for row in books.rows("invoices") if row["details"]}
    invoice = by_status[1]
    web = next(row for row in books.rows("web_orders") if row["items"] and row["statusId"] == 1)
    product = next(row for row in company.products if row.legacy_code)
    user, password = SAMPLE_LOGIN
    return {
        "customerId": company.customers[0].id,
        "customerCode": company.customers[0].code,
        "carrierId": company.carriers[0].id,
        "vendorId": company.vendors[0].id,
        "productId": product.id,
        "additionalChargeId": books.rows("charges")[0]["id"],
        "contactId": books.rows("contacts")[-1]["id"],
        "shipToId": books.rows("shiptos")[-1]["id"],
        "prebookId": prebook["id"],
        "prebookItemId": prebook["details"][0]["prebookItemId"],
        "inventoryId": books.rows("inventory")[-1]["inventoryId"],
        "invoiceId": invoice["id"],
        "invoiceNumber": invoice["number"],
        "pendingInvoice": by_status[0]["number"],
        "draftInvoice": by_status[2]["number"],
        "futureAwb": "1234",
        "invoiceDate": invoice["shipDate"],
        "prebookDate": prebook["truckDate"],
        "invoiceItemId": invoice["details"][0]["detailId"],
        "webOrderId": web["id"],
        "webOrderItemId": web["items"][0]["webOrderItemId"],
        "webOrderCustomer": web["customerId"],
        "poItemId": line.id,
        "purchaseOrderItemId": line.id,
        "purchaseOrderNumbers": order.number,
        "purchaseOrderItems": [
            {
                "productId": product.id,
                "productDescription": product.description,
                "productCode": product.legacy_code,
            }
        ],
        "quantityConfirmed": line.boxes,
        "boxCode": f"{shipped.id}001",
        "boxCodes": [f"{shipped.id}001"],
        "futureId": books.rows("future")[0]["inventoryId"],
        "inventoryIds": str(books.rows("availability")[0]["inventoryId"]),
        "username": user,
        "password": password,
    }


_ALSO = {
    "invoice.details.list": {"orderDate": "invoiceDate"},
    "prebook.details.list": {"date": "prebookDate"},
    "awb.future.list": {"awb": "futureAwb"},
    "invoice.confirm": {"invoiceNumber": "pendingInvoice"},
    "invoice.checkout": {"invoiceNumber": "draftInvoice"},
    "inventory.delete": {"inventoryId": "inventoryId"},
    "web-order-item.delete": {"webOrderItemId": "webOrderItemId"},
    "prebook.future.item.add": {"inventoryId": "futureId"},
    "purchase.order.create": {"vendorId": "vendorId"},
    "purchase.order.mixed.create": {"vendorId": "vendorId"},
    "web-order-details.list": {"customerId": "webOrderCustomer"},
}
"""What the sample of a method does not tell: parameter → name in `known_values`."""


def parameters_of(sandbox: Sandbox, name: str) -> dict[str, Any]:
    spec, known = registry()[name], known_values(sandbox)
    sample = sample_parameters(spec, TODAY)
    given = {key: known.get(key, value) for key, value in sample.items()}
    given |= {key: known[source] for key, source in _ALSO.get(name, {}).items()}
    for entry in spec.ranges:
        if entry.start in given:
            given[entry.start] = TODAY
            given[entry.end] = TODAY + timedelta(days=min(entry.days, 9))
    return given


def told(fields: tuple[OutputField, ...] | None, answer: dict[str, Any], where: str = "") -> None:
    """Every documented member that came has its kind; lists hold objects of the members known."""
    for field in fields or ():
        if field.name not in answer:
            continue
        value, path = answer[field.name], f"{where}{field.name}"
        if field.type == "array":
            assert isinstance(value, list), path
            for row in value:
                if field.children and isinstance(row, dict):
                    told(field.children, row, f"{path}.")
        elif field.children:
            assert isinstance(value, dict), path
            told(field.children, value, f"{path}.")
        else:
            assert not isinstance(value, list | dict), path


@pytest.mark.parametrize("name", sorted(registry()))
def test_each_method_answers_as_the_contract_says(sandbox: Sandbox, name: str) -> None:
    spec, token = registry()[name], token_for(name)
    given = parameters_of(sandbox, name)
    with KometClient(sandbox.base_url, token.secret) as client:
        answer = client.call(name, **given)
    told(spec.outputs, answer)
    documented = {field.name for field in spec.outputs or ()}
    if "status" in documented:
        assert str(answer["status"]) in {"0", "1"} or spec.list_member
    if spec.list_member and not spec.writes and name not in ASSUMED:
        assert answer.get(spec.list_member), f"{name} answers no rows"
