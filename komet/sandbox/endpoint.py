"""The endpoint of every Komet method: checks in Komet's order, then the answer, then faults."""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from komet.sandbox.book_actions import BookActions
from komet.sandbox.book_lists import book_list
from komet.sandbox.box_actions import BoxActions
from komet.sandbox.call import Call, read_call
from komet.sandbox.list_query import LIST_METHODS, list_answer
from komet.sandbox.master_actions import MasterActions
from komet.sandbox.order_actions import OrderActions
from komet.sandbox.order_query import OrderQuery, encode
from komet.sandbox.parameters import RefusalError, check
from komet.sandbox.plain_methods import PlainMethods
from komet.sandbox.spoiling import spoilt
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
        """The answer to one request, spoilt if a fault strikes it."""
        try:
            call = await read_call(request)
        except RefusalError as refusal:
            return _refused(refusal)
        self._state.requests.note(call.method.name, call.date)
        fault = self._state.faults.strike(call.method.name, call.date)
        pause = self._delay + ((fault and fault.delay) or 0.0)
        if pause > 0:
            await asyncio.sleep(pause)
        if fault is not None and fault.spoils:
            return spoilt(fault, lambda: self._honest_body(call))
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
