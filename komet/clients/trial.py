"""Whether a provider works as it is set up: today's orders, asked for as a download would."""

from komet import time_zone
from komet.clients.connect import client_for
from komet.clients.ledger import Ledger
from komet.clients.table.providers import Provider
from komet.context import AppContext
from komet.language import _n


def try_provider(ctx: AppContext, provider: Provider) -> str:
    """Ask for today's orders and say what came. Spends one request (more if it is tried again).

    Raises `KometError`, `InvalidInput`, `NotFound` or `WrongKey`.
    """
    ledger = Ledger(provider.token_id or "", provider.id)
    try:
        with client_for(ctx, provider, ledger) as client:
            answer = client.purchase_orders(time_zone.today(ctx.now()), provider.location_id)
    finally:
        ledger.save(ctx)
    return _n(
        "{provider} answers: {orders} purchase order ships today.",
        "{provider} answers: {orders} purchase orders ship today.",
        len(answer.orders),
    ).format(provider=provider.name, orders=len(answer.orders))
