"""The sandbox with prepared answers, in a process of its own: what it costs is nobody's.

`server.py LAST_DAY DAYS ORDERS_A_DAY LINES_AN_ORDER LATENCY GZIP` prints its base URL and a token
when every answer is prepared, and ends when its standard input does. 0 lines an order: as many as
the sandbox likes; GZIP `off` sends every answer as it is, whatever the client accepts.
"""

import asyncio
import socket
import sys
import threading
import time
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qsl

sys.path.insert(0, str(Path(__file__).parents[2]))

import httpx
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from komet.sandbox.server import build_application
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import IMPORTER_A_COMPANY


class Prepared:
    """The sandbox's answers, each made once: by query and by what the client accepts."""

    def __init__(self, sandbox: ASGIApp, *, gzip: bool) -> None:
        self._sandbox = sandbox
        self._gzip = gzip
        self._answers: dict[tuple[object, ...], list[Message]] = {}
        self.latency = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer after the latency."""
        headers = dict(scope["headers"])
        accepted = headers.get(b"accept-encoding", b"") if self._gzip else b""
        query = frozenset(parse_qsl(scope["query_string"].decode()))
        key = (scope["path"], query, b"gzip" in accepted)
        if key not in self._answers:
            if not self._gzip:
                kept = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
                scope = {**scope, "headers": kept}
            sent: list[Message] = []

            async def keep(message: Message) -> None:
                sent.append(message)

            await self._sandbox(scope, receive, keep)
            self._answers[key] = sent
        if self.latency:
            await asyncio.sleep(self.latency)
        for message in self._answers[key]:
            await send(message)


def main() -> None:
    """Serve until standard input ends."""
    last, days, orders, lines, latency, gzip = sys.argv[1:]
    end = date.fromisoformat(last)
    state = SandboxState(
        today=end,
        evolve=False,
        orders_per_day=int(orders),
        lines_per_order=int(lines) or None,
    )
    prepared = Prepared(build_application(state), gzip=gzip == "on")
    # with the protocol named, asyncio switches Nagle's algorithm off
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    server = uvicorn.Server(
        uvicorn.Config(prepared, lifespan="off", log_config=None, log_level="critical")
    )
    threading.Thread(target=server.run, args=([listener],), daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}/api"
    token = IMPORTER_A_COMPANY.secret
    with httpx.Client(timeout=600) as client:
        for n in range(int(days)):
            asked = {"date": str(end - timedelta(days=n)), "authenticationToken": token}
            client.get(f"{base_url}/purchase.order.list", params=asked).raise_for_status()
    prepared.latency = float(latency)
    print(base_url, token, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
