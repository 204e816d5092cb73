"""Redirects: followed on the same host by what reads, refused everywhere else."""

from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from failure_messages import raises
from scripted_server import Asked, Reply, ScriptedServer

from komet.api import KometClient
from komet.api.errors import BadResponse, InvalidCall, Unavailable
from komet.messages import message

SECRET = "s3cret-token"
TODAY = datetime(2026, 11, 20, tzinfo=UTC).date()
EMPTY = Reply(200, b'{"status": 1, "message": "Orders not found."}')


def _client(server: ScriptedServer) -> KometClient:
    return KometClient(server.base_url, SECRET, sleep=lambda _s: None)


@pytest.fixture
def other() -> Iterator[ScriptedServer]:
    with ScriptedServer([EMPTY]) as server:
        yield server


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_same_host_is_followed_with_parameters_and_token_once_each(status: int) -> None:
    def moved(asked: Asked) -> Reply:
        if "/v3/" in asked.path:
            return EMPTY
        query = asked.path.split("?", 1)[1]  # echoed, as many a server does
        return Reply(status, headers={"Location": f"/api/v3/orders?{query}"})

    with ScriptedServer(moved) as server, _client(server) as client:
        assert client.purchase_orders(TODAY).orders == []
    assert len(server.asked) == 2
    query = parse_qs(urlsplit(server.asked[1].path).query)
    assert query == {"date": ["2026-11-20"], "authenticationToken": [SECRET]}


@pytest.mark.parametrize(
    "location",
    [
        "http://localhost:{own}/api/x",  # another name of this machine is another host
        "http://127.0.0.1:{other}/api/x",
        "//127.0.0.1:{other}/api/x",
        "https://127.0.0.1:{own}/api/x",
        "http://127.0.0.1:{own}@localhost:{other}/api/x",
        "https://evil.example/",
        "ftp://127.0.0.1:{own}/",
    ],
)
def test_elsewhere_is_refused_and_gets_nothing(other: ScriptedServer, location: str) -> None:
    def away(_asked: Asked) -> Reply:
        target = location.format(own=server.port, other=other.port)
        return Reply(302, headers={"Location": target})

    with (
        ScriptedServer(away) as server,
        _client(server) as client,
        raises(InvalidCall, match="another host") as failure,
    ):
        client.purchase_orders(TODAY)
    assert len(server.asked) == 1
    assert other.asked == []
    assert SECRET not in message(failure.value)


def test_a_circle_ends() -> None:
    with (
        ScriptedServer([Reply(302, headers={"Location": "/api/round"})]) as server,
        _client(server) as client,
        raises(Unavailable, match="one redirect after another"),
    ):
        client.purchase_orders(TODAY)
    assert len(server.asked) == 4 * 4


@pytest.mark.parametrize(
    "reply",
    [
        Reply(302, EMPTY.body),
        Reply(304, b""),
        Reply(300, EMPTY.body, {"Location": "/api/x"}),
        Reply(302, headers={"Location": "http://[::1/x"}),
        Reply(302, headers={"Location": "http://127.0.0.1:port/"}),
    ],
)
def test_a_redirect_that_leads_nowhere_is_a_bad_response(reply: Reply) -> None:
    with (
        ScriptedServer([reply, EMPTY]) as server,
        _client(server) as client,
    ):
        assert client.purchase_orders(TODAY).orders == []
        assert len(server.asked) == 2
    with (
        ScriptedServer([reply]) as server,
        _client(server) as client,
        pytest.raises(BadResponse),
    ):
        client.purchase_orders(TODAY)
