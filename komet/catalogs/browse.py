"""Komet's own lists, fetched for looking at: rows as they came, and where they are used."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from komet import time_zone
from komet.api.errors import AuthenticationError, PermissionDenied
from komet.api.methods import registry
from komet.catalogs.kinds import KINDS
from komet.catalogs.rows import rows_in, table_of_rows
from komet.catalogs.table import rows as catalog_rows
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.context import AppContext
from komet.language import _, _n

USED = "used"


@dataclass(frozen=True)
class CatalogTable:
    """`rows`: the members that Komet sent, as String columns; `used` (Int64) where it is known.

    `refused`: the token might not list it when it was last asked for.
    """

    rows: pl.DataFrame
    tried_at: datetime | None
    refused: bool


def refresh(
    ctx: AppContext,
    provider: Provider,
    kind: str,
    *,
    days: tuple[date, date] | None = None,
    customer_id: str | None = None,
) -> str:
    """Fetch one list; returns a sentence, also where the token may not list it.

    Raises `KometError` for any other failure, `InvalidCall` for a customer that is missing.
    """
    wanted = KINDS[kind]
    spec = registry()[wanted.method]
    ledger = Ledger(provider.token_id or "", provider.id)
    headers = {entry.name: provider.company_id for entry in spec.headers if entry.required}
    params: dict[str, Any] = {
        **headers, **wanted.params(days or wanted.days(time_zone.today(ctx.now())), customer_id)
    }  # fmt: skip
    try:
        with client_for(ctx, provider, ledger) as client:
            answer = client.call(wanted.method, **params)
    except (PermissionDenied, AuthenticationError):
        with ctx.db.write() as con:
            catalog_rows.note(con, provider.id, kind, catalog_rows.REFUSED, ctx.now())
        return refused_words(provider)
    finally:
        ledger.save(ctx)
    found = rows_in(spec, answer)
    with ctx.db.write() as con:
        catalog_rows.replace(con, provider.id, kind, found, ctx.now())
    return _n("{n:,} row from Komet.", "{n:,} rows from Komet.", len(found)).format(n=len(found))


def refused_words(provider: Provider) -> str:
    """What a token may not list, in a line."""
    return _("The token of {provider} may not list these: ask the client to enable it.").format(
        provider=provider.name
    )


def table(ctx: AppContext, provider: Provider, kind: str, text: str = "") -> CatalogTable:
    """What is held of a list, filtered by a part of any member's text."""
    with ctx.db.read() as con:
        rows = catalog_rows.held(con, provider.id, kind)
        outcome, tried_at = catalog_rows.noted(con, provider.id, kind)
        used_by = KINDS[kind].used_by
        used = catalog_rows.used(con, provider.id, used_by[0]) if used_by else {}
    frame = table_of_rows(rows)
    if used_by and used_by[1] in frame.columns:
        key = pl.col(used_by[1])
        counts = key.replace_strict(used, default=0, return_dtype=pl.Int64)
        frame = frame.select(pl.all(), counts.alias(USED))
    if text.strip() and frame.width:
        needle = text.strip().casefold()
        found = pl.any_horizontal(
            pl.col(pl.String).str.to_lowercase().str.contains(needle, literal=True)
        )
        frame = frame.filter(found)
    return CatalogTable(frame, tried_at, outcome == catalog_rows.REFUSED)
