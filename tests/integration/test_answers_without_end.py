"""Answers that are too large, too slow or never end: bounded in bytes and time, and cancelled."""

import gzip
import itertools
import json
import resource
import threading
import time
import zlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import pytest
from failure_messages import raises
from raw_server import RawServer
from sample_accounts import Accounts

from komet.api import KometClient
from komet.api.errors import BadResponse, KometError, Unavailable
from komet.api.transport import Timeouts
from komet.clients import providers
from komet.context import AppContext, open_context
from komet.errors import AppError
from komet.ingest.engine import execute
from komet.ingest.model import RunState
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.ingest.table import runs
from komet.permissions import SYSTEM
from komet.settings import Settings

TODAY = datetime(2026, 11, 20, tzinfo=UTC).date()
MB = 1024 * 1024
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
EMPTY = b'{"status": 1, "purchaseOrders": []}'


def _bomb(coding: str) -> bytes:
    """About 600 kB that unpack to 600 MB of blanks."""
    window = {"gzip": 31, "deflate": 15, "bare": -15}[coding]
    packer = zlib.compressobj(9, zlib.DEFLATED, window)
    body = b"".join(packer.compress(b" " * MB) for _ in range(600)) + packer.flush()
    name = b"gzip" if coding == "gzip" else b"deflate"
    length = str(len(body)).encode()
    return (
        HEAD + b"Content-Encoding: " + name + b"\r\nContent-Length: " + length + b"\r\n\r\n" + body
    )


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _endless_chunks(_head: bytes) -> Iterator[bytes]:
    yield HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    yield from itertools.repeat(_chunk(b" " * 65_536))


def _endless_headers(_head: bytes) -> Iterator[bytes]:
    yield HEAD
    for number in itertools.count():
        yield f"X-{number}: {'x' * 1_000}\r\n".encode()


def _endless_interims(_head: bytes) -> Iterator[bytes]:
    yield from itertools.repeat(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000)


def _packed_to_nothing(_head: bytes) -> Iterator[bytes]:
    """A valid stream of empty blocks: not a byte comes out of it, for ever."""
    yield HEAD + b"Content-Encoding: deflate\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield _chunk(b"\x78\x9c")
    yield from itertools.repeat(_chunk(b"\x00\x00\x00\xff\xff" * 10_000))


def _drip(_head: bytes) -> Iterator[bytes]:
    yield HEAD + b"Content-Length: 100000\r\n\r\n{"
    while True:
        time.sleep(0.05)
        yield b" "


