"""What an answer means: shapes of lists, empty days, refusals, and what each failure carries."""

import json
from datetime import UTC, date, datetime
from typing import Any

import httpx
import pytest
from failure_messages import raises

from komet.api import KometClient, KometError
from komet.api.checking import sample_parameters
from komet.api.client import ApiCall
from komet.api.errors import BadResponse, InvalidCall, Rejected
from komet.api.methods import registry
from komet.api.transport import Transport
from komet.messages import message

DAY = date(2026, 11, 20)
ONE = {"id": 1, "number": "P1", "details": {"poItemId": "7", "totalBoxes": "2"}}


def _client(body: Any, status: int = 200, calls: list[ApiCall] | None = None) -> KometClient:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    inner = httpx.MockTransport(lambda _request: httpx.Response(status, content=content))
    return KometClient(
        token="s3cret-token",
        provider="Rosas",
        transport=Transport("https://komet.example/api", inner=inner),
        on_call=(calls if calls is not None else []).append,
        sleep=lambda _seconds: None,
    )


@pytest.mark.parametrize("rows", [ONE, [ONE], [None, ONE, ""]])
def test_one_order_may_come_alone_or_in_an_array(rows: Any) -> None:
    answer = _client({"status": 1, "purchaseOrders": rows}).purchase_orders(DAY)
    assert [order.id for order in answer.orders] == ["1"]
    assert answer.orders[0].details[0].po_item_id == "7"
    assert answer.problems == []


@pytest.mark.parametrize(
    "body",
    [
        {"status": 1, "message": "Orders not found."},
        {"status": "0", "message": "Orders not found.OK"},
        {"status": 0, "message": " ORDERS NOT FOUND ", "purchaseOrders": ""},
        {"message": "Orders not found."},
        {"status": 1, "purchaseOrders": []},
        {"status": 1, "purchaseOrders": None},
        {"status": 1, "purchaseOrders": ""},
        {"status": 1, "purchaseOrders": {}},
        {"status": 1, "purchaseOrders": [None]},
        {"purchaseOrders": []},
    ],
)
def test_an_empty_day(body: Any) -> None:
    assert _client(body).purchase_orders(DAY).orders == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"status": 1},
        {"status": 1, "message": "OK"},
        {"status": 1, "message": {"not": "not found"}},
        {"status": 1, "purchaseOrders": "none"},
        {"status": 1, "purchaseOrders": 0},
        {"status": 1, "purchaseOrders": False},
        {"status": 1, "purchaseOrders": [1, 2]},
        {"status": 1, "purchaseOrders": [[ONE]]},
        [],
        [ONE],
        "Orders not found.",
        None,
        b"",
    ],
)
def test_what_is_neither_orders_nor_an_empty_day_is_tried_again_and_told(body: Any) -> None:
    calls: list[ApiCall] = []
    with pytest.raises(BadResponse) as failure:
        _client(body, calls=calls).purchase_orders(DAY)
    assert [(call.attempt, call.outcome) for call in calls] == [
        (attempt, "BadResponse") for attempt in (1, 2, 3, 4)
    ]
    error = failure.value
    assert (error.method, error.provider, error.day) == ("purchase.order.list", "Rosas", DAY)


def test_no_content_is_no_empty_day() -> None:
    with pytest.raises(BadResponse):
        _client(b"", 204).purchase_orders(DAY)
    assert _client(b"", 204).call("vendor.update", vendorId=1) == {}


@pytest.mark.parametrize("status", ["0", 0, False, "false", 0.0])
def test_status_0_is_a_refusal(status: Any) -> None:
    calls: list[ApiCall] = []
    with raises(Rejected, match="on hold") as failure:
        _client({"status": status, "message": "Vendor on hold"}, calls=calls).purchase_orders(DAY)
    assert failure.value.komet_message == "Vendor on hold"
    assert len(calls) == 1


@pytest.mark.parametrize("status", [0, "0", 1, None])
@pytest.mark.parametrize(
    "message",
    [
        "Location not found.",
        "API key not found.",
        "Token not found",
        "Vendor not found.OK",
        "Products not found.",
        "Not found.",
        "No data found.",
        "Orders service not found.",
        "Orders not found: API key not found.",
        "The order's location was not found.",
        "Orders not found for location 7",
        "Ubicación no encontrada.",
    ],
)
@pytest.mark.parametrize("array", [{}, {"purchaseOrders": []}])
def test_not_found_is_believed_only_of_orders(
    message: str, status: Any, array: dict[str, Any]
) -> None:
    with pytest.raises(Rejected) as failure:
        _client({"status": status, "message": message} | array).purchase_orders(DAY)
    assert failure.value.komet_message == message
    assert (failure.value.provider, failure.value.day) == ("Rosas", DAY)


@pytest.mark.parametrize("status", [0, "1", None])
@pytest.mark.parametrize(
    "message",
    [
        "Orders not found",
        "Order not found.",
        "Purchase orders not found.",
        "Purchase Order not found.OK",
        "PO not found",
        "POs not found.",
        "No orders found.",
        "No purchase orders were found for the given date.",
        "Orders not found for 2026-11-20.",
        "No se encontraron órdenes de compra.",
        "Órdenes no encontradas",
        "Pedidos no encontrados.",
    ],
)
def test_what_says_that_a_day_has_no_orders(message: str, status: Any) -> None:
    assert _client({"status": status, "message": message}).purchase_orders(DAY).orders == []


