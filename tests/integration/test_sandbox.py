"""The sandbox over real HTTP: the contract, its quirks, faults on demand, and change over time."""

import gzip
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from komet.api.methods import TokenKind, registry
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import (
    CUSTOMER,
    IMPORTER_A_COMPANY,
    IMPORTER_A_VENDOR,
    IMPORTER_B_COMPANY,
    IMPORTER_B_VENDOR,
    ORDERS_ONLY,
    SAMPLE_LOGIN,
    SampleToken,
)

TODAY = date(2026, 11, 20)  # a Friday
PAST = "2026-11-10"
SUNDAY = "2026-11-15"
BOTH = pytest.mark.parametrize("token", [IMPORTER_A_COMPANY, IMPORTER_B_COMPANY])


class Komet:
    """A plain caller of one sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.http = httpx.Client(timeout=10)

    def get(self, method: str, token: SampleToken | None, **parameters: str) -> httpx.Response:
        if token is not None:
            parameters["authenticationToken"] = token.secret
        return self.http.get(f"{self.sandbox.base_url}/{method}", params=parameters)

    def orders(self, token: SampleToken, day: date | str, **parameters: str) -> list[Any]:
        answer = self.get("purchase.order.list", token, date=str(day), **parameters)
        assert answer.status_code == 200, answer.text
        return answer.json().get("purchaseOrders", [])

    def control(self, verb: str, path: str, **kwargs: Any) -> httpx.Response:
        return self.http.request(verb, f"{self.sandbox.url}/_sandbox/{path}", **kwargs)


@pytest.fixture(scope="module")
def still() -> Iterator[Komet]:
    """A sandbox whose data stays; tests only read from it."""
    with Sandbox(today=TODAY, evolve=False) as sandbox:
        yield Komet(sandbox)


@pytest.fixture
def komet() -> Iterator[Komet]:
    """A sandbox of its own that evolves by itself."""
    with Sandbox(today=TODAY) as sandbox:
        yield Komet(sandbox)


def number(value: Any) -> Decimal:
    return Decimal(str(value).replace(",", ""))


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=at) for at in range((last - first).days + 1)]


# Tokens and protocol


@pytest.mark.parametrize("secret", ["", "no-such-token"])
def test_a_missing_or_unknown_token_is_refused(still: Komet, secret: str) -> None:
    answer = still.get("product.list", None, authenticationToken=secret)
    assert answer.status_code == 401
    assert answer.json() == {"status": "0", "message": "Invalid Security Token"}


@pytest.mark.parametrize(
    ("method", "token"),
    [
        ("purchase.order.list", CUSTOMER),
        ("location.list", IMPORTER_A_VENDOR),
        ("product.list", ORDERS_ONLY),
    ],
)
def test_a_token_without_the_privilege_is_told_so(
    still: Komet, method: str, token: SampleToken
) -> None:
    answer = still.get(method, token, date=PAST)
    assert answer.status_code == 401
    assert "privilege" in answer.json()["message"]
    assert method in answer.json()["message"]


def test_orders_only_token_reads_orders(still: Komet) -> None:
    assert still.orders(ORDERS_ONLY, PAST) == still.orders(IMPORTER_A_VENDOR, PAST)


def test_wrong_verb_unknown_method_and_not_served(still: Komet) -> None:
    url = f"{still.sandbox.base_url}/purchase.order.list"
    assert (wrong := still.http.post(url)).status_code == 405
    assert wrong.json()["status"] == "0"
    assert (unknown := still.get("no.such.method", IMPORTER_A_COMPANY)).status_code == 404
    assert unknown.json()["status"] == "0"
    later = still.get("awb.list", IMPORTER_A_COMPANY)
    assert later.status_code in {400, 501}
    assert still.get("awb.list", None).status_code == 401


def test_every_other_method_of_the_registry_answers_501_after_its_checks(still: Komet) -> None:
    by_kind = {TokenKind.COMPANY: IMPORTER_A_COMPANY, TokenKind.CUSTOMER: CUSTOMER}
    by_kind[TokenKind.VENDOR] = IMPORTER_A_VENDOR
    served = {"login", "purchase.order.list", "product.list", "location.list", "boxtype.list"}
    served |= {"carrier.list", "vendor.list", "customer.list"}
    for method in registry().values():
        kinds = [kind for kind in method.token_kinds or (TokenKind.COMPANY,) if kind in by_kind]
        if method.name in served or not kinds:
            continue
        values = {
            parameter.name: "2026-11-20" if (parameter.type or "").startswith("date") else "1"
            for parameter in method.parameters or ()
            if parameter.required
        }
        secret = by_kind[kinds[0]].secret
        name = {"body:companyToken": "companyToken"}.get(method.token_in, "authenticationToken")
        in_header = method.token_in == "header"
        if not in_header:
            values[name] = secret
        in_json = method.verb == "POST" and method.parameters_in == "json"
        answer = still.http.request(
            method.verb,
            f"{still.sandbox.base_url}/{method.path}",
            params=None if in_json else values,
            json=values if in_json else None,
            headers={name: secret} if in_header else None,
        )
        assert answer.status_code == 501, (method.name, answer.text)
        assert answer.json()["message"] == f"The sandbox does not serve {method.name} yet."


def test_missing_parameter_and_bad_date_are_named(still: Komet) -> None:
    for parameters in ({}, {"date": "11/20/2026"}, {"date": "2026-02-30"}, {"date": "20261120"}):
        answer = still.get("purchase.order.list", IMPORTER_A_COMPANY, **parameters)
        assert answer.status_code == 400
        assert answer.json()["status"] == "0"
        assert "date" in answer.json()["message"]


def test_login_gives_a_token_that_works(still: Komet) -> None:
    user, password = SAMPLE_LOGIN
    url = f"{still.sandbox.base_url}/login"
    answer = still.http.post(url, params={"username": user, "password": password})
    assert answer.json()["apiKey"] == IMPORTER_A_COMPANY.secret
    assert still.http.post(url, params={"username": user, "password": "x"}).status_code == 401
    assert "password" in still.http.post(url, params={"username": user}).json()["message"]


def test_action_suffix_front_page_and_health(still: Komet) -> None:
    assert still.get("product.list.action", IMPORTER_A_COMPANY).status_code == 200
    page = still.http.get(still.sandbox.url)
    assert still.sandbox.base_url in page.text
    assert IMPORTER_B_VENDOR.secret in page.text
    health = still.control("GET", "health").json()
    assert health["today"] == "2026-11-20"


def test_large_answers_are_gzipped(still: Komet) -> None:
    with still.http.stream(
        "GET",
        f"{still.sandbox.base_url}/product.list",
        params={"authenticationToken": IMPORTER_A_COMPANY.secret},
    ) as answer:
        assert answer.headers["content-encoding"] == "gzip"
        assert b"products" in gzip.decompress(b"".join(answer.iter_raw()))


# Lists


@BOTH
@pytest.mark.parametrize(
    ("method", "least"),
    [
        ("product.list", 200),
        ("location.list", 1),
        ("boxtype.list", 5),
        ("carrier.list", 5),
        ("vendor.list", 8),
        ("customer.list", 25),
    ],
)
def test_lists(still: Komet, token: SampleToken, method: str, least: int) -> None:
    answer = still.get(method, token).json()
    member = registry()[method].list_member
    assert member is not None
    rows = answer[member]
    assert str(answer["status"]) == "1"
    assert len(rows) >= least
    one = still.get(method, token, id=str(rows[0]["id"])).json()[member]
    assert one == rows[:1]
    nothing = still.get(method, token, id="99999999").json()
    assert member not in nothing
    assert "not found" in nothing["message"]


def test_list_filters(still: Komet) -> None:
    products = still.get("product.list", IMPORTER_A_COMPANY, description="rosa ñandú").json()
    texts = [row["description"] for row in products["products"]]
    assert "Rosa Ñandú 60 cm" in texts
    code = products["products"][0]["legacyCode"]
    assert re.fullmatch(r"00\d{4}", code)
    by_code = still.get("product.list", IMPORTER_A_COMPANY, legacyCode=code).json()["products"]
    assert products["products"][0] in by_code
    bogota = still.get("vendor.list", IMPORTER_A_COMPANY, portOrigin="bog").json()["vendors"]
    assert {row["portOrigin"] for row in bogota} == {"BOG"}
    everyone = still.get("vendor.list", IMPORTER_A_COMPANY, includeInactive="true").json()
    assert len(everyone["vendors"]) == 9
    boston = still.get("customer.list", IMPORTER_A_COMPANY, locationId="14").json()["customers"]
    assert 0 < len(boston) < 28


def test_product_ids_mean_nothing_across_importers(still: Komet) -> None:
    a, b = (
        {
            int(row["id"]): row["description"]
            for row in still.get("product.list", t).json()["products"]
        }
        for t in (IMPORTER_A_COMPANY, IMPORTER_B_COMPANY)
    )
    shared = a.keys() & b.keys()
    assert shared
    assert all(a[product_id] != b[product_id] for product_id in shared)


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


# Change over time


def test_the_same_seed_gives_the_same_data_revision_by_revision() -> None:
    with (
        Sandbox(today=TODAY, seed=3, evolve=False) as one,
        Sandbox(today=TODAY, seed=3, evolve=False) as two,
        Sandbox(today=TODAY, seed=4, evolve=False) as other,
    ):
        a, b, c = Komet(one), Komet(two), Komet(other)
        week = days(date(2026, 11, 18), date(2026, 11, 30))
        for day in reversed(week):  # another order of asking must not matter
            b.orders(IMPORTER_A_COMPANY, day)
        for _revision in range(3):
            first = [a.orders(IMPORTER_A_COMPANY, day) for day in week]
            assert first == [b.orders(IMPORTER_A_COMPANY, day) for day in week]
            assert first != [c.orders(IMPORTER_A_COMPANY, day) for day in week]
            for caller in (a, b, c):
                caller.control("POST", "advance")


@BOTH
@pytest.mark.parametrize("weekday", range(3))
def test_advance_moves_changes_cancels_drops_and_adds(token: SampleToken, weekday: int) -> None:
    today = TODAY + timedelta(days=weekday)
    with Sandbox(today=today, evolve=False) as sandbox:
        advance_and_compare(Komet(sandbox), token, today)


def advance_and_compare(komet: Komet, token: SampleToken, today: date) -> None:
    def read() -> dict[str, Any]:
        span = days(today - timedelta(days=3), today + timedelta(days=14))
        found = [order for day in span for order in komet.orders(token, day)]
        by_id = {str(order["id"]): order for order in found}
        assert len(by_id) == len(found), "an order lies under one date only"
        return by_id

    before = read()
    assert komet.control("POST", "advance").json()["revisions"][token.company] == 1
    after = read()
    both = before.keys() & after.keys()
    moved = [key for key in both if before[key]["shipDate"] != after[key]["shipDate"]]
    assert moved
    assert before.keys() - after.keys()
    assert after.keys() - before.keys()
    assert any(after[k]["status"] == "CA" != before[k]["status"] for k in both)
    assert any(after[k]["totalCost"] != before[k]["totalCost"] for k in both)
    for key in both:
        changed = before[key] != after[key]
        assert changed == (before[key]["updatedOn"] != after[key]["updatedOn"])
    for key in moved:
        old = komet.orders(token, before[key]["shipDate"])
        assert key not in {str(order["id"]) for order in old}


def test_a_new_download_begins_a_new_revision(komet: Komet) -> None:
    span = days(TODAY, TODAY + timedelta(days=9))
    state = komet.sandbox.state
    for day in span:
        komet.orders(IMPORTER_A_COMPANY, day)
    for day in span[5:]:  # resumed: only slices that did not open the pass
        komet.orders(IMPORTER_A_COMPANY, day)
    komet.orders(IMPORTER_A_VENDOR, span[0])  # another token's slice
    assert state.revision("magnolia") == 0
    for day in (span[1], span[0], *span[2:]):  # threads may ask in another order
        komet.orders(IMPORTER_A_COMPANY, day)
        assert state.revision("magnolia") == 1
    assert state.revision("petalo") == 0


def test_faulted_answers_and_short_passes_do_not_count(komet: Komet) -> None:
    span = days(TODAY, TODAY + timedelta(days=9))
    state = komet.sandbox.state
    state.faults.add("purchase.order.list", date=span[0], status=503)
    assert komet.get("purchase.order.list", IMPORTER_A_COMPANY, date=str(span[0])).is_error
    for _again in range(4):
        for day in span[1:6]:
            komet.orders(IMPORTER_A_COMPANY, day)
    assert state.revision("magnolia") == 0, "five different slices are no pass yet"
    for day in span[6:]:
        komet.orders(IMPORTER_A_COMPANY, day)
    komet.orders(IMPORTER_A_COMPANY, span[0])  # its first answer was faulted: not an opener
    assert state.revision("magnolia") == 0
    state.faults.add(status=503)
    komet.get("purchase.order.list", IMPORTER_A_COMPANY, date=str(span[1]))
    assert state.revision("magnolia") == 0
    komet.orders(IMPORTER_A_COMPANY, span[1])
    assert state.revision("magnolia") == 1


def test_without_evolve_nothing_moves_by_itself(still: Komet) -> None:
    for _again in range(2):
        for day in days(TODAY, TODAY + timedelta(days=9)):
            still.orders(IMPORTER_A_COMPANY, day)
    assert still.sandbox.state.revision("magnolia") == 0


# Faults


def ask(komet: Komet) -> httpx.Response:
    return komet.get("purchase.order.list", IMPORTER_A_COMPANY, date=PAST)


def test_a_status_strikes_as_often_as_told(komet: Komet) -> None:
    fault = {"method": "purchase.order.list", "date": PAST, "status": 429, "retry_after": 3}
    assert komet.control("POST", "faults", json={**fault, "times": 2}).status_code == 201
    assert len(komet.orders(IMPORTER_A_COMPANY, "2026-11-11")) > 0
    for _time in range(2):
        answer = ask(komet)
        assert answer.status_code == 429
        assert answer.headers["retry-after"] == "3"
        assert answer.json()["status"] == "0"
    assert ask(komet).status_code == 200
    assert komet.control("GET", "faults").json()["faults"][0]["struck"] == 2


def test_broken_bodies(komet: Komet) -> None:
    faults = komet.sandbox.state.faults
    faults.add(body="cut")
    cut = ask(komet)
    assert cut.status_code == 200
    assert cut.text.startswith('{"message":"OK"')
    with pytest.raises(ValueError, match=r"\S"):
        cut.json()
    faults.add(body="html", status=502)
    page = ask(komet)
    assert page.status_code == 502
    assert page.headers["content-type"].startswith("text/html")
    faults.add(body="not_json")
    with pytest.raises(ValueError, match=r"\S"):
        ask(komet).json()
    faults.add(body="reset")
    with pytest.raises(httpx.RemoteProtocolError):
        ask(komet)
    assert ask(komet).json()["purchaseOrders"]


def test_delay_message_always_and_clear(komet: Komet) -> None:
    faults = komet.sandbox.state.faults
    faults.add(delay=0.3)
    begun = time.monotonic()
    assert ask(komet).json()["purchaseOrders"]
    assert time.monotonic() - begun >= 0.3
    komet.control("POST", "faults", json={"message": "Closed for stocktaking", "times": None})
    for _time in range(3):
        answer = ask(komet)
        assert answer.status_code == 200
        assert answer.json() == {"status": "0", "message": "Closed for stocktaking"}
    assert komet.control("DELETE", "faults").status_code == 204
    assert ask(komet).json()["purchaseOrders"]
    assert komet.control("POST", "faults", json={"body": "melt"}).status_code == 400


def test_requests_are_counted_without_tokens(komet: Komet) -> None:
    for _time in range(2):
        ask(komet)
    komet.get("product.list", IMPORTER_A_COMPANY)
    told = komet.control("GET", "requests")
    assert told.json()["total"] == 3
    row = {"method": "purchase.order.list", "date": PAST, "count": 2}
    assert row in told.json()["requests"]
    assert "sandbox-" not in told.text
    komet.control("DELETE", "requests")
    assert komet.control("GET", "requests").json() == {"requests": [], "total": 0}


# The server


def test_a_port_in_use_is_said_plainly_and_the_port_is_freed() -> None:
    sandbox = Sandbox(today=TODAY).start()
    port = int(sandbox.url.rsplit(":", 1)[1])
    with pytest.raises(OSError, match=f"Port {port}"):
        Sandbox(port).start()
    sandbox.stop()
    with Sandbox(port, today=TODAY) as again:
        assert again.url == f"http://127.0.0.1:{port}"


def test_serve_prints_what_one_needs_and_never_a_url_with_a_token() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    code = f"from komet.sandbox.server import serve; serve({port})"
    process = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    head = [process.stdout.readline() for _line in range(11)]
    assert f"http://127.0.0.1:{port}/api" in "".join(head)
    assert IMPORTER_A_COMPANY.secret in "".join(head)
    httpx.get(
        f"http://127.0.0.1:{port}/api/product.list",
        params={"authenticationToken": IMPORTER_A_COMPANY.secret},
    )
    process.send_signal(2)
    rest, _none = process.communicate(timeout=10)
    assert process.returncode == 0
    assert rest.strip() == "Sandbox stopped."
