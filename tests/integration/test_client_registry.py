"""Every method of the registry over a real connection: the verb, the token's place, the tries."""

import json
from collections.abc import Iterator
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest
from failure_messages import raises
from scripted_server import Asked, Reply, ScriptedServer

from komet.api import KometClient
from komet.api.checking import sample_parameters
from komet.api.client import ApiCall
from komet.api.errors import BadResponse, InvalidCall, KometError, Unavailable
from komet.api.methods import registry
from komet.messages import message

DAY = date(2026, 11, 20)
SECRET = "s3cret %token&with=signs"
METHODS = sorted(registry())
WRITING = sorted(name for name, method in registry().items() if method.writes)


@pytest.fixture(scope="module")
def down() -> Iterator[ScriptedServer]:
    """A server that can never answer now."""
    with ScriptedServer([Reply(503, b'{"status": 0, "message": "Maintenance"}')]) as server:
        yield server


def _tried(server: ScriptedServer, name: str, /, **params: object) -> list[Asked]:
    before = len(server.asked)
    calls: list[ApiCall] = []
    with (
        KometClient(server.base_url, SECRET, sleep=lambda _s: None, on_call=calls.append) as client,
        raises(Unavailable, match="Maintenance"),
    ):
        client.call(name, **params)
    asked = server.asked[before:]
    assert [call.attempt for call in calls] == list(range(1, len(asked) + 1))
    assert {(call.method, call.outcome, call.http_status) for call in calls} == {
        (name, "Unavailable", 503)
    }
    return asked


@pytest.mark.parametrize("name", METHODS)
def test_each_method_goes_out_as_the_registry_says(down: ScriptedServer, name: str) -> None:
    method = registry()[name]
    header_values = {header.name: "42" for header in method.headers}
    sample = sample_parameters(method, DAY) | header_values
    given = {"shownOn": DAY, "awbIsOpen": True, "left": None}
    asked = _tried(down, name, **given, **sample)

    assert len(asked) == (1 if method.writes else 4)
    first = asked[0]
    url = urlsplit(first.path)
    query = {key: values[0] for key, values in parse_qs(url.query).items()}
    body = json.loads(first.body) if first.body else {}
    places = {"query": query, "header": first.headers, "body": body, "body:companyToken": body}
    token = "companyToken" if method.token_in == "body:companyToken" else "authenticationToken"

    assert (first.verb, url.path) == (method.verb, f"/api/{method.path}")
    assert "gzip" in first.headers["Accept-Encoding"]
    for place in (query, first.headers, body):
        if method.token_in != "none" and place is places[method.token_in]:
            assert place.pop(token) == SECRET
        else:
            assert token not in place
    sent = query if method.parameters_in == "query" else body
    assert sent.pop("shownOn") == "2026-11-20"
    assert sent.pop("awbIsOpen") == (1 if sent is body else "1")
    assert sent.keys() == sample.keys() - header_values.keys()
    assert header_values.items() <= first.headers.items()
    if body:
        assert first.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "reply",
    [
        Reply(None),
        Reply(200, b'{"status": 1', {"Content-Length": "5000", "Connection": "close"}),
        Reply(200, b"<html>"),
        Reply(200, b"\x1f\x8b broken", {"Content-Encoding": "gzip"}),
        Reply(429, headers={"Retry-After": "0"}),
        Reply(408),
        Reply(500),
        Reply(307, headers={"Location": "elsewhere"}),
        Reply(302, headers={"Location": "elsewhere"}),
    ],
)
def test_what_writes_is_sent_once_whatever_comes_back(reply: Reply) -> None:
    with (
        ScriptedServer([reply]) as server,
        KometClient(server.base_url, SECRET, sleep=lambda _s: None) as client,
    ):
        for name in ("purchase.order.item.confirm", "box.move.awb", "v2/vendor/invoice"):
            before = len(server.asked)
            with pytest.raises(KometError) as failure:
                client.call(name, **sample_parameters(registry()[name], DAY))
            assert len(server.asked) == before + 1
            said = "It may have been done" in message(failure.value)
            assert said == (reply.status != 429)


def test_a_broken_connection_is_not_mended_under_a_writing_method() -> None:
    """Not even on a kept-alive connection that the server closes as the request arrives."""
    with (
        ScriptedServer([Reply(200, b'{"status": 1}'), Reply(None)]) as server,
        KometClient(server.base_url, SECRET) as client,
    ):
        rosas = sample_parameters(registry()["vendor.add"], DAY)
        client.call("vendor.add", **rosas)
        with pytest.raises(BadResponse):
            client.call("vendor.add", **rosas)
        assert len(server.asked) == 2


@pytest.mark.parametrize("name", WRITING)
def test_a_list_of_outcomes_is_never_missed_in_what_writes(name: str) -> None:
    """It has been done: an answer without its array must not look like a failure."""
    with (
        ScriptedServer([Reply(200, b'{"status": "1", "message": "OK"}')]) as server,
        KometClient(server.base_url, SECRET) as client,
    ):
        sample = sample_parameters(registry()[name], DAY)
        assert client.call(name, **sample) == {"status": "1", "message": "OK"}


def test_not_found_is_a_refusal_of_what_writes() -> None:
    body = b'{"status": "0", "message": "Box code not found."}'
    with (
        ScriptedServer([Reply(200, body)]) as server,
        KometClient(server.base_url, SECRET) as client,
        raises(KometError, match="Box code not found"),
    ):
        client.call("box.code.change", boxes=[{"currentBoxCode": "1", "newBoxCode": "2"}])


def test_a_parameter_may_have_any_name_but_the_tokens() -> None:
    with (
        ScriptedServer([Reply(200, b'{"status": 1}')]) as server,
        KometClient(server.base_url, SECRET) as client,
    ):
        sample = sample_parameters(registry()["purchase.order.create"], DAY)
        client.call(
            "purchase.order.create", **sample, **{"AWB Number": "1", "method": "x", "self": "y"}
        )
        assert json.loads(server.asked[0].body)["method"] == "x"
        for name in ("authenticationToken", "companyToken"):
            with pytest.raises(InvalidCall) as failure:
                client.call("product.list", **{name: "another-token"})
            assert failure.value.method == "product.list"
        assert len(server.asked) == 1
