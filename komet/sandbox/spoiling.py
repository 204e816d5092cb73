"""Turns a fault into the answer that a broken service would give."""

from collections.abc import Callable

from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from komet.sandbox.faults import Fault

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


def spoilt(fault: Fault, honest_body: Callable[[], bytes]) -> Response:
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
