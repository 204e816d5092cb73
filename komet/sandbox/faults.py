"""Faults on demand: which requests to spoil, how, how often, and the answer that a broken service
would give.

A fault on a method that writes says by `effect` whether the change is made. Left out, it is made
before `cut` and `reset` (the answer breaks off) and after a `delay` alone; it is not made before a
`status`, a `message`, `html`, `not_json` or `drop`.
"""

from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Literal

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from komet.sandbox.dropping import DroppedResponse

BadBody = Literal["cut", "drop", "html", "not_json", "reset"]
"""`drop` ends the connection without one byte of an answer, `reset` in the middle of one."""

When = Literal["before", "after"] | int
"""Whether the fault strikes before or after the effect of a call, or after so many of the changes
that it makes: then the first lines are shipped, and the others are not."""

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

    `delay` is in seconds. A fault with a delay and nothing else only slows a good answer down: the
    effect follows the delay, even if the client has gone meanwhile. With `effect` "after" it comes
    before the delay, with "before" not at all, with a number in part: then the connection is
    dropped. `skip` lets so many matching requests pass first.
    """

    method: str | None = None
    date: str | None = None
    status: int | None = None
    delay: float | None = None
    body: BadBody | None = None
    retry_after: int | str | None = None
    times: int | None = 1
    message: str | None = None
    effect: When | None = None
    skip: int = 0
    struck: int = 0
    passed: int = 0

    @property
    def changes_response(self) -> bool:
        """Whether the answer itself changes, and is not only late."""
        return (
            self.status is not None
            or self.body is not None
            or self.message is not None
            or self.effect not in {None, "after"}
        )

    @property
    def takes_effect(self) -> bool:
        """Whether a call that writes makes its change although the fault strikes it."""
        if self.effect is not None:
            return self.effect != "before"
        return self.breaks_off or not self.changes_response

    @property
    def breaks_off(self) -> bool:
        """Whether the answer is the beginning of a good one."""
        return self.body in {"cut", "reset"}

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
        effect: When | None = None,
        skip: int = 0,
    ) -> Fault:
        """Add a fault; the answer's `struck` counts how often it has struck."""
        day = date if date is None or isinstance(date, str) else date.isoformat()
        fault = Fault(
            method, day, status, delay, body, retry_after, times, message, effect, skip
        )  # fmt: skip
        with self._lock:
            self._faults.append(fault)
        return fault

    def strike(self, method: str, day: str | None) -> Fault | None:
        """The fault that strikes this request, counted, or `None`."""
        with self._lock:
            for fault in self._faults:
                if fault.matches(method, day):
                    if fault.passed < fault.skip:
                        fault.passed += 1
                        continue
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


def faulty_response(fault: Fault, body: bytes) -> Response:
    """The answer under a fault; `body` is the good one, of which some faults send a beginning."""
    status = fault.status or 200
    response: Response
    match fault.body:
        case "cut":
            response = _json_text(body[: max(1, len(body) * 2 // 3)], status)
        case "reset":
            response = BrokenOffResponse(body, status, media_type="application/json")
        case "html":
            response = Response(_HTML, status, media_type="text/html")
        case "not_json":
            response = Response("Service is starting, try later", status, media_type="text/plain")
        case None if fault.status is not None or fault.message is not None:
            message = fault.message or _MESSAGES.get(status, "The request failed.")
            response = JSONResponse({"status": "0", "message": message}, status)
        case _:
            return DroppedResponse()
    if fault.retry_after is not None:
        response.headers["Retry-After"] = str(fault.retry_after)
    return response


def _json_text(body: bytes, status: int) -> Response:
    return Response(body, status, media_type="application/json")
