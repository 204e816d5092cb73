"""How many requests are left today, and the gate that every request to Komet passes.

The allowance is 1,000 requests per paid Komet user and day, pooled per company, counted from our
ledger in UTC. A gate reserves requests in the store, a block at a time, before they are sent, so
processes that work side by side never count on the same ones. Other programs that use the same
company's allowance are not seen here; Komet's own refusal (429) is the last word.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from komet.api.client import ApiCall
from komet.api.errors import QuotaExhausted
from komet.clients.model import Provider, Token
from komet.clients.table import calls, providers, tokens
from komet.context import AppContext
from komet.db.database import Connection
from komet.permissions import SYSTEM, Permission

BLOCK = 50
"""Requests that are reserved at once, in one short write."""
_MARGIN = timedelta(minutes=2)


@dataclass(frozen=True)
class PoolLeft:
    """One allowance: who spends it (names of providers), requests a day, and those left today."""

    names: tuple[str, ...]
    allowed: int
    left: int


class Gate:
    """Lets requests through while their pool has any left today. Thread-safe.

    `expected`: the requests that are likely to follow, so that no more than those are kept from
    others; beyond them each is reserved on its own. `release` frees what was not sent.
    """

    def __init__(self, ctx: AppContext, token_id: str, expected: int = 1) -> None:
        self._ctx = ctx
        self._token_id = token_id
        self._expected = expected
        self._reserved = 0
        self._valid_until: datetime | None = None
        self._lock = threading.Lock()
        self.reservation_id = str(uuid4())
        self.spent: QuotaExhausted | None = None
        """The refusal, once there has been one."""

    @property
    def has_reservation(self) -> bool:
        """Whether there is a reservation to release."""
        return self._valid_until is not None

    def spend(self) -> None:
        """Count one request. Raises `QuotaExhausted` when there is none left today."""
        with self._lock:
            now = self._ctx.now()
            if self._valid_until and now >= self._valid_until:
                # it may have gone to others by now, and yesterday's does not count today
                self._reserved, self._valid_until = 0, None
                self.reservation_id = str(uuid4())
            if not self._reserved:
                self._reserve(now)
            self._reserved -= 1
            self._expected -= 1

    def release(self, con: Connection) -> None:
        """Release what was not sent. The ledger must be saved by then, and no request under way."""
        if self.has_reservation:
            calls.release(con, self.reservation_id)
        self._reserved, self._valid_until = 0, None
        self.reservation_id = str(uuid4())

    def _reserve(self, now: datetime) -> None:
        requests = max(1, min(BLOCK, self._expected))
        with self._ctx.write(SYSTEM, Permission.READ_KOMET) as con:
            token = tokens.token_by_id(con, self._token_id)
            self._reserved = calls.reserve(con, self.reservation_id, token, requests, now)
        if not self._reserved:
            self.spent = QuotaExhausted(next_midnight(now))
            raise self.spent
        # a little earlier than the others may have it, for the request that is on its way then
        self._valid_until = min(now + calls.RESERVED_FOR - _MARGIN, next_midnight(now))


class Ledger:
    """Collects the calls made with one token for one provider, until they are stored. Thread-safe.

    `gate` lets them through; whoever makes the client sets it.
    """

    def __init__(self, token_id: str, provider_id: str | None = None) -> None:
        self.gate: Gate | None = None
        self._token_id = token_id
        self._provider_id = provider_id
        self._rows: list[dict[str, object]] = []
        self._lock = threading.Lock()

    def record(self, call: ApiCall) -> None:
        """Collect one call: the `on_call` of a client."""
        row: dict[str, object] = {
            "called_at": call.at,
            "token_id": self._token_id,
            "provider_id": self._provider_id,
            "method": call.method,
            "day": call.day,
            "attempt": call.attempt,
            "http_status": call.http_status,
            "outcome": call.outcome,
            "milliseconds": call.milliseconds,
            "bytes": call.size,
            "reservation_id": self.gate.reservation_id if self.gate else None,
        }
        with self._lock:
            self._rows.append(row)

    def drain(self) -> list[dict[str, object]]:
        """What has been collected since the last time; whoever drains it stores it."""
        with self._lock:
            rows, self._rows = self._rows, []
        return rows

    def put_back(self, rows: Sequence[dict[str, object]]) -> None:
        """Take drained rows again that could not be stored."""
        with self._lock:
            self._rows = [*rows, *self._rows]

    def close(self, con: Connection) -> None:
        """Store what has been collected, and release what was reserved and not sent."""
        if rows := self.drain():
            calls.record(con, rows)
        if self.gate:
            self.gate.release(con)

    def save(self, ctx: AppContext) -> None:
        """`close` in a transaction of its own, once the client has nothing under way."""
        if self._rows or (self.gate and self.gate.has_reservation):
            with ctx.write(SYSTEM, Permission.READ_KOMET) as con:
                self.close(con)


def next_midnight(now: datetime) -> datetime:
    """When the count starts anew: 00:00 UTC."""
    return calls.midnight(now) + timedelta(days=1)


def group_by_pool(
    con: Connection, chosen: Sequence[Provider]
) -> list[tuple[list[Token], list[Provider]]]:
    """The pools that these providers spend from, each with the providers that do.

    One without a token in use spends nothing, and is in none.
    """
    every_token = {token.id: token for token in tokens.all_tokens(con, retired=True)}
    every_provider = providers.all_providers(con)
    found: dict[frozenset[str], tuple[list[Token], list[Provider]]] = {}
    for provider in chosen:
        token = every_token.get(provider.token_id or "")
        if token is not None and not token.retired_at:
            pool = calls.pool_of(token, list(every_token.values()), every_provider)
            key = frozenset(other.id for other in pool)
            found.setdefault(key, (pool, []))[1].append(provider)
    return list(found.values())


def pools_left(con: Connection, chosen: Sequence[Provider], now: datetime) -> list[PoolLeft]:
    """What is left today of each allowance that these providers spend, the scarcest first."""
    taken = calls.taken_today(con, now)
    found = [
        PoolLeft(
            tuple(provider.name for provider in sharing), calls.allowance(pool), taken.left(pool)
        )
        for pool, sharing in group_by_pool(con, chosen)
    ]
    return sorted(found, key=lambda pool: pool.left)


def list_pools_left(ctx: AppContext, chosen: Sequence[Provider]) -> list[PoolLeft]:
    """The same as `pools_left`, in a reading of its own."""
    with ctx.read() as con:
        return pools_left(con, chosen, ctx.now())


def requests_left(ctx: AppContext, chosen: Sequence[Provider]) -> dict[str, int | None]:
    """Provider ID → requests left today in its pool; None for one without a token in use."""
    left: dict[str, int | None] = {provider.id: None for provider in chosen}
    with ctx.read() as con:
        taken = calls.taken_today(con, ctx.now())
        for pool, sharing in group_by_pool(con, chosen):
            left |= dict.fromkeys((provider.id for provider in sharing), taken.left(pool))
    return left
