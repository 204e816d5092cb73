"""Komet's own lists, fetched one by one to look at, or with a download once a day.

Every list is stored as it came. Products and box types are the two that orders need: their rows are
stored in columns as well, whichever way they were fetched.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from komet import time_zone
from komet.api.client import KometClient
from komet.api.errors import AuthenticationError, KometError, PermissionDenied, QuotaExhausted
from komet.api.methods import registry
from komet.catalogs import table
from komet.catalogs.model import (
    BOX_TYPES,
    DAILY,
    FETCHED,
    KINDS,
    PRODUCTS,
    REFUSED,
    USED,
    CatalogTable,
)
from komet.catalogs.rows import (
    box_type_frame,
    find_listed_rows,
    find_rows,
    product_frame,
    table_of_rows,
)
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.context import AppContext
from komet.db.database import Connection
from komet.language import _, _n
from komet.messages import message
from komet.permissions import SYSTEM, Actor, Permission
from komet.text import normalize_text

FRESH_FOR = timedelta(hours=20)


def fetch_list(
    ctx: AppContext,
    actor: Actor,
    provider: Provider,
    kind: str,
    *,
    days: tuple[date, date] | None = None,
    customer_id: str | None = None,
) -> str:
    """Fetch and store one of `KINDS`; returns a message, also where the token may not list it.

    `days`: the first and the last, where the list takes days. Raises `KometError` for any other
    failure, `InvalidCall` for a customer that is missing, and what `client_for` raises.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    asked = KINDS[kind]
    spec = registry()[asked.method]
    headers = {entry.name: provider.company_id for entry in spec.headers if entry.required}
    params: dict[str, Any] = {
        **headers, **asked.params(days or asked.days(time_zone.today(ctx.now())), customer_id)
    }  # fmt: skip
    ledger = Ledger(provider.token_id or "", provider.id)
    try:
        with client_for(ctx, provider, ledger) as client:
            answer = client.call(asked.method, **params)
    except (PermissionDenied, AuthenticationError):
        with ctx.write(actor, Permission.READ_KOMET) as con:
            _record(con, provider, kind, REFUSED, ctx.now())
        return refusal_message(provider)
    finally:
        ledger.save(ctx)
    with ctx.write(actor, Permission.READ_KOMET) as con:
        count = _store(con, provider, kind, answer, ctx.now())
    return _n("{n:,} row from Komet.", "{n:,} rows from Komet.", count).format(n=count)


def fetch_daily_lists(
    ctx: AppContext, provider: Provider, client: KometClient, methods: Sequence[str] = tuple(DAILY)
) -> dict[str, str]:
    """Fetch and store the daily lists with an open client. Returns method → `ok`, or why not.

    Orders can be downloaded without them: products are then learnt from the order lines, and FBE
    is computed with the usual factors. Whoever made the client has asked for the permission. Of
    Komet's failures, raises `QuotaExhausted` only.
    """
    outcome: dict[str, str] = {}
    for method in methods:
        answer: dict[str, Any] | None = None
        try:
            answer = client.call(method)
            outcome[method] = FETCHED
        except QuotaExhausted:
            raise
        except (AuthenticationError, PermissionDenied):
            outcome[method] = REFUSED
        except KometError as error:
            outcome[method] = message(error)
            continue
        with ctx.write(SYSTEM, Permission.READ_KOMET) as con:
            if answer is None:
                _record(con, provider, DAILY[method], REFUSED, ctx.now())
            else:
                _store(con, provider, DAILY[method], answer, ctx.now())
    return outcome


