"""Before a run: which slices it fetches, in which order, and what that costs."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from komet.catalogs import refresh as catalogs
from komet.clients import allowance as quota
from komet.clients.model import Provider
from komet.clients.table import calls
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.ingest.table import runs
from komet.language import _, _n

LONGEST_DAYS = 731


@dataclass(frozen=True)
class PoolPlan:
    """What a plan asks of one day's allowance: the providers that share it, requests and left."""

    names: tuple[str, ...]
    requests: int
    left: int


@dataclass(frozen=True)
class Plan:
    """The slices in the order in which they are fetched; requests include due catalogs.

    `left_alone`: slices that are final, and are not asked for again.
    """

    slices: tuple[tuple[str, date], ...]
    pools: tuple[PoolPlan, ...]
    left_alone: int = 0

    @property
    def requests(self) -> int:
        """Requests over all pools."""
        return sum(pool.requests for pool in self.pools)

    @property
    def left_today(self) -> int:
        """Requests that the pool with the fewest has left."""
        return min((pool.left for pool in self.pools), default=0)

    @property
    def sentence(self) -> str:
        """What it costs, in words: each pool's own figures."""
        parts = [
            _("{names}: {requests:,} requests, {left:,} left today").format(
                names=", ".join(pool.names), requests=pool.requests, left=pool.left
            )
            for pool in self.pools
        ]
        if self.left_alone:
            parts.append(
                _n(
                    "{n} day is final and left alone",
                    "{n} days are final and left alone",
                    self.left_alone,
                ).format(n=self.left_alone)
            )
        short = [name for pool in self.pools if pool.requests > pool.left for name in pool.names]
        if short:
            parts.append(
                _("{names}: pauses at the limit and can go on tomorrow (UTC)").format(
                    names=", ".join(short)
                )
            )
        return " · ".join(parts)


def plan(ctx: AppContext, chosen: Sequence[Provider], start: date, end: date) -> Plan:
    """All days from `start` to `end`, both included, of these providers.

    Slices that failed the last time come first, then day by day, the providers in turn. Raises
    `InvalidInput` for a range that is upside down or longer than two years.
    """
    if end < start:
        raise InvalidInput(
            _("The range ends before it begins: {start} to {end}.").format(start=start, end=end)
        )
    if (end - start).days >= LONGEST_DAYS:
        raise InvalidInput(
            _("The range is longer than two years."),
            next_step=_("Download it in parts."),
        )
    days = [start + timedelta(days=n) for n in range((end - start).days + 1)]
    return planned(ctx, chosen, [(provider.id, day) for day in days for provider in chosen])


def planned(
    ctx: AppContext,
    chosen: Sequence[Provider],
    slices: Sequence[tuple[str, date]],
    *,
    left_alone: int = 0,
) -> Plan:
    """The plan for these slices: what failed the last time comes first."""
    with ctx.db.read() as con:
        failed = runs.failed_before(con, slices)
        asked = Counter(provider_id for provider_id, _day in slices)
        at_work = [provider for provider in chosen if asked[provider.id]]
        for provider in at_work:
            asked[provider.id] += len(catalogs.due(con, provider, ctx.now()))
        shares = tuple(
            PoolPlan(
                tuple(provider.name for provider in sharing),
                sum(asked[provider.id] for provider in sharing),
                calls.left_today(con, pool, ctx.now()),
            )
            for pool, sharing in quota.pools(con, at_work)
        )
    ordered = sorted(slices, key=lambda slice_: slice_ not in failed)
    return Plan(tuple(ordered), shares, left_alone)
