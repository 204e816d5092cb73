"""The wire itself: connections that keep to the bounds of their request, straight or by a proxy.

A time-out for each read is no bound: a server that sends one byte a minute never meets it. And
a size is known only when it has come: a few kilobytes unpack to gigabytes. httpx gives no way to
its sockets; so this is httpx's own transport once more, on the same pool of httpcore.
"""

import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from komet.api.errors import BadResponse, InvalidCall, KometError, Unavailable

MB = 1024 * 1024
LARGEST_ANSWER = 64 * MB
BEAT = 0.25
"""Seconds after which a wait looks up whether to go on."""

_HEADERS = 1 * MB

_SEND_AT_ONCE = 64 * 1024


class Bounds:
    """The bounds of one request, its redirects included.

    `seconds` from now, `most` bytes of answer as it is after unpacking. `check` is asked at least
    every quarter second while something is awaited, and may raise to give up.
    """

    def __init__(self, seconds: float, most: int, check: Callable[[], None] | None = None) -> None:
        self._until = time.monotonic() + seconds
        self._seconds = seconds
        self._most = most
        self._check = check
        self._received = 0
        self._unpacked = 0

    def seconds_left(self) -> float:
        """Seconds that are left. Raises `Unavailable` when none are, and what `check` raises."""
        if self._check:
            self._check()
        left = self._until - time.monotonic()
        if left <= 0:
            raise _final(Unavailable("answer_too_slow", seconds=self._seconds))
        return left

    def count_received(self, size: int) -> None:
        """Note bytes that came over the wire. Raises `BadResponse` when they are too many."""
        self._received += size
        if self._received > self._most + _HEADERS:
            raise self._too_much()

    def count_unpacked(self, size: int) -> None:
        """Note bytes of the answer itself. Raises as `count_received` and `seconds_left` do."""
        self._unpacked += size
        if self._unpacked > self._most:
            raise self._too_much()
        self.seconds_left()

    def _too_much(self) -> KometError:
        return _final(BadResponse("answer_too_large", megabytes=self._most / MB))


_current: ContextVar[Bounds | None] = ContextVar("bounds", default=None)


@contextmanager
def within_bounds(bounds: Bounds) -> Iterator[None]:
    """Let the network connections that this thread uses in the block keep to these bounds."""
    before = _current.set(bounds)
    try:
        yield
    finally:
        _current.reset(before)


def current() -> Bounds | None:
    """The bounds of the request that this thread is at work on."""
    return _current.get()


def _final(error: KometError) -> KometError:
    """The same once more would cost as much and end as it did."""
    error.retryable = False
    return error


def proxy_for(url: httpx.URL, *, loopback: bool) -> httpx.Proxy | None:
    """The proxy that `HTTPS_PROXY` (or `ALL_PROXY`) and `NO_PROXY` name for this address, if any.

    On Windows and macOS the system's own setting counts where the environment has none. Only
    https:// goes by a proxy, through a tunnel (CONNECT) in which the proxy sees no token; http://
    is for this machine's loopback alone, and never does. Raises `InvalidCall` for a kind of proxy
    that cannot make a tunnel.
    """
    if loopback or url.scheme != "https":
        return None
    known = getproxies()
    address = known.get("https") or known.get("all")
    if not address or proxy_bypass(f"{url.host}:{url.port or 443}"):
        return None
    try:
        return httpx.Proxy(address if "://" in address else f"http://{address}")
    except (httpx.InvalidURL, ValueError):
        pass
    raise _no_proxy()


class Network(httpx.BaseTransport):
    """A pool of connections to one address, by a proxy where one is given. Thread-safe."""

    def __init__(self, pool: int, proxy: httpx.Proxy | None, context: ssl.SSLContext) -> None:
        options: dict[str, Any] = {
            "ssl_context": context,
            "max_connections": pool,
            "max_keepalive_connections": pool,
            "keepalive_expiry": 5.0,
            "network_backend": _Backend(),
        }
        if proxy is None:
            self._pool = httpcore.ConnectionPool(**options)
        elif proxy.url.scheme in {"http", "https"}:
            self._pool = httpcore.HTTPProxy(
                proxy_url=_address(proxy.url),
                proxy_auth=proxy.raw_auth,
                proxy_ssl_context=context if proxy.url.scheme == "https" else None,
                **options,
            )
        else:
            raise _no_proxy()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send the request; the body of the answer is read as it comes."""
        with _as_httpx():
            response = self._pool.handle_request(
                httpcore.Request(
                    method=request.method,
                    url=_address(request.url),
                    headers=request.headers.raw,
                    content=request.read(),
                    extensions=request.extensions,
                )
            )
        return httpx.Response(
            response.status,
            headers=response.headers,
            stream=_Body(response),
            extensions=response.extensions,
        )

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()


class _Body(httpx.SyncByteStream):
    def __init__(self, response: httpcore.Response) -> None:
        self._response = response

    def __iter__(self) -> Iterator[bytes]:
        with _as_httpx():
            yield from self._response.iter_stream()

    def close(self) -> None:
        self._response.close()


class _Backend(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self._inner = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._inner.connect_tcp(host, port, _shorter(timeout), local_address, socket_options)
        )

    def sleep(self, seconds: float) -> None:
        self._inner.sleep(seconds)


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        bounds = current()
        if bounds is None:
            return self._inner.read(max_bytes, timeout)
        data = self._awaited(bounds, max_bytes, timeout)
        bounds.count_received(len(data))
        return data

    def _awaited(self, bounds: Bounds, max_bytes: int, timeout: float | None) -> bytes:
        late = time.monotonic() + (timeout or float("inf"))
        while True:
            wait = min(BEAT, bounds.seconds_left(), max(late - time.monotonic(), 0.001))
            try:
                return self._inner.read(max_bytes, wait)
            except httpcore.ReadTimeout:
                if time.monotonic() >= late:
                    raise

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _SEND_AT_ONCE):
            self._inner.write(buffer[start : start + _SEND_AT_ONCE], _shorter(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _shorter(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


def _shorter(timeout: float | None) -> float | None:
    bounds = current()
    if bounds is None:
        return timeout
    left = bounds.seconds_left()
    return left if timeout is None else min(timeout, left)


def _address(url: httpx.URL) -> httpcore.URL:
    return httpcore.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


@contextmanager
def _as_httpx() -> Iterator[None]:
    """httpcore's failures by httpx's names, which are the same."""
    try:
        yield
    except (
        httpcore.TimeoutException,
        httpcore.NetworkError,
        httpcore.ProtocolError,
        httpcore.ProxyError,
        httpcore.UnsupportedProtocol,
    ) as error:
        failure = getattr(httpx, type(error).__name__, httpx.TransportError)(str(error))
    else:
        return
    raise failure


def _no_proxy() -> InvalidCall:
    return InvalidCall("unusable_proxy")
