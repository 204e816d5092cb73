"""Faults around the effect of a write, the log of effects, and the truth of a line."""

import json
import time
from typing import Any

import httpx
import pytest
from sandbox_caller import TODAY, Komet, number

from komet.sandbox.tokens import IMPORTER_A_COMPANY

CONFIRM = "purchase.order.item.confirm"
SHIP = "purchase.order.items.awb.add"


def open_line(komet: Komet) -> dict[str, Any]:
    return next(
        line
        for order in komet.orders(IMPORTER_A_COMPANY, TODAY)
        for line in order["details"]
        if line["lineItemStatus"] == "Pending"
    )


def confirmed(komet: Komet, item: Any) -> int | None:
    truth = komet.sandbox.state.line("magnolia", item)
    assert truth is not None
    return truth.quantity_confirmed


def outcome(komet: Komet, method: str, **body: Any) -> int | str:
    """The HTTP status of a write, or how it broke."""
    try:
        answer = komet.post(method, **body)
    except httpx.RemoteProtocolError as error:
        return "nothing" if "sending a response" in str(error) else "half"
    try:
        answer.json()
    except json.JSONDecodeError:
        return f"unreadable {answer.status_code}"
    return answer.status_code


@pytest.mark.parametrize(
    ("fault", "told", "by_itself"),
    [
        ({"status": 500}, 500, False),
        ({"status": 429, "retry_after": 1}, 429, False),
        ({"message": "Closed"}, 200, False),
        ({"body": "html", "status": 502}, "unreadable 502", False),
        ({"body": "not_json"}, "unreadable 200", False),
        ({"body": "cut"}, "unreadable 200", True),
        ({"body": "reset"}, "half", True),
        ({"body": "drop"}, "nothing", False),
        ({"delay": 0.01}, 200, True),
    ],
)
def test_a_fault_strikes_before_or_after_the_effect(
    small: Komet, fault: dict[str, Any], told: int | str, by_itself: bool
) -> None:
    item = open_line(small)["poItemId"]
    for effect, happens in (("before", False), (None, by_itself), ("after", True)):
        small.sandbox.state.effects.clear()
        before = confirmed(small, item)
        order = {"method": CONFIRM, **fault, "effect": effect}
        assert small.control("POST", "faults", json=order).status_code == 201
        # a slow answer that never comes is a connection that ends
        expected = "nothing" if effect == "before" and "delay" in fault else told
        assert outcome(small, CONFIRM, poItemId=item, quantityConfirmed=1) == expected
        noted = small.control("GET", "effects", params={"target": item}).json()["effects"]
        assert len(noted) == happens
        assert confirmed(small, item) == (1 if happens else before)
        small.post(CONFIRM, poItemId=item, quantityConfirmed=0)


def test_half_an_answer_begins_alike_with_and_without_the_effect(small: Komet) -> None:
    item = open_line(small)["poItemId"]
    halves = set()
    for effect in ("before", "after"):
        small.control("POST", "faults", json={"method": CONFIRM, "body": "cut", "effect": effect})
        halves.add(small.post(CONFIRM, poItemId=item, quantityConfirmed=1).text)
    assert len(halves) == 1


def test_a_dropped_read_and_the_next_one(small: Komet) -> None:
    small.sandbox.state.faults.add("product.list", body="drop")
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        small.get("product.list", IMPORTER_A_COMPANY)
    assert small.get("product.list", IMPORTER_A_COMPANY).status_code == 200


def test_a_write_may_take_effect_when_its_client_has_gone(small: Komet) -> None:
    asked = {"poItemId": open_line(small)["poItemId"], "quantityConfirmed": 1}
    hurried, effects = httpx.Timeout(0.2), small.sandbox.state.effects
    for effect, at_once in (("after", True), (None, False)):
        effects.clear()
        small.control("POST", "faults", json={"method": CONFIRM, "delay": 1, "effect": effect})
        small.http.timeout = hurried
        with pytest.raises(httpx.ReadTimeout):
            small.post(CONFIRM, **asked)
        assert bool(effects.all()) == at_once
        small.http.timeout = httpx.Timeout(10)
    deadline = time.monotonic() + 10
    while not effects.all() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(effects.all()) == 1


def test_a_fault_lets_some_requests_pass_first(small: Komet) -> None:
    small.control("POST", "faults", json={"method": CONFIRM, "status": 500, "skip": 2})
    item = open_line(small)["poItemId"]
    assert [outcome(small, CONFIRM, poItemId=item, quantityConfirmed=1) for _time in range(4)] == [
        200,
        200,
        500,
        200,
    ]
    wrong = small.control("POST", "faults", json={"status": 500, "effect": "during"})
    assert wrong.status_code == 400


