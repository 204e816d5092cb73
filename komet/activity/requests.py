"""Requests to Komet from the ledger: by day, token and method, and beside what a day allows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from komet.clients.model import Token
from komet.clients.table import calls, providers, tokens
from komet.db.database import Connection
from komet.language import _

DAYS = 30
"""The days that are looked at, today included."""


@dataclass(frozen=True)
class Pool:
    """Tokens that spend the same allowance: requests a day, and those spent today (UTC)."""

    tokens: tuple[Token, ...]
    allowance: int
    used_today: int

    @property
    def left_today(self) -> int:
        """Requests that our ledger leaves today."""
        return max(0, self.allowance - self.used_today)

    @property
    def name(self) -> str:
        """The tokens of the pool, as they may be shown."""
        return ", ".join(shown(token.label, token.last_four) for token in self.tokens)


def shown(label: str | None, last_four: str | None) -> str:
    """A token as it may be shown: its label and its last four characters."""
    if label is None:
        return _("a token that is not there any more")
    return f"{label} ••••{last_four}"


def window(now: datetime) -> tuple[date, date]:
    """The first and the last day (UTC) that are looked at."""
    return now.date() - timedelta(days=DAYS - 1), now.date()


def by_day(con: Connection, now: datetime) -> pl.DataFrame:
    """day (Date, UTC), token_id, token, method (String), requests, again, failed (Int64), seconds.

    A row a day, token and method, newest first. Every try is a request; `again` are those after
    the first, `failed` those without a good answer; `seconds` (Float64) is the mean of an answer.
    """
    return con.frame(
        "SELECT (c.called_at AT TIME ZONE 'UTC')::DATE AS day, c.token_id, t.label, t.last_four,"
        " c.method, count(*) AS requests, count(*) FILTER (c.attempt > 1) AS again,"
        " count(*) FILTER (c.outcome <> 'ok') AS failed, avg(c.milliseconds) / 1000 AS seconds"
        " FROM api_calls c LEFT JOIN tokens t ON t.id = c.token_id WHERE c.called_at >= $since"
        " GROUP BY ALL ORDER BY day DESC, t.label, c.token_id, c.method",
        {"since": since(now)},
    ).select("day", "token_id", _token(), "method", "requests", "again", "failed", "seconds")


def pools(con: Connection, now: datetime) -> list[Pool]:
    """Every pool with a token in use, or one that was used lately; the busiest first."""
    every_token = tokens.all_tokens(con, retired=True)
    every_provider = providers.all_providers(con)
    counts = _counts(con, now)
    told: set[str] = set()
    found: list[tuple[int, Pool]] = []
    for token in every_token:
        if token.id in told:
            continue
        pool = calls.pool_of(token, every_token, every_provider)
        told |= {other.id for other in pool}
        # a retired token spends nothing any more; it is named only where it did
        named = tuple(other for other in pool if not other.retired_at or other.id in counts)
        if named:
            used = sum(counts.get(other.id, 0) for other in named)
            today = calls.used_today(con, pool, now)
            found.append((used, Pool(named, calls.allowance(pool), today)))
    return [pool for _used, pool in sorted(found, key=lambda entry: -entry[0])]


def daily(con: Connection, pool: Pool, now: datetime) -> pl.DataFrame:
    """day (Date, UTC), token (String), requests (Int64): a row for every day and token."""
    first, last = window(now)
    days = pl.DataFrame({"day": pl.date_range(first, last, eager=True)})
    ids = [token.id for token in pool.tokens]
    names = [shown(token.label, token.last_four) for token in pool.tokens]
    every = days.join(pl.DataFrame({"token_id": ids, "token": names}), how="cross")
    counted = con.frame(
        "SELECT (called_at AT TIME ZONE 'UTC')::DATE AS day, token_id, count(*) AS requests"
        " FROM api_calls WHERE called_at >= $since GROUP BY ALL",
        {"since": since(now)},
    )
    return every.join(counted, on=["day", "token_id"], how="left").select(
        "day", "token", pl.col("requests").fill_null(0).cast(pl.Int64)
    )


def since(now: datetime) -> datetime:
    """The moment at which the first day that is looked at begins."""
    return datetime.combine(window(now)[0], time(), UTC)


def _counts(con: Connection, now: datetime) -> dict[str, int]:
    rows: Sequence[dict[str, Any]] = con.rows(
        "SELECT token_id, count(*) AS requests FROM api_calls WHERE called_at >= $since"
        " GROUP BY token_id",
        {"since": since(now)},
    )
    return {row["token_id"]: int(row["requests"]) for row in rows}


def _token() -> pl.Expr:
    named = pl.format("{} ••••{}", "label", pl.col("last_four").fill_null(""))
    return (
        pl.when(pl.col("label").is_null())
        .then(pl.lit(shown(None, None)))
        .otherwise(named)
        .alias("token")
    )
