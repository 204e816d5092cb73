"""Orders that two client providers hold: every figure counts them twice, and says so."""

from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from komet.clients.table.providers import all_providers, overlapping
from komet.db.database import Connection
from komet.language import _n

_NUMBERS_SHOWN = 5


@dataclass(frozen=True)
class SharedOrders:
    """Orders that two providers hold, each with its lines: `boxes` are counted twice."""

    clients: tuple[str, str]
    orders: int
    boxes: Decimal
    numbers: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """What is counted twice, in words."""
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


def shared_orders(con: Connection) -> list[SharedOrders]:
    """What overlapping providers both hold and count, a row for each two of them."""
    providers = all_providers(con)
    names = {provider.id: provider.name for provider in providers}
    pairs = [
        (provider.id, other.id)
        for place, provider in enumerate(providers)
        for other in overlapping(con, provider, provider.id)
        if other.id in {later.id for later in providers[place + 1 :]}
    ]
    if not pairs:
        return []
    frame = pl.DataFrame(pairs, schema={"one": pl.String, "other": pl.String}, orient="row")
    with con.tables(pairs=frame):
        rows = con.rows(
            "WITH twice AS (SELECT p.one, p.other, a.po_id, a.number FROM pairs p"
            " JOIN purchase_orders a ON a.provider_id = p.one AND a.gone_at IS NULL"
            " JOIN purchase_orders b ON b.provider_id = p.other AND b.gone_at IS NULL"
            " AND b.po_id = a.po_id),"
            " lines AS (SELECT provider_id, po_id, po_item_id, max(boxes) AS boxes"
            " FROM order_items WHERE gone_at IS NULL GROUP BY ALL),"
            " sums AS (SELECT provider_id, po_id, sum(boxes) AS boxes FROM lines GROUP BY ALL)"
            " SELECT one, other, count(*) AS orders, coalesce(sum(s.boxes), 0) AS boxes,"
            f" list(number ORDER BY number)[1:{_NUMBERS_SHOWN + 1}] AS numbers FROM twice"
            " LEFT JOIN sums s ON s.provider_id = twice.other AND s.po_id = twice.po_id"
            " GROUP BY one, other ORDER BY orders DESC"
        )
    return [
        SharedOrders(
            (names[row["one"]], names[row["other"]]),
            int(row["orders"]),
            Decimal(row["boxes"]),
            tuple(number for number in row["numbers"] if number),
        )
        for row in rows
    ]
