"""The traps of confirming, shipping and box codes."""

from datetime import timedelta
from typing import Any

import pytest
from sandbox_caller import BOTH, TODAY, Komet, number

from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import (
    IMPORTER_A_COMPANY,
    IMPORTER_A_VENDOR,
    IMPORTER_B_COMPANY,
    SampleToken,
)

ONE, MANY = "purchase.order.item.awb.add", "purchase.order.items.awb.add"
CONFIRM = "purchase.order.item.confirm"
AWB = "729-11112222"
OWN_DAY = "2026-11-24"
"""A day on which our own farm has lines that are open."""


def item(line: Any, **more: Any) -> dict[str, Any]:
    return {"poItemId": line["poItemId"], "awb": AWB, "shipDate": str(TODAY), **more}


def many(komet: Komet, token: SampleToken, *items: dict[str, Any]) -> Any:
    answer = komet.ok(MANY, token, poItems=list(items))
    assert "message" not in answer
    return answer["purchaseOrderItemDetailsAWBAddAPIResultList"]


# Confirming


def test_only_a_company_confirms_and_what_was_shipped_or_cancelled_stays(small: Komet) -> None:
    line = small.lines(IMPORTER_A_COMPANY, TODAY)[0]
    asked = {"poItemId": line["poItemId"], "quantityConfirmed": 1}
    answer = small.post(CONFIRM, IMPORTER_A_VENDOR, **asked)
    assert answer.status_code == 401
    assert CONFIRM in answer.json()["message"]
    small.ok(ONE, **item(line))
    assert "shipped already" in small.refused(CONFIRM, **asked)
    assert small.effects(CONFIRM) == []


@BOTH
def test_a_line_whose_checkout_is_to_come_is_not_confirmed(
    small: Komet, token: SampleToken
) -> None:
    held, free = small.lines(token, TODAY)[:2]
    order = {"company": token.company, "poItemIds": [held["poItemId"]], "awaiting_checkout": True}
    assert small.control("POST", "lines", json=order).status_code == 204
    answer = small.post(CONFIRM, token, poItemId=held["poItemId"], quantityConfirmed=1).json()
    assert answer["message"].startswith("This product cannot be confirmed because the checkout")
    # the contract does not say which status comes with that message: each importer has one
    assert answer["status"] == {"magnolia": "0", "petalo": "1"}[token.company]
    before = held.get("quantityConfirmed")
    assert small.truth(held["poItemId"], token.company).quantity_confirmed == (
        int(number(before)) if before else None
    )
    small.ok(CONFIRM, token, poItemId=free["poItemId"], quantityConfirmed=1)
    assert [one["target"] for one in small.effects(CONFIRM)] == [str(free["poItemId"])]


def test_a_reference_has_20_characters(small: Komet) -> None:
    method = "purchase.order.item.reference.update"
    line = small.lines(IMPORTER_A_COMPANY, TODAY)[0]
    assert "20" in small.refused(method, purchaseOrderItemId=line["poItemId"], reference="R" * 21)
    small.ok(method, purchaseOrderItemId=line["poItemId"], reference="R" * 20)
    assert small.truth(line["poItemId"]).reference == "R" * 20


# Products that are not mapped


@BOTH
def test_unknown_products_are_shown_and_never_shipped(small: Komet, token: SampleToken) -> None:
    line, other = small.lines(token, TODAY)[:2]
    ids = [line["poItemId"]]
    order = {"company": token.company, "poItemIds": ids, "unknown": True}
    assert small.control("POST", "lines", json=order).status_code == 204
    shown = next(row for row in small.lines(token, TODAY) if row["poItemId"] == ids[0])
    assert shown["productDescription"].startswith("UNKNOWN")
    assert shown.get("productId") in {None, "", "0"}
    assert {**shown, "productId": 1, "productDescription": ""} == {
        **line, "productId": 1, "productDescription": ""
    }  # fmt: skip
    one = small.ok(ONE, token, **item(line, boxCodes=["BX1"]))
    assert one["boxCodes"] == []
    assert "newPOItemId" not in one
    results = many(
        small, token, item(line, vendorId=line["vendorId"]), item(other, vendorId=other["vendorId"])
    )
    told = {str(row["poItemId"]): (row["status"], len(row["boxCodes"])) for row in results}
    assert told.pop(str(other["poItemId"])) == ("1", number(other["totalBoxes"]))
    assert told == ({} if token is IMPORTER_B_COMPANY else {str(ids[0]): ("1", 0)})
    truth = small.truth(ids[0], token.company)
    assert (truth.status, truth.cartons) == (line["lineItemStatus"], ())
    assert [one["target"] for one in small.effects()] == [str(other["poItemId"])]


