"""The client behind a company's proxy: a tunnel for https, and nothing else through it."""

import os
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from connect_proxy import ConnectProxy, TlsServer
from failure_messages import raises
from scripted_server import Reply, ScriptedServer

from komet.api import KometClient
from komet.api.errors import InvalidCall, Unavailable
from komet.api.transport import Timeouts
from komet.messages import message

HOST = "komet.test"  # a name that no resolver knows: only the proxy can lead there
SECRET = "s3cret-token-by-proxy"
TODAY = datetime(2026, 11, 20, tzinfo=UTC).date()
EMPTY = b'{"status": 1, "message": "Orders not found."}'


@pytest.fixture
def komet(tmp_path: Path) -> Iterator[TlsServer]:
    server = TlsServer(tmp_path, HOST, EMPTY)
    yield server
    server.close()


@pytest.fixture
def proxy(komet: TlsServer) -> Iterator[ConnectProxy]:
    made = ConnectProxy(komet.port)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


def _client(komet: TlsServer, monkeypatch: pytest.MonkeyPatch) -> KometClient:
    monkeypatch.setenv("SSL_CERT_FILE", str(komet.certificate))
    return KometClient(
        f"https://{HOST}/api", SECRET, sleep=lambda _s: None, timeouts=Timeouts(5, 5)
    )


@pytest.mark.parametrize("name", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize("form", ["http://127.0.0.1:{port}", "127.0.0.1:{port}"])
def test_https_goes_through_a_tunnel_that_the_proxy_cannot_look_into(
    komet: TlsServer, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, name: str, form: str
) -> None:
    monkeypatch.setenv(name, form.format(port=proxy.port))
    with _client(komet, monkeypatch) as client:
        assert client.purchase_orders(TODAY).orders == []
    (path,) = komet.asked
    assert parse_qs(urlsplit(path).query)["authenticationToken"] == [SECRET]
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT {HOST}:443 HTTP/1.1\r\n".encode())
    assert len(proxy.seen) > 500
    for place in (head, bytes(proxy.seen)):
        assert SECRET.encode() not in place


def test_the_proxy_is_told_who_asks_and_nobody_else(
    komet: TlsServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = ConnectProxy(komet.port, authorization="ana:hunter2")
    monkeypatch.setenv("HTTPS_PROXY", f"http://ana:hunter2@127.0.0.1:{asking.port}")
    with _client(komet, monkeypatch) as client:
        client.purchase_orders(TODAY)
    assert len(komet.asked) == 1
    monkeypatch.setenv("HTTPS_PROXY", f"http://ana:hunter3@127.0.0.1:{asking.port}")
    with _client(komet, monkeypatch) as client, raises(Unavailable, match="407") as failure:
        client.purchase_orders(TODAY)
    assert "HTTPS_PROXY" in message(failure.value)
    told = "".join(traceback.format_exception(failure.value)) + repr(client)
    assert "hunter" not in told
    assert SECRET not in told
    asking.close()


@pytest.mark.parametrize("exception", [HOST, ".test", "*", f"other.example,{HOST}:443"])
def test_no_proxy_names_who_is_reached_without_it(
    komet: TlsServer, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, exception: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", exception)
    with (
        _client(komet, monkeypatch) as client,
        raises(Unavailable, match="could not be reached"),
    ):
        client.purchase_orders(TODAY)  # nobody but the proxy knows the name
    assert proxy.heads == []


@pytest.mark.parametrize("name", ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_plain_http_never_goes_through_a_proxy(
    proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch, name: str, host: str
) -> None:
    monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
    with (
        ScriptedServer([Reply(200, EMPTY)]) as server,
        KometClient(server.base_url.replace("127.0.0.1", host), SECRET) as client,
    ):
        client.purchase_orders(TODAY)
        assert len(server.asked) == 1
    assert proxy.heads == []


def test_an_http_proxy_is_not_used_for_https(
    komet: TlsServer, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{proxy.port}")
    with _client(komet, monkeypatch) as client, pytest.raises(Unavailable):
        client.purchase_orders(TODAY)
    assert proxy.heads == []


def test_another_certificate_is_refused_through_the_tunnel_too(
    komet: TlsServer, proxy: ConnectProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A proxy that answers in Komet's place gets no token."""
    monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.port}")
    client = KometClient(f"https://{HOST}/api", SECRET, sleep=lambda _s: None)
    with client, raises(Unavailable, match=r"(?i)certificate"):
        client.purchase_orders(TODAY)
    assert komet.asked == []


@pytest.mark.parametrize("address", ["socks5://127.0.0.1:1080", "ftp://127.0.0.1", "http://[::1"])
def test_a_proxy_that_makes_no_tunnel_is_named(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", address)
    with raises(InvalidCall, match="HTTPS_PROXY"):
        KometClient(f"https://{HOST}/api", SECRET)