@pytest.mark.parametrize(
    ("fault", "told"),
    [({}, "nothing"), ({"body": "cut"}, "unreadable 200"), ({"status": 500}, 500)],
)
def test_a_call_for_many_lines_may_die_among_them(
    small: Komet, fault: dict[str, Any], told: int | str
) -> None:
    lines = small.lines(IMPORTER_A_COMPANY, TODAY)[:4]
    order = {"method": SHIP, **fault, "effect": 2}
    assert small.control("POST", "faults", json=order).status_code == 201
    items = [
        {"poItemId": line["poItemId"], "awb": "729-11112222", "shipDate": str(TODAY)}
        for line in lines
    ]
    assert outcome(small, SHIP, poItems=items) == told
    states = [small.truth(line["poItemId"]).status for line in lines]
    assert [state == "Shipped" for state in states] == [True, True, False, False]
    assert len(small.effects()) == 2
    assert small.control("POST", "faults", json={**order, "effect": 0}).status_code == 400
    again = small.ok(SHIP, poItems=items)["purchaseOrderItemDetailsAWBAddAPIResultList"]
    assert [row["status"] for row in again] == ["0", "0", "1", "1"]


def test_lines_are_found_after_they_have_moved(small: Komet) -> None:
    state = small.sandbox.state
    for _revision in range(2):
        line = small.lines(IMPORTER_A_COMPANY, TODAY)[0]
        small.ok(CONFIRM, poItemId=line["poItemId"], quantityConfirmed=1)
        small.control("POST", "advance")
        held = state.lines("magnolia")
        assert [state.line("magnolia", one.po_item_id) for one in held] == held
        for one in held[::50]:
            for box in one.cartons:
                found = state.find_box("magnolia", box.code)
                assert found is not None
                assert found[1].id == one.po_item_id


def test_every_write_that_took_effect_is_noted_in_order_without_a_token(small: Komet) -> None:
    line = open_line(small)
    item, boxes = line["poItemId"], int(number(line["totalBoxes"]))
    small.post(CONFIRM, poItemId=item, quantityConfirmed=boxes)
    small.post(CONFIRM, poItemId=item, quantityConfirmed=boxes + 1)  # refused
    small.post(CONFIRM, poItemId=1, quantityConfirmed=1)  # no such line
    small.post("purchase.order.item.reference.update", purchaseOrderItemId=item, reference="R1")
    small.post("product.list")  # wrong verb
    small.post("carrier.add", name="Night Trucks", code="NTX")
    shipped = small.post(
        "purchase.order.items.awb.add",
        poItems=[
            {"poItemId": item, "awb": "729-11112222", "houseAWB": "H-7", "shipDate": str(TODAY),
             "lotNumber": "777"},
            {"poItemId": 1, "awb": "729-11112222", "shipDate": str(TODAY)},
        ],
    ).json()  # fmt: skip
    codes = shipped["purchaseOrderItemDetailsAWBAddAPIResultList"][0]["boxCodes"]
    told = small.control("GET", "effects")
    assert IMPORTER_A_COMPANY.secret not in told.text
    effects = told.json()["effects"]
    assert [(one["number"], one["method"], one["target"]) for one in effects] == [
        (1, CONFIRM, str(item)),
        (2, "purchase.order.item.reference.update", str(item)),
        (3, "carrier.add", "700001"),
        (4, "purchase.order.items.awb.add", str(item)),
    ]
    assert {one["company"] for one in effects} == {"magnolia"}
    assert effects[0]["parameters"] == {"poItemId": str(item), "quantityConfirmed": str(boxes)}
    assert effects[3]["parameters"]["houseAWB"] == "H-7"
    assert effects[3]["made"] == {"boxCodes": codes, "lotNumber": "777"}
    assert small.control("DELETE", "effects").status_code == 204
    assert small.control("GET", "effects").json() == {"effects": []}


def test_the_truth_of_a_line_is_read_apart_from_the_list(small: Komet) -> None:
    line = open_line(small)
    item, boxes = line["poItemId"], int(number(line["totalBoxes"]))
    asked = {"company": "magnolia", "poItemId": item}
    before = small.control("GET", "lines", params=asked).json()
    assert (before["status"], before["boxes"], before["cartons"]) == ("Pending", boxes, [])
    day = "2026-11-21"
    small.post(
        "purchase.order.items.awb.add",
        poItems=[{"poItemId": item, "awb": "729-11112222", "houseAWB": "H-7", "shipDate": day}],
    )  # fmt: skip
    after = small.control("GET", "lines", params=asked).json()
    assert (after["status"], after["quantity_confirmed"]) == ("Shipped", boxes)
    assert len(after["cartons"]) == boxes
    assert {(b["awb"], b["house_awb"], b["ship_date"]) for b in after["cartons"]} == {
        ("729-11112222", "H-7", day)
    }
    held = {one.po_item_id: one for one in small.sandbox.state.lines("magnolia")}
    assert [box.code for box in held[item].cartons] == [b["code"] for b in after["cartons"]]
    assert small.control("GET", "lines", params={**asked, "poItemId": 1}).status_code == 404
    assert small.control("GET", "lines", params={**asked, "company": "x"}).status_code == 400
    small.post("purchase.order.item.delete", poItemId=item)  # shipped: stays
    assert small.sandbox.state.line("magnolia", item) is not None
