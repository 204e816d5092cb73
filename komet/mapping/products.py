"""The products that are known, how far they are mapped, and fetching a client's product list.

Legacy codes and descriptions can only be found in a list, and an ID is only known to be wrong by
one. So an import fetches what has never been fetched: two requests a client, within the allowance.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from komet import formulas
from komet.catalogs import refresh as catalogs
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import providers
from komet.context import AppContext
from komet.errors import AppError
from komet.language import _, _n
from komet.mapping import imports
from komet.mapping.model import PRODUCT
from komet.mapping.problems import MappingFileError
from komet.mapping.table import products as table
from komet.mapping.table.products import KEY_OF, known_sql


def known(
    ctx: AppContext, provider_id: str, text: str = "", *, only: str = "all", kind: str = PRODUCT
) -> pl.DataFrame:
    """What is known of a kind at a provider and has a text.

    `only` all, mapped, unmapped (without a code, ordered or not) or at_stake (without a code, and
    standing orders ask for it: for products, those that `komet.mapping.table.products` defines).

    Columns: komet_id, legacy_code, description, category, sku (our code), sku_description, source
    (String), changed_at (Datetime UTC), boxes (Decimal: boxes at stake in its downloaded orders),
    items (Int64). A box of a mixed line is at stake for each product in it. Ordered by boxes.
    """
    state = {
        "mapped": "AND m.code IS NOT NULL",
        "unmapped": "AND m.code IS NULL",
        "at_stake": "AND m.code IS NULL AND stake.items > 0",
    }.get(only, "")
    searched = formulas.folded(
        "concat_ws(' ', k.description, k.komet_id, k.legacy_code, m.code, s.description)"
    )
    with ctx.db.read() as con:
        return con.frame(
            f"""
            WITH stake AS (
              SELECT komet_id, sum(boxes) AS boxes, sum(items)::BIGINT AS items FROM (
                SELECT {KEY_OF[kind]} AS komet_id, po_id, po_item_id, any_value(boxes) AS boxes,
                  count(*) AS items
                FROM order_items i WHERE provider_id = $provider AND gone_at IS NULL
                  AND {formulas.standing("i")} GROUP BY ALL
              ) GROUP BY komet_id
            ), known AS (SELECT * FROM ({known_sql(kind)}) WHERE provider_id = $provider)
            SELECT k.komet_id, k.legacy_code, k.description, k.category, m.code AS sku,
              s.description AS sku_description, m.source, m.updated_at AS changed_at,
              stake.boxes, coalesce(stake.items, 0) AS items
            FROM known k LEFT JOIN stake USING (komet_id)
            LEFT JOIN mappings m ON m.provider_id = $provider AND m.kind = $kind
              AND m.komet_id = k.komet_id
            LEFT JOIN skus s ON s.sku = m.code AND m.kind = 'product'
            WHERE contains({searched}, {formulas.folded("$text")}) {state}
            ORDER BY stake.boxes DESC NULLS LAST, k.description, k.komet_id
            """,
            {"provider": provider_id, "text": text.strip(), "kind": kind},
        )


def coverage(ctx: AppContext) -> pl.DataFrame:
    """How far each mapping has come, a row a client whose products are known.

    provider_id, products, mapped, unmapped_ordered (Int64), boxes_at_stake (Decimal): the last two
    as `komet.mapping.table.products` defines them, each line's boxes once.
    """
    with ctx.db.read() as con:
        return con.frame(
            f"""
            SELECT k.provider_id, k.products, k.mapped,
              coalesce(o.products, 0) AS unmapped_ordered, coalesce(o.boxes, 0) AS boxes_at_stake
            FROM (
              SELECT k.provider_id, count(*) AS products, count(m.code) AS mapped
              FROM komet_products k
              LEFT JOIN mappings m ON m.provider_id = k.provider_id AND m.kind = 'product'
                AND m.komet_id = k.product_id
              GROUP BY k.provider_id
            ) k LEFT JOIN ({table.by_provider_sql()}) o USING (provider_id)
            """
        )


_LIST_OF = {PRODUCT: "product.list", "box_type": "boxtype.list"}
"""The method that lists a kind; the others are learnt from orders."""


@dataclass(frozen=True)
class MissingList:
    """A client without the list of a kind, and the methods to fetch: a request each."""

    provider: Provider
    methods: tuple[str, ...]


def missing(
    ctx: AppContext, provider_ids: Collection[str], kind: str = PRODUCT
) -> list[MissingList]:
    """Which of these clients have no list of a kind, and a token that may be asked for it.

    A list that Komet has refused within the day is not asked for again.
    """
    if kind not in _LIST_OF:
        return []
    with ctx.db.read() as con:
        there = table.providers_with_a_list(con, kind)
        wanted = [
            provider
            for provider in providers.all_providers(con)
            if provider.id in provider_ids and provider.id not in there and provider.token_id
        ]
        due = [(provider, catalogs.due(con, provider, ctx.now())) for provider in wanted]
    return [MissingList(provider, tuple(methods)) for provider, methods in due
            if _LIST_OF[kind] in methods]  # fmt: skip


def missing_for_file(
    ctx: AppContext, data: bytes, file_name: str, provider_id: str | None, kind: str = PRODUCT
) -> list[MissingList]:
    """The same for the clients that a mapping file names, or for `provider_id`.

    A file whose columns cannot be told apart without a list counts as one of `provider_id`.
    """
    with ctx.db.read() as con:
        every = [provider.id for provider in providers.all_providers(con)]
    lacking = missing(ctx, every, kind)
    if not lacking:
        return []
    try:
        named = imports.dry_run(ctx, data, file_name, provider_id, kind).rows["provider_id"]
        asked = set(named.drop_nulls().to_list())
    except MappingFileError:
        asked = {provider_id} if provider_id else set(every)
    return [entry for entry in lacking if entry.provider.id in asked]


def announcement(lists: Sequence[MissingList]) -> str:
    """What is about to be fetched, and what it costs."""
    names = ", ".join(entry.provider.name for entry in lists)
    requests = sum(len(entry.methods) for entry in lists)
    return _n(
        "The product list of {names} is not here yet: it is fetched first ({n} request).",
        "The product list of {names} is not here yet: it is fetched first ({n} requests).",
        requests,
    ).format(names=names, n=requests)


def fetch(ctx: AppContext, lists: Sequence[MissingList], kind: str = PRODUCT) -> dict[str, str]:
    """Fetch and store lists within today's allowance; never a failure.

    Returns what went wrong by the client's name, in sentences; empty when all went well.
    """
    failed: dict[str, str] = {}
    for entry in lists:
        provider = entry.provider
        ledger = Ledger(provider.token_id or "", provider.id)
        try:
            expected = len(entry.methods)
            with client_for(ctx, provider, ledger, expected=expected) as client:
                outcome = catalogs.refresh(ctx, provider, client, entry.methods)
            reason = outcome.get(_LIST_OF[kind], "")
            if reason == "refused":
                reason = _("The token may not list products.")
        except AppError as error:
            reason = str(error)
        finally:
            ledger.save(ctx)
        if reason != "ok":
            failed[provider.name] = _(
                "The product list of {provider} could not be fetched. {reason} Only Komet product"
                " IDs can be mapped now."
            ).format(provider=provider.name, reason=reason)
    return failed