def refresh_daily_lists(ctx: AppContext, actor: Actor, provider: Provider) -> dict[str, str]:
    """Fetch the daily lists of one provider, while a person waits. Spends two requests.

    Raises `QuotaExhausted`, or `InvalidInput`, `NotFound` or `WrongKey` where the provider cannot
    be called at all.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    ledger = Ledger(provider.token_id or "", provider.id)
    try:
        with client_for(ctx, provider, ledger, expected=len(DAILY)) as client:
            return fetch_daily_lists(ctx, provider, client)
    finally:
        ledger.save(ctx)


def due_lists(con: Connection, provider: Provider, now: datetime) -> list[str]:
    """The methods of the daily lists that have not been tried for 20 hours.

    Takes a connection, because a download is planned in one snapshot.
    """
    tried = table.load_daily_tries(con, provider.id)
    return [name for name in DAILY if name not in tried or now - tried[name] > FRESH_FOR]


def outcome_message(outcome: dict[str, str]) -> str:
    """The outcome of `refresh_daily_lists` in words."""
    product_list = outcome.get(KINDS[PRODUCTS].method)
    if product_list == FETCHED:
        return _("The product list is up to date.")
    if product_list == REFUSED:
        return _("The token may not list products: they are learnt from the orders instead.")
    return product_list or ""


def refusal_message(provider: Provider) -> str:
    """A message that the token may not list these."""
    return _("The token of {provider} may not list these: ask the importer to enable it.").format(
        provider=provider.name
    )


def view_list(ctx: AppContext, provider: Provider, kind: str, text: str = "") -> CatalogTable:
    """The stored rows of a list that `search_list` finds by `text`.

    Where Komet's list was never fetched, what a download has brought of it.
    """
    used_by = KINDS[kind].used_by
    with ctx.read() as con:
        rows = table.load_rows(con, provider.id, kind)
        outcome, tried_at = table.load_last_try(con, provider.id, kind)
        used = table.count_lines_by(con, provider.id, used_by[0]) if used_by else {}
        is_stored = bool(rows) or outcome == FETCHED
        learnt = None if is_stored else table.load_learnt(con, provider.id, kind)
    frame = table_of_rows(rows) if learnt is None else learnt
    if used_by and used_by[1] in frame.columns:
        key = pl.col(used_by[1])
        counts = key.replace_strict(used, default=0, return_dtype=pl.Int64)
        frame = frame.select(pl.all(), counts.alias(USED))
    is_learnt = learnt is not None and learnt.height > 0
    return search_list(CatalogTable(frame, tried_at, outcome == REFUSED, is_learnt), text)


def count_rows(ctx: AppContext, provider_id: str) -> dict[str, int]:
    """Kind → how many rows are stored of Komet's list, for those of which some are."""
    with ctx.read() as con:
        return table.count_rows(con, provider_id)


def search_list(found: CatalogTable, text: str) -> CatalogTable:
    """The same with the rows that hold each word of `text` somewhere.

    Case and accents do not count.
    """
    words = normalize_text(text).split()
    if not words or not found.rows.width:
        return found
    members = pl.concat_str(pl.col(pl.String), separator=" ", ignore_nulls=True)
    folded = members.map_elements(normalize_text, return_dtype=pl.String)
    contains = (pl.col("folded").str.contains(word, literal=True) for word in words)
    held = found.rows.with_row_index("row").select("row", folded=folded).filter(*contains)["row"]
    return replace(found, rows=found.rows[held])


def list_box_types(ctx: AppContext, provider_id: str) -> pl.DataFrame:
    """code, komet_fbe, fbe_edited, fbe (the factor in force, or null), lines (that use it).

    Every box type that Komet lists, or that an order line has.
    """
    with ctx.read() as con:
        return table.load_box_types(con, provider_id)


def edit_fbe_factors(
    ctx: AppContext, actor: Actor, provider_id: str, factors: Mapping[str, Decimal | None]
) -> None:
    """Set FBE factors by box type; None goes back to Komet's, or the usual one.

    Raises `NotPermitted`.
    """
    with ctx.write(actor, Permission.MANAGE_PROVIDERS) as con:
        for code, fbe in factors.items():
            table.edit_fbe(con, provider_id, code, fbe, ctx.now())


def _store(
    con: Connection, provider: Provider, kind: str, answer: dict[str, Any], now: datetime
) -> int:
    """Store an answer's rows, in columns too where orders need them; returns how many."""
    spec = registry()[KINDS[kind].method]
    rows = find_rows(spec, answer)
    table.replace_rows(con, provider.id, kind, rows, now)
    if kind == PRODUCTS:
        frame = product_frame(find_listed_rows(spec, answer))
        table.replace_products(con, provider.id, frame, now)
    elif kind == BOX_TYPES:
        frame = box_type_frame(find_listed_rows(spec, answer))
        table.replace_box_types(con, provider.id, frame, now)
    _record(con, provider, kind, FETCHED, now)
    return len(rows)


def _record(con: Connection, provider: Provider, kind: str, outcome: str, now: datetime) -> None:
    table.record_try(con, provider.id, kind, outcome, now)
    if KINDS[kind].daily:
        table.record_daily(con, provider.id, KINDS[kind].method, outcome, now)
