"""Connections that end without a single byte of an answer, which no ASGI server offers."""

import asyncio
from typing import cast

from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

_TRANSPORT = "komet.sandbox.transport"


class DroppableProtocol(H11Protocol):
    """Uvicorn's own protocol; the application finds the connection in the state of a request."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Keep the connection where `DroppedResponse` looks for it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _TRANSPORT: transport}


class DroppedResponse(Response):
    """Closes the connection instead of answering. Needs a server with `DroppableProtocol`."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        cast(asyncio.Transport, scope["state"][_TRANSPORT]).abort()
        # The server answers 500 by itself, unless it has seen the end of the connection before.
        while (await receive())["type"] != "http.disconnect":
            pass
