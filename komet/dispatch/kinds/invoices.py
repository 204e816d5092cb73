"""Writes about invoices: a vendor's own is sent in, an importer's is marked as transferred or not.

v2/vendor/invoice, invoice.mark.sync.status.ok and .error of Komet's pages.
"""

from collections.abc import Sequence
from decimal import Decimal

from komet.dispatch.kinds.kind import NOT_SEEN, SEEN, Kind, ReadBack, Request, Sender, rows_of
from komet.dispatch.model import Draft, Outcome, Write, WriteKind
from komet.language import _, _later, number

LISTED = "invoice.accounting.details.list"
"""The only list that tells which invoices are marked as synchronized; for Company tokens."""


def _upload(writes: Sequence[Write], sender: Sender) -> Request:
    (write,) = writes
    content, client = write.content, sender.provider
    sent = {
        "poNumber": write.po_number,
        "attachment": sender.load_file(content["file_digest"]),
        "invoiceNumber": content["number"],
        "invoiceTotal": content["total"],
        "companyId": client.company_id,
        "locationId": client.location_id or content.get("location_id"),
    }
    return "v2/vendor/invoice", {name: value for name, value in sent.items() if value}


def _unreadable(_write: Write, _komet: ReadBack) -> Outcome | None:
    """Komet has no method that shows the invoices of a vendor: a person has to say."""
    return None


def _describe_upload(write: Draft | Write) -> str:
    content = write.content
    return _("send invoice {number} for {total} ({file}, {size} kB)").format(
        number=content["number"],
        total=number(Decimal(content["total"]), 2),
        file=write.found.get("file_name", ""),
        size=number(Decimal(max(1, round(content["size"] / 1000)))),
    )


def _mark_synced(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    sent = {"invoiceId": write.target, "invoiceNumber": write.content.get("number")}
    # the page types the number as an integer, and needs it no more than the ID
    kept = {name: value for name, value in sent.items() if value and str(value).isdecimal()}
    return "invoice.mark.sync.status.ok", kept


def _mark_error(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    return "invoice.mark.sync.status.error", {
        "invoiceId": write.target,
        "message": write.content["message"],
        # left out it means yes, and changes the order's status
        "unconfirm": bool(write.content["unconfirm"]),
    }


def _is_synced(write: Write, komet: ReadBack) -> bool | None:
    """Whether Komet lists the invoice among the synchronized ones, or among the others.

    None where it is in neither, or in both: then the filter was not heeded.
    """
    day = write.content["ship_date"]
    if not day:
        return None
    found: list[bool] = []
    for synced in (True, False):
        answer = komet.call(LISTED, orderDateFrom=day, orderDateTo=day, externalSystemSynced=synced)
        if any(str(row.get("id")) == write.target for row in rows_of(answer, "invoices")):
            found.append(synced)
    return found[0] if len(found) == 1 else None


def _seen_synced(write: Write, komet: ReadBack) -> Outcome | None:
    synced = _is_synced(write, komet)
    if synced is None:
        return None
    return SEEN if synced else NOT_SEEN


def _seen_error(write: Write, komet: ReadBack) -> Outcome | None:
    synced = _is_synced(write, komet)
    if synced:
        return NOT_SEEN
    # an invoice that was not synchronized before looks the same afterwards
    return SEEN if synced is False and write.found.get("synced") else None


def _describe_synced(write: Draft | Write) -> str:
    return _("mark invoice {number} as synchronized, which locks its order").format(
        number=write.content["number"]
    )


def _describe_error(write: Draft | Write) -> str:
    content = write.content
    if content["unconfirm"]:
        told = _(
            "mark invoice {number} as in error ({message}), unlock its order and give it back the"
            " status that it had"
        )
    else:
        told = _("mark invoice {number} as in error ({message}) and unlock its order")
    return told.format(number=content["number"], message=content["message"])


KINDS = (
    Kind(
        name=WriteKind.INVOICE,
        label=_later("Send invoice"),
        method="v2/vendor/invoice",
        undo=_later(
            "Cannot be undone from here, nor read back: Komet has no call that shows or takes back"
            " a vendor's invoice."
        ),
        request=_upload,
        describe=_describe_upload,
        read_back=_unreadable,
        order=80,
        exclusive=False,
    ),
    Kind(
        name=WriteKind.INVOICE_SYNCED,
        label=_later("Mark as synchronized"),
        method="invoice.mark.sync.status.ok",
        undo=_later(
            "Locks the order for every Komet user; it is unlocked by marking the invoice as in"
            " error."
        ),
        request=_mark_synced,
        describe=_describe_synced,
        read_back=_seen_synced,
        order=90,
    ),
    Kind(
        name=WriteKind.INVOICE_ERROR,
        label=_later("Mark as in error"),
        method="invoice.mark.sync.status.error",
        undo=_later(
            "Unlocks the order. It can be marked as synchronized again; a status that was given"
            " back stays."
        ),
        request=_mark_error,
        describe=_describe_error,
        read_back=_seen_error,
        order=91,
    ),
)
