"""The two entry points: every Komet method (checks in Komet's order, then the answer, then
faults), and the sandbox's own switches under `/_sandbox` (advance, faults, requests, totals,
health)."""

import asyncio
from dataclasses import asdict
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from komet.sandbox.book_actions import BookActions
from komet.sandbox.box_actions import BoxActions
from komet.sandbox.call import Call, RefusalError, check, read_call
from komet.sandbox.faults import faulty_response
from komet.sandbox.lists import LIST_METHODS, book_list, list_answer
from komet.sandbox.master_actions import MasterActions
from komet.sandbox.order_actions import OrderActions
from komet.sandbox.order_query import OrderQuery, encode
from komet.sandbox.plain_methods import PlainMethods
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import LOGIN_TOKEN, SAMPLE_LOGIN, SampleToken


class KometEndpoint:
    """Answers `/api/<method>` from a state. `delay` in seconds goes before every answer."""

    def __init__(self, state: SandboxState, delay: float) -> None:
        self._state = state
        self._delay = delay
        self._orders = OrderQuery(state)
        self._actions = {
            **OrderActions(state).methods,
            **BoxActions(state).methods,
            **BookActions(state).methods,
            **MasterActions(state).methods,
            **PlainMethods(state).methods,
        }

    async def answer(self, request: Request) -> Response:
        """The answer to one request, changed if a fault strikes it."""
        try:
            call = await read_call(request)
        except RefusalError as refusal:
            return _refused(refusal)
        self._state.requests.note(call.method.name, call.date)
        fault = self._state.faults.strike(call.method.name, call.date)
        pause = self._delay + ((fault and fault.delay) or 0.0)
        if pause > 0:
            await asyncio.sleep(pause)
        if fault is not None and fault.changes_response:
            return faulty_response(fault, lambda: self._honest_body(call))
        try:
            body = self._served(call)
        except RefusalError as refusal:
            return _refused(refusal)
        return Response(body, media_type="application/json")

    def _served(self, call: Call) -> bytes:
        """The body of a good answer, after which the slice counts as served."""
        if call.method.name != "purchase.order.list" or call.date is None:
            return self._body(call)
        token = call.token()
        check(call.method, call.parameters)
        slice_key = (token.secret, frozenset(call.parameters.items()))
        self._state.slice_asked(token.company, slice_key)
        body = self._body(call)
        self._state.slice_served(token.company, slice_key)
        return body

    def _honest_body(self, call: Call) -> bytes:
        try:
            return self._body(call)
        except RefusalError as refusal:
            return bytes(_refused(refusal).body)

    def _body(self, call: Call) -> bytes:
        if call.method.name == "login":
            return _login(call)
        if call.method.name == "login.forgot.password":
            check(call.method, call.parameters)
            return encode({"result": "A link was sent, if the user is known."})
        token: SampleToken = call.token()
        check(call.method, call.parameters)
        if call.method.name == "purchase.order.list":
            return self._orders.answer(token, call.parameters)
        if act := self._actions.get(call.method.name):
            with self._state.changing():
                return encode(act(token, call.parameters))
        if call.method.name in LIST_METHODS:
            company = self._state.companies[token.company]
            return list_answer(call.method, company, call.parameters, self._state.quirks)
        return encode(book_list(self._state, call.method, token, call.parameters))


def _login(call: Call) -> bytes:
    check(call.method, call.parameters)
    if (call.parameters["username"], call.parameters["password"]) != SAMPLE_LOGIN:
        raise RefusalError(401, "Invalid user name or password.")
    return encode({"status": 1, "message": "OK", "apiKey": LOGIN_TOKEN.secret})


def _refused(refusal: RefusalError) -> Response:
    return JSONResponse({"status": "0", "message": refusal.message}, refusal.http_status)


class FaultOrder(BaseModel):
    """A fault as posted. `times` of null strikes always; left out it strikes once."""

    model_config = ConfigDict(extra="forbid")

    method: str | None = None
    date: str | None = Field(default=None, pattern=r"^\d{4}-\d{2}-\d{2}$")
    status: int | None = Field(default=None, ge=200, le=599)
    delay: float | None = Field(default=None, ge=0)
    body: Literal["cut", "html", "not_json", "reset"] | None = None
    retry_after: int | str | None = None
    times: int | None = Field(default=1, ge=1)
    message: str | None = None


class Control:
    """The switches on one state."""

    def __init__(self, state: SandboxState) -> None:
        self._state = state

    def routes(self) -> list[Route]:
        """The routes, to be mounted under `/_sandbox`."""
        return [
            Route("/health", self.health, methods=["GET"]),
            Route("/advance", self.advance, methods=["POST"]),
            Route("/faults", self.add_fault, methods=["POST"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/requests", self.list_requests, methods=["GET"]),
            Route("/requests", self.clear_requests, methods=["DELETE"]),
            Route("/totals", self.totals, methods=["GET"]),
        ]

    async def health(self, _request: Request) -> Response:
        """Whether it is up, what day it takes for today, and the revisions."""
        state = self._state
        first, last = state.window()
        return JSONResponse(
            {
                "status": "ok",
                "today": state.today.isoformat(),
                "first_day": first.isoformat(),
                "last_day": last.isoformat(),
                "revisions": {key: state.revision(key) for key in state.companies},
            }
        )

    async def advance(self, _request: Request) -> Response:
        """Take every importer to its next revision."""
        return JSONResponse({"revisions": self._state.advance()})

    async def add_fault(self, request: Request) -> Response:
        """Add a fault."""
        try:
            order = FaultOrder.model_validate_json(await request.body())
        except ValidationError as error:
            return JSONResponse(
                {"error": error.errors(include_url=False, include_input=False)}, 400
            )
        fault = self._state.faults.add(**order.model_dump())
        return JSONResponse(asdict(fault), 201)

    async def list_faults(self, _request: Request) -> Response:
        """Every fault with how often it has struck."""
        return JSONResponse({"faults": [asdict(fault) for fault in self._state.faults.all()]})

    async def clear_faults(self, _request: Request) -> Response:
        """Forget every fault."""
        self._state.faults.clear()
        return Response(status_code=204)

    async def list_requests(self, _request: Request) -> Response:
        """Counts of the requests received."""
        counts = [
            {"method": method, "date": day, "count": count}
            for (method, day), count in self._state.requests.counts().items()
        ]
        total = sum(int(str(row["count"])) for row in counts)
        return JSONResponse({"requests": counts, "total": total})

    async def clear_requests(self, _request: Request) -> Response:
        """Count from zero."""
        self._state.requests.clear()
        return Response(status_code=204)

    async def totals(self, request: Request) -> Response:
        """Exact sums from the records; decimals as text."""
        query = request.query_params
        try:
            totals = self._state.totals(
                query["company"],
                date.fromisoformat(query["from"]),
                date.fromisoformat(query["to"]),
                int(query["vendorId"]) if query.get("vendorId") else None,
            )
        except KeyError as error:
            return JSONResponse({"error": f"missing or unknown: {error.args[0]}"}, 400)
        except ValueError as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse(
            {
                name: value if isinstance(value, int) else str(value)
                for name, value in totals.items()
            }
        )
