"""Asking Komet for what is in transit: its lists of AWBs, where a token may, and POs with boxes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from math import ceil

import polars as pl

from komet.api.client import KometClient
from komet.api.errors import AuthenticationError, KometError, PermissionDenied, QuotaExhausted
from komet.api.methods import method
from komet.clients.allowance import Ledger, requests_left
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import providers, tokens
from komet.context import AppContext
from komet.dispatch.awb_lists import DETAILS, LIST, ListedAwb, read_awbs
from komet.dispatch.table import transit
from komet.dispatch.transit import BoxState, Transit
from komet.ingest.by_number import NUMBERS_A_REQUEST, download_numbers
from komet.language import _, _n
from komet.messages import FAILURES, message
from komet.permissions import Actor, Permission

_SETTLED = (BoxState.CONFIRMED, BoxState.RECEIVED, BoxState.UNPLANNED)


@dataclass(frozen=True)
class RefreshPlan:
    """What a refresh asks for, and its cost: provider ID → ship days, and → PO numbers.

    `may_not`: names of clients whose tokens may not list AWBs. `left_today`: provider ID → requests
    left of its allowance.
    """

    days: Mapping[str, Sequence[date]]
    numbers: Mapping[str, Sequence[str]]
    may_not: Sequence[str] = ()
    left_today: Mapping[str, int | None] = field(default_factory=dict)

    @property
    def awb_requests(self) -> int:
        """Requests for lists of AWBs: one a client and ship day."""
        return sum(map(len, self.days.values()))

    @property
    def order_requests(self) -> int:
        """Requests for POs with their boxes: one for each 50 of a client."""
        return sum(ceil(len(numbers) / NUMBERS_A_REQUEST) for numbers in self.numbers.values())

    @property
    def requests(self) -> int:
        """All requests."""
        return self.awb_requests + self.order_requests

    @property
    def sentence(self) -> str:
        """The cost in words."""
        parts = [
            _n("{n} request", "{n} requests", self.requests).format(n=self.requests),
            _n("{n} list of AWBs", "{n} lists of AWBs", self.awb_requests).format(
                n=self.awb_requests
            ),
            _n("{n} for POs with their boxes", "{n} for POs with their boxes", self.order_requests)
            .format(n=self.order_requests),
        ]  # fmt: skip
        said = _("{all}: {lists}, {orders}.").format(all=parts[0], lists=parts[1], orders=parts[2])
        if self.may_not:
            said += " " + _("The tokens of {names} may not list AWBs: their POs tell.").format(
                names=", ".join(self.may_not)
            )
        return said


@dataclass
class TransitRefresh:
    """What a refresh has brought. `refused`: clients whose token may not list AWBs after all.

    `failed`: why something could not be read, as messages.
    """

    awbs: int = 0
    orders: int = 0
    refused: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def sentence(self) -> str:
        """The outcome in words."""
        said = [
            _("{awbs} AWBs and {orders} POs read from Komet.").format(
                awbs=self.awbs, orders=self.orders
            )
        ]
        if self.refused:
            said.append(
                _("Komet refuses lists of AWBs to the token of {names}.").format(
                    names=", ".join(self.refused)
                )
            )
        return " ".join([*said, *dict.fromkeys(self.failed)])


def plan_refresh(ctx: AppContext, found: Transit) -> RefreshPlan:
    """What has to be asked about boxes that left: those not received, or whose AWB is unknown."""
    boxes = found.boxes
    arrived = pl.col("state").is_in([state.value for state in _SETTLED])
    unplaced = pl.col("has_left") & pl.col("awb").is_null()
    waiting, flown = boxes.filter(~arrived), boxes.filter(~arrived | unplaced)
    with ctx.read() as con:
        clients = [one for one in providers.all_providers(con) if one.active and one.token_id]
        kinds = {one.id: one.kind for one in tokens.all_tokens(con)}
    may = method(DETAILS).token_kinds
    days: dict[str, list[date]] = {}
    numbers: dict[str, list[str]] = {}
    may_not = []
    for client in clients:
        own, on_days = (frame.filter(provider_id=client.id) for frame in (waiting, flown))
        if own.height:
            numbers[client.id] = own["po_number"].unique().sort().to_list()
        if on_days.height and (may is None or kinds.get(client.token_id or "") in may):
            days[client.id] = on_days["ship_date"].unique().sort().to_list()
        elif on_days.height:
            may_not.append(client.name)
    asked = [client for client in clients if client.id in {*numbers, *days}]
    return RefreshPlan(days, numbers, may_not, requests_left(ctx, asked))


def refresh_transit(ctx: AppContext, actor: Actor, plan: RefreshPlan) -> TransitRefresh:
    """Ask Komet for what the plan says, and store the answers.

    What cannot be read is named in the outcome, and the rest goes on. Raises `NotPermitted`.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    ctx.authorize(actor, Permission.DOWNLOAD)
    with ctx.read() as con:
        clients = {one.id: one for one in providers.all_providers(con)}
    done = TransitRefresh()
    for provider_id, days in plan.days.items():
        try:
            _read_days(ctx, actor, clients[provider_id], days, done)
        except FAILURES as error:
            done.failed.append(message(error))
    for provider_id, numbers in plan.numbers.items():
        try:
            result = download_numbers(ctx, actor, {provider_id: numbers})
        except FAILURES as error:
            done.failed.append(message(error))
        else:
            done.orders += result.found
            done.failed += result.failed.values()
    return done


def _read_days(
    ctx: AppContext, actor: Actor, client: Provider, days: Sequence[date], done: TransitRefresh
) -> None:
    ledger = Ledger(client.token_id or "", client.id)
    asked = DETAILS
    try:
        with client_for(ctx, client, ledger, expected=len(days)) as komet:
            for day in days:
                try:
                    asked, found = _list_awbs(komet, asked, day)
                except (AuthenticationError, PermissionDenied):
                    done.refused.append(client.name)
                    return
                except QuotaExhausted:
                    raise
                except KometError as error:
                    done.failed.append(message(error))
                    continue
                with ctx.write(actor, Permission.READ_KOMET) as con:
                    transit.replace_day(con, client.id, day, asked, found, ctx.now())
                done.awbs += len(found)
    finally:
        ledger.save(ctx)


def _list_awbs(komet: KometClient, asked: str, day: date) -> tuple[str, list[ListedAwb]]:
    """The AWBs of a ship day, and the method that told them: the plain list where only it may."""
    if asked == DETAILS:
        try:
            answer = komet.call(DETAILS, shipDate=day.isoformat())
        except PermissionDenied:
            asked = LIST
        else:
            return DETAILS, read_awbs(DETAILS, answer, day)
    return LIST, read_awbs(LIST, komet.call(LIST, shipDate=day.isoformat()), day)
