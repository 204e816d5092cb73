"""The registry as a Postman collection v2.1, with variables for base URL, tokens and IDs.

The requests run in order: lists first, then what adds, changes and deletes. Scripts of the lists
put the first usable ID into a collection variable, and the parameters of later requests name it.
"""

import json
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from komet.api.base_url import DEFAULT_BASE_URL
from komet.api.checking import sample_parameters
from komet.api.methods import (
    GROUPS,
    Group,
    Method,
    Parameter,
    TokenKind,
    registry,
)
from komet.api.request import serialize, serialize_json

TOKENS = {
    TokenKind.COMPANY: "token",
    TokenKind.VENDOR: "vendorToken",
    TokenKind.CUSTOMER: "customerToken",
    TokenKind.USER: "userToken",
}
"""The variable of each kind of token; a method that takes several uses the first of these."""

NUMBERS = (
    "additionalChargeId", "availableInventoryId", "awbDigits", "boxTypeId", "carrierId",
    "companyId", "contactId", "creditId", "customerId", "futureInventoryId", "inventoryId",
    "invoiceId", "invoiceItemId", "paymentId", "poItemId", "poItemIdToDelete", "poItemIdToShip",
    "poItemIdToShipNext", "prebookId", "prebookItemId", "productId", "shipToId", "vendorId",
    "webOrderId",
)  # fmt: skip
"""Variables that hold a number: without quotes in a JSON body."""

TEXTS = {
    "awb": "729-00001234",
    "boxCode": "sample",
    "carrierCode": "sample",
    "customerCode": "sample",
    "invoiceNumber": "sample",
    "password": "",
    "poNumber": "sample",
    "productCode": "sample",
    "username": "",
    "vendorCode": "sample",
}
"""Variables that hold a text, with what they hold before a list has filled them."""

_BY_PARAMETER = {
    **{name: name for name in (*NUMBERS, *TEXTS)},
    "X-ACCOUNT": "companyId",
    "boxCodes": "boxCode",
    "currentBoxCode": "boxCode",
    "growerId": "vendorId",
    "inventoryIds": "inventoryId",
    "inventoryLineIds": "inventoryId",
    "orderItemId": "inventoryId",
    "orderNumber": "invoiceNumber",
    "purchaseOrderItemId": "poItemId",
    "purchaseOrderNumbers": "poNumber",
    "userName": "username",
}
_BY_METHOD = {
    "awb.details.list": {"awb": "awbDigits"},
    "awb.future.list": {"awb": "awbDigits"},
    "awb.future.save": {"awb": "awbDigits"},
    "awb.list": {"awb": "awbDigits"},
    "prebook.future.item.add": {"inventoryId": "futureInventoryId"},
    "prebook.vendor.availability.item.add": {"inventoryIds": "availableInventoryId"},
    "purchase.order.item.awb.add": {"poItemId": "poItemIdToShip"},
    "purchase.order.item.delete": {"poItemId": "poItemIdToDelete"},
    "purchase.order.items.awb.add": {"poItemId": "poItemIdToShipNext"},
}
# What Komet needs beside what its page marks as required.
_ADDED: dict[str, dict[str, Any]] = {
    "purchase.order.create": {
        "vendorId": "{{vendorId}}",
        "purchaseOrderItems": [{"productCode": "{{productCode}}"}],
    },
    # a draft, so that it can be checked out and confirmed afterwards
    "invoice.create": {"statusDraft": 1},
    "purchase.order.mixed.create": {"vendorId": "{{vendorId}}"},
}

_OPEN_LINES = """\
const open = (body.purchaseOrders ?? []).flatMap(order => order.details ?? [])
  .filter(line => !/shipped|cancelled/i.test(line.lineItemStatus ?? ""))
  .map(line => line.poItemId);"""
