"""The sandbox over real HTTP: tokens, verbs, parameters, the lists, the server itself."""

import gzip
import re
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from sandbox_caller import BOTH, PAST, TODAY, Komet

from komet.api.methods import registry
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
    assert still.get("awb.list", IMPORTER_A_COMPANY).status_code == 400
    assert still.get("awb.list", None).status_code == 401


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
        cwd=Path(__file__).parents[3],
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
