"""What a token may do: the reading methods that Komet Desk uses, tried one by one."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from komet import time_zone
from komet.api.client import KometClient
from komet.api.errors import (
    AuthenticationError,
    KometError,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
    Unavailable,
)
from komet.api.methods import method
from komet.api.models import Location
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for, token_client
from komet.clients.model import Outcome, Provider, ProviderCheck, Token
from komet.clients.table import providers as provider_table
from komet.clients.table import tokens as token_table
from komet.clients.tokens import get_token
from komet.context import AppContext
from komet.language import _, _n
from komet.messages import FAILURES, to_store
from komet.permissions import Actor, Permission

NEEDED = ("purchase.order.list",)
"""Without these nothing can be downloaded."""

USEFUL = ("product.list", "boxtype.list", "customer.list", "carrier.list")
"""With these, products, FBE factors and names come from Komet instead of from the orders alone."""

COMPANY_ONLY = ("location.list", "vendor.list")
"""Company tokens only: without location.list, a location ID is typed instead of picked."""

SENDING = (
    "purchase.order.items.awb.add",
    "purchase.order.item.awb.add",
    "v2/vendor/invoice",
)
"""With these, a vendor ships on an AWB and sends its invoice; nothing of ours calls them yet."""

VENDOR_PRESET = (*NEEDED, *USEFUL, *SENDING)
"""What to ask Komet support to enable for a vendor token, at the least."""

OK = "ok"
REFUSED = "refused"
NOT_FOR_KIND = "not for this kind"
UNREACHABLE = "unreachable"
"""Komet did not answer: nothing is known of the method, and those after it are not tried."""


@dataclass(frozen=True)
class Check:
    """What a check found: method → one of the four results above, or what went wrong."""

    results: dict[str, str]

    @property
    def outcome(self) -> Outcome:
        """Whether purchase orders can be downloaded, cannot, or could not be asked for."""
        needed = [self.results.get(name, UNREACHABLE) for name in NEEDED]
        if all(result == OK for result in needed):
            return Outcome.WORKS
        return Outcome.UNREACHABLE if UNREACHABLE in needed else Outcome.REFUSED

    @property
    def usable(self) -> bool:
        """Whether purchase orders can be downloaded."""
        return self.outcome is Outcome.WORKS

    @property
    def message(self) -> str:
        """The outcome as a message."""
        if self.outcome is Outcome.UNREACHABLE:
            return _("Komet could not be reached: nothing is known about the token.")
        allowed = sum(result == OK for result in self.results.values())
        if self.usable:
            words = _("The token works: {allowed} of {tried} methods may be called.").format(
                allowed=allowed, tried=len(self.results)
            )
            if UNREACHABLE in self.results.values():
                words += " " + _("Then Komet could not be reached; check again later.")
            return words
        if allowed == 0 and set(self.results.values()) <= {REFUSED, NOT_FOR_KIND, UNREACHABLE}:
            return _("Komet does not accept the token, or it may call none of our methods.")
        return _("The token cannot download purchase orders: {why}.").format(
            why=_not_allowed(self.results.get(NEEDED[0], REFUSED)).rstrip(".")
        )


def _not_allowed(result: str) -> str:
    return _("the method is not allowed for it") if result == REFUSED else result


def check_token(ctx: AppContext, actor: Actor, token_id: str, base_url: str | None = None) -> Check:
    """Call each method that the kind of token may use, and store the results: up to seven requests.

    A call that is tried again spends one more. Stops where Komet does not answer. Raises
    `QuotaExhausted` where today's requests are used up, `InvalidInput` for another
    address than the token's, `NotFound` or `WrongKey`.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    token = get_token(ctx, token_id)
    names = (*NEEDED, *USEFUL, *COMPANY_ONLY)
    results: dict[str, Any] = {name: NOT_FOR_KIND for name in names if not _is_for(token, name)}
    expected = len(names) - len(results)
    with token_client(ctx, token_id, base_url, expected=expected) as client:
        for name in names:
            if name not in results:
                results[name] = _try(client, name, time_zone.today(ctx.now()))
            if results[name] == UNREACHABLE:
                break
    results = {name: results[name] for name in names if name in results}
    with ctx.write(actor, Permission.READ_KOMET) as con:
        token_table.save_check(con, token_id, results, ctx.now())
        return Check(token_table.token_by_id(con, token_id).check_result)


def try_provider(ctx: AppContext, actor: Actor, provider: Provider) -> str:
    """Ask for today's orders, and return how many there are as a message. Spends one request.

    A call that is tried again spends one more. Raises `KometError`, `InvalidInput`, `NotFound` or
    `WrongKey`.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    orders = _count_today(ctx, provider)
    return _n(
        "{provider} answers: {orders} purchase order ships today.",
        "{provider} answers: {orders} purchase orders ship today.",
        orders,
    ).format(provider=provider.name, orders=orders)


def check_provider(ctx: AppContext, actor: Actor, provider: Provider) -> ProviderCheck:
    """Ask for today's orders as `try_provider` does, and store what came of it until the next time.

    Raises `QuotaExhausted`, which says nothing of the provider, and `NotPermitted`.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    orders, failure, outcome = None, None, Outcome.WORKS
    try:
        orders = _count_today(ctx, provider)
    except QuotaExhausted:
        raise
    except FAILURES as error:
        unreachable = isinstance(error, (Unavailable, RateLimited))
        outcome = Outcome.UNREACHABLE if unreachable else Outcome.REFUSED
        failure = to_store(error)
    found = ProviderCheck(provider.id, ctx.now(), outcome, orders, failure)
    with ctx.write(actor, Permission.READ_KOMET) as con:
        provider_table.save_check(con, found)
    return found


def load_provider_checks(ctx: AppContext) -> dict[str, ProviderCheck]:
    """Provider ID → what its last check found, of every provider that was ever checked."""
    with ctx.read() as con:
        return {check.provider_id: check for check in provider_table.all_checks(con)}


def _count_today(ctx: AppContext, provider: Provider) -> int:
    ledger = Ledger(provider.token_id or "", provider.id)
    try:
        with client_for(ctx, provider, ledger) as client:
            answer = client.purchase_orders(time_zone.today(ctx.now()), provider.location_id)
    finally:
        ledger.save(ctx)
    return len(answer.orders)


def list_locations(
    ctx: AppContext, actor: Actor, token_id: str, base_url: str | None = None
) -> list[Location]:
    """The locations to pick from; empty where the token may not list them. Raises `KometError`."""
    ctx.authorize(actor, Permission.READ_KOMET)
    with token_client(ctx, token_id, base_url) as client:
        try:
            return client.locations()
        except (AuthenticationError, PermissionDenied):
            return []


def _is_for(token: Token, name: str) -> bool:
    kinds = method(name).token_kinds
    return kinds is None or token.kind in kinds


def _try(client: KometClient, name: str, today: date) -> str | dict[str, Any]:
    try:
        if name == "purchase.order.list":
            client.purchase_orders(today)
        else:
            client.call(name)
    except (AuthenticationError, PermissionDenied):
        return REFUSED
    except (Unavailable, RateLimited):
        return UNREACHABLE
    except QuotaExhausted:
        raise
    except KometError as error:
        return {"code": error.code, "data": error.data}
    return OK
