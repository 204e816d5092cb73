"""The sandbox breaks on demand."""

import time

import httpx
import pytest
from sandbox_caller import PAST, Komet

from komet.sandbox.tokens import (
    IMPORTER_A_COMPANY,
)

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
