"""The products that are known, how far they are mapped, and fetching a client's product list.

Legacy codes and descriptions can only be found in a list, and an ID is only known to be wrong by
one. So an import fetches what has never been fetched: two requests a client, within the allowance.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl

from komet.catalogs import lists as catalogs
from komet.catalogs.model import FETCHED, REFUSED
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.language import _, _n
from komet.mapping import imports
from komet.mapping.history import label_sources
from komet.mapping.model import PRODUCT
from komet.mapping.problems import MappingFileError
from komet.mapping.table import products as table
from komet.messages import FAILURES, message
from komet.permissions import Actor, Permission


def list_known(
    ctx: AppContext, provider_id: str, text: str = "", *, only: str = "all", kind: str = PRODUCT
) -> pl.DataFrame:
    """What is known of a kind at a provider and has a text.

    `only` all, mapped, unmapped (without a code, ordered or not) or at_stake (without a code, and
    standing orders ask for it: for products, those that `komet.mapping.table.products` defines).

    Columns: komet_id, legacy_code, description, category, sku (our code), sku_description, source
    (String), changed_at (Datetime UTC), boxes (Decimal: boxes at stake in its downloaded orders),
    items (Int64). A box of a mixed line is at stake for each product in it. Ordered by boxes.
    """
    with ctx.read() as con:
        found = label_sources(table.list_known(con, provider_id, text, kind=kind))
    return choose_known(found, only)


def choose_known(known: pl.DataFrame, only: str) -> pl.DataFrame:
    """Of what `list_known` has listed, what is `only` to be seen."""
    has_code = pl.col("sku").is_not_null()
    rows = {
        "mapped": has_code,
        "unmapped": ~has_code,
        "at_stake": ~has_code & (pl.col("items") > 0),
    }.get(only)
    return known if rows is None else known.filter(rows)


def load_coverage(ctx: AppContext) -> pl.DataFrame:
    """How far each mapping has come, a row a client whose products are known.

    provider_id, products, mapped, unmapped_ordered (Int64), boxes_at_stake (Decimal): the last two
    as `komet.mapping.table.products` defines them, each line's boxes once.
    """
    with ctx.read() as con:
        return table.load_coverage(con)


_LIST_OF = {PRODUCT: "product.list", "box_type": "boxtype.list"}
"""The method that lists a kind; the others are learnt from orders."""


@dataclass(frozen=True)
class MissingList:
    """A client without the list of a kind, and the methods to fetch: a request each."""

    provider: Provider
    methods: tuple[str, ...]


def find_missing_lists(
    ctx: AppContext, provider_ids: Collection[str], kind: str = PRODUCT
) -> list[MissingList]:
    """Which of these clients have no list of a kind, and a token that may be asked for it.

    A list that Komet has refused within the day is not asked for again.
    """
    if kind not in _LIST_OF:
        return []
    every = list_providers(ctx)
    with ctx.read() as con:
        with_list = table.load_providers_with_list(con, kind)
        without = [
            provider
            for provider in every
            if provider.id in provider_ids and provider.id not in with_list and provider.token_id
        ]
        due = [(provider, catalogs.due_lists(con, provider, ctx.now())) for provider in without]
    return [MissingList(provider, tuple(methods)) for provider, methods in due
            if _LIST_OF[kind] in methods]  # fmt: skip


def find_missing_lists_for_file(
    ctx: AppContext, data: bytes, file_name: str, provider_id: str | None, kind: str = PRODUCT
) -> list[MissingList]:
    """The same for the clients that a mapping file names, or for `provider_id`.

    A file whose columns cannot be told apart without a list counts as one of `provider_id`.
    """
    every = [provider.id for provider in list_providers(ctx)]
    missing = find_missing_lists(ctx, every, kind)
    if not missing:
        return []
    try:
        named = imports.dry_run_file(ctx, data, file_name, provider_id, kind).rows["provider_id"]
        named_ids = set(named.drop_nulls().to_list())
    except MappingFileError:
        named_ids = {provider_id} if provider_id else set(every)
    return [entry for entry in missing if entry.provider.id in named_ids]


def announce_lists(lists: Sequence[MissingList]) -> str:
    """What is about to be fetched, and what it costs."""
    names = ", ".join(entry.provider.name for entry in lists)
    requests = sum(len(entry.methods) for entry in lists)
    return _n(
        "The product list of {names} is not here yet: it is fetched first ({n} request).",
        "The product list of {names} is not here yet: it is fetched first ({n} requests).",
        requests,
    ).format(names=names, n=requests)


def fetch_lists(
    ctx: AppContext, actor: Actor, lists: Sequence[MissingList], kind: str = PRODUCT
) -> dict[str, str]:
    """Fetch and store lists within today's allowance. Komet's failures are returned, not raised.

    Returns the client's name → a message of what went wrong; empty when all went well. Raises
    `NotPermitted`.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    failed: dict[str, str] = {}
    for entry in lists:
        provider = entry.provider
        ledger = Ledger(provider.token_id or "", provider.id)
        try:
            expected = len(entry.methods)
            with client_for(ctx, provider, ledger, expected=expected) as client:
                outcome = catalogs.fetch_daily_lists(ctx, provider, client, entry.methods)
            reason = outcome.get(_LIST_OF[kind], "")
            if reason == REFUSED:
                reason = _("The token may not list products.")
        except FAILURES as error:
            reason = message(error)
        finally:
            ledger.save(ctx)
        if reason != FETCHED:
            failed[provider.name] = _(
                "The product list of {provider} could not be fetched. {reason} Only Komet product"
                " IDs can be mapped now."
            ).format(provider=provider.name, reason=reason)
    return failed
