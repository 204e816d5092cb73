"""Who may speak to the app over the network, and what its answers let a browser do.

The app has no sign-in: whoever reaches it may use its tokens. It listens on loopback, but a page on
the internet can make its own name point at loopback and then speak to it as its own server (DNS
rebinding). So every request, WebSockets too, must name a host that we go by, and a WebSocket must
come from a page of that host.
"""

import base64
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import config

from komet.errors import InvalidInput
from komet.language import _
from komet.settings import settings

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\]|\*")


def hosts_of(text: str) -> list[str]:
    """The host names of a setting such as `desk.example.com, *.farm.example`.

    Raises `InvalidInput` for what is no bare host name.
    """
    hosts = [part.strip().lower() for part in text.split(",") if part.strip()]
    for host in hosts:
        if not _HOST.fullmatch(host):
            raise InvalidInput(
                _("KOMET_ALLOWED_HOSTS: “{host}” is not a host name.").format(host=host),
                next_step=_("Write names only, without https:// and port, separated by commas."),
            )
    return hosts


def middleware() -> list[Middleware]:
    """What stands before Streamlit. Tells Streamlit's own check the same hosts.

    Ends the process with a sentence where the setting is wrong, see `hosts_of`.
    """
    try:
        deployed = hosts_of(settings().allowed_hosts)
    except InvalidInput as error:
        raise SystemExit(str(error)) from None
    if deployed:
        everyone = [host.strip("[]") for host in (*LOOPBACK, *deployed)]
        config.set_option("server.allowedHosts", everyone)
    return [
        Middleware(AnswerHeaders),
        Middleware(TrustedHostMiddleware, allowed_hosts=[*LOOPBACK, *deployed], www_redirect=False),
        Middleware(OwnPagesOnly, deployed=deployed),
    ]


class OwnPagesOnly:
    """Lets a WebSocket in from a page of the app, and from programs that are no browser.

    Streamlit would ask a server on the internet for this computer's address to judge an origin.
    """

    def __init__(self, app: ASGIApp, deployed: Sequence[str]) -> None:
        self._app = app
        self._deployed = deployed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        headers = Headers(scope=scope) if scope["type"] == "websocket" else None
        if headers is None or self._own(headers.get("origin"), headers.get("host")):
            if headers is not None:
                # judged here; Streamlit does not know the names of a proxy before us
                scope = {**scope, "headers": [h for h in scope["headers"] if h[0] != b"origin"]}
            await self._app(scope, receive, send)
            return
        refusal = PlainTextResponse("This page may not use Komet Desk.", status_code=403)
        await refusal(scope, receive, send)

    def _own(self, origin: str | None, host: str | None) -> bool:
        if origin is None:
            return True
        try:
            page = urlsplit(origin.lower())
            name = page.hostname or ""
        except ValueError:
            return False
        if page.scheme not in {"http", "https"} or not name:
            return False
        return page.netloc == (host or "").lower() or any(
            name == known or (known.startswith("*.") and name.endswith(known[1:]))
            for known in self._deployed
        )


class AnswerHeaders:
    """Puts the headers on every answer that tell a browser what not to do with it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = {
            "Content-Security-Policy": content_security_policy(),
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": "no-referrer",
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and the answer back with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self._headers)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def content_security_policy() -> str:
    """What the app's pages may load and run: what the app itself serves, and nothing else.

    Streamlit writes its styles into the page, draws pictures from data, and reads its messages with
    WebAssembly. Its one inline script is allowed by its hash, so that no other runs.
    """
    index = Path(streamlit.__file__).parent / "static" / "index.html"
    inline = re.findall(r"<script>(.*?)</script>", index.read_text(encoding="utf-8"), re.DOTALL)
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
        for script in inline
    ]
    rules = {
        "default-src": "'none'",
        # Streamlit imports the script of a component, such as the one that remembers the language,
        # from a blob that the page itself has made
        "script-src": " ".join(["'self'", "blob:", "'wasm-unsafe-eval'", *hashes]),
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' blob:",
        "connect-src": "'self'",
        "worker-src": "'self' blob:",
        "manifest-src": "'self'",
        "form-action": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())
