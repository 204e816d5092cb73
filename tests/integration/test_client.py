"""The API client against the sandbox: retries, failures, redirects, secrets."""

import logging
import traceback
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from failure_messages import raises

from komet.api import KometClient, KometError, RetryPolicy
from komet.api.client import ApiCall
from komet.api.errors import (
    AuthenticationError,
    BadResponse,
    InvalidCall,
    PermissionDenied,
    RateLimited,
    Rejected,
    Unavailable,
)
from komet.api.transport import Timeouts
from komet.messages import message
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_B_COMPANY, ORDERS_ONLY, SAMPLE_LOGIN

TODAY = datetime.now(UTC).date()
WORKDAY = TODAY - timedelta(days=7 + max(0, TODAY.weekday() - 4))  # a Monday to Friday
SECRET = IMPORTER_A_COMPANY.secret
Make = Callable[..., KometClient]


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def calls() -> list[ApiCall]:
    return []


@pytest.fixture
def client(sandbox: Sandbox, slept: list[float], calls: list[ApiCall]) -> Iterator[KometClient]:
    with KometClient(
        sandbox.base_url, SECRET, provider="Magnolia", sleep=slept.append, on_call=calls.append
    ) as made:
        yield made


def test_every_convenience(client: KometClient) -> None:
    assert client.purchase_orders(WORKDAY).orders
    assert client.products()[0].legacy_code
    assert {location.code for location in client.locations()} >= {"MIA"}
    assert {row.code: str(row.fbe) for row in client.box_types()}["HB"].startswith("0.5")
    assert client.carriers()
    assert client.vendors()
    assert client.customers()
    number = client.purchase_orders(WORKDAY).orders[0].number or ""
    assert [o.number for o in client.purchase_orders_by_number([number]).orders] == [number]
    assert client.login(*SAMPLE_LOGIN) == SECRET


@pytest.mark.parametrize("company", [IMPORTER_A_COMPANY, IMPORTER_B_COMPANY])
def test_an_empty_day_is_an_empty_list(sandbox: Sandbox, company: Any) -> None:
    sunday = TODAY - timedelta(days=(TODAY.weekday() + 1) % 7 or 7)
    with KometClient(sandbox.base_url, company.secret) as komet:
        assert komet.purchase_orders(sunday).orders == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 408}, Unavailable),
        ({"status": 429}, RateLimited),
        ({"status": 500}, Unavailable),
        ({"status": 503}, Unavailable),
        ({"body": "cut"}, BadResponse),
        ({"body": "html"}, BadResponse),
        ({"body": "not_json"}, BadResponse),
        ({"body": "reset"}, BadResponse),
    ],
)
def test_what_may_pass_is_tried_four_times(
    client: KometClient,
    sandbox: Sandbox,
    slept: list[float],
    calls: list[ApiCall],
    fault: dict[str, Any],
    error: type[KometError],
) -> None:
    sandbox.state.faults.add("purchase.order.list", times=3, **fault)
    client.purchase_orders(TODAY)
    assert [call.attempt for call in calls] == [1, 2, 3, 4]
    assert calls[-1].outcome == "ok"
    assert len(slept) == 3
    assert all(0 < seconds <= 20 for seconds in slept)

    sandbox.state.faults.add("purchase.order.list", times=None, **fault)
    with pytest.raises(error) as failure:
        client.purchase_orders(TODAY)
    assert len(calls) == 8
    assert (failure.value.method, failure.value.provider, failure.value.day) == (
        "purchase.order.list",
        "Magnolia",
        TODAY,
    )


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_will_not_pass_is_not_tried_again(
    client: KometClient, sandbox: Sandbox, calls: list[ApiCall], status: int
) -> None:
    sandbox.state.faults.add(
        "purchase.order.list", status=status, times=None, message="No luck today."
    )
    with raises(KometError, match=r"No luck today\.") as failure:
        client.purchase_orders(TODAY)
    assert len(calls) == 1
    assert failure.value.http_status == status


def test_status_0_is_a_refusal_with_komets_message(client: KometClient, sandbox: Sandbox) -> None:
    sandbox.state.faults.add("purchase.order.list", message="The vendor is on hold.")
    with raises(Rejected, match="The vendor is on hold"):
        client.purchase_orders(TODAY)


@pytest.mark.parametrize(("header", "waited"), [("2", 2.0), ("7200", 60.0)])
def test_retry_after_is_honoured_and_capped(
    client: KometClient, sandbox: Sandbox, slept: list[float], header: str, waited: float
) -> None:
    sandbox.state.faults.add("purchase.order.list", status=429, retry_after=header)
    client.purchase_orders(TODAY)
    assert slept == [waited]


def test_retry_after_as_a_date(client: KometClient, sandbox: Sandbox, slept: list[float]) -> None:
    until = datetime.now(UTC) + timedelta(seconds=30)
    sandbox.state.faults.add(
        "purchase.order.list",
        status=429,
        retry_after=until.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    )
    client.purchase_orders(TODAY)
    assert 25 < slept[0] <= 30


