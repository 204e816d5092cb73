"""The sandbox as a running server: its application, in a thread beside the app or in the
foreground."""

import os
import socket
import sys
import time
from datetime import date
from html import escape
from threading import Thread
from types import TracebackType

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from komet.language import _
from komet.sandbox.control import Control
from komet.sandbox.dropping import DroppableProtocol
from komet.sandbox.endpoint import KometEndpoint
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SAMPLE_LOGIN, SAMPLE_TOKENS

_SMALLEST_TO_GZIP = 1_400
"""Bytes: less than one network packet gains nothing."""

_HOST = "127.0.0.1"
_START_SECONDS = 10.0


def build_application(state: SandboxState, *, delay: float = 0.0) -> Starlette:
    """The application on a state. `delay` in seconds goes before every Komet answer."""
    endpoint = KometEndpoint(state, delay)
    every_verb = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    return Starlette(
        routes=[
            Route("/", front_page, methods=["GET"]),
            Route("/api/{path:path}", endpoint.answer, methods=every_verb),
            Mount("/_sandbox", routes=Control(state).routes()),
        ],
        # Level 1: the local network is faster than a better compression.
        middleware=[Middleware(GZipMiddleware, minimum_size=_SMALLEST_TO_GZIP, compresslevel=1)],
    )


async def front_page(request: Request) -> Response:
    """What this is, where its API lies, and what opens it."""
    rows = "".join(
        f"<tr><td>{escape(token.label)}</td><td>{token.kind}</td>"
        f"<td><code>{escape(token.secret)}</code></td></tr>"
        for token in SAMPLE_TOKENS
    )
    user, password = SAMPLE_LOGIN
    return HTMLResponse(
        "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Komet Desk sandbox"
        "</title></head><body><h1>Komet Desk sandbox</h1>"
        "<p>A stand-in for the Komet Sales API with made-up orders. It is not Komet, and nothing "
        "here is real.</p>"
        f"<p>Base URL: <code>{escape(str(request.base_url))}api</code></p>"
        f"<p>Login: <code>{escape(user)}</code>, password <code>{escape(password)}</code></p>"
        f"<table><tr><th>Token</th><th>Kind</th><th>Secret</th></tr>{rows}</table></body></html>"
    )


class Sandbox:
    """A Komet stand-in on this machine.

    `port` 0 takes a free port. `today` (UTC date by default), `seed`, `evolve` and `quirks` shape
    the data, see `SandboxState`; `orders_per_day` and `lines_per_order` give every day exactly
    that many (in revision 0; `evolve` moves orders between days). `strict` and `unknown_products`
    bring traps of the contract, see `SandboxState`. `delay` in seconds goes before every Komet
    answer.
    """

    def __init__(
        self,
        port: int = 0,
        *,
        today: date | None = None,
        seed: int = 7,
        evolve: bool = True,
        delay: float = 0.0,
        orders_per_day: int | None = None,
        lines_per_order: int | None = None,
        quirks: bool = True,
        strict: bool = False,
        unknown_products: float = 0.0,
    ) -> None:
        self.state = SandboxState(
            today=today,
            seed=seed,
            evolve=evolve,
            orders_per_day=orders_per_day,
            lines_per_order=lines_per_order,
            quirks=quirks,
            strict=strict,
            unknown_products=unknown_products,
        )
        self._port = port
        self._delay = delay
        self._server: uvicorn.Server | None = None
        self._thread: Thread | None = None

    @property
    def url(self) -> str:
        """`http://127.0.0.1:PORT`. Raises `RuntimeError` while a free port is not yet chosen."""
        if self._port == 0:
            raise RuntimeError("The sandbox has no port before it is started.")
        return f"http://{_HOST}:{self._port}"

    @property
    def base_url(self) -> str:
        """The base URL of the API, without a slash at its end."""
        return f"{self.url}/api"

    def start(self) -> "Sandbox":
        """Serve from a daemon thread; comes back when connections are accepted.

        Raises `OSError` when the port is in use or the server does not come up.
        """
        if self._thread is not None:
            return self
        listener = _listen(self._port)
        self._port = listener.getsockname()[1]
        # No access log: the URLs carry tokens.
        config = uvicorn.Config(
            build_application(self.state, delay=self._delay),
            http=DroppableProtocol,
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._thread = Thread(
            target=self._server.run, args=([listener],), name="komet-sandbox", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                listener.close()
                raise OSError(_("The sandbox did not start."))
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Stop serving and free the port. Does nothing when it is not running."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._server = self._thread = None

    def wait(self) -> None:
        """Block until the server ends."""
        while self._thread is not None and self._thread.is_alive():
            self._thread.join(timeout=0.5)

    def __enter__(self) -> "Sandbox":
        return self.start()

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.stop()


def serve(port: int, *, evolve: bool = True) -> None:
    """Serve in the foreground until Ctrl-C. Raises `OSError` when the port is in use."""
    with Sandbox(port, evolve=evolve) as sandbox:
        user, password = SAMPLE_LOGIN
        lines = [
            _("Komet sandbox: made-up orders, nothing here is real."),
            _("Base URL: {url}").format(url=sandbox.base_url),
            _("Login:    {user} / {password}").format(user=user, password=password),
            _("Tokens:"),
            *(f"  {token.secret:36} {token.kind:9} {token.label}" for token in SAMPLE_TOKENS),
            _("Stop with Ctrl-C."),
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        try:
            sandbox.wait()
        except KeyboardInterrupt:
            sys.stdout.write(_("Sandbox stopped.") + "\n")


def _listen(port: int) -> socket.socket:
    # With the protocol named, asyncio switches Nagle's algorithm off for every connection; without
    # it, answers wait 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        # Elsewhere this option would let two servers share one port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((_HOST, port))
        # Listening at once makes a second server on this port fail in bind, not later.
        listener.listen(128)
    except OSError as error:
        listener.close()
        text = _("Port {port} on {host} is not free: choose another one.")
        raise OSError(error.errno, text.format(port=port, host=_HOST)) from error
    return listener