def test_a_share_of_the_lines_is_unknown_and_the_rest_as_before() -> None:
    told = []
    for share in (0.0, 0.2):
        with Sandbox(today=TODAY, evolve=False, unknown_products=share) as sandbox:
            orders = Komet(sandbox).orders(IMPORTER_A_COMPANY, TODAY)
            told.append([line for order in orders for line in order["details"]])
    before, after = told
    unknown = [line for line in after if line["productDescription"] == "UNKNOWN"]
    assert 0 < len(unknown) < len(after) / 2
    assert [line for line in after if line not in unknown] == [
        old for old, new in zip(before, after, strict=True) if new not in unknown
    ]


# Shipping


def test_a_partial_shipment_names_its_new_line_only_in_the_call_for_one(small: Komet) -> None:
    first, second = small.lines(IMPORTER_A_COMPANY, TODAY, least=2)[:2]
    shipped = small.ok(ONE, **item(first, boxCodes=["A1"]))
    assert shipped["status"] == 1
    rest = shipped["newPOItemId"]
    assert small.truth(rest).boxes == number(first["totalBoxes"]) - 1
    (told,) = many(small, IMPORTER_A_COMPANY, item(second, boxCodes=["B1"]))
    assert told.keys() == {"poItemId", "status", "message", "boxCodes", "lotNumber"}
    (effect,) = small.effects(MANY)
    by_number = small.get("purchase.order.list", IMPORTER_A_COMPANY, number=second["number"]).json()
    found = {line["poItemId"] for order in by_number["purchaseOrders"] for line in order["details"]}
    assert effect["made"]["newPOItemId"] in found
    assert "newPOItemId" not in small.ok(ONE, **item({"poItemId": rest}))


def test_what_fails_in_one_line_leaves_the_others(small: Komet) -> None:
    lines = small.lines(IMPORTER_A_COMPANY, TODAY, least=2)
    taken = small.ok(ONE, **item(lines[0]))["boxCodes"][0]
    wrong = (
        {"boxCodes": ["C" * 21]},
        {"boxCodes": [taken]},
        {"boxCodes": ["D1", "D1"]},
        {"boxCodes": [f"E{at}" for at in range(99)]},
        {"lotNumber": "1000"},
        {"lotNumber": "99999"},
        {"shipDate": "25/11/2026"},
        {"awb": ""},
        {"vendorId": 1},
    )
    many_lines = [item(lines[1], **one) for one in wrong] + [item(lines[2], boxCodes=["C" * 20])]
    results = many(small, IMPORTER_A_COMPANY, *many_lines)
    assert [row["status"] for row in results] == ["0"] * len(wrong) + ["1"]
    assert small.truth(lines[1]["poItemId"]).status == lines[1]["lineItemStatus"]
    assert [one["target"] for one in small.effects(MANY)] == [str(lines[2]["poItemId"])]
    for lot in ("1000", "99999"):
        assert "1000 to 99999" in small.refused(ONE, **item(lines[1], lotNumber=lot))
    small.ok(ONE, **item(lines[1], lotNumber="999", houseAWB="H-1"))
    held = small.truth(lines[1]["poItemId"]).cartons
    # the call for one line has no house AWB
    assert {(box.lot, box.house_awb) for box in held} == {("999", "")}


def test_box_codes_may_hold_what_people_write(small: Komet) -> None:
    line = small.lines(IMPORTER_A_COMPANY, TODAY, least=3)[0]
    codes = ["Ñ-1", "A,B", "C D"]
    assert small.ok(ONE, **item(line, boxCodes=codes))["boxCodes"] == codes
    assert [box.code for box in small.truth(line["poItemId"]).cartons] == codes


def test_komet_assigns_no_code_that_a_box_has(small: Komet) -> None:
    first, second = small.lines(IMPORTER_A_COMPANY, TODAY)[:2]
    own = f"{second['poItemId']}001"
    small.ok(ONE, **item(first, boxCodes=[own]))
    codes = small.ok(ONE, **item(second))["boxCodes"]
    assert len(set(codes)) == number(second["totalBoxes"])
    assert own not in codes


def test_a_company_names_the_vendor_where_the_sandbox_is_strict(strict: Komet) -> None:
    line, other = strict.lines(IMPORTER_A_VENDOR, OWN_DAY)[:2]
    (without,) = many(strict, IMPORTER_A_COMPANY, item(line))
    assert (without["status"], without["message"]) == ("0", "The parameter vendorId is required.")
    (named,) = many(strict, IMPORTER_A_COMPANY, item(line, vendorId=line["vendorId"]))
    (by_vendor,) = many(strict, IMPORTER_A_VENDOR, item(other))
    assert (named["status"], by_vendor["status"]) == ("1", "1")


# What is on its way


