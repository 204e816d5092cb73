"""The product list of a client, fetched before a mapping file is compared with it.

Legacy codes and descriptions can only be found in a list, and an ID is only known to be wrong by
one. So an import fetches what has never been fetched: two requests a client, within the allowance.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from komet.catalogs import refresh as catalogs
from komet.clients.connect import client_for
from komet.clients.ledger import Ledger
from komet.clients.table import providers
from komet.clients.table.providers import Provider
from komet.context import AppContext
from komet.errors import AppError
from komet.language import _, _n
from komet.mapping import imports
from komet.mapping import table as mappings
from komet.mapping.errors import MappingFileError
from komet.mapping.table import PRODUCT

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
        there = mappings.providers_with_a_list(con, kind)
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
