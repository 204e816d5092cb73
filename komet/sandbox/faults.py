"""Faults on demand: which requests to spoil, how, how often, and the answer that a broken service
would give."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Literal

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

BadBody = Literal["cut", "html", "not_json", "reset"]

_HTML = (
    "<!DOCTYPE html><html><head><title>Komet Sales</title></head>"
    "<body><h1>Service Temporarily Unavailable</h1></body></html>"
)
_MESSAGES = {
    400: "The request is not valid.",
    401: "Invalid Security Token",
    403: "Access denied.",
    404: "The method does not exist.",
    408: "The request took too long.",
    429: "Too many requests.",
    500: "An internal error occurred.",
    503: "The service is temporarily unavailable.",
}


@dataclass
class Fault:
    """One fault. `method` and `date` of `None` match any; `times` of `None` strikes always.

    `delay` is in seconds. A fault with a delay and nothing else only slows a good answer down.
    """

    method: str | None = None
    date: str | None = None
    status: int | None = None
    delay: float | None = None
    body: BadBody | None = None
    retry_after: int | str | None = None
    times: int | None = 1
    message: str | None = None
    struck: int = 0

    @property
    def changes_response(self) -> bool:
        """Whether the answer itself changes, and is not only late."""
        return self.status is not None or self.body is not None or self.message is not None

    def matches(self, method: str, day: str | None) -> bool:
        """Whether this fault strikes such a request now."""
        if self.times is not None and self.struck >= self.times:
            return False
        return self.method in {None, method} and self.date in {None, day}


class FaultBook:
    """The faults in the order in which they were added; the first that matches strikes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(
        self,
        method: str | None = None,
        *,
        date: date | str | None = None,
        status: int | None = None,
        delay: float | None = None,
        body: BadBody | None = None,
        retry_after: int | str | None = None,
        times: int | None = 1,
        message: str | None = None,
    ) -> Fault:
        """Add a fault; the answer's `struck` counts how often it has struck."""
        day = date if date is None or isinstance(date, str) else date.isoformat()
        fault = Fault(method, day, status, delay, body, retry_after, times, message)
        with self._lock:
            self._faults.append(fault)
        return fault

    def strike(self, method: str, day: str | None) -> Fault | None:
        """The fault that strikes this request, counted, or `None`."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, day):
                    fault.struck += 1
                    return fault
        return None

    def all(self) -> tuple[Fault, ...]:
        """Every fault, those that are used up too."""
        with self._lock:
            return tuple(self._faults)

    def clear(self) -> None:
        """Forget every fault."""
        with self._lock:
            self._faults.clear()


class BrokenOffResponse(Response):
    """Announces its whole length, sends half, and ends: the server then closes the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                # A content encoding of its own keeps the gzip middleware from re-framing it.
                "headers": [*self.raw_headers, (b"content-encoding", b"identity")],
            }
        )
        half = bytes(self.body)[: len(self.body) // 2]
        await send({"type": "http.response.body", "body": half, "more_body": True})


def faulty_response(fault: Fault, honest_body: Callable[[], bytes]) -> Response:
    """The answer under a fault; `honest_body` gives the body that would have been sent."""
    status = fault.status or 200
    response: Response
    match fault.body:
        case "cut":
            body = honest_body()
            response = _json_text(body[: max(1, len(body) * 2 // 3)], status)
        case "reset":
            response = BrokenOffResponse(honest_body(), status, media_type="application/json")
        case "html":
            response = Response(_HTML, status, media_type="text/html")
        case "not_json":
            response = Response("Service is starting, try later", status, media_type="text/plain")
        case None:
            message = fault.message or _MESSAGES.get(status, "The request failed.")
            response = JSONResponse({"status": "0", "message": message}, status)
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _json_text(body: bytes, status: int) -> Response:
    return Response(body, status, media_type="application/json")
