"""Product and box-type lists: fetched with a download once a day, where the token may list them."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal

import polars as pl

from komet.api.client import KometClient
from komet.api.errors import AuthenticationError, KometError, PermissionDenied, QuotaExhausted
from komet.api.models import BoxType, Product
from komet.catalogs.table import products
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.context import AppContext
from komet.db.database import Connection
from komet.language import _
from komet.permissions import Actor, Permission
from komet.sentences import message

FRESH_FOR = timedelta(hours=20)
METHODS = ("boxtype.list", "product.list")


def due(con: Connection, provider: Provider, now: datetime) -> list[str]:
    """The catalogs of this provider that have not been tried for most of a day."""
    tried = products.catalogs_tried(con, provider.id)
    return [name for name in METHODS if name not in tried or now - tried[name] > FRESH_FOR]


def refresh(
    ctx: AppContext, provider: Provider, client: KometClient, methods: Sequence[str] = METHODS
) -> dict[str, str]:
    """Fetch catalogs and store them. Method → `ok`, or why not, in words; never a failure.

    Orders can be downloaded without them: products are then learnt from the order lines, and FBE
    is reckoned with the usual factors. Raises `QuotaExhausted` only.
    """
    outcome: dict[str, str] = {}
    for name in methods:
        frame: pl.DataFrame | None = None
        try:
            frame = _box_types(client.box_types()) if name == METHODS[0] else _products(client)
            outcome[name] = "ok"
        except QuotaExhausted:
            raise
        except (AuthenticationError, PermissionDenied):
            outcome[name] = "refused"
        except KometError as error:
            outcome[name] = message(error)
        with ctx.db.write() as con:
            if frame is not None and name == METHODS[0]:
                products.replace_box_types(con, provider.id, frame, ctx.now())
            elif frame is not None:
                products.replace_products(con, provider.id, frame, ctx.now())
            if outcome[name] in {"ok", "refused"}:
                products.record_catalog(con, provider.id, name, outcome[name], ctx.now())
    return outcome


def refresh_now(ctx: AppContext, provider: Provider) -> dict[str, str]:
    """Fetch both lists of one provider, for a person who waits. Spends two requests.

    Raises `QuotaExhausted`, or `InvalidInput`, `NotFound` or `WrongKey` where the provider cannot
    be called at all.
    """
    ledger = Ledger(provider.token_id or "", provider.id)
    try:
        with client_for(ctx, provider, ledger, expected=len(METHODS)) as client:
            return refresh(ctx, provider, client)
    finally:
        ledger.save(ctx)


def list_box_types(ctx: AppContext, provider_id: str) -> pl.DataFrame:
    """code, komet_fbe, fbe_edited, fbe (the factor in force, or null), lines (that use it).

    Every box type that Komet lists, or that an order line has.
    """
    with ctx.read() as con:
        return products.box_types(con, provider_id)


def edit_fbe_factors(
    ctx: AppContext, actor: Actor, provider_id: str, factors: Mapping[str, Decimal | None]
) -> None:
    """Set FBE factors by box type; None goes back to Komet's, or the usual one."""
    with ctx.write(actor, Permission.MANAGE_PROVIDERS) as con:
        for code, fbe in factors.items():
            products.edit_fbe(con, provider_id, code, fbe, ctx.now())


def sentence(outcome: dict[str, str]) -> str:
    """The outcome of a refresh in words."""
    product_list = outcome.get("product.list")
    if product_list == "ok":
        return _("The product list is up to date.")
    if product_list == "refused":
        return _("The token may not list products: they are learnt from the orders instead.")
    return product_list or ""


def _products(client: KometClient) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {
                "product_id": product.id,
                "description": product.description,
                "legacy_code": product.legacy_code,
                "category": product.category,
                "variety": product.variety,
                "color": product.color,
                "grade": product.grade,
                "active": product.active,
                "extra": _extra(product),
            }
            for product in client.products()
            if product.id
        ],
        schema=products.PRODUCTS,
    ).unique("product_id", keep="last", maintain_order=True)


def _box_types(rows: list[BoxType]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"code": row.code.upper(), "fbe": row.fbe, "extra": _extra(row)}
            for row in rows
            if row.code
        ],
        schema=products.BOX_TYPES,
    ).unique("code", keep="last", maintain_order=True)


def _extra(row: Product | BoxType) -> str | None:
    known = {
        key: value
        for key, value in (
            ("divisionId", getattr(row, "division_id", None)),
            ("divisionDescription", getattr(row, "division_description", None)),
            ("tags", getattr(row, "tags", None)),
            ("kometNetworkId", getattr(row, "komet_network_id", None)),
            ("kometNetworkName", getattr(row, "komet_network_name", None)),
        )
        if value is not None
    }
    extra = {**known, **row.extra}
    return json.dumps(extra, default=str, ensure_ascii=False) if extra else None
