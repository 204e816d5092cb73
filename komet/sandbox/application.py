"""The Starlette application: Komet's methods, the sandbox's switches and a front page."""

from html import escape

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Mount, Route

from komet.sandbox.control import Control
from komet.sandbox.endpoint import KometEndpoint
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import SAMPLE_LOGIN, SAMPLE_TOKENS

_SMALLEST_TO_GZIP = 1_400
"""Bytes: less than one network packet gains nothing."""


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