def test_awbs_show_what_was_shipped(small: Komet) -> None:
    first, second = small.lines(IMPORTER_A_COMPANY, TODAY)[:2]
    flies = TODAY + timedelta(days=1)
    results = many(
        small, IMPORTER_A_COMPANY, item(first, shipDate=str(flies)),
        item(second, shipDate=str(flies)),
    )  # fmt: skip
    codes = [code for row in results for code in row["boxCodes"]]
    assert (
        "awbs"
        not in small.get("awb.list", IMPORTER_A_COMPANY, awb="2222", shipDate=str(TODAY)).json()
    )
    small.ok("box.warehouse.receive", boxCode=codes[0])
    (awb,) = small.get("awb.list", IMPORTER_A_COMPANY, awb="2222").json()["awbs"]
    assert (awb["awb"], awb["shipDate"], awb["pieces"], awb["piecesReceived"]) == (
        AWB, str(flies), len(codes), 1
    )  # fmt: skip
    assert awb["boxesCodes"].split(",") == codes
    assert awb["status"] == (1 if len(codes) > 1 else 0)
    asked = {"shipDate": str(flies), "awb": "2222"}
    (detailed,) = small.get("awb.details.list", IMPORTER_A_COMPANY, **asked).json()["awbs"]
    assert [box["code"] for box in detailed["boxes"]] == codes
    by_awb = small.get("purchase.order.list", IMPORTER_A_COMPANY, awbId=str(awb["awbId"])).json()
    assert {order["number"] for order in by_awb["purchaseOrders"]} == {
        first["number"], second["number"]
    }  # fmt: skip


def test_a_strict_sandbox_cuts_the_list_of_box_codes(strict: Komet) -> None:
    past = "2026-11-10"
    whole = strict.get("awb.details.list", IMPORTER_A_COMPANY, shipDate=past).json()["awbs"]
    listed = strict.get("awb.list", IMPORTER_A_COMPANY, shipDate=past).json()["awbs"]
    assert max(len(",".join(box["code"] for box in awb["boxes"])) for awb in whole) > 500
    assert max(len(awb["boxesCodes"]) for awb in listed) == 500


def test_moving_boxes_writes_by_get_names_what_failed_and_dates_the_awb(small: Komet) -> None:
    line = small.lines(IMPORTER_A_COMPANY, TODAY, least=2)[0]
    codes = small.ok(ONE, **item(line))["boxCodes"]
    day = str(TODAY + timedelta(days=2))
    moved = small.get(
        "box.move.awb", IMPORTER_A_COMPANY, awb="729-99990000", shipDate=day,
        boxCodes=f"{codes[0]},gone",
    ).json()  # fmt: skip
    assert (moved["status"], moved["failedBoxes"]) == ("1", ["gone"])
    assert [one["target"] for one in small.effects("box.move.awb")] == [codes[0]]
    by_code = {box.code: box for box in small.truth(line["poItemId"]).cartons}
    assert (by_code[codes[0]].awb, by_code[codes[0]].ship_date) == ("729-99990000", day)
    assert by_code[codes[1]].awb == AWB
    later = str(TODAY + timedelta(days=3))
    asked = {"awb": "729-99990000", "boxCodes": codes[1], "shipDate": later}
    small.get("box.move.awb", IMPORTER_A_COMPANY, **asked)
    held = small.truth(line["poItemId"]).cartons
    assert {box.ship_date for box in held[:2]} == {later}
    assert small.get("box.move.awb", IMPORTER_A_VENDOR, **asked).status_code == 401


@pytest.mark.parametrize("token", [IMPORTER_A_COMPANY, IMPORTER_A_VENDOR])
def test_box_codes_are_changed_box_by_box(small: Komet, token: SampleToken) -> None:
    own = small.lines(IMPORTER_A_VENDOR, OWN_DAY, least=3)[0]
    other = next(
        line for line in small.lines(IMPORTER_A_COMPANY, TODAY)
        if line["vendorId"] != IMPORTER_A_VENDOR.vendor_id
    )  # fmt: skip
    a, b, c = small.ok(ONE, **item(own))["boxCodes"][:3]
    foreign = small.ok(ONE, **item(other))["boxCodes"][0]
    wanted = [(a, "N1"), (b, "N1"), (b, foreign), (c, "N" * 21), ("gone", "N2"), (foreign, "N3")]
    answer = small.ok(
        "box.code.change", token,
        boxes=[{"currentBoxCode": old, "newBoxCode": new} for old, new in wanted],
    )  # fmt: skip
    done = ["1", "0", "0", "0", "0", "1" if token is IMPORTER_A_COMPANY else "0"]
    assert [(box["newBoxCode"], box["status"]) for box in answer["boxes"]] == [
        (new, status) for (_old, new), status in zip(wanted, done, strict=True)
    ]
    assert answer["boxes"][4]["message"] == "Box code does not exist"
    changed = done.count("1")
    assert answer["message"] == f"{changed} boxes were changed, {6 - changed} failed."
    assert {box.code for box in small.truth(own["poItemId"]).cartons} >= {"N1", b, c}
    assert len(small.effects("box.code.change")) == changed