@pytest.mark.parametrize(
    ("method", "own", "other"),
    [
        ("product.list", "Products not found.", "Company not found."),
        ("boxtype.list", "Boxtype not found.", "Boxes not found."),
        ("boxtype.list", "Box types not found.", "Orders not found."),
        ("location.list", "Locations not found.", "Token not found."),
        ("category.list", "Categories not found.", "Products not found."),
        ("invoice.details.list", "Orders not found.", "Customer not found."),
        ("awb.list", "AWBs not found.", "Orders not found."),
        ("customer.shipto.list", "Shiptos not found.", "Customer not found."),
        ("inventory.list", "Inventory items not found.", "Location not found."),
    ],
)
def test_every_list_believes_only_what_is_said_of_its_own_rows(
    method: str, own: str, other: str
) -> None:
    given = sample_parameters(registry()[method], DAY)
    member = registry()[method].list_member
    assert _client({"status": 0, "message": own}).call(method, **given)[member or ""] == []
    with pytest.raises(Rejected):
        _client({"status": 0, "message": other}).call(method, **given)


def test_orders_beside_any_status_are_orders() -> None:
    body = {"status": "0", "message": "Some failed", "purchaseOrders": [ONE]}
    assert len(_client(body).purchase_orders(DAY).orders) == 1


@pytest.mark.parametrize(
    ("method", "message"),
    [
        ("invoice.list", "Invoices not found."),
        ("payment.method.list", "Payment methods not found."),
        ("credit.details.list", "credits not found."),
    ],
)
def test_a_list_whose_array_was_never_seen_may_be_empty_too(method: str, message: str) -> None:
    body = {"status": 0, "message": message}
    given = sample_parameters(registry()[method], DAY)
    assert _client(body).call(method, **given) == body


def test_what_is_no_order_among_orders_is_reported_and_left_out() -> None:
    answer = _client({"purchaseOrders": [ONE, 5, ["x"]]}).purchase_orders(DAY)
    assert len(answer.orders) == 1
    assert [(p.field, p.value) for p in answer.problems] == [
        ("purchaseOrders", "5"),
        ("purchaseOrders", "['x']"),
    ]


def test_what_is_no_line_among_lines_does_not_lose_the_others() -> None:
    order = {
        "id": 1,
        "details": [
            None,
            "junk",
            {
                "poItemId": 7,
                "breakdowns": [3, {"bunches": "1"}],
                "boxes": "none",
                "customFields": {"fieldName": "a", "value": 1},
            },
        ],
    }
    answer = _client({"purchaseOrders": order}).purchase_orders(DAY)
    (line,) = answer.orders[0].details
    assert [str(b.bunches) for b in line.breakdowns] == ["1.0000"]
    assert line.boxes == []
    assert [(c.field_name, c.value) for c in line.custom_fields] == [("a", "1")]
    assert [(p.field, p.value, p.po_id, p.po_item_id) for p in answer.problems] == [
        ("breakdowns", "3", "1", "7"),
        ("boxes", "none", "1", "7"),
        ("details", "junk", "1", None),
    ] or sorted((p.field, p.value, p.po_id, p.po_item_id or "") for p in answer.problems) == [
        ("boxes", "none", "1", "7"),
        ("breakdowns", "3", "1", "7"),
        ("details", "junk", "1", ""),
    ]


@pytest.mark.parametrize("key", [None, "", [], {}, {"a": 1}, ["x"]])
def test_a_login_without_a_readable_token_says_so(key: Any) -> None:
    with raises(BadResponse, match="no token") as failure:
        _client({"status": 1, "apiKey": key}).login("someone", "password")
    assert (failure.value.method, failure.value.provider) == ("login", "Rosas")


def test_every_failure_says_where(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(KometError) as failure:
        _client({}).call("no.such.method", date="2026-11-20")
    error = failure.value
    assert (error.method, error.provider, error.day) == ("no.such.method", "Rosas", DAY)
    assert message(error).startswith("Rosas, 2026-11-20: ")
    for given in (DAY, "2026-11-20", datetime(2026, 11, 20, 8, tzinfo=UTC)):
        with pytest.raises(Rejected) as failure:
            _client({"status": 0}, 400).call("purchase.order.list", date=given)
        assert failure.value.day == DAY


@pytest.mark.parametrize(
    ("remark", "told", "tries"),
    [("P1" * 100_000, "was not sent.*65,536", 0), ("P\ud800", "cannot be sent", 1)],
)
def test_what_cannot_be_sent_is_refused_here(remark: str, told: str, tries: int) -> None:
    calls: list[ApiCall] = []
    with raises(KometError, match=told):
        _client({}, calls=calls).call("product.list", remark=remark)
    assert len(calls) == tries


def test_a_number_that_is_none_is_refused_before_it_is_sent() -> None:
    calls: list[ApiCall] = []
    with raises(InvalidCall, match="number: 200000 characters, at most 10"):
        _client({}, calls=calls).purchase_orders_by_number(["P1" * 100_000])
    assert calls == []


def test_no_numbers_ask_nothing() -> None:
    calls: list[ApiCall] = []
    assert _client({}, calls=calls).purchase_orders_by_number([]).orders == []
    assert calls == []
