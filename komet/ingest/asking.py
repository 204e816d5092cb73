"""Asking Komet for one day, and asking again before an empty answer is believed."""

from datetime import date

from komet.api.client import KometClient, Slice
from komet.api.errors import BadResponse
from komet.clients.model import Provider
from komet.context import AppContext
from komet.ingest import commit_order
from komet.ingest.rows import SliceRows, slice_rows
from komet.ingest.table import slices
from komet.language import _, _n


def ask_for_day(ctx: AppContext, client: KometClient, provider: Provider, day: date) -> SliceRows:
    """The rows of one day of one provider; spends one request, or two.

    An answer without orders, for a day of which we hold some, would mark them all as gone. So it is
    asked for once more, and believed when both answers say the same. Raises `KometError`,
    `BadResponse` where they do not.
    """
    rows, answer = _asked(ctx, client, provider, day)
    if answer.orders:
        return rows
    with ctx.db.read() as con:
        held = slices.holds_orders(con, provider.id, day)
    if not held:
        return rows
    rows, again = _asked(ctx, client, provider, day)
    if again.orders:
        count = len(again.orders)
        raise BadResponse(
            _n(
                "Komet said that there are no orders, and then that there is {n} PO.",
                "Komet said that there are no orders, and then that there are {n} POs.",
                count,
            ).format(n=count),
            _("Of two answers that differ, neither is believed; what was there is kept."),
            _("Fetch the day again later."),
            method="purchase.order.list",
            provider=provider.name,
            day=day,
        )
    return rows


def _asked(
    ctx: AppContext, client: KometClient, provider: Provider, day: date
) -> tuple[SliceRows, Slice]:
    asked = commit_order.ask(ctx.db.path)
    answer = client.purchase_orders(day, provider.location_id)
    return slice_rows(provider.id, day, answer, asked), answer