def _drip_of_headers(_head: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-Slow: "
    while True:
        time.sleep(0.05)
        yield b"x"


def _silence(_head: bytes) -> Iterator[bytes]:
    time.sleep(20)
    yield b""


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("coding", ["gzip", "deflate", "bare"])
def test_what_unpacks_to_gigabytes_stops_at_the_limit(coding: str) -> None:
    bomb = _bomb(coding)
    assert len(bomb) < MB
    before = _peak()
    with (
        RawServer(lambda _head: [bomb]) as server,
        KometClient(server.base_url, "t", largest_answer=8 * MB) as client,
        raises(BadResponse, match=r"larger than 8 MB.*KOMET_MAX_ANSWER_MB"),
    ):
        client.purchase_orders(TODAY)
    assert server.requests == 1  # the same answer again would be as large
    assert _peak() - before < 60 * MB


@pytest.mark.parametrize("script", [_endless_chunks, _endless_interims, _packed_to_nothing])
def test_what_never_ends_stops_at_the_limit(script: object) -> None:
    with (
        RawServer(script) as server,  # type: ignore[arg-type]
        KometClient(server.base_url, "t", largest_answer=4 * MB) as client,
        raises(BadResponse, match="larger than 4 MB"),
    ):
        client.purchase_orders(TODAY)
    assert server.left_alone.wait(10)


def test_headers_without_end_are_no_answer() -> None:
    with (
        RawServer(_endless_headers) as server,
        KometClient(server.base_url, "t", sleep=lambda _s: None) as client,
        pytest.raises(BadResponse),
    ):
        client.purchase_orders(TODAY)
    assert server.requests == 4


@pytest.mark.parametrize("script", [_drip, _drip_of_headers, _silence])
def test_the_whole_answer_has_a_deadline(script: object) -> None:
    started = time.monotonic()
    with (
        RawServer(script) as server,  # type: ignore[arg-type]
        KometClient(server.base_url, "t", timeouts=Timeouts(5, 5, whole=1.5)) as client,
        raises(Unavailable, match=r"After 1\.5 seconds.*KOMET_ANSWER_TIMEOUT"),
    ):
        client.purchase_orders(TODAY)
    assert 1.4 < time.monotonic() - started < 4
    assert server.requests == 1


def test_the_deadline_follows_the_read_time_out() -> None:
    assert Timeouts(read=7).deadline == 35
    assert Timeouts(read=7, whole=9).deadline == 9


def test_silence_within_the_deadline_is_still_a_read_time_out() -> None:
    with (
        RawServer(_silence) as server,
        KometClient(
            server.base_url, "t", timeouts=Timeouts(5, 0.4), sleep=lambda _s: None
        ) as komet,
        raises(Unavailable, match="did not answer in time"),
    ):
        komet.purchase_orders(TODAY)
    assert server.requests == 4


@pytest.mark.parametrize("script", [_drip, _drip_of_headers, _silence, _endless_chunks])
def test_who_gives_up_is_heard_within_a_second(script: object) -> None:
    asked_to_stop = threading.Event()

    def check() -> None:
        if asked_to_stop.is_set():
            raise AppError("Given up.")

    threading.Timer(0.5, asked_to_stop.set).start()
    started = time.monotonic()
    with (
        RawServer(script) as server,  # type: ignore[arg-type]
        KometClient(server.base_url, "t", check=check, largest_answer=10_000 * MB) as client,
        pytest.raises(AppError, match="Given up"),
    ):
        client.purchase_orders(TODAY)
    assert time.monotonic() - started < 1.5
    assert server.requests == 1


def _run_at(accounts: Accounts, ctx: AppContext, base_url: str) -> str:
    """A run of one day, whose provider is led to this address."""
    providers.follow_sandbox(ctx, SYSTEM, [accounts.magnolia.id], base_url)
    led = providers.get_provider(ctx, accounts.magnolia.id)
    run, _resumed = start_run(ctx, SYSTEM, plan_days(ctx, [led], TODAY, TODAY), source="test")
    return run.id


def test_a_run_is_cancelled_while_a_slow_answer_comes(accounts: Accounts) -> None:
    stop = threading.Event()
    with RawServer(_drip) as server:
        run_id = _run_at(accounts, accounts.ctx, server.base_url)
        threading.Timer(1, stop.set).start()
        started = time.monotonic()
        ended = execute(accounts.ctx, SYSTEM, run_id, stop=stop)
        took = time.monotonic() - started
    assert ended.state is RunState.CANCELLED
    assert took < 2.5, took


def test_the_settings_reach_the_wire(accounts: Accounts) -> None:
    ctx = open_context(Settings(home=accounts.ctx.settings.home, max_answer_mb=1))
    body = EMPTY + b" " * (2 * MB)
    answer = HEAD + f"Content-Length: {len(body)}\r\n\r\n".encode() + body
    with RawServer(lambda _head: [answer]) as server:
        run_id = _run_at(accounts, ctx, server.base_url)
        assert execute(ctx, SYSTEM, run_id).state is RunState.FAILED
    with ctx.db.read() as con:
        reasons = [slice_.reason or "" for slice_ in runs.slices_of(con, run_id)]
    assert all("larger than 1 MB" in reason for reason in reasons)
    slow = open_context(Settings(home=accounts.ctx.settings.home, answer_timeout=0.7))
    with RawServer(_drip) as server:
        run_id = _run_at(accounts, slow, server.base_url)
        assert execute(slow, SYSTEM, run_id).state is RunState.FAILED


def _day_of(count: int) -> bytes:
    """One day of a company that ships more than any: about a kilobyte a PO."""
    orders = [
        {
            "id": 1_000_000 + n,
            "number": f"P{n:06}",
            "vendorName": "Flores del Cotopaxi Compañía Limitada",
            "shipDate": "2026-11-20",
            "status": "Approved",
            "totalBoxes": 2,
            "totalCost": "123.50",
            "comments": "Please keep cold at all times; call the warehouse before delivery. " * 4,
            "details": [
                {
                    "poItemId": 5_000_000 + 2 * n + m,
                    "productId": 10_000 + m,
                    "productDescription": "Rose Freedom 60 cm red, premium grade",
                    "totalBoxes": 1,
                    "bunches": 12,
                    "stemsBunch": 25,
                    "unitCost": 0.35,
                    "unitType": "Stem",
                    "boxType": "HB",
                }
                for m in range(2)
            ],
        }
        for n in range(count)
    ]
    return json.dumps({"status": 1, "purchaseOrders": orders}).encode()


@pytest.mark.parametrize("coding", ["", "gzip"])
def test_thirty_five_thousand_orders_in_a_day_come_through(coding: str) -> None:
    day = _day_of(35_000)
    assert len(day) > 30 * MB
    body = gzip.compress(day, 1) if coding else day
    named = b"Content-Encoding: gzip\r\n" if coding else b""

    def script(_head: bytes) -> Iterable[bytes]:
        yield HEAD + named + f"Content-Length: {len(body)}\r\n\r\n".encode()
        yield body

    with RawServer(script) as server, KometClient(server.base_url, "t") as client:
        answer = client.purchase_orders(TODAY)
    assert len(answer.orders) == 35_000
    assert answer.problems == []
    assert sum(len(order.details) for order in answer.orders) == 70_000


def test_what_was_not_asked_for_is_refused_by_name() -> None:
    answer = HEAD + b"Content-Encoding: br\r\nContent-Length: 4\r\n\r\nabcd"
    asked: list[bytes] = []

    def script(head: bytes) -> Iterable[bytes]:
        asked.append(head.lower())
        return [answer]

    with (
        RawServer(script) as server,
        KometClient(server.base_url, "t", sleep=lambda _s: None) as client,
        raises(KometError, match=r"not asked for \(br\)"),
    ):
        client.purchase_orders(TODAY)
    assert b"accept-encoding: gzip, deflate\r\n" in asked[0]
