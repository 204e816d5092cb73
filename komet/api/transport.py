"""The network: the one module that knows httpx.

Secrets are added below httpx's own request objects, by `SecretTransport`: neither its log records
nor its exceptions, which all carry the URL, ever hold a token.
"""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import httpx

from komet.api.errors import BadResponse, InvalidCall, Unavailable
from komet.language import _

LOOPBACK_HOSTS = {"localhost", "127.0.0.1", "::1"}
MAX_REDIRECTS = 3
_EXTENSION = "komet_secrets"


@dataclass(frozen=True)
class Timeouts:
    """Seconds to connect and to wait for each part of the answer."""

    connect: float = 10.0
    read: float = 120.0


@dataclass(frozen=True)
class Secrets:
    """What must not be seen, by the place where it travels."""

    query: dict[str, str] = field(default_factory=dict, repr=False)
    body: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer, read to its end. `retry_after` in seconds, if the server named a time."""

    http_status: int
    content: bytes
    charset: str | None
    retry_after: float | None

    def json(self) -> Any:
        """The body; numbers with a point are `Decimal`. Raises `BadResponse`."""
        try:
            return json.loads(
                self.content.decode(self.charset or "utf-8-sig"),
                parse_float=Decimal,
                parse_constant=str,
            )
        except (ValueError, LookupError) as error:
            raise BadResponse(
                _("Komet's answer is not complete JSON."),
                _("{size} bytes came, and they cannot be read.").format(size=len(self.content)),
            ) from error


class SecretTransport(httpx.BaseTransport):
    """Adds the secrets of a request just before it goes out."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a copy of the request that carries its secrets."""
        secrets: Secrets | None = request.extensions.get(_EXTENSION)
        if secrets is None:
            return self._inner.handle_request(request)
        headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"content-length"]
        content = request.read()
        if secrets.body:
            content = json.dumps({**json.loads(content or b"{}"), **secrets.body}).encode()
        extensions = {k: v for k, v in request.extensions.items() if k != _EXTENSION}
        outgoing = httpx.Request(
            request.method,
            request.url.copy_merge_params(secrets.query) if secrets.query else request.url,
            headers=[*headers, *((k.encode(), v.encode()) for k, v in secrets.headers.items())],
            content=content,
            extensions=extensions,
        )
        return self._inner.handle_request(outgoing)

    def close(self) -> None:
        """Close the pool."""
        self._inner.close()


def checked_base_url(base_url: str) -> str:
    """The base URL without a trailing slash, `/api` added to a bare host.

    Raises `InvalidCall` for anything but https://, save http:// on this machine's loopback.
    """
    url = base_url.strip().rstrip("/")
    parts = urlsplit(url)
    if parts.scheme == "http" and parts.hostname not in LOOPBACK_HOSTS:
        raise InvalidCall(
            _("The base URL must begin with https://."),
            _("A token sent over http:// can be read by anyone on the way."),
            _("Correct the base URL of the client provider."),
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username or parts.query:
        raise InvalidCall(
            _("“{url}” is not a base URL.").format(url=url.split("?")[0].rsplit("@", 1)[-1]),
            next_step=_("Komet's own is https://api.kometsales.com/api."),
        )
    return url if parts.path else f"{url}/api"


def _seconds(retry_after: str | None) -> float | None:
    if not retry_after:
        return None
    try:
        return max(0.0, float(retry_after))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(retry_after)
    except ValueError:
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


class Transport:
    """A pool of connections to one Komet system. Thread-safe; close it when done."""

    def __init__(
        self,
        base_url: str,
        *,
        timeouts: Timeouts | None = None,
        pool: int = 16,
        inner: httpx.BaseTransport | None = None,
    ) -> None:
        timeouts = timeouts or Timeouts()
        self.base_url = checked_base_url(base_url)
        limits = httpx.Limits(max_connections=pool, max_keepalive_connections=pool)
        self._client = httpx.Client(
            transport=SecretTransport(inner or httpx.HTTPTransport(limits=limits)),
            timeout=httpx.Timeout(timeouts.read, connect=timeouts.connect),
            headers={"Accept": "application/json", "User-Agent": "komet-desk"},
            follow_redirects=False,
        )

    def send(
        self,
        verb: str,
        path: str,
        *,
        query: dict[str, str] | None = None,
        body: dict[str, Any] | None = None,
        headers: dict[str, str] | None = None,
        secrets: Secrets,
    ) -> Answer:
        """One request, its redirects on the same host followed. Raises `KometError`s only."""
        url = httpx.URL(f"{self.base_url}/{path}").copy_merge_params(query or {})
        for _hop in range(MAX_REDIRECTS + 1):
            request = self._client.build_request(
                verb, url, json=body, headers=headers, extensions={_EXTENSION: secrets}
            )
            try:
                response = self._client.send(request)
            except httpx.TimeoutException as error:
                raise Unavailable(_("Komet did not answer in time.")) from error
            except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError) as error:
                raise BadResponse(
                    _("The connection broke before the whole answer came.")
                ) from error
            except httpx.HTTPError as error:
                raise Unavailable(
                    _("Komet could not be reached."), next_step=_("Check the network connection.")
                ) from error
            if not response.is_redirect:
                return Answer(
                    response.status_code,
                    response.content,
                    response.charset_encoding,
                    _seconds(response.headers.get("Retry-After")),
                )
            url = self._redirected(url, response)
        raise Unavailable(_("Komet answers with one redirect after another."))

    def _redirected(self, url: httpx.URL, response: httpx.Response) -> httpx.URL:
        target = url.join(response.headers["Location"])
        if (target.scheme, target.host, target.port) != (url.scheme, url.host, url.port):
            raise InvalidCall(
                _("Komet's address redirects to another host ({host}).").format(host=target.host),
                _("The token is not sent there."),
                _("Check the base URL of the client provider."),
            )
        return target

    def close(self) -> None:
        """Close all connections."""
        self._client.close()
