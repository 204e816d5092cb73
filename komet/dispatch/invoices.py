"""Vendors' invoices for POs: from a file, its number and its total to what would be sent to Komet.

v2/vendor/invoice takes a PDF or a picture of up to 20 MB; nothing in Komet reads it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

import polars as pl

from komet import language
from komet.context import AppContext
from komet.dispatch.invoice_files import check_file
from komet.dispatch.model import STATES, Draft, Preview, Remark, Write, WriteKind, WriteState
from komet.dispatch.preview import preview_writes
from komet.dispatch.table import invoices
from komet.errors import InvalidInput
from komet.ingest.sources.portal_file.values import is_undecided_number, read_number
from komet.language import _, _n, number, zoned_moment

_LONGEST_NUMBER = 200
_LARGEST_TOTAL = Decimal(10) ** 8
_PLACES = 2


@dataclass(frozen=True)
class InvoiceEntry:
    """What a person has given for one invoice; `row`: where it stood among several.

    Without a `provider_id` it is for the one client whose PO has that number.
    """

    row: int
    provider_id: str
    po_number: str
    file_name: str
    content: bytes = field(repr=False)
    number: str
    total: str


@dataclass(frozen=True)
class InvoiceFilter:
    """Which POs to look at: ship days, both included; clients (none means all).

    `lacking`: True for POs without an invoice, False for those with one, None for both.
    """

    ship_from: date
    ship_to: date
    providers: tuple[str, ...] = ()
    lacking: bool | None = None


@dataclass
class _Checked:
    drafts: list[Draft] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)
    questions: list[Remark] = field(default_factory=list)


class _SentAlreadyError(Exception):
    """The very invoice was sent, or is under way; the message says since when, and by whom."""


def list_invoice_states(ctx: AppContext, chosen: InvoiceFilter) -> pl.DataFrame:
    """Shipped POs, and what was sent of their invoices from here; by ship day, client, number.

    provider_id, provider, po_id, po_number, vendor, numbers (String: of the invoices sent),
    ship_date (Date), lines, shipped (lines that were), invoices, under_way (planned, being sent
    or unknown; Int64), boxes, total (of the PO), invoiced (Decimal), sent_at. Invoices that
    reached Komet on another way (by mail, in its portal) cannot be seen.
    """
    with ctx.read() as con:
        frame = invoices.invoice_states(con, chosen.providers, chosen.ship_from, chosen.ship_to)
    if chosen.lacking is None:
        return frame
    return frame.filter(pl.col("invoices") == 0 if chosen.lacking else pl.col("invoices") > 0)


def check_invoice(  # noqa: PLR0917
    ctx: AppContext,
    provider_id: str,
    po_number: str,
    file_name: str,
    content: bytes,
    number: str,
    total: str,
) -> Preview:
    """What sending one invoice would do, see `check_invoices`."""
    entry = InvoiceEntry(1, provider_id, po_number, file_name, content, number, total)
    return check_invoices(ctx, file_name, [entry])


def check_invoices(ctx: AppContext, name: str, entries: Sequence[InvoiceEntry]) -> Preview:
    """What sending these invoices would do; nothing is written.

    `name`: the file or screen that they come from. To be asked: a total that differs from the
    PO's, a PO that is not shipped, a second invoice for a PO, a file that went to another one.
    """
    found = _Checked()
    digests = {entry.row: sha256(entry.content).hexdigest() for entry in entries}
    numbers = sorted({entry.po_number.strip() for entry in entries})
    with ctx.read() as con:
        orders = invoices.orders_by_number(con, numbers)
        stored = [order["po_number"] for order in orders]
        sent = invoices.invoices_of(con, stored, list(digests.values()))
    for entry in entries:
        try:
            check_file(entry.file_name, entry.content)
            order = _order(entry, orders)
            draft = _draft(entry, order, digests[entry.row])
            questions = _questions(draft, order, sent, found.drafts)
        except _SentAlreadyError as already:
            found.left_out.append(_remark(entry, str(already)))
        except InvalidInput as wrong:
            found.problems.append(_remark(entry, str(wrong)))
        else:
            found.drafts.append(draft)
            found.questions += [_remark(entry, question, draft) for question in questions]
    return preview_writes(
        ctx,
        name,
        found.drafts,
        problems=found.problems,
        left_out=found.left_out,
        questions=found.questions,
    )


def parse_total(text: str) -> Decimal:
    """A total as people write it: "1.234,50", "$1,234.5", "1 234". Raises `InvalidInput`.

    Amounts have two decimals, so what stands before exactly three figures separates thousands.
    """
    written = text.strip()
    if is_undecided_number(written):
        sign = "." if "," in written else ","
    else:
        sign = "," if language.has_decimal_comma(language.current()) else "."
    value = read_number(written, sign, 6)
    if value is None or value <= 0 or value >= _LARGEST_TOTAL:
        raise InvalidInput(_("“{text}” is not the total of an invoice.").format(text=written))
    if value != round(value, _PLACES):
        raise InvalidInput(_("“{text}” has more than two decimals.").format(text=written))
    return round(value, _PLACES)


def _order(entry: InvoiceEntry, orders: Sequence[dict[str, Any]]) -> dict[str, Any]:
    wanted = entry.po_number.strip()
    if not wanted:
        raise InvalidInput(_("It names no PO."))
    same = [order for order in orders if order["po_number"].upper() == wanted.upper()]
    own = [order for order in same if entry.provider_id in {"", order["provider_id"]}]
    clients = dict.fromkeys(order["provider"] for order in own)
    if len(clients) > 1:
        raise InvalidInput(
            _("{clients} each have a PO {number}: choose the importer.").format(
                clients=", ".join(clients), number=wanted
            )
        )
    if not own and same:
        raise InvalidInput(
            _("The PO {number} is one of {provider}, not of this importer.").format(
                number=wanted, provider=same[0]["provider"]
            )
        )
    if not own:
        told = (
            _("The PO {number} is not among the downloaded orders of this importer.")
            if entry.provider_id
            else _("The PO {number} is not among the downloaded orders.")
        )
        raise InvalidInput(told.format(number=wanted), next_step=_("Download its day first."))
    order = own[0]
    if order["gone"]:
        raise InvalidInput(_("Komet has not got this PO any more; download its day again."))
    if order["cancelled"]:
        raise InvalidInput(_("This PO was cancelled."))
    return order


def _draft(entry: InvoiceEntry, order: dict[str, Any], digest: str) -> Draft:
    number_ = entry.number.strip()
    if not number_:
        raise InvalidInput(_("The invoice has no number."))
    if len(number_) > _LONGEST_NUMBER:
        raise InvalidInput(
            _("{what} has {n} characters; at most {most} are allowed.").format(
                what=_("The invoice number"), n=len(number_), most=_LONGEST_NUMBER
            )
        )
    if not entry.total.strip():
        raise InvalidInput(_("The invoice has no total."))
    content: dict[str, Any] = {
        "number": number_,
        "total": str(parse_total(entry.total)),
        "file_digest": digest,
        "size": len(entry.content),
    }
    if order["several_locations"] and order["location_id"]:
        content["location_id"] = order["location_id"]
    return Draft(
        provider_id=order["provider_id"],
        kind=WriteKind.INVOICE,
        target=order["po_number"],
        content=content,
        po_id=order["po_id"],
        po_number=order["po_number"],
        ship_date=order["ship_date"],
        found={
            # not what is sent: under another name it is the same invoice
            "file_name": entry.file_name,
            "total": None if order["total"] is None else str(order["total"]),
            "lines": order["lines"],
            "shipped": order["shipped"],
        },
        row=entry.row,
        files={digest: (entry.file_name, entry.content)},
    )


def _questions(
    draft: Draft, order: dict[str, Any], sent: Sequence[Write], before: Sequence[Draft]
) -> list[str]:
    """What has to be asked of a draft, beside earlier invoices and those above it."""
    found = []
    total, of_order = Decimal(draft.content["total"]), order["total"]
    if of_order is None:
        found.append(_("Komet shows no total for this PO to compare with."))
    elif total != of_order:
        found.append(
            _("The invoice says {total}, the PO {of_order}: {difference} apart.").format(
                total=number(total, _PLACES),
                of_order=number(of_order, _PLACES),
                difference=number(abs(total - of_order), _PLACES),
            )
        )
    if left := order["lines"] - order["shipped"]:
        found.append(
            _n(
                "{n} of its {lines} lines is not shipped yet.",
                "{n} of its {lines} lines are not shipped yet.",
                left,
            ).format(n=left, lines=order["lines"])
        )
    for write in sent:
        found += _beside_sent(draft, write)
    for other in before:
        found += _beside_another(draft, other)
    return list(dict.fromkeys(found))


def _beside_sent(draft: Draft, write: Write) -> list[str]:
    told = {
        "number": write.content["number"],
        "person": write.planned_by,
        "when": zoned_moment(write.settled_at or write.sending_at or write.planned_at),
        "state": _(STATES[write.state]),
        "po": write.po_number,
    }
    here = (write.provider_id, write.target) == (draft.provider_id, draft.target)
    same_file = write.content["file_digest"] == draft.content["file_digest"]
    same_number = write.content["number"].casefold() == draft.content["number"].casefold()
    if here and same_file and same_number:
        if write.state is WriteState.SENT:
            raise _SentAlreadyError(_("Sent already, by {person} at {when}.").format(**told))
        raise _SentAlreadyError(_("{state} by {person} since {when}.").format(**told))
    if here and same_file:
        return [_("This file went to this PO already as invoice {number} ({when}).").format(**told)]
    if here and same_number:
        return [_("Another file went to this PO already as invoice {number} ({when}).").format(
            **told)]  # fmt: skip
    if here:
        return [_("The PO has an invoice already: {number} ({when}).").format(**told)]
    if same_file:
        return [_("This file went to the PO {po} already, as invoice {number}.").format(**told)]
    return []


def _beside_another(draft: Draft, other: Draft) -> list[str]:
    here = (other.provider_id, other.target) == (draft.provider_id, draft.target)
    same_file = other.content["file_digest"] == draft.content["file_digest"]
    if here and same_file:
        raise InvalidInput(_("Row {row} is the same file for the same PO.").format(row=other.row))
    if here:
        return [_("Row {row} is an invoice for the same PO.").format(row=other.row)]
    if same_file:
        return [_("Row {row} is the same file.").format(row=other.row)]
    return []


def _remark(entry: InvoiceEntry, reason: str, draft: Draft | None = None) -> Remark:
    subject = " · ".join(part for part in (entry.po_number.strip(), entry.file_name) if part)
    # a question belongs to its draft by client and row
    return Remark(entry.row, subject, reason, draft.provider_id if draft else entry.provider_id)
