"""How many requests are left today, and a gate that stops a run before the limit.

The allowance is 1,000 requests per paid Komet user and day, pooled per company, counted from our
ledger in UTC. Other programs that use the same company's allowance are not seen here; Komet's own
refusal (429) is the last word.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from komet.accounts.connect import client_for
from komet.accounts.ledger import Ledger
from komet.api.client import KometClient
from komet.api.errors import QuotaExhausted
from komet.desk import Desk
from komet.store import calls, providers, tokens
from komet.store.database import Connection
from komet.store.providers import Provider


class Quota:
    """The requests that one pool of tokens still has today. Thread-safe."""

    def __init__(self, left: int, limit: int, now: Callable[[], datetime]) -> None:
        self.limit = limit
        self._left = left
        self._now = now
        self._lock = threading.Lock()
        self._day = now().date()

    @property
    def left(self) -> int:
        """Requests left today."""
        return max(0, self._left)

    def spend(self) -> None:
        """Take one request. Raises `QuotaExhausted` when there is none left today."""
        with self._lock:
            now = self._now()
            if now.date() != self._day:
                self._day, self._left = now.date(), self.limit
            if self._left <= 0:
                raise QuotaExhausted(next_midnight(now))
            self._left -= 1


def next_midnight(now: datetime) -> datetime:
    """When the count starts anew: 00:00 UTC."""
    return (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def quotas(con: Connection, desk: Desk, chosen: Sequence[Provider]) -> dict[str, Quota]:
    """Token ID → the quota of its pool, for the tokens of these providers."""
    every_token = {token.id: token for token in tokens.all_tokens(con, retired=True)}
    every_provider = providers.all_providers(con)
    found: dict[str, Quota] = {}
    for provider in chosen:
        token = every_token.get(provider.token_id or "")
        if token is None or token.id in found:
            continue
        pool = calls.pool_of(token, list(every_token.values()), every_provider)
        limit = calls.allowance(pool)
        quota = Quota(limit - calls.used_today(con, pool, desk.now()), limit, desk.now)
        found.update({other.id: quota for other in pool})
    return found


def client_within(desk: Desk, provider: Provider, ledger: Ledger) -> KometClient:
    """A client for a person who waits, which stops when today's requests are used up.

    Raises `InvalidInput`, `NotFound` or `WrongKey`.
    """
    with desk.db.read() as con:
        gate = quotas(con, desk, [provider]).get(provider.token_id or "")
    spend = gate.spend if gate else None
    return client_for(desk, provider, ledger, before_call=spend, patient=False)


def left_today(con: Connection, desk: Desk, chosen: Sequence[Provider]) -> int:
    """Requests left today over all pools of these providers, each pool counted once."""
    return sum(quota.left for quota in set(quotas(con, desk, chosen).values()))
