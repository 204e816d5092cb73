"""The ledger of calls: one row a try, from which the day's quota is counted (UTC).

A process at work reserves requests before it sends them, so that two processes never count on the
same ones. What a reservation holds beyond the ledger counts as used until it expires.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from komet.clients.model import Provider, Token
from komet.clients.table import providers, tokens
from komet.db.database import Connection

REQUESTS_PER_USER = 1_000
SCHEMA: dict[str, pl.DataType | type[pl.DataType]] = {
    "called_at": pl.Datetime("us", "UTC"),
    "token_id": pl.String,
    "provider_id": pl.String,
    "method": pl.String,
    "day": pl.Date,
    "attempt": pl.Int32,
    "http_status": pl.Int32,
    "outcome": pl.String,
    "milliseconds": pl.Int32,
    "bytes": pl.Int32,
    "reservation_id": pl.String,
}
RESERVED_FOR = timedelta(minutes=10)
"""How long a process that died may keep requests from the others."""


def record(con: Connection, calls: Sequence[dict[str, object]]) -> None:
    """Append calls, each a dictionary with the columns of `SCHEMA`."""
    con.insert("api_calls", pl.DataFrame(list(calls), schema=SCHEMA))


def pool_of(
    token: Token, every_token: Sequence[Token], every_provider: Sequence[Provider]
) -> list[Token]:
    """The tokens that spend the same allowance: those used with the same Komet company.

    The contract pools requests per company; two tokens belong together when providers that use
    them name the same company ID. A token without a company ID stands alone.
    """
    companies = {p.company_id for p in every_provider if p.token_id == token.id and p.company_id}
    together = {p.token_id for p in every_provider if p.company_id in companies} | {token.id}
    return [other for other in every_token if other.id in together]


def allowance(pool: Sequence[Token]) -> int:
    """Requests a day: 1,000 per paid user of the company, as any of its tokens states them."""
    return REQUESTS_PER_USER * max(token.users for token in pool)


@dataclass(frozen=True)
class Taken:
    """Of one day and each token (by its ID): tries, and what processes at work keep beyond them."""

    used: Mapping[str, int]
    reserved: Mapping[str, int]

    def used_by(self, pool: Sequence[Token]) -> int:
        """Tries of the tokens in the pool."""
        return sum(self.used.get(token.id, 0) for token in pool)

    def left(self, pool: Sequence[Token]) -> int:
        """Requests of the pool that are neither spent nor reserved."""
        reserved = sum(self.reserved.get(token.id, 0) for token in pool)
        return max(0, allowance(pool) - self.used_by(pool) - reserved)


def taken_today(con: Connection, now: datetime) -> Taken:
    """What is taken of the allowances since midnight UTC."""
    rows = con.rows(
        "WITH today AS (SELECT token_id, reservation_id, count(*) AS sent FROM api_calls"
        " WHERE called_at >= $midnight GROUP BY ALL),"
        " kept AS (SELECT r.token_id, greatest(0, r.requests - coalesce(c.sent, 0)) AS waiting"
        " FROM request_reservations r LEFT JOIN (SELECT reservation_id, sum(sent) AS sent"
        " FROM today WHERE reservation_id IS NOT NULL GROUP BY ALL) c ON c.reservation_id = r.id"
        " WHERE r.expires_at > $now)"
        " SELECT token_id, sum(sent)::BIGINT AS used, sum(waiting)::BIGINT AS reserved FROM"
        " (SELECT token_id, sent, 0 AS waiting FROM today"
        " UNION ALL SELECT token_id, 0, waiting FROM kept) GROUP BY token_id",
        {"midnight": midnight(now), "now": now},
    )
    return Taken(
        {row["token_id"]: row["used"] for row in rows},
        {row["token_id"]: row["reserved"] for row in rows},
    )


def left_today(con: Connection, pool: Sequence[Token], now: datetime) -> int:
    """Requests of one pool that are neither spent today nor reserved by a process at work."""
    return taken_today(con, now).left(pool)


def reserve(
    con: Connection, reservation_id: str, token: Token, requests: int, now: datetime
) -> int:
    """Add up to `requests` to one reservation, and return how many were granted.

    The nearer the limit, the smaller the part that one process takes of what is left.
    """
    every_token = tokens.all_tokens(con, retired=True)
    pool = pool_of(token, every_token, providers.all_providers(con))
    con.run("DELETE FROM request_reservations WHERE expires_at <= $now", {"now": now})
    left = left_today(con, pool, now)
    granted = min(requests, (left + 1) // 2)
    if granted:
        before = con.value(
            "SELECT requests FROM request_reservations WHERE id = $id", {"id": reservation_id}
        )
        release(con, reservation_id)
        con.run(
            "INSERT INTO request_reservations VALUES ($id, $token, $requests, $until)",
            {
                "id": reservation_id,
                "token": token.id,
                "requests": int(before or 0) + granted,
                "until": min(now + RESERVED_FOR, midnight(now) + timedelta(days=1)),
            },
        )
    return granted


def release(con: Connection, reservation_id: str) -> None:
    """End a reservation. What it was spent on must be in the ledger by now."""
    con.run("DELETE FROM request_reservations WHERE id = $id", {"id": reservation_id})


def midnight(now: datetime) -> datetime:
    """When the present day's count began: 00:00 UTC."""
    return now.replace(hour=0, minute=0, second=0, microsecond=0)
