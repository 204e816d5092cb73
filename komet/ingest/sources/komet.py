"""Komet Sales as a source: asked for one day of one client provider at a time.

Every request passes the gate of its pool and stands in the ledger. An empty answer for a day of
which orders are stored is asked for once more before it is believed. An answer that is the stored
one, to the byte, is not read.
"""

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import date

from komet.api.client import KometClient, RawOrders
from komet.api.errors import (
    AuthenticationError,
    BadResponse,
    KometError,
    PermissionDenied,
    QuotaExhausted,
)
from komet.catalogs import lists as catalogs
from komet.clients.allowance import Gate, Ledger, group_by_pool
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import calls
from komet.context import AppContext
from komet.db.database import Connection
from komet.ingest import commit_clock
from komet.ingest.commit_clock import RequestMark
from komet.ingest.frames import SameAnswer, SliceFrames
from komet.ingest.model import KOMET, PoolPlan
from komet.ingest.sources.komet_columns import read_slice, to_known, to_stored
from komet.ingest.sources.source import Lane, Lanes, Pace
from komet.ingest.table import slices
from komet.messages import FAILURES, Failure
from komet.permissions import Actor

_HOPELESS_AFTER = 3
"""Days that a token is refused for at the start before the others are given up unasked."""


@dataclass(frozen=True)
class KometSource:
    """Komet Sales, which is asked for one ship date of one provider at a time."""

    name: str = KOMET
    run_name: str | None = None
    id_prefix: str = ""
    gives_whole_days: bool = True
    is_final: bool = True
    stands_in: bool = False

    def cost(
        self, ctx: AppContext, con: Connection, chosen: Sequence[Provider], days: Counter[str]
    ) -> tuple[PoolPlan, ...]:
        """A request for each day, and one for each list of products or box types that is due."""
        at_work = [provider for provider in chosen if days[provider.id]]
        asked = _with_catalogs(ctx, con, at_work, days)
        return tuple(
            PoolPlan(
                tuple(provider.name for provider in sharing),
                sum(asked[provider.id] for provider in sharing),
                calls.left_today(con, pool, ctx.now()),
            )
            for pool, sharing in group_by_pool(con, at_work)
        )

    @contextmanager
    def connect(
        self,
        ctx: AppContext,
        actor: Actor,  # noqa: ARG002 - Komet's own ledger is kept by the program
        chosen: Sequence[Provider],
        days: Counter[str],
        pace: Pace,
    ) -> Iterator[Lanes]:
        """A client for each provider, and a gate for each pool that they share."""
        with ctx.read() as con:
            gates = _gates(ctx, con, chosen, _with_catalogs(ctx, con, chosen, days))
        lanes: dict[str, Lane] = {}
        broken: dict[str, Failure] = {}
        with ExitStack() as stack:
            for provider in chosen:
                ledger = Ledger(provider.token_id or "", provider.id)
                try:
                    client = client_for(
                        ctx,
                        provider,
                        ledger,
                        gate=gates.get(provider.id),
                        sleep=pace.sleep,
                        check=pace.check,
                        unattended=True,
                    )
                except FAILURES as error:
                    broken[provider.id] = error
                    continue
                gate = gates.get(provider.id) or ledger.gate
                client = stack.enter_context(client)
                lanes[provider.id] = KometLane(ctx, provider, client, ledger, gate, pace)
            yield Lanes(lanes, broken)


