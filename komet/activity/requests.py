"""Requests to Komet from the ledger: by day, token and method, and beside what a day allows."""

from datetime import UTC, date, datetime, time, timedelta

import polars as pl

from komet.activity import table
from komet.activity.model import DAYS, Pool, show_token
from komet.clients.table import calls, providers, tokens
from komet.context import AppContext


def list_requests(ctx: AppContext) -> pl.DataFrame:
    """day (Date, UTC), token_id, token, method (String), requests, again, failed (Int64), seconds.

    A row a day, token and method, newest first. Every try is a request; `again` are those after
    the first, `failed` those without a good answer; `seconds` (Float64) is the mean of an answer.
    """
    with ctx.read() as con:
        found = table.requests_by_day(con, since(ctx.now()))
    return found.select(
        "day", "token_id", _token(), "method", "requests", "again", "failed", "seconds"
    )


def list_pools(ctx: AppContext) -> list[Pool]:
    """Every pool with a token in use, or one that was used lately; the busiest first."""
    now = ctx.now()
    with ctx.read() as con:
        every_token = tokens.all_tokens(con, retired=True)
        every_provider = providers.all_providers(con)
        spent = table.requests_by_token_and_day(con, since(now))
        taken = calls.taken_today(con, now)
        counts = dict(spent.group_by("token_id").agg(pl.col("requests").sum()).iter_rows())
        seen: set[str] = set()
        found: list[tuple[int, Pool]] = []
        for token in every_token:
            if token.id in seen:
                continue
            pool = calls.pool_of(token, every_token, every_provider)
            seen |= {other.id for other in pool}
            # a retired token spends nothing any more; it is named only where it did
            named = tuple(other for other in pool if not other.retired_at or other.id in counts)
            if named:
                used = sum(counts.get(other.id, 0) for other in named)
                found.append((used, Pool(named, calls.allowance(pool), taken.used_by(pool))))
    return [pool for _used, pool in sorted(found, key=lambda entry: -entry[0])]


def daily_requests(ctx: AppContext, pool: Pool) -> pl.DataFrame:
    """day (Date, UTC), token (String), requests (Int64): a row for every day and token."""
    now = ctx.now()
    first, last = window(now)
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    ids = [token.id for token in pool.tokens]
    names = [show_token(token.label, token.last_four) for token in pool.tokens]
    every = days.join(pl.DataFrame({"token_id": ids, "token": names}), how="cross")
    with ctx.read() as con:
        counted = table.requests_by_token_and_day(con, since(now))
    return every.join(counted, on=["day", "token_id"], how="left").select(
        "day", "token", pl.col("requests").fill_null(0).cast(pl.Int64)
    )


def window(now: datetime) -> tuple[date, date]:
    """The first and the last day (UTC) that are looked at."""
    return now.date() - timedelta(days=DAYS - 1), now.date()


def since(now: datetime) -> datetime:
    """The moment at which the first day that is looked at begins."""
    return datetime.combine(window(now)[0], time(), UTC)


def _token() -> pl.Expr:
    named = pl.format("{} ••••{}", "label", pl.col("last_four").fill_null(""))
    return (
        pl.when(pl.col("label").is_null())
        .then(pl.lit(show_token(None, None)))
        .otherwise(named)
        .alias("token")
    )
