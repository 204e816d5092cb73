"""The thin Komet client: one generic `call` driven by the registry, typed conveniences on it."""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Self, TypeVar

from pydantic import SecretStr
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity import wait_exponential_jitter as exponential_jitter

from komet.api import models, reading
from komet.api.answers import RowsAnswer, parse_response, parse_rows
from komet.api.base_url import DEFAULT_BASE_URL
from komet.api.checking import check
from komet.api.errors import BadResponse, InvalidCall, KometError, Unavailable
from komet.api.methods import Method, registry
from komet.api.network import LARGEST_ANSWER
from komet.api.reading import objects
from komet.api.records import OUTCOME, model_for, readable
from komet.api.request import (
    Request,
    build_request,
    check_size,
    day_of,
    mask_parameters,
    merge_answers,
    split_call,
)
from komet.api.transport import Answer, Timeouts, Transport

__all__ = ["ApiCall", "KometClient", "RetryPolicy", "Slice"]

_LONGEST_MESSAGE = 500
Row = TypeVar("Row", bound=models.Record)
Parsed = TypeVar("Parsed")


@dataclass(frozen=True)
class RetryPolicy:
    """How often and how patiently a reading method is tried. Times in seconds."""

    tries: int = 4
    first_wait: float = 0.5
    longest_wait: float = 20.0
    longest_retry_after: float = 60.0


@dataclass(frozen=True)
class ApiCall:
    """One try of one call, for the ledger. `outcome` is `ok` or the class of the failure."""

    at: datetime
    method: str
    day: date | None
    attempt: int
    http_status: int | None
    outcome: str
    milliseconds: int
    size: int
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)


def retrying(policy: RetryPolicy, *, once: bool, sleep: Callable[[float], None]) -> Retrying:
    """The tries of one call. What goes out `once` has one; only what may pass has another."""
    wait = exponential_jitter(multiplier=policy.first_wait, max=policy.longest_wait, jitter=1)

    def pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, KometError) and error.retry_after is not None:
            return min(error.retry_after, policy.longest_retry_after)
        return float(wait(state))

    return Retrying(
        sleep=sleep,
        stop=stop_after_attempt(1 if once else policy.tries),
        wait=pause,
        retry=retry_if_exception(lambda e: isinstance(e, KometError) and e.retryable),
        reraise=True,
    )


@dataclass(frozen=True)
class Slice:
    """The POs of one answer, what could not be read in them, and when the request was sent."""

    orders: list[models.PurchaseOrder]
    problems: list[models.DataProblem]
    requested_at: datetime


@dataclass(frozen=True)
class RawOrders:
    """The POs of one answer as Komet writes them, and when the request was sent."""

    answer: RowsAnswer
    requested_at: datetime