@dataclass
class KometLane:
    """One provider of a run: its client, its ledger, and whether its token works at all."""

    ctx: AppContext
    provider: Provider
    client: KometClient
    ledger: Ledger
    gate: Gate | None
    pace: Pace
    _good: int = 0
    _refused: int = 0
    _hopeless: KometError | None = None
    _is_prepared: bool = False
    _digests: dict[date, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def pool(self) -> object:
        """The gate, which all that share the allowance pass."""
        return self.gate

    @property
    def spent(self) -> QuotaExhausted | None:
        """The refusal of the gate, once there has been one."""
        return self.gate.spent if self.gate else None

    def fetch(self, day: date) -> SliceFrames | SameAnswer:
        """Ask for a day, after the lists that are due. Raises `FAILURES`.

        Who asks for the same day again has it read, whatever is stored.
        """
        if self._hopeless:
            raise self._hopeless
        self._prepare()
        stored = self._digests.pop(day, None)
        try:
            answer = ask_for_day(self.ctx, self.client, self.provider, day, stored, turn=self._turn)
        except (AuthenticationError, PermissionDenied) as error:
            self._refused += 1
            if self._good == 0 and self._refused >= _HOPELESS_AFTER:
                # the token is refused throughout: the other days would only spend requests
                self._hopeless = error
            raise
        self._good += 1
        return answer

    @contextmanager
    def _turn(self) -> Iterator[None]:
        with self.pace.turns:
            self.pace.check()
            yield

    def record(self, con: Connection) -> None:
        """Write the ledger of the requests that were sent since the last time."""
        calls.record(con, self.ledger.drain())

    def close(self, con: Connection) -> None:
        """Give back the requests that the pool set aside and did not send."""
        if self.gate:
            self.gate.release(con)

    def _prepare(self) -> None:
        """Refresh the lists that are due, and look up which answers are stored: once a run."""
        with self._lock:
            if self._is_prepared:
                return
            self._is_prepared = True
            with self.ctx.read() as con:
                self._digests = slices.stored_digests(con, self.provider.id)
                due = catalogs.due_lists(con, self.provider, self.ctx.now())
            catalogs.fetch_daily_lists(self.ctx, self.provider, self.client, due)


def ask_for_day(
    ctx: AppContext,
    client: KometClient,
    provider: Provider,
    day: date,
    stored: str | None = None,
    *,
    turn: Callable[[], AbstractContextManager[object]] = nullcontext,
) -> SliceFrames | SameAnswer:
    """The orders of one day of one provider; spends one request, or two.

    `stored`: the digest that is stored of that day; the same answer is not read. `turn`: what a
    request has while it is under way. An answer without orders, for a day of which some are stored,
    would mark them all as gone. So it is asked for once more, and believed when both answers say
    the same. Raises `KometError`, and `BadResponse` where they do not.
    """
    with turn():
        asked, raw = _asked(ctx, client, provider, day, to_known(stored))
    if raw.answer.same:
        digest = to_stored(raw.answer.digest)
        return SameAnswer(provider.id, day, raw.requested_at, digest, asked=asked)
    if raw.answer.rows:
        return read_slice(provider.id, day, raw, asked)
    with ctx.read() as con:
        had_orders = slices.has_orders(con, provider.id, day)
    if had_orders:
        with turn():
            asked, raw = _asked(ctx, client, provider, day, None)
        if raw.answer.rows:
            raise BadResponse(
                "answers_differ",
                method="purchase.order.list",
                provider=provider.name,
                day=day,
                n=len(raw.answer.rows),
            )
    return read_slice(provider.id, day, raw, asked)


def _asked(
    ctx: AppContext, client: KometClient, provider: Provider, day: date, known: str | None
) -> tuple[RequestMark, RawOrders]:
    asked = commit_clock.mark_request(ctx.db.path)
    return asked, client.raw_orders(day, provider.location_id, known=known)


def _with_catalogs(
    ctx: AppContext, con: Connection, chosen: Sequence[Provider], days: Counter[str]
) -> Counter[str]:
    """Provider ID → requests for its days and for its lists that are due."""
    lists = {provider.id: len(catalogs.due_lists(con, provider, ctx.now())) for provider in chosen}
    return days + Counter(lists)


def _gates(
    ctx: AppContext, con: Connection, chosen: Sequence[Provider], requests: Counter[str]
) -> dict[str, Gate]:
    """Provider ID → the gate of its pool, which those that share it pass together."""
    found: dict[str, Gate] = {}
    for pool, sharing in group_by_pool(con, chosen):
        ids = {provider.id for provider in sharing}
        gate = Gate(ctx, pool[0].id, sum(requests[id_] for id_ in ids))
        found.update(dict.fromkeys(ids, gate))
    return found
