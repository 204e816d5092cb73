"""The sandbox's orders: filters, totals, quirks."""

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sandbox_caller import BOTH, PAST, SUNDAY, TODAY, Komet, days, number

from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import (
    IMPORTER_A_COMPANY,
    IMPORTER_A_VENDOR,
    IMPORTER_B_COMPANY,
    IMPORTER_B_VENDOR,
    SampleToken,
)

# Orders


def test_an_empty_day_has_a_message_and_no_array(still: Komet) -> None:
    for token, message, status in (
        (IMPORTER_A_COMPANY, "Orders not found.", 1),
        (IMPORTER_B_COMPANY, "Orders not found.OK", "0"),
    ):
        answer = still.get("purchase.order.list", token, date=SUNDAY)
        assert answer.status_code == 200
        assert answer.json() == {"message": message, "status": status}


@pytest.mark.parametrize("token", [IMPORTER_A_VENDOR, IMPORTER_B_VENDOR])
def test_a_vendor_sees_its_own_orders_only(still: Komet, token: SampleToken) -> None:
    company = {"magnolia": IMPORTER_A_COMPANY, "petalo": IMPORTER_B_COMPANY}[token.company]
    seen = [order for day in days(date(2026, 11, 9), TODAY) for order in still.orders(token, day)]
    everything = [o for day in days(date(2026, 11, 9), TODAY) for o in still.orders(company, day)]
    own = [order for order in everything if int(order["vendorId"]) == token.vendor_id]
    assert seen == own
    assert 0 < len(own) < len(everything)
    assert not still.orders(token, PAST, vendorId="3108")


@BOTH
def test_filters(still: Komet, token: SampleToken) -> None:
    week = days(date(2026, 11, 16), date(2026, 11, 28))
    every = [order for day in week for order in still.orders(token, day)]
    sample = every[5]
    checks = {
        "vendorId": ("vendorId", sample["vendorId"]),
        "origin": ("origin", sample["origin"].lower()),
        "locationId": ("locationId", sample["locationId"]),
        "vendor": ("vendorName", sample["vendorName"][2:9].upper()),
    }
    for name, (member, value) in checks.items():
        found = [order for day in week for order in still.orders(token, day, **{name: str(value)})]
        assert found == [
            order for order in every if str(value).casefold() in str(order[member]).casefold()
        ], name
    approved = [o for day in week for o in still.orders(token, day, status="APPROVED")]
    assert approved == [order for order in every if order["status"] == "A"]
    assert approved
    line = sample["details"][0]
    by_customer = still.orders(token, sample["shipDate"], customerId=str(line["customerId"]))
    assert sample in by_customer
    assert sample in still.orders(token, sample["shipDate"], product=line["productDescription"][2:])


@BOTH
def test_numbers_filter_needs_no_date(still: Komet, token: SampleToken) -> None:
    first, second = still.orders(token, PAST)[:2], still.orders(token, "2026-12-01")[:1]
    wanted = [order["number"] for order in first + second]
    answer = still.get("purchase.order.list", token, number=",".join(wanted).lower())
    assert answer.json()["purchaseOrders"] == first + second


@BOTH
def test_totals_agree_with_the_answers(still: Komet, token: SampleToken) -> None:
    start, end = date(2026, 10, 26), date(2026, 12, 5)
    fbe = {
        row["code"]: number(row["fbe"])
        for row in still.get("boxtype.list", token).json()["boxtypes"]
    }
    sums = dict.fromkeys(
        ("purchase_orders", "lines", "items", "boxes", "total_cost", "stems", "fbe"), Decimal(0)
    )
    for day in days(start, end):
        for order in still.orders(token, day):
            header = number(order["totalCost"])
            assert header == sum(number(line["totalCost"]) for line in order["details"])
            sums["purchase_orders"] += 1
            for line in order["details"]:
                add_line(sums, line, fbe)
    told = still.control(
        "GET", "totals", params={"company": token.company, "from": start, "to": end}
    ).json()
    assert {name: Decimal(str(value)) for name, value in told.items()} == sums
    assert sums["items"] > sums["lines"]


