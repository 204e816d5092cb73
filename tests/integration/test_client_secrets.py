"""The token, the user name and the password are in no log line, exception, traceback or repr."""

import json
import logging
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import quote, quote_plus, unquote_plus

import pytest
from failure_messages import raises
from scripted_server import Asked, Reply, ScriptedServer

from komet.api import KometClient, KometError
from komet.api.checking import sample_parameters
from komet.api.errors import Unavailable
from komet.api.methods import registry
from komet.api.transport import Answer
from komet.messages import message

SECRET = "s3cret/token+with=signs & space"
USER, PASSWORD = "someone+u@s3cret.example", "s3cret pass/word"
TODAY = datetime(2026, 11, 20, tzinfo=UTC).date()


def _echoing(status: int, **headers: str) -> Callable[[Asked], Reply]:
    """Whatever came, in the message, the reason and a header."""

    def echo(asked: Asked) -> Reply:
        got = f"{asked.path} {unquote_plus(asked.path)} {asked.headers} {asked.body!r}"
        line = got.encode("ascii", "replace").decode().replace("\r", "").replace("\n", "")
        body = json.dumps({"status": 0, "message": got}).encode()
        return Reply(status, body, {"X-Echo": line, **headers}, reason=line)

    return echo


def _html(asked: Asked) -> Reply:
    return Reply(200, f"<html>{asked.path} {asked.headers} {asked.body!r}</html>".encode())


def _moved(asked: Asked) -> Reply:
    where, _mark, query = asked.path.partition("?")
    if where.endswith("/moved"):
        return Reply(503)
    return Reply(302, headers={"Location": f"{where}/moved?{query}"})


def _elsewhere(asked: Asked) -> Reply:
    return Reply(302, headers={"Location": f"https://elsewhere.example{asked.path}"})


def _shown(error: BaseException | None) -> list[str]:
    """Everything that may be printed of an exception and of those behind it.

    Formatted tracebacks, and what a debugger shows of the variables in the frames that are not
    this test's own.
    """
    texts = []
    while error:
        texts += [str(error), repr(error), repr(error.args), repr(vars(error))]
        texts += traceback.format_exception(error)
        texts += [message(error)] if isinstance(error, KometError) else []
        frames = [frame for frame, _line in traceback.walk_tb(error.__traceback__)]
        texts += [repr(f.f_locals) for f in frames if f.f_code.co_filename != __file__]
        error = error.__cause__ or error.__context__
    return texts


def _leaks(texts: list[str]) -> list[str]:
    forms = {
        form for s in (SECRET, USER, PASSWORD) for form in (s, quote(s, safe=""), quote_plus(s))
    }
    return [text for text in texts if any(form in text for form in forms)]


ANSWERS = pytest.mark.parametrize(
    "answer",
    [
        _echoing(400),
        _echoing(401),
        _echoing(429),
        _echoing(500),
        _echoing(200),
        _html,
        _moved,
        _elsewhere,
        lambda _asked: Reply(None),
        lambda asked: Reply(200, asked.body + b"{", {"Content-Encoding": "gzip"}),
    ],
)


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    for name in (None, "httpx", "httpcore", "httpcore.http11", "httpcore.connection", "komet"):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


@ANSWERS
@pytest.mark.parametrize(
    "method", ["purchase.order.list", "company.location.list", "credit.details.list", "login"]
)
def test_nowhere(
    logged: pytest.LogCaptureFixture, answer: Callable[[Asked], Reply], method: str
) -> None:
    with (
        ScriptedServer(answer) as server,
        KometClient(server.base_url, SECRET, provider="Rosas", sleep=lambda _s: None) as client,
    ):
        with pytest.raises(KometError) as failure:
            if method == "login":
                client.login(USER, PASSWORD)
            else:
                sample = sample_parameters(registry()[method], TODAY)
                client.call(method, **sample | {"date": TODAY})
        assert server.asked
        texts = [*_shown(failure.value), repr(client), repr(client._transport)]
    assert failure.value.provider == "Rosas"
    assert failure.value.method == method
    lines = [record.getMessage() for record in logged.records]
    assert [line for line in lines if line.startswith("HTTP Request")] or answer(
        Asked("GET", "/", {}, b"")
    ).status is None
    assert not _leaks([*texts, *lines, logged.text])
    assert failure.value.__cause__ is None
    assert failure.value.__context__ is None


def test_nobody_there_and_time_outs(logged: pytest.LogCaptureFixture) -> None:
    with ScriptedServer([Reply()]) as server:
        gone = server.base_url
    with (
        KometClient(gone, SECRET, sleep=lambda _s: None) as client,
        pytest.raises(Unavailable) as failure,
    ):
        client.purchase_orders(TODAY)
    assert not _leaks([*_shown(failure.value), logged.text])
    assert failure.value.__context__ is None


@pytest.mark.parametrize("method", ["company.location.list", "v2/vendor/invoice"])
def test_a_token_that_no_header_may_hold(logged: pytest.LogCaptureFixture, method: str) -> None:
    """The HTTP library's own complaint would quote it."""
    with (
        ScriptedServer([Reply()]) as server,
        KometClient(server.base_url, "s3cret\r\nX: y", sleep=lambda _s: None) as client,
    ):
        with raises(KometError, match="cannot be sent") as failure:
            client.call(method, **sample_parameters(registry()[method], TODAY))
        assert server.asked == []
    assert "s3cret" not in "".join([*_shown(failure.value), logged.text])


def test_a_pasted_token_may_bring_a_line_end() -> None:
    with (
        ScriptedServer([Reply(200, b'{"locations": []}')]) as server,
        KometClient(server.base_url, f" {SECRET}\r\n") as client,
    ):
        client.call(
            "company.location.list", **sample_parameters(registry()["company.location.list"], TODAY)
        )
        assert server.asked[0].headers["authenticationToken"] == SECRET


def test_a_login_through_the_generic_call_is_hidden_too() -> None:
    with (
        ScriptedServer(_echoing(401)) as server,
        KometClient(server.base_url) as client,
        pytest.raises(KometError) as failure,
    ):
        client.call("login", username=USER, password=PASSWORD)
    assert not _leaks(_shown(failure.value))


def test_a_message_is_cut_after_it_is_blotted() -> None:
    """Cut first, half a token could be left over."""
    message = "x" * 480 + SECRET
    body = json.dumps({"status": 0, "message": message}).encode()
    with (
        ScriptedServer([Reply(200, body)]) as server,
        KometClient(server.base_url, SECRET) as client,
        pytest.raises(KometError) as failure,
    ):
        client.purchase_orders(TODAY)
    said = failure.value.komet_message or ""
    assert said == "x" * 480 + "••••"


def test_the_token_of_a_login_is_in_no_repr(logged: pytest.LogCaptureFixture) -> None:
    body = json.dumps({"status": 1, "apiKey": SECRET}).encode()
    assert SECRET not in repr(Answer(200, body, None, None))
    with ScriptedServer([Reply(200, body)]) as server, KometClient(server.base_url) as client:
        assert client.login(USER, PASSWORD) == SECRET
        assert not _leaks([repr(client), logged.text])