def test_a_time_out_is_tried_again(sandbox: Sandbox, slept: list[float]) -> None:
    sandbox.state.faults.add("purchase.order.list", delay=0.6, times=1)
    with KometClient(
        sandbox.base_url, SECRET, timeouts=Timeouts(1, 0.2), sleep=slept.append
    ) as komet:
        komet.purchase_orders(TODAY)
    assert len(slept) == 1


def test_nobody_there(slept: list[float]) -> None:
    with (
        KometClient("http://127.0.0.1:9/api", SECRET, sleep=slept.append) as komet,
        raises(Unavailable, match="could not be reached"),
    ):
        komet.purchase_orders(TODAY)
    assert len(slept) == 3


def test_a_wrong_token_and_a_missing_right(sandbox: Sandbox) -> None:
    wrong = KometClient(sandbox.base_url, "wrong-token-00000000")
    with wrong, pytest.raises(AuthenticationError):
        wrong.purchase_orders(TODAY)
    with KometClient(sandbox.base_url, ORDERS_ONLY.secret) as komet:
        komet.purchase_orders(TODAY)
        with pytest.raises(PermissionDenied):
            komet.products()


def test_http_is_refused_but_on_loopback() -> None:
    for url in ("http://api.kometsales.com/api", "ftp://x/api", "api.kometsales.com", "http://"):
        with pytest.raises(InvalidCall):
            KometClient(url, SECRET)
    for url in ("https://api.kometsales.com/api", "http://localhost:1/api", "http://[::1]:1"):
        KometClient(url, SECRET).close()


def test_an_unknown_method_is_refused_before_it_is_sent(client: KometClient) -> None:
    with raises(InvalidCall, match=r"purchase\.order\.lost"):
        client.call("purchase.order.lost")


def test_the_token_is_nowhere(
    sandbox: Sandbox, caplog: pytest.LogCaptureFixture, slept: list[float]
) -> None:
    for name in ("httpx", "httpcore", "komet"):
        caplog.set_level(logging.DEBUG, logger=name)
    texts: list[str] = []
    policy = RetryPolicy(tries=2)
    with KometClient(sandbox.base_url, SECRET, retry=policy, sleep=slept.append) as komet:
        texts.append(repr(komet))
        komet.purchase_orders(TODAY)
        for fault in ({"status": 503}, {"status": 401}, {"body": "reset"}, {"body": "html"}):
            sandbox.state.faults.clear()
            sandbox.state.faults.add(times=None, message=f"echo {SECRET}", **fault)
            with pytest.raises(KometError) as failure:
                komet.purchase_orders(TODAY)
            error: BaseException | None = failure.value
            texts.append("".join(traceback.format_exception(failure.value)))
            texts.append(message(failure.value))
            while error:
                texts += [str(error), repr(error), repr(getattr(error, "request", ""))]
                error = error.__cause__ or error.__context__
    texts += [record.getMessage() for record in caplog.records]
    assert caplog.records
    assert not [text for text in texts if SECRET in text]


def test_the_login_is_nowhere(sandbox: Sandbox, caplog: pytest.LogCaptureFixture) -> None:
    for name in ("httpx", "httpcore"):
        caplog.set_level(logging.DEBUG, logger=name)
    name, password = "someone@example.com", "hunter2-hunter2"
    with KometClient(sandbox.base_url) as komet, pytest.raises(KometError) as failure:
        komet.login(name, password)
    everything = caplog.text + "".join(traceback.format_exception(failure.value))
    assert password not in everything
    assert name not in everything


def test_quirks_of_both_importers_read_alike(sandbox: Sandbox) -> None:
    """Importer B sends numbers as text, thousands apart, and nothing as blanks."""
    for company, key in ((IMPORTER_A_COMPANY, "magnolia"), (IMPORTER_B_COMPANY, "petalo")):
        with KometClient(sandbox.base_url, company.secret) as komet:
            answers = [komet.purchase_orders(TODAY - timedelta(days=n)) for n in range(1, 15)]
        orders = [order for answer in answers for order in answer.orders]
        lines = [line for order in orders for line in order.details]
        expected = sandbox.state.totals(key, TODAY - timedelta(days=14), TODAY - timedelta(days=1))
        assert sum(line.total_boxes or 0 for line in lines) == expected["boxes"]
        assert sum(line.total_cost or 0 for line in lines) == expected["total_cost"]
        assert sum(order.total_cost or 0 for order in orders) == expected["total_cost"]
        assert any(order.extra for order in orders)
        problems = [problem for answer in answers for problem in answer.problems]
        assert {problem.field for problem in problems} <= {"prebookTruckDate"}
        assert all(problem.po_id and problem.po_item_id for problem in problems)
        assert all(isinstance(order.ship_date, date) for order in orders)