def add_line(sums: dict[str, Decimal], line: dict[str, Any], fbe: dict[str, Decimal]) -> None:
    boxes, bunches, stems = (number(line[n]) for n in ("totalBoxes", "bunches", "stemsBunch"))
    cost, total = number(line["unitCost"]), number(line["totalCost"])
    parts = line.get("breakdowns") or []
    units = boxes * bunches * (stems if line["unitType"] == "Stem" else 1)
    assert number(line["totalUnits"]) == units
    assert total == units * cost
    if parts:
        assert sum(number(part["bunches"]) for part in parts) == bunches
        assert total == boxes * sum(number(p["bunches"]) * number(p["cost"]) for p in parts)
        sums["stems"] += boxes * sum(number(p["bunches"]) * number(p["stemsBunch"]) for p in parts)
    else:
        sums["stems"] += boxes * bunches * stems
    sums["lines"] += 1
    sums["items"] += len(parts) or 1
    sums["boxes"] += boxes
    sums["total_cost"] += total
    sums["fbe"] += boxes * fbe.get(line["boxType"], Decimal(0))


def test_totals_of_a_vendor_and_unknown_company(still: Komet) -> None:
    state = still.sandbox.state
    first, last = state.window()
    own = state.totals("magnolia", first, last, vendor_id=IMPORTER_A_VENDOR.vendor_id)
    assert 0 < own["lines"] < state.totals("magnolia", first, last)["lines"]
    query = {"company": "nobody", "from": "2026-11-01", "to": "2026-11-02"}
    assert still.control("GET", "totals", params=query).status_code == 400


def test_quirks_are_there_and_can_be_left_out(still: Komet) -> None:
    text = {}
    for token in (IMPORTER_A_COMPANY, IMPORTER_B_COMPANY):
        orders = [o for d in days(date(2026, 8, 22), TODAY) for o in still.orders(token, d)]
        lines = [line for order in orders for line in order["details"]]
        assert {"PA", "A", "CF", "SC", "CA", "XX"} == {order["status"] for order in orders}
        assert any("incoterm" in order for order in orders)
        assert any("awbHint" in line for line in lines)
        assert any("prebookTruckDate" not in line for line in lines)
        assert any(line.get("prebookTruckDate") == "0000-00-00" for line in lines)
        assert {"breakdowns" in line for line in lines} == {True, False}
        assert any(str(line.get("notes")).startswith("=1+1") for line in lines)
        assert any(str(line.get("notes")).startswith("@") for line in lines)
        assert {order["createdOn"][10] for order in orders} == {" ", "T"}
        assert any(line["boxType"] in {"JB", "XB"} for line in lines)
        for order in orders:
            cartons = [box for line in order["details"] for box in line.get("boxes") or []]
            assert not cartons or (order["status"] == "SC" and order["shipDate"] < str(TODAY))
        text[token.company] = json.dumps(orders)
    assert re.search(r'"totalCost": "\d+,\d{3}\.\d\d"', text["petalo"])
    assert '"poItemId": "' not in text["magnolia"]
    assert '"poItemId": "' in text["petalo"]
    with Sandbox(today=TODAY, quirks=False) as plain:
        for order in Komet(plain).orders(IMPORTER_B_COMPANY, PAST):
            assert isinstance(order["totalCost"], float)
            assert all(isinstance(line["breakdowns"], list) for line in order["details"])


def test_fixed_sizes_hold_on_every_day() -> None:
    with Sandbox(today=TODAY, orders_per_day=7, lines_per_order=3) as sandbox:
        for day in (SUNDAY, PAST, "2024-06-01"):
            orders = Komet(sandbox).orders(IMPORTER_A_COMPANY, day)
            assert [len(order["details"]) for order in orders] == [3] * 7
            assert not any(line.get("breakdowns") for o in orders for line in o["details"])
