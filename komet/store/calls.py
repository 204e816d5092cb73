"""The ledger of calls: one row a try, from which the day's quota is counted (UTC)."""

from collections.abc import Sequence
from datetime import datetime

import polars as pl

from komet.store.database import Connection
from komet.store.providers import Provider
from komet.store.tokens import Token

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
}


def record(con: Connection, calls: Sequence[dict[str, object]]) -> None:
    """Append tries; each a dictionary with the columns of `SCHEMA`."""
    con.insert("api_calls", pl.DataFrame(list(calls), schema=SCHEMA))


def pool_of(token: Token, tokens: Sequence[Token], providers: Sequence[Provider]) -> list[Token]:
    """The tokens that spend the same allowance: those used with the same Komet company.

    The contract pools requests per company; two tokens belong together when providers that use
    them name the same company ID. A token without a company ID stands alone.
    """
    companies = {p.company_id for p in providers if p.token_id == token.id and p.company_id}
    together = {p.token_id for p in providers if p.company_id in companies} | {token.id}
    return [other for other in tokens if other.id in together]


def allowance(pool: Sequence[Token]) -> int:
    """Requests a day: 1,000 per paid user of the company, as any of its tokens states them."""
    return REQUESTS_PER_USER * max(token.users for token in pool)


def used_today(con: Connection, pool: Sequence[Token], now: datetime) -> int:
    """Tries since midnight UTC of the tokens in the pool."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(
        con.value(
            "SELECT count(*) FROM api_calls"
            " WHERE called_at >= $midnight AND list_contains($tokens, token_id)",
            {"midnight": midnight, "tokens": [token.id for token in pool]},
        )
    )
