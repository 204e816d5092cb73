"""Orders that two client providers have in common: every figure counts them twice."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from komet.clients.model import DEFAULT_ADDRESS, Provider, ProviderFields, Token, same_origin
from komet.clients.table import providers as provider_table
from komet.clients.table import tokens as token_table
from komet.context import AppContext
from komet.language import _n

_NUMBERS_SHOWN = 5


@dataclass(frozen=True)
class SharedOrders:
    """Orders that two providers have in common: their `boxes` are counted twice."""

    clients: tuple[str, str]
    orders: int
    boxes: Decimal
    numbers: tuple[str, ...]

    @property
    def message(self) -> str:
        """What is counted twice, as a message."""
        shown = ", ".join(self.numbers[:_NUMBERS_SHOWN])
        words = _n(
            "{one} and {other} hold the same {n} order ({numbers}): its {boxes:,.0f} boxes are"
            " counted twice.",
            "{one} and {other} hold the same {n:,} orders ({numbers}): their {boxes:,.0f} boxes"
            " are counted twice.",
            self.orders,
        )
        return words.format(
            one=self.clients[0],
            other=self.clients[1],
            n=self.orders,
            numbers=shown + (" …" if len(self.numbers) > _NUMBERS_SHOWN else ""),
            boxes=self.boxes,
        )


def find_overlaps(
    fields: ProviderFields, others: Sequence[Provider], tokens: Sequence[Token]
) -> list[Provider]:
    """Those of the other providers that may get the same orders.

    They use the same token, or name the same company, at one address; and they have the same
    location, or one of the two has none and gets all.
    """
    addresses = {token.id: token.address for token in tokens}

    def address(one: ProviderFields) -> str:
        return one.base_url or addresses.get(one.token_id or "", DEFAULT_ADDRESS)

    return [
        other
        for other in others
        if _same_source(fields, other)
        and (not fields.location_id or not other.location_id
             or fields.location_id == other.location_id)
        and same_origin(address(fields), address(other))
    ]  # fmt: skip


def list_shared_orders(ctx: AppContext) -> list[SharedOrders]:
    """What overlapping providers have in common, a row for each pair."""
    with ctx.read() as con:
        providers = provider_table.all_providers(con)
        tokens = token_table.all_tokens(con, retired=True)
        pairs = [
            (provider.id, other.id)
            for index, provider in enumerate(providers)
            for other in find_overlaps(provider, providers[index + 1 :], tokens)
        ]
        if not pairs:
            return []
        rows = provider_table.find_shared_orders(con, pairs, _NUMBERS_SHOWN + 1)
    names = {provider.id: provider.name for provider in providers}
    return [
        SharedOrders(
            (names[row["one"]], names[row["other"]]),
            int(row["orders"]),
            Decimal(row["boxes"]),
            tuple(number for number in row["numbers"] if number),
        )
        for row in rows
    ]


def _same_source(one: ProviderFields, other: ProviderFields) -> bool:
    if one.token_id and one.token_id == other.token_id:
        return True
    return bool(one.company_id) and one.company_id == other.company_id
