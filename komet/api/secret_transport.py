"""Where the token joins a request: below httpx, so that nothing above ever holds it.

httpx's log records and exceptions carry the URL; ours carry none of that. What httpcore logs at
DEBUG (the headers of an answer, whose `Location` may echo our URL) is cut down to event names.
"""

import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote, quote_plus

import httpx

from komet.api.redaction import DOTS, redact

EXTENSION = "komet_secrets"


@dataclass(frozen=True)
class Secrets:
    """What must not be seen, by the place where it travels."""

    query: dict[str, str] = field(default_factory=dict, repr=False)
    body: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def redact(self, text: str) -> str:
        """The text without any of them, should the other side echo one."""
        for place in (self.query, self.body, self.headers):
            for value in filter(None, place.values()):
                for form in (value, quote(value, safe=""), quote_plus(value)):
                    text = text.replace(form, DOTS)
        return redact(text)  # also what looks like a secret by its name and is not of this request

    def without(self, url: httpx.URL) -> httpx.URL:
        """The URL without those that travel in the query, should the other side echo ours."""
        for name in self.query:
            url = url.copy_remove_param(name)
        return url


class SecretTransport(httpx.BaseTransport):
    """Adds the secrets of a request just before it goes out."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a copy of the request that carries its secrets."""
        secrets: Secrets = request.extensions.get(EXTENSION) or Secrets()
        headers = [(k, v) for k, v in request.headers.raw if k.lower() != b"content-length"]
        content = request.read()
        if secrets.body:
            content = json.dumps({**json.loads(content or b"{}"), **secrets.body}).encode()
        outgoing = httpx.Request(
            request.method,
            request.url.copy_merge_params(secrets.query) if secrets.query else request.url,
            headers=[*headers, *((k.encode(), v.encode()) for k, v in secrets.headers.items())],
            content=content,
            extensions={k: v for k, v in request.extensions.items() if k != EXTENSION},
        )
        response = self._inner.handle_request(outgoing)
        # httpx logs it; the standard phrase takes its place
        response.extensions.pop("reason_phrase", None)
        return response

    def close(self) -> None:
        """Close the pool."""
        self._inner.close()


def _event_name_only(record: logging.LogRecord) -> bool:
    record.msg, record.args = str(record.msg).split(" ", 1)[0], ()
    return True


def hush_httpcore() -> None:
    """Let httpcore log what happens, not what is sent. To call once; again does no harm."""
    only: Callable[[logging.LogRecord], bool] = _event_name_only
    for name in ("httpcore.http11", "httpcore.http2"):
        logging.getLogger(name).addFilter(only)
