"""Writes to a line of a PO: confirm boxes, set its reference, ship it, delete it.

purchase.order.item.confirm, .reference.update, .items.awb.add, .item.delete of Komet's pages.
"""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from komet.api.methods import TokenKind
from komet.dispatch.awb import format_awb
from komet.dispatch.kinds.flown import fly_under
from komet.dispatch.kinds.kind import (
    NOT_SEEN,
    SEEN,
    Kind,
    ReadBack,
    Request,
    Sender,
    outcome_told,
    rows_of,
)
from komet.dispatch.model import Draft, Outcome, Write, WriteKind, WriteState
from komet.language import _, _later, _n, number

_GONE = Outcome(WriteState.UNKNOWN, "line_is_gone")
_NOT_CONFIRMED = re.compile(r"can\s?not be confirmed", re.IGNORECASE)
"""The page of item.confirm quotes such a message, and does not say which status comes with it."""
_RESULTS = "purchaseOrderItemDetailsAWBAddAPIResultList"


def _confirm(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    sent = {"poItemId": write.po_item_id, "quantityConfirmed": write.content["boxes"]}
    return "purchase.order.item.confirm", sent


def _confirm_outcomes(writes: Sequence[Write], answer: Mapping[str, Any]) -> dict[str, Outcome]:
    """A line sold by e-commerce waits for the buyer's checkout, and Komet says so in words."""
    message = str(answer.get("message") or "")
    if _NOT_CONFIRMED.search(message):
        said = {"komet_message": message}
        refused = Outcome(WriteState.REFUSED, "refused", said, dict(answer))
        return {write.id: refused for write in writes}
    if outcome_told(answer):
        return {write.id: Outcome(WriteState.SENT, answer=dict(answer)) for write in writes}
    return {}


def _confirmed(write: Write, komet: ReadBack) -> Outcome | None:
    """A number of boxes that is neither the wanted nor the former one is somebody else's."""
    line = komet.line(write)
    if line is None or line.cancelled:
        return _GONE
    if line.shipped and write.found.get("status") != "S":
        return None  # shipping confirms what is shipped
    return _compared(line.confirmed or Decimal(), write.content["boxes"], _former(write))


def _former(write: Write) -> Decimal | None:
    if "confirmed" not in write.found:
        return None
    return Decimal(str(write.found["confirmed"] or 0))


def _compared(now: object, wanted: object, former: object) -> Outcome | None:
    if now == wanted:
        return SEEN
    return NOT_SEEN if now == former else None


def _describe_confirm(write: Draft | Write) -> str:
    boxes, ordered = write.content["boxes"], Decimal(str(write.found.get("boxes", 0)))
    if boxes == 0:
        return _("set back to not confirmed")
    if boxes == ordered:
        return _n("confirm {n} box", "confirm all {n} boxes", boxes).format(n=boxes)
    return _("confirm {boxes} of {ordered}").format(boxes=boxes, ordered=number(ordered))


def _reference(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    sent = {"purchaseOrderItemId": write.po_item_id, "reference": write.content["reference"]}
    return "purchase.order.item.reference.update", sent


def _referred(write: Write, komet: ReadBack) -> Outcome | None:
    line = komet.line(write)
    if line is None:
        return _GONE
    former = write.found.get("reference") or None
    return _compared(line.reference or None, write.content["reference"], former)


def _describe_reference(write: Draft | Write) -> str:
    return _("set the reference {reference}").format(reference=write.content["reference"])


def _ship(writes: Sequence[Write], sender: Sender) -> Request:
    names = {"awb": "awb", "house_awb": "houseAWB", "ship_date": "shipDate",
             "box_codes": "boxCodes", "lot": "lotNumber"}  # fmt: skip
    if sender.token_kind is TokenKind.COMPANY:
        names["vendor_id"] = "vendorId"  # the page: needed with a Company token
    items = [
        {"poItemId": write.po_item_id}
        | {wire: write.content[name] for name, wire in names.items() if write.content.get(name)}
        for write in writes
    ]
    return "purchase.order.items.awb.add", {"poItems": items}


def _ship_outcomes(writes: Sequence[Write], answer: Mapping[str, Any]) -> dict[str, Outcome]:
    told = {str(row.get("poItemId")): row for row in rows_of(answer, _RESULTS)}
    return {
        write.id: _shipped_line(write, told[write.po_item_id])
        for write in writes
        if write.po_item_id in told
    }


def _shipped_line(write: Write, row: Mapping[str, Any]) -> Outcome:
    """One line's own result counts, not the status on top.

    A line that Komet skips without a word (UNKNOWN products) comes back without its boxes.
    """
    told = outcome_told(row)
    if told is False:
        said = {"komet_message": row["message"]} if row.get("message") else {}
        return Outcome(WriteState.REFUSED, "refused", said, dict(row))
    codes = row.get("boxCodes")
    if told is None or not isinstance(codes, list) or len(codes) != write.content["boxes"]:
        return Outcome(WriteState.UNKNOWN, "not_all_mentioned", answer=dict(row))
    return Outcome(WriteState.SENT, answer=dict(row))


def _shipped(write: Write, komet: ReadBack) -> Outcome | None:
    line = komet.line(write)
    if line is None or line.cancelled:
        return _GONE
    if not line.shipped:
        return NOT_SEEN
    if wanted := write.content.get("box_codes"):
        if set(wanted) <= set(line.codes):
            return SEEN
        # single boxes may have got other codes since
        known = line.codes and not set(wanted) & set(line.codes)
        return Outcome(WriteState.NOT_SENT, "shipped_otherwise") if known else None
    return _on_its_awb(write, line.codes, komet)


def _on_its_awb(write: Write, codes: Sequence[str], komet: ReadBack) -> Outcome | None:
    """Whether the boxes of a shipped line fly under the AWB that we have sent (awb.list).

    Orders do not show their AWB, and only Company tokens may list AWBs: else nobody can tell.
    """
    if not codes:
        return None
    try:
        ours = fly_under(komet, codes, write.content["awb"], write.content["ship_date"])
    except LookupError:
        return None
    if ours is None:
        return None
    return SEEN if ours else Outcome(WriteState.NOT_SENT, "shipped_otherwise")


def _describe_ship(write: Draft | Write) -> str:
    boxes = write.content["boxes"]
    ordered = Decimal(str(write.found.get("boxes", boxes)))
    awb = format_awb(write.content["awb"])
    if boxes < ordered:
        return _("ship {boxes} of {ordered} under {awb}, which splits the line").format(
            boxes=boxes, ordered=number(ordered), awb=awb
        )
    return _n("ship {n} box under {awb}", "ship {n} boxes under {awb}", boxes).format(
        n=boxes, awb=awb
    )


def _delete(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    return "purchase.order.item.delete", {"poItemId": write.po_item_id}


def _deleted(write: Write, komet: ReadBack) -> Outcome | None:
    line = komet.line(write)
    return SEEN if line is None or line.cancelled else NOT_SEEN


KINDS = (
    Kind(
        name=WriteKind.CONFIRM,
        label=_later("Confirm"),
        method="purchase.order.item.confirm",
        undo=_later("Can be set back by confirming another number of boxes."),
        request=_confirm,
        describe=_describe_confirm,
        read_back=_confirmed,
        outcomes=_confirm_outcomes,
        order=10,
        by_hand=True,
    ),
    Kind(
        name=WriteKind.REFERENCE,
        label=_later("Set reference"),
        method="purchase.order.item.reference.update",
        undo=_later("Can be set to another reference."),
        request=_reference,
        describe=_describe_reference,
        read_back=_referred,
        order=20,
        by_hand=True,
    ),
    Kind(
        name=WriteKind.SHIP,
        label=_later("Ship"),
        method="purchase.order.items.awb.add",
        undo=_later("Cannot be undone: an AWB stays with its line."),
        request=_ship,
        describe=_describe_ship,
        read_back=_shipped,
        outcomes=_ship_outcomes,
        most=25,
        told_apart=True,
        order=30,
        once=True,
    ),
    Kind(
        name=WriteKind.DELETE_LINE,
        label=_later("Delete line"),
        method="purchase.order.item.delete",
        undo=_later("Cannot be undone: the line is gone."),
        request=_delete,
        describe=lambda _write: _("delete the line"),
        read_back=_deleted,
        order=40,
        once=True,
    ),
)