FILLS: dict[str, dict[str, str]] = {
    "boxtype.list": {"boxTypeId": "body.boxtypes?.[0]?.id"},
    "carrier.list": {
        "carrierId": "body.carriers?.[0]?.id",
        "carrierCode": "body.carriers?.[0]?.code",
    },
    "company.list": {
        "companyId": "body.companyResult?.[0]?.companyId",
        "customerId": "body.companyResult?.[0]?.customerId",
    },
    "product.list": {
        "productId": "body.products?.[0]?.id",
        "productCode": "body.products?.find(row => row.legacyCode)?.legacyCode",
    },
    "vendor.list": {
        "vendorId": "body.vendors?.[0]?.id",
        "vendorCode": "body.vendors?.[0]?.code",
    },
    "customer.list": {
        "customerId": "body.customers?.[0]?.id",
        "customerCode": "body.customers?.[0]?.code",
    },
    "customer.contact.list": {"contactId": "body.contacts?.[0]?.id"},
    "customer.contact.add": {"contactId": "body.contactId"},
    "customer.shipto.list": {"shipToId": "body.shiptos?.[0]?.id"},
    "customer.shipto.add": {"shipToId": "body.shipToId"},
    "purchase.order.list": {
        "poNumber": "body.purchaseOrders?.[0]?.number",
        "poItemId": "open[0]",
        "poItemIdToShip": "open[1]",
        "poItemIdToShipNext": "open[2]",
        "poItemIdToDelete": "open[3]",
    },
    "purchase.order.item.awb.add": {"boxCode": "body.boxCodes?.[0]"},
    "inventory.list": {
        "inventoryId": "body.inventoryItems?.[0]?.inventoryId"
        " ?? body.inventoryItems?.[0]?.orderItemId"
    },
    "future.inventory.openmarket.list": {
        "futureInventoryId": "body.inventoryItems?.[0]?.inventoryId"
    },
    "vendor.availability.items.list": {
        "availableInventoryId": "body.inventoryItems?.[0]?.inventoryId"
    },
    "prebook.create": {"prebookId": "body.prebookId"},
    "prebook.future.item.add": {"prebookItemId": "body.prebookItemId"},
    "box.code.change": {"boxCode": "body.boxes?.[0]?.newBoxCode"},
    "invoice.list": {
        "invoiceId": "body.invoices?.[0]?.id",
        "invoiceNumber": "body.invoices?.[0]?.number",
    },
    "invoice.create": {
        "invoiceId": "body.invoiceId",
        "invoiceNumber": "body.invoiceNumber",
    },
    "invoice.item.add": {"invoiceItemId": "body.invoiceItemId"},
    "additional.charge.list": {"additionalChargeId": "body.additionalCharges?.[0]?.id"},
    "additional.charge.add": {"additionalChargeId": "body.additionalChargeId"},
    "credit.details.list": {"creditId": "body.credits?.[0]?.id"},
    "payment.list": {"paymentId": "body.payments?.[0]?.id"},
    "web-order.create": {"webOrderId": "body.webOrderId"},
}
"""Method → variable → JavaScript for its value, from `body`, the decoded answer."""

FOLDERS = (
    "login", "catalogs", "customers", "orders", "inventory", "prebooks", "awbs", "invoices",
    "payments", "ecommerce",
)  # fmt: skip
"""Groups in the order in which they fill each other's variables."""

_AFTER_ADDING = {"invoice.pdf.get", "web-order-details.list"}

GUARD = [
    'if (pm.variables.get("allowWrites") !== "yes") {',
    '  console.log("Not sent: it changes data. Set the variable allowWrites to yes to send it.");',
    "  pm.execution.skipRequest();",
    "}",
]
"""JavaScript before a request that changes data: not sent unless someone has allowed it."""

_SCHEMA = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
_QUOTED_NUMBER = re.compile(r'"(\{\{(?:' + "|".join(NUMBERS) + r')\}\})"')
_ABOUT = """\
Made from Komet's public pages; not by Komet.

Run it from top to bottom: lists put their first ID into variables that later requests use. `token`
is a company token; methods for other kinds use `vendorToken`, `customerToken` and `userToken`.
Requests that change data are skipped until the variable `allowWrites` says `yes`: on a company of
yours they change, ship and delete what the lists have found first."""


def token_variable(spec: Method) -> str:
    """The variable of the token that the method takes."""
    kinds = spec.token_kinds
    if kinds is None:
        return TOKENS[TokenKind.COMPANY]
    return next(name for kind, name in TOKENS.items() if kind in kinds)


def rank(spec: Method) -> int:
    """When a request of a folder runs: what lists, what adds, what changes, what deletes."""
    if not spec.writes and spec.name not in _AFTER_ADDING:
        needs_id = any(e.required and e.name in _BY_PARAMETER for e in spec.sendable)
        return 1 if needs_id else 0
    verb = spec.name.rsplit(".", 1)[-1]
    if verb in {"add", "create", "save"}:
        return 2
    return 4 if verb in {"delete", "void"} else 3


def with_variables(spec: Method, sample: dict[str, Any]) -> dict[str, Any]:
    """Sample parameters in which IDs and codes are variables."""
    names = _BY_PARAMETER | _BY_METHOD.get(spec.name, {})
    filled: dict[str, Any] = _filled(sample, names)
    return filled | _ADDED.get(spec.name, {})


