"""The thin Komet client: one generic `call` driven by the registry, typed conveniences on it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt
from tenacity import wait_exponential_jitter as exponential_jitter

from komet.api import models, reading
from komet.api.answers import judged
from komet.api.errors import BadResponse, InvalidCall, KometError
from komet.api.methods import Method, registry
from komet.api.transport import Answer, Secrets, Timeouts, Transport
from komet.api.wire import wire, wire_json
from komet.language import _

DEFAULT_BASE_URL = "https://api.kometsales.com/api"
Row = TypeVar("Row", bound=models.Record)


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


@dataclass(frozen=True)
class Slice:
    """The POs of one answer, what could not be read in them, and when the request was sent."""

    orders: list[models.PurchaseOrder]
    problems: list[models.DataProblem]
    requested_at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


class KometClient:
    """A client for one token on one Komet system. Thread-safe; a context manager.

    `on_call` is told of every try, `before_call` may refuse one by raising (the quota), and `sleep`
    and `now` are seams for tests.
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
    ) -> None:
        self._transport = transport or Transport(base_url, timeouts=timeouts)
        self._token = token
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

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The decoded answer of any method of the registry.

        Parameters that are None are left out. A method that reads is tried up to four times; one
        that writes is sent once. An empty list (no array, and a message that says *not found*)
        comes back as the answer with an empty array. Raises `KometError`.
        """
        spec = registry().get(method)
        if spec is None:
            raise InvalidCall(_("Komet has no method “{method}”.").format(method=method))
        day = params.get("date")
        about = {"method": method, "provider": self._provider}
        wait = exponential_jitter(
            multiplier=self._retry.first_wait, max=self._retry.longest_wait, jitter=1
        )

        def pause(state: RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, KometError) and error.retry_after is not None:
                return min(error.retry_after, self._retry.longest_retry_after)
            return float(wait(state))

        retrying = Retrying(
            sleep=self._sleep,
            stop=stop_after_attempt(1 if spec.writes else self._retry.tries),
            wait=pause,
            retry=retry_if_exception(lambda e: isinstance(e, KometError) and e.retryable),
            reraise=True,
        )
        try:
            for attempt in retrying:
                with attempt:
                    return self._once(spec, params, attempt.retry_state.attempt_number)
        except KometError as error:
            error.method = error.method or about["method"]
            error.provider = error.provider or about["provider"]
            error.day = error.day or (day if isinstance(day, date) else None)
            raise
        raise AssertionError("tenacity re-raises the last failure")

    def _once(self, spec: Method, params: dict[str, Any], attempt: int) -> dict[str, Any]:
        if self._before_call:
            self._before_call()
        started, clock = self._now(), time.perf_counter()
        answer: Answer | None = None
        outcome = "ok"
        try:
            answer = self._send(spec, params)
            body = judged(spec, answer, token_has_worked=self._token_has_worked)
            self._token_has_worked = self._token_has_worked or spec.token_in != "none"
            return body
        except KometError as error:
            outcome = type(error).__name__
            if error.komet_message and self._token:
                error.komet_message = error.komet_message.replace(self._token, "••••")
            raise
        finally:
            if self._on_call:
                day = params.get("date")
                self._on_call(
                    ApiCall(
                        at=started,
                        method=spec.name,
                        day=day if isinstance(day, date) else None,
                        attempt=attempt,
                        http_status=answer.http_status if answer else None,
                        outcome=outcome,
                        milliseconds=round((time.perf_counter() - clock) * 1000),
                        size=len(answer.content) if answer else 0,
                    )
                )

    def _send(self, spec: Method, params: dict[str, Any]) -> Answer:
        token_name = (
            "companyToken" if spec.token_in == "body:companyToken" else "authenticationToken"
        )
        token = {token_name: self._token}
        secrets = {
            "query": Secrets(query=token),
            "header": Secrets(headers=token),
            "none": Secrets(query={k: wire(v) for k, v in params.items()}),
        }.get(spec.token_in, Secrets(body=token))
        if spec.token_in == "none":
            return self._transport.send(spec.verb, spec.path, secrets=secrets)
        header_names = {header.name for header in spec.headers}
        headers = {k: wire(v) for k, v in params.items() if k in header_names and v is not None}
        rest = {k: v for k, v in params.items() if k not in header_names and v is not None}
        if spec.parameters_in == "json":
            body = {k: wire_json(v) for k, v in rest.items()}
            return self._transport.send(
                spec.verb, spec.path, body=body, headers=headers, secrets=secrets
            )
        query = {k: wire(v) for k, v in rest.items()}
        return self._transport.send(
            spec.verb, spec.path, query=query, headers=headers, secrets=secrets
        )

    # --- typed conveniences -----------------------------------------------------------------

    def purchase_orders(self, day: date, location_id: str | None = None) -> Slice:
        """All POs that ship on that day (purchase.order.list: one vendor ship date a request)."""
        return self._orders(date=day, locationId=location_id)

    def purchase_orders_by_number(self, numbers: Sequence[str]) -> Slice:
        """POs by their printed numbers such as `P053455` (the contract: comma-separated)."""
        return self._orders(number=",".join(numbers))

    def _orders(self, **params: Any) -> Slice:
        requested_at = self._now()
        body = self.call("purchase.order.list", **params)
        problems: list[models.DataProblem] = []
        orders = _records(models.PurchaseOrder, body["purchaseOrders"], problems)
        return Slice(orders, problems, requested_at)

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
        body = self.call("login", username=username, password=password)
        key = reading.text(body.get("apiKey"))
        if not key:
            raise BadResponse(_("Komet's answer to the login carries no token."))
        return key

    def _rows(self, method: str, model: type[Row]) -> list[Row]:
        member = registry()[method].list_member or ""
        return _records(model, self.call(method)[member], [])


def _records(model: type[Row], rows: Any, problems: list[models.DataProblem]) -> list[Row]:
    if isinstance(rows, dict):
        rows = [rows]
    if rows is None or rows == "":
        rows = []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadResponse(_("Komet's answer is not what the documentation says."))
    return [model.model_validate(row, context=problems) for row in rows]
