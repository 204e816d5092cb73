"""The client against servers that misbehave as no sandbox does: redirects, gzip, silence."""

import gzip
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from failure_messages import raises

from komet.api import KometClient
from komet.api.errors import (
    BadResponse,
    InvalidCall,
)
from komet.sandbox.tokens import IMPORTER_A_COMPANY

TODAY = datetime.now(UTC).date()
SECRET = IMPORTER_A_COMPANY.secret


@pytest.fixture
def slept() -> list[float]:
    return []


class _Server:
    """A server that answers as a test wants, and remembers what came."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        seen = self.seen = list[str]()

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                seen.append(self.path)
                answer(self)

            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                seen.append(self.path + " " + self.rfile.read(length).decode())
                answer(self)

            def log_message(self, *args: object) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}/api"
        threading.Thread(target=self._http.serve_forever, daemon=True).start()

    def __enter__(self) -> "_Server":
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._http.shutdown()
        self._http.server_close()


def _send(handler: BaseHTTPRequestHandler, status: int, body: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)


def test_a_redirect_to_another_host_is_refused_and_gets_no_token() -> None:
    with _Server(lambda h: _send(h, 200, b"{}")) as other:
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        with (
            _Server(lambda h: _send(h, 302, b"", Location=elsewhere)) as server,
            KometClient(server.url, SECRET, sleep=lambda _s: None) as komet,
            raises(InvalidCall, match="another host"),
        ):
            komet.purchase_orders(TODAY)
        assert other.seen == []


def test_gzip_is_read_and_a_broken_one_is_tried_again(slept: list[float]) -> None:
    good = gzip.compress(json.dumps({"status": 1, "purchaseOrders": []}).encode())
    answers = [good[:-12], good]
    with (
        _Server(lambda h: _send(h, 200, answers.pop(0), Content_Encoding="gzip")) as server,
        KometClient(server.url, SECRET, sleep=slept.append) as komet,
    ):
        assert komet.purchase_orders(TODAY).orders == []
    assert len(slept) == 1


def test_no_array_and_no_word_of_it_is_not_an_empty_day() -> None:
    body = json.dumps({"status": "1", "message": "OK"}).encode()
    with (
        _Server(lambda h: _send(h, 200, body)) as server,
        KometClient(server.url, SECRET, sleep=lambda _s: None) as komet,
        raises(BadResponse, match="purchaseOrders"),
    ):
        komet.purchase_orders(TODAY)


def test_a_writing_method_is_sent_once_whatever_happens() -> None:
    def break_off(handler: BaseHTTPRequestHandler) -> None:
        handler.close_connection = True
        handler.connection.close()

    with (
        _Server(break_off) as server,
        KometClient(server.url, SECRET, sleep=lambda _s: None) as komet,
        pytest.raises(BadResponse),
    ):
        komet.call("purchase.order.item.confirm", poItemId=1, quantityConfirmed=2)
    assert len(server.seen) == 1
    assert json.loads(server.seen[0].split(" ", 1)[1])["authenticationToken"] == SECRET