@dataclass(frozen=True)
class Records:
    """The rows of a list, what could not be read in them, and when the request was sent."""

    rows: list[models.Record]
    problems: list[models.DataProblem]
    requested_at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class KometClient:
    """A client for one token on one Komet system. Thread-safe; a context manager.

    `on_call` is told of every try, and `before_call` may refuse one by raising (the quota).
    `check` is asked every quarter second while an answer comes, and ends it by raising. Answers of
    more than `largest_answer` bytes are refused. `sleep` and `now` are seams for tests.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_BASE_URL,
        token: str = "",
        *,
        provider: str | None = None,
        timeouts: Timeouts | None = None,
        retry: RetryPolicy | None = None,
        on_call: Callable[[ApiCall], None] | None = None,
        before_call: Callable[[], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], datetime] = _now,
        transport: Transport | None = None,
        largest_answer: int = LARGEST_ANSWER,
        check: Callable[[], None] | None = None,
    ) -> None:
        self._transport = transport or Transport(
            base_url, timeouts=timeouts, largest_answer=largest_answer, check=check
        )
        self._token = token.strip()  # pasted ones bring line ends, which no header may hold
        self._provider = provider
        self._retry = retry or RetryPolicy()
        self._on_call = on_call
        self._before_call = before_call
        self._sleep = sleep
        self._now = now
        self._token_has_worked = False

    def __repr__(self) -> str:
        return f"KometClient({self._transport.base_url!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the pool of connections."""
        self._transport.close()

    # --- the generic call -------------------------------------------------------------------

    def call(self, method: str, /, **params: Any) -> dict[str, Any]:
        """The decoded answer of any method of the registry.

        Parameters that are None are left out; the others are checked before anything is sent
        (`InvalidCall` names each that is missing or wrong). A list that is longer than a reading
        method takes goes out in several requests. A method that reads is tried up to four times;
        one that writes is sent once. An empty list (no array, and a message that says *not found*)
        comes back as the answer with an empty array. Raises `KometError`.
        """
        spec, answers = self._send(method, params, parse_response)
        return merge_answers(spec, answers)

    def _send(
        self, method: str, params: dict[str, Any], parse: Callable[..., Parsed]
    ) -> tuple[Method, list[Parsed]]:
        """What `parse` makes of the answers, one for each request that the call needs.

        `params` is masked for the caller as well: no traceback may show what came in.
        """
        try:
            spec = registry().get(method)
            if spec is None:
                raise InvalidCall("unknown_method", method=method)
            masked = mask_parameters(spec, params)
            params.clear()
            params.update(masked)
            calls = split_call(spec, params)
            for call in calls:
                check(spec, call)
                check_size(spec, build_request(spec, call, self._token))
            return spec, [self._call_with_retries(spec, call, parse) for call in calls]
        except KometError as error:
            error.method = error.method or method
            error.provider = error.provider or self._provider
            error.day = error.day or day_of(params)
            # the frames below hold the answer, and whatever of ours a server has echoed in it
            raise error.with_traceback(None) from None

    def _call_with_retries(
        self, spec: Method, params: dict[str, Any], parse: Callable[..., Parsed]
    ) -> Parsed:
        tries = retrying(self._retry, once=not spec.repeatable, sleep=self._sleep)
        for attempt in tries:
            with attempt:
                return self._call_once(spec, params, parse, attempt.retry_state.attempt_number)
        raise AssertionError("tenacity re-raises the last failure")

    def _call_once(
        self, spec: Method, params: dict[str, Any], parse: Callable[..., Parsed], attempt: int
    ) -> Parsed:
        if self._before_call:
            self._before_call()
        started, clock = self._now(), time.perf_counter()
        answer: Answer | None = None
        outcome = "failed"
        request = build_request(spec, params, self._token)
        try:
            answer = self._transport.send(request)
            parsed = parse(spec, answer, token_has_worked=self._token_has_worked)
            outcome = "ok"
        except KometError as error:
            outcome = type(error).__name__
            error.komet_message = _redact_message(error.komet_message, request)
            error.answer = _redact_answer(error.answer, request)
            broke = isinstance(error, BadResponse | Unavailable) and not error.never_left
            error.maybe_done = spec.writes and broke
            raise
        finally:
            if self._on_call:
                self._on_call(
                    ApiCall(
                        at=started,
                        method=spec.name,
                        day=day_of(params),
                        attempt=attempt,
                        http_status=answer.http_status if answer else None,
                        outcome=outcome,
                        milliseconds=round((time.perf_counter() - clock) * 1000),
                        size=len(answer.content) if answer else 0,
                        headers=answer.headers if answer else {},
                    )
                )
        self._token_has_worked = self._token_has_worked or spec.token_in != "none"
        return parsed

    # --- typed conveniences -----------------------------------------------------------------

    def purchase_orders(self, date: date, location_id: str | None = None) -> Slice:
        """All POs that ship on that day (purchase.order.list: one vendor ship date a request)."""
        return self._orders(date=date, locationId=location_id)

    def purchase_orders_by_number(
        self, numbers: Sequence[str], location_id: str | None = None
    ) -> Slice:
        """POs by their printed numbers such as `P053455` (the contract: comma-separated)."""
        if not numbers:
            # an empty parameter is one that Komet may ignore: it would answer with anything
            return Slice([], [], self._now())
        return self._orders(number=",".join(numbers), locationId=location_id)

    def raw_orders(
        self, date: date, location_id: str | None = None, *, known: str | None = None
    ) -> RawOrders:
        """All POs that ship on that day, as Komet writes them.

        `known`: the digest of an answer of that day; the same one is not read again.
        """
        return self._raw_orders(known, date=date, locationId=location_id)

    def raw_orders_by_number(
        self, numbers: Sequence[str], location_id: str | None = None
    ) -> RawOrders:
        """POs by their printed numbers, as Komet writes them."""
        if not numbers:
            return RawOrders(RowsAnswer(""), self._now())
        return self._raw_orders(None, number=",".join(numbers), locationId=location_id)

    def _raw_orders(self, known: str | None, **params: Any) -> RawOrders:
        requested_at = self._now()
        parse = partial(parse_rows, known=known)
        _spec, (answer,) = self._send("purchase.order.list", params, parse)
        return RawOrders(answer, requested_at)

    def _orders(self, **params: Any) -> Slice:
        requested_at = self._now()
        problems: list[models.DataProblem] = []
        orders = self._rows("purchase.order.list", models.PurchaseOrder, problems, **params)
        return Slice(orders, problems, requested_at)

    def records(self, method: str, /, **params: Any) -> Records:
        """What any reading method answers, as typed records: a list's rows, else one record.

        Attributes are the wire's names in Python's spelling, see `record_models`; unknown members
        stay in `extra`. Raises `InvalidCall` for a method whose answer the contract does not show.
        """
        if method not in readable():
            raise InvalidCall("answer_unknown", method=method)
        requested_at = self._now()
        problems: list[models.DataProblem] = []
        model = model_for(method)
        if registry()[method].list_fields:
            rows = self._rows(method, model, problems, **params)
        else:
            answer = self.call(method, **params)
            members = {name: value for name, value in answer.items() if name not in OUTCOME}
            rows = [model.model_validate(members, context=problems)]
        return Records(rows, problems, requested_at)

    def products(self) -> list[models.Product]:
        """The whole product list (product.list; tens of thousands of rows are possible)."""
        return self._rows("product.list", models.Product)

    def locations(self) -> list[models.Location]:
        """location.list; Company tokens only."""
        return self._rows("location.list", models.Location)

    def box_types(self) -> list[models.BoxType]:
        """boxtype.list, with the full-box equivalent of each."""
        return self._rows("boxtype.list", models.BoxType)

    def carriers(self) -> list[models.Carrier]:
        """carrier.list."""
        return self._rows("carrier.list", models.Carrier)

    def vendors(self) -> list[models.Vendor]:
        """vendor.list; Company tokens only."""
        return self._rows("vendor.list", models.Vendor)

    def customers(self) -> list[models.Customer]:
        """customer.list."""
        return self._rows("customer.list", models.Customer)

    def login(self, username: str, password: str) -> str:
        """The API token (`apiKey`) of that user. Raises `Rejected` or `AuthenticationError`."""
        given = {"username": SecretStr(username), "password": SecretStr(password)}
        del username, password  # out of reach of whoever prints a traceback with its variables
        try:
            key = reading.text(self.call("login", **given).get("apiKey"))
        except reading.Unreadable:
            key = None
        if not key:
            raise BadResponse("login_without_token", method="login", provider=self._provider)
        return key

    def _rows(
        self,
        method: str,
        model: type[Row],
        problems: list[models.DataProblem] | None = None,
        **params: Any,
    ) -> list[Row]:
        member = registry()[method].list_member or ""
        rows = objects(self.call(method, **params)[member], member, problems)
        return [model.model_validate(row, context=problems) for row in rows]


def _redact_answer(answer: dict[str, Any] | None, request: Request) -> dict[str, Any] | None:
    """The body of a refusal without what it may echo of ours."""
    if answer is None:
        return None
    text = json.dumps(answer, ensure_ascii=False, default=str)
    try:
        redacted: dict[str, Any] = json.loads(request.secrets.redact(text))
    except ValueError:  # what was cut out was a part of its form
        return None
    return redacted


def _redact_message(message: str | None, request: Request) -> str | None:
    """Komet's message without what it may echo of ours; cut last, so that no half is left."""
    return request.secrets.redact(message)[:_LONGEST_MESSAGE] if message else None