def _filled(value: Any, names: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            name: f"{{{{{names[name]}}}}}"
            if name in names and not isinstance(part, dict)
            else _filled(part, names)
            for name, part in value.items()
        }
    return [_filled(part, names) for part in value] if isinstance(value, list) else value


def test_script(spec: Method) -> list[str]:
    """JavaScript after the answer: whether Komet accepted it, and the variables that it fills."""
    lines = [
        "const body = pm.response.json();",
        'pm.test("Komet accepts it", () => {',
        "  pm.response.to.have.status(200);",
        '  pm.expect(String(body.status ?? "1"), body.message).to.eql("1");',
        "});",
    ]
    fills = FILLS.get(spec.name)
    if not fills:
        return lines
    lines += [
        "const fill = (name, value) => {",
        '  if (value !== undefined && value !== null && value !== "") {',
        "    pm.collectionVariables.set(name, String(value));",
        "  }",
        "};",
    ]
    if any(expression.startswith("open[") for expression in fills.values()):
        lines += _OPEN_LINES.split("\n")
    return [*lines, *(f'fill("{name}", {expression});' for name, expression in fills.items())]


def collection(
    day: date, base_url: str = DEFAULT_BASE_URL, values: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The whole collection, a folder a group. `day` stands where a date is needed.

    `values` fills variables, such as the tokens of a sandbox; without it, they hold no secret.
    """
    folders = [
        {
            "name": GROUPS[Group(group)],
            "item": [
                _item(spec, day)
                for spec in sorted(registry().values(), key=rank)
                if spec.group == group
            ],
        }
        for group in FOLDERS
    ]
    variables = {
        "baseUrl": base_url.rstrip("/"),
        **dict.fromkeys(TOKENS.values(), ""),
        "allowWrites": "no",
        **dict.fromkeys(NUMBERS, "1"),
        **TEXTS,
        "awbDigits": "1234",
        **(values or {}),
    }
    return {
        "info": {"name": "Komet Sales API", "description": _ABOUT, "schema": _SCHEMA},
        "item": folders,
        "variable": [
            {"key": name, "value": value, "type": "string"} for name, value in variables.items()
        ],
    }


def _item(spec: Method, day: date) -> dict[str, Any]:
    sample = with_variables(spec, sample_parameters(spec, day))
    token = f"{{{{{token_variable(spec)}}}}}"
    headers = [_pair(entry, sample) for entry in spec.headers]
    query: list[dict[str, Any]] = []
    request: dict[str, Any] = {"method": spec.verb, "header": headers}
    if spec.token_in == "query":
        query.append({"key": "authenticationToken", "value": token})
    if spec.token_in == "header":
        headers.append({"key": "authenticationToken", "value": token})
    if spec.parameters_in == "query":
        query += [_pair(entry, sample) for entry in spec.sendable]
    else:
        names = {entry.name for entry in spec.headers}
        body = {name: serialize_json(value) for name, value in sample.items() if name not in names}
        if spec.token_in.startswith("body"):
            name = spec.token_in.partition(":")[2] or "authenticationToken"
            body = {name: token, **body}
        headers.append({"key": "Content-Type", "value": "application/json"})
        request["body"] = {
            "mode": "raw",
            "raw": _QUOTED_NUMBER.sub(r"\1", json.dumps(body, indent=2, ensure_ascii=False)),
            "options": {"raw": {"language": "json"}},
        }
    shown = [f"{entry['key']}={entry['value']}" for entry in query if not entry.get("disabled")]
    request["url"] = {
        "raw": "{{baseUrl}}/" + spec.path + ("?" + "&".join(shown) if shown else ""),
        "host": ["{{baseUrl}}"],
        "path": spec.path.split("/"),
        "query": query,
    }
    request["description"] = "\n\n".join(filter(None, [spec.summary, *spec.notes]))
    events = [_event("test", test_script(spec))]
    if spec.writes:
        events.append(_event("prerequest", GUARD))
    return {"name": spec.name, "event": events, "request": request, "response": []}


def _event(listen: str, lines: list[str]) -> dict[str, Any]:
    return {"listen": listen, "script": {"type": "text/javascript", "exec": lines}}


def _pair(entry: Parameter, sample: dict[str, Any]) -> dict[str, Any]:
    pair: dict[str, Any] = {
        "key": entry.name,
        "value": serialize(sample[entry.name]) if entry.name in sample else "",
        "description": entry.description or "",
    }
    return pair if entry.name in sample else pair | {"disabled": True}
