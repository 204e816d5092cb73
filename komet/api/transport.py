"""The network: requests out, whole answers back, every failure as one of ours.

No failure keeps httpx's own exception as its cause: the frames of that one hold the request as it
was sent, with the token.
"""

import math
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

import httpx

from komet.api.base_url import is_loopback, normalize_base_url
from komet.api.decoding import ACCEPTED, decompress, parse_json
from komet.api.errors import BadResponse, InvalidCall, Unavailable
from komet.api.network import LARGEST_ANSWER, Bounds, Network, proxy_for, within_bounds
from komet.api.request import Request
from komet.api.secret_transport import EXTENSION, Secrets, SecretTransport, hush_httpcore

MAX_REDIRECTS = 3


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect, to wait for each part of the answer, and for all of it.

    Without `whole`, five times `read`: 34 MB come within that at half a megabit a second.
    """

    connect: float = 10.0
    read: float = 120.0
    whole: float | None = None

    @property
    def deadline(self) -> float:
        """Seconds from the first byte sent to the last byte received, redirects included."""
        return 5 * self.read if self.whole is None else self.whole


_HIDDEN_HEADERS = {"set-cookie", "location"}


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read to its end. `retry_after` in seconds, if the server named a time."""

    http_status: int
    content: bytes = field(repr=False)  # the answer to a login holds a token
    charset: str | None
    retry_after: float | None
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def json(self) -> Any:
        """The body; numbers with a point are `Decimal`. Raises `BadResponse`."""
        return parse_json(self.content, self.charset)


class Transport:
    """A pool of connections to one Komet system. Thread-safe; close it when done.

    An answer is read up to `largest_answer` bytes, counted after unpacking. `check` is asked at
    least every quarter second while an answer is awaited or comes; what it raises ends that.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeouts: Timeouts | None = None,
        pool: int = 16,
        inner: httpx.BaseTransport | None = None,
        largest_answer: int = LARGEST_ANSWER,
        check: Callable[[], None] | None = None,
    ) -> None:
        timeouts = timeouts or Timeouts()
        self._deadline = timeouts.deadline
        self._largest_answer = largest_answer
        self._check = check
        self.base_url = normalize_base_url(base_url)
        hush_httpcore()
        self._client = httpx.Client(
            transport=SecretTransport(inner or _network(self.base_url, pool)),
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
            headers={
                "Accept": "application/json",
                "Accept-Encoding": ACCEPTED,
                "User-Agent": "komet-desk",
            },
            follow_redirects=False,
            trust_env=False,  # the network knows the proxy; httpx would read .netrc, too
        )

    def send(self, request: Request) -> Answer:
        """One request, and its redirects on the same host.

        Raises `KometError`s only, and what `check` raises.
        """
        bounds = Bounds(self._deadline, self._largest_answer, self._check)
        with within_bounds(bounds):
            return self._answer(request, bounds)

    def _answer(self, request: Request, bounds: Bounds) -> Answer:
        target: httpx.URL | str = f"{self.base_url}/{request.path}"
        query = request.query
        for _hop in range(MAX_REDIRECTS + 1):
            response, content = self._response(request, target, query, bounds)
            if not response.has_redirect_location:
                return Answer(
                    response.status_code,
                    content,
                    response.charset_encoding,
                    parse_retry_after(response.headers.get("Retry-After"), datetime.now(UTC)),
                    {
                        name: request.secrets.redact(value)
                        for name, value in response.headers.items()
                        if name not in _HIDDEN_HEADERS
                    },
                )
            if request.once:
                raise BadResponse("redirect_of_a_write")
            target, query = _redirected(response, request.secrets), {}
        raise Unavailable("endless_redirects")

    def _response(
        self,
        request: Request,
        target: httpx.URL | str,
        query: dict[str, str],
        bounds: Bounds,
    ) -> tuple[httpx.Response, bytes]:
        try:
            url = httpx.URL(target)
            bare = self._client.build_request(
                request.verb,
                url.copy_merge_params(query) if query else url,
                json=request.body,
                headers=request.headers,
                extensions={EXTENSION: request.secrets},
            )
            response = self._client.send(bare, stream=True)
            with closing(response):
                if response.has_redirect_location:
                    return response, b""
                coding = response.headers.get("Content-Encoding", "")
                # the stream and not httpx's decoders, which unpack all of a chunk at once
                chunks = cast("httpx.SyncByteStream", response.stream)
                return response, decompress(chunks, coding, bounds)
        except Exception as error:  # noqa: BLE001 - whatever it is, it leaves its frames behind
            failure = _failure(error)
        raise failure

    def close(self) -> None:
        """Close all connections."""
        self._client.close()


def _network(base_url: str, pool: int) -> Network:
    url = httpx.URL(base_url)
    context = httpx.create_ssl_context()
    return Network(pool, proxy_for(url, loopback=is_loopback(url.host)), context)


def _failure(error: Exception) -> Exception:
    match error:
        case httpx.TimeoutException():
            return _late(error)
        case httpx.LocalProtocolError() | httpx.UnsupportedProtocol():
            return _unsendable()
        case httpx.RemoteProtocolError() | httpx.ReadError() | httpx.DecodingError():
            return BadResponse("connection_broke")
        case httpx.HTTPError():
            return _unreached(error)
        case httpx.InvalidURL() | ValueError():
            return _unsendable()
        case _:
            # a failure of ours, or what `check` has raised: the frames that it came through hold
            # the answer, and what a server has echoed in it
            error.__context__ = None
            return error.with_traceback(None)


def _late(error: httpx.TimeoutException) -> Unavailable:
    failure = Unavailable("no_answer_in_time")
    unsent = isinstance(error, httpx.ConnectTimeout | httpx.PoolTimeout)
    return _never_left(failure) if unsent else failure


def _unreached(error: httpx.HTTPError) -> Unavailable:
    # nothing has been sent yet that this text could hold: a name, a port, a certificate
    why = str(error) if isinstance(error, httpx.ConnectError | httpx.ProxyError) else ""
    if isinstance(error, httpx.ProxyError):
        return _never_left(Unavailable("proxy_does_not_connect", why=why))
    failure = Unavailable("not_reached", why=why)
    return _never_left(failure) if isinstance(error, httpx.ConnectError) else failure


def _never_left(failure: Unavailable) -> Unavailable:
    failure.never_left = True
    return failure


def _unsendable() -> InvalidCall:
    return InvalidCall("unsendable")


def _redirected(response: httpx.Response, secrets: Secrets) -> httpx.URL:
    asked = response.request.url
    try:
        target = asked.join(response.headers["Location"])
    except (httpx.InvalidURL, ValueError):
        target = None
    if target is None:
        raise BadResponse("redirect_to_no_address")
    if (target.scheme, target.host, target.port) != (asked.scheme, asked.host, asked.port):
        raise InvalidCall("redirect_to_another_host", host=target.host)
    return secrets.without(target)


def parse_retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait, never negative; None where the header is missing or cannot be read."""
    if not header:
        return None
    try:
        seconds = float(header)
    except ValueError:
        return _seconds_until(header, now)
    return None if math.isnan(seconds) else max(0.0, seconds)


def _seconds_until(http_date: str, now: datetime) -> float | None:
    try:
        until = parsedate_to_datetime(http_date)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - now).total_seconds())
