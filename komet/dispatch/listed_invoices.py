"""An importer's invoices as Komet lists them, and marking them for its accounting system.

For Company tokens. invoice.accounting.details.list is the one list whose page shows its members,
and which tells the synchronized ones from the others.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl

from komet.api.client import KometClient
from komet.api.methods import method
from komet.catalogs.rows import find_rows, table_of_rows
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import providers, tokens
from komet.context import AppContext
from komet.dispatch.kinds.invoices import LISTED
from komet.dispatch.model import Draft, Preview, Remark, WriteKind
from komet.dispatch.preview import preview_writes
from komet.errors import InvalidInput
from komet.language import _
from komet.permissions import Actor, Permission

MOST_DAYS = method(LISTED).ranges[0].days
_DETAILS = "invoice.details.list"
LONGEST_MESSAGE = 50


@dataclass(frozen=True)
class ListedInvoice:
    """An invoice of the importer's. `subtotal`: in its currency, what the page calls order total.

    `synced`: whether it is marked as synchronized, None where Komet did not tell them apart.
    `listed_at`: when Komet was asked.
    """

    id: str
    number: str
    ship_date: date | None
    customer: str
    subtotal: Decimal | None
    synced: bool | None
    listed_at: datetime


def may_list_invoices(ctx: AppContext) -> list[Provider]:
    """The active clients whose token may: those with a Company token."""
    kinds = method(LISTED).token_kinds or ()
    with ctx.read() as con:
        able = {token.id for token in tokens.all_tokens(con) if token.kind in kinds}
        every = providers.all_providers(con, inactive=False)
    return [provider for provider in every if provider.token_id in able]


def list_invoices(
    ctx: AppContext, actor: Actor, provider: Provider, date_from: date, date_to: date
) -> list[ListedInvoice]:
    """The invoices that ship on these days, both included; spends two requests.

    By ship date and number. Raises `InvalidInput` for more than 31 days, `KometError`,
    `NotPermitted`, and what `client_for` raises.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    if date_to < date_from:
        raise InvalidInput(_("The last day is before the first one."))
    if (date_to - date_from) >= timedelta(days=MOST_DAYS):
        raise InvalidInput(
            _("Komet lists the invoices of at most {n} days at once.").format(n=MOST_DAYS)
        )
    ledger = Ledger(provider.token_id or "", provider.id)
    try:
        with client_for(ctx, provider, ledger, expected=2) as client:
            listed_at = ctx.now()
            marked = _listed(client, date_from, date_to, synced=True)
            unmarked = _listed(client, date_from, date_to, synced=False)
    finally:
        ledger.save(ctx)
    both = marked.keys() & unmarked.keys()  # the filter was not heeded
    found = [
        ListedInvoice(
            id=id_,
            number=row.number or id_,
            ship_date=row.ship_date,
            customer=row.customer_name or row.customer_code or "",
            subtotal=row.subtotal,
            synced=None if id_ in both else id_ in marked,
            listed_at=listed_at,
        )
        for id_, row in (unmarked | marked).items()
    ]
    return sorted(found, key=lambda one: (one.ship_date or date.min, one.number))


def _listed(client: KometClient, first: date, last: date, *, synced: bool) -> dict[str, Any]:
    answer: Any = client.records(
        LISTED, orderDateFrom=first, orderDateTo=last, externalSystemSynced=synced
    )
    return {row.id: row for row in answer.rows if row.id}


def load_invoice_lines(
    ctx: AppContext, actor: Actor, provider: Provider, invoice_id: str
) -> pl.DataFrame:
    """The lines of one invoice, every member that Komet sends as a String column; one request.

    Raises `KometError`, `NotPermitted`, and what `client_for` raises.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    ledger = Ledger(provider.token_id or "", provider.id)
    try:
        with client_for(ctx, provider, ledger) as client:
            answer = client.call(_DETAILS, orderId=invoice_id)  # by ID, no range of days is needed
    finally:
        ledger.save(ctx)
    rows = [row for row in find_rows(method(_DETAILS), answer) if str(row.get("id")) == invoice_id]
    details = rows[0].get("details") if rows else None
    lines = details if isinstance(details, list) else []
    return table_of_rows([line for line in lines if isinstance(line, dict)])


def mark_invoices(
    ctx: AppContext,
    provider_id: str,
    chosen: Sequence[ListedInvoice],
    *,
    error: str | None = None,
    restore_status: bool = False,
) -> Preview:
    """What marking these invoices would do: as synchronized, or in error with this message.

    `restore_status`: an order in error also gets back the status that it had before it was marked
    (Komet does so unless told otherwise). Nothing is written. Raises `InvalidInput` for a message
    that is missing or too long.
    """
    message = error.strip() if error is not None else None
    if message is not None and not 0 < len(message) <= LONGEST_MESSAGE:
        raise InvalidInput(
            _("Say in at most {n} characters what went wrong.").format(n=LONGEST_MESSAGE)
        )
    drafts, left_out = [], []
    for row, invoice in enumerate(chosen, start=1):
        if message is None and invoice.synced:
            said = _("Komet has it marked as synchronized already.")
            left_out.append(Remark(row, invoice.number, said, provider_id))
        else:
            drafts.append(_draft(provider_id, invoice, row, message, restore=restore_status))
    name = _("Invoices")
    return preview_writes(ctx, name, drafts, left_out=left_out)


def _draft(
    provider_id: str, invoice: ListedInvoice, row: int, message: str | None, *, restore: bool
) -> Draft:
    content: dict[str, Any] = {
        "number": invoice.number,
        "ship_date": invoice.ship_date.isoformat() if invoice.ship_date else None,
    }
    if message is not None:
        content |= {"message": message, "unconfirm": restore}
    return Draft(
        provider_id=provider_id,
        kind=WriteKind.INVOICE_SYNCED if message is None else WriteKind.INVOICE_ERROR,
        target=invoice.id,
        content=content,
        ship_date=invoice.ship_date,
        found={"synced": invoice.synced, "fetched_at": invoice.listed_at.isoformat()},
        row=row,
    )
