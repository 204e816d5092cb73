"""The entry point of every Komet method: checks in Komet's order, then the answer, then faults."""

import asyncio
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from komet.sandbox.book_actions import BookActions
from komet.sandbox.box_actions import BoxActions
from komet.sandbox.call import OK, Answer, Call, RefusalError, check, read_call
from komet.sandbox.effects import ITEMISED, InterruptedCallError, target_of
from komet.sandbox.faults import Fault, faulty_response
from komet.sandbox.inventory_actions import InventoryActions
from komet.sandbox.lists import book_list
from komet.sandbox.master_actions import MasterActions
from komet.sandbox.master_lists import LIST_METHODS, list_answer
from komet.sandbox.order_actions import OrderActions
from komet.sandbox.order_creation import OrderCreation
from komet.sandbox.order_query import OrderQuery, encode
from komet.sandbox.plain_methods import PlainMethods
from komet.sandbox.prebook_actions import PrebookActions
from komet.sandbox.shipping import Shipping
from komet.sandbox.state import SandboxState
from komet.sandbox.tokens import LOGIN_TOKEN, SAMPLE_LOGIN, SampleToken
from komet.sandbox.vendor_invoices import VendorInvoices


class KometEndpoint:
    """Answers `/api/<method>` from a state. `delay` in seconds goes before every answer."""

    def __init__(self, state: SandboxState, delay: float) -> None:
        self._state = state
        self._delay = delay
        self._orders = OrderQuery(state)
        creation = OrderCreation(state)
        self._actions = {
            **OrderActions(state).methods,
            **creation.methods,
            **Shipping(state).methods,
            **BoxActions(state).methods,
            **BookActions(state).methods,
            **PrebookActions(state, creation).methods,
            **InventoryActions(state).methods,
            **VendorInvoices(state).methods,
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
        if fault is not None and fault.effect not in {None, "before"}:
            response = self._answered(call, fault)
            await _wait(pause)
            return response
        await _wait(pause)
        return self._answered(call, fault)

    def _answered(self, call: Call, fault: Fault | None) -> Response:
        if fault is not None and fault.changes_response:
            return faulty_response(fault, self._body_under(fault, call))
        try:
            body = self._served(call)
        except RefusalError as refusal:
            return _refused(refusal)
        return Response(body, media_type="application/json")

    def _body_under(self, fault: Fault, call: Call) -> bytes:
        """The good answer that a fault spoils, where there is one; the effect comes with it.

        Without the effect, the beginning of a success is sent all the same: nothing follows from
        half an answer.
        """
        if fault.takes_effect or (fault.breaks_off and not call.method.writes):
            changes = fault.effect if isinstance(fault.effect, int) else None
            with suppress(InterruptedCallError), self._state.effects.at_most(changes):
                return self._honest_body(call)
        return encode(OK)

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
                answer = act(token, call.parameters)
                self._note_effect(token, call, answer)
            return encode(answer)
        if call.method.name in LIST_METHODS:
            company = self._state.companies[token.company]
            return list_answer(call.method, company, call.parameters, self._state.quirks)
        return encode(book_list(self._state, call.method, token, call.parameters))

    def _note_effect(self, token: SampleToken, call: Call, answer: Answer) -> None:
        name = call.method.name
        if not call.method.writes or name in ITEMISED:
            return
        made = {key: value for key, value in answer.items() if key not in OK}
        target = target_of(call.parameters, made)
        self._state.effects.note(name, token.company, target, call.parameters, made)


async def _wait(seconds: float) -> None:
    if seconds > 0:
        await asyncio.sleep(seconds)


def _login(call: Call) -> bytes:
    check(call.method, call.parameters)
    if (call.parameters["username"], call.parameters["password"]) != SAMPLE_LOGIN:
        raise RefusalError(401, "Invalid user name or password.")
    return encode({"status": 1, "message": "OK", "apiKey": LOGIN_TOKEN.secret})


def _refused(refusal: RefusalError) -> Response:
    return JSONResponse({"status": "0", "message": refusal.message}, refusal.http_status)
