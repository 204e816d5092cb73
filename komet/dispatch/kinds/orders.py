"""Writes that make orders: POs, POs of mixed boxes, prebooks; and the deletion of a prebook line.

purchase.order.create, purchase.order.mixed.create, prebook.create and prebook.item.delete of
Komet's pages. Each write is one line; the lines of one order go out together. What the pages hide
of a line's members is named as purchase.order.list names it, and as a public client sends it.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from komet.api.methods import TokenKind
from komet.api.reading import number as number_in
from komet.api.reading import text
from komet.dispatch.kinds.kind import (
    NOT_SEEN,
    SEEN,
    Kind,
    ReadBack,
    Request,
    Sender,
    named_members,
    outcome_told,
    rows_of,
)
from komet.dispatch.model import Draft, Outcome, Write, WriteKind, WriteState
from komet.language import _, _later, _n, day

_MOST_LINES = 100
_ORDER = {
    "ship_date": "shipDate", "location_code": "companyLocationCode", "carrier_id": "carrierId",
    "carrier_code": "carrierCode", "po_number": "purchaseOrderNumber",
}  # fmt: skip
_VENDOR = {"vendor_id": "vendorId", "vendor_code": "vendorCode"}
_LINE = {
    "prebook_item_id": "prebookItemId", "product_code": "productCode", "boxes": "boxes",
    "box_type": "boxTypeCode", "unit_type": "unitType", "bunches": "bunches",
    "stems_bunch": "stemsBunch", "unit_cost": "cost", "mark_code": "markCode", "notes": "notes",
}  # fmt: skip
_PART = {"product_id": "productId", "bunches": "bunches", "stems_bunch": "stemsBunch",
         "unit_cost": "cost"}  # fmt: skip
_PREBOOK = {
    "customer_id": "customerId", "customer_code": "customerCode", "customer": "customerDescription",
    "carrier_id": "carrierId", "carrier_code": "carrierCode", "carrier": "carrierDescription",
    "ship_date": "shipDate", "customer_po": "customerPO", "comments": "comments",
}  # fmt: skip
_PREBOOK_LINE = {
    "product_id": "productId", "box_type_id": "boxTypeId", "unit_type": "unitType",
    "boxes": "boxes", "bunches": "bunches", "stems_bunch": "stemsBunch", "unit_cost": "cost",
    "mark_code": "markCode", "notes": "notes",
}  # fmt: skip
_OF_COMPANY = {"vendor_id": "vendorId", "price": "price"}
"""Komet ignores these with a Vendor token."""


def header_of(write: Draft | Write) -> str:
    """What the lines of one order have in common."""
    return json.dumps(write.content["header"], sort_keys=True)


def _create(writes: Sequence[Write], sender: Sender) -> Request:
    """A PO; never with an AWB, whose key no page shows, and which would ship it at once."""
    items = [_line(write.content["line"]) for write in writes]
    return "purchase.order.create", {**_order(writes, sender), "purchaseOrderItems": items}


def _order(writes: Sequence[Write], sender: Sender) -> dict[str, Any]:
    header = writes[0].content["header"]
    vendor = {} if sender.token_kind is TokenKind.VENDOR else named_members(header, _VENDOR)
    return named_members(header, _ORDER) | vendor


def _line(line: Mapping[str, Any]) -> dict[str, Any]:
    """A product by its code, else by its description: a description beside a code makes an alias
    of it where Komet does not know it."""
    named = named_members(line, _LINE)
    if "productCode" not in named and line.get("product"):
        named["productDescription"] = line["product"]
    return named


def _create_mixed(writes: Sequence[Write], sender: Sender) -> Request:
    items = []
    for write in writes:
        line = write.content["line"]
        parts = [named_members(part, _PART) for part in line["parts"]]
        own = named_members({**line, "product_code": None}, _LINE)
        items.append({"productId": line["product_id"], **own, "breakdowns": parts})
    return "purchase.order.mixed.create", {**_order(writes, sender), "purchaseOrderItems": items}


def _create_prebook(writes: Sequence[Write], sender: Sender) -> Request:
    names = dict(_PREBOOK_LINE)
    if sender.token_kind is not TokenKind.VENDOR:
        names |= _OF_COMPANY
    items = [named_members(write.content["line"], names) for write in writes]
    header = named_members(writes[0].content["header"], _PREBOOK)
    return "prebook.create", {**header, "prebookItems": items}


def _created(writes: Sequence[Write], answer: Mapping[str, Any]) -> dict[str, Outcome]:
    """The answer of a new PO is not on Komet's pages: a status is taken for all of it."""
    if not outcome_told(answer):
        return {}
    header = writes[0].content["header"]
    said = {"ship_date": header["ship_date"]}
    outcome = Outcome(WriteState.SENT, "order_created", said, dict(answer))
    if header.get("po_number"):
        outcome = Outcome(WriteState.SENT, answer=dict(answer))
    return {write.id: outcome for write in writes}


def _prebook_created(writes: Sequence[Write], answer: Mapping[str, Any]) -> dict[str, Outcome]:
    number = text(answer.get("prebookNumber")) or text(answer.get("prebookId")) or ""
    told = outcome_told(answer)
    if told is False or (told is None and not number):
        return {}
    outcome = Outcome(WriteState.SENT, "prebook_created", {"number": number}, dict(answer))
    return {write.id: outcome for write in writes}


def _delete_item(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    sent = {"prebookId": write.content["prebook_id"], "prebookItemId": write.target}
    return "prebook.item.delete", sent


def _seen_created(write: Write, komet: ReadBack) -> Outcome | None:
    """Whether a PO of its ship date has the prebook line. Other new lines have nothing to go by.

    No page shows prebookItemId: an answer in which no line has it tells nothing.
    """
    wanted = write.content["line"].get("prebook_item_id")
    if not wanted:
        return None
    day_sent = write.content["header"]["ship_date"]
    answer = komet.call("purchase.order.list", date=day_sent)
    lines = [
        text(line.get("prebookItemId"))
        for order in rows_of(answer, "purchaseOrders")
        for line in rows_of(order, "details")
    ]
    if wanted in lines:
        return SEEN
    return NOT_SEEN if any(lines) else None


def _cannot_tell(_write: Write, _komet: ReadBack) -> Outcome | None:
    """A prebook has no mark of ours by which it could be told from another one like it."""
    return None


def _item_deleted(write: Write, komet: ReadBack) -> Outcome | None:
    """Gone, or without boxes, as a Vendor token leaves it. A prebook that is not listed at all
    tells nothing."""
    number, truck = write.found.get("prebook"), write.found.get("truck_date")
    if not number or not truck:
        return None
    answer = komet.call("prebook.details.list", date=truck, prebook=number)
    for row in rows_of(answer, "prebooks"):
        if text(row.get("id")) != write.content["prebook_id"]:
            continue
        for item in rows_of(row, "details"):
            if text(item.get("prebookItemId")) == write.target:
                return NOT_SEEN if number_in(item.get("totalBoxes")) else SEEN
        return SEEN
    return None


def _describe_create(write: Draft | Write) -> str:
    header, line = write.content["header"], write.content["line"]
    what = _boxes_of(line)
    if line.get("prebook_item_id"):
        what = _("prebook line {id} ({what})").format(id=line["prebook_item_id"], what=what)
    if number := header.get("po_number"):
        return _("into PO {number}: {what}").format(number=number, what=what)
    return _("into a new PO for {day}: {what}").format(day=_day(header), what=what)


def _describe_mixed(write: Draft | Write) -> str:
    line = write.content["line"]
    parts = ", ".join(str(part["product"]) for part in line["parts"])
    what = _("{boxes}, mixed of {parts}").format(boxes=_boxes_of(line), parts=parts)
    if number := write.content["header"].get("po_number"):
        return _("into PO {number}: {what}").format(number=number, what=what)
    return _("into a new PO for {day}: {what}").format(day=_day(write.content["header"]), what=what)


def _describe_prebook(write: Draft | Write) -> str:
    header, line = write.content["header"], write.content["line"]
    return _("into a new prebook of {customer} for {day}: {what}").format(
        customer=header.get("customer") or header.get("customer_code") or header["customer_id"],
        day=_day(header),
        what=_boxes_of(line),
    )


def _describe_delete(write: Draft | Write) -> str:
    return _("delete the line {product} of prebook {number}").format(
        product=write.found.get("product") or write.target,
        number=write.found.get("prebook") or write.content["prebook_id"],
    )


def _boxes_of(line: Mapping[str, Any]) -> str:
    boxes = line.get("boxes")
    if boxes is None:
        return str(line.get("product") or "")
    return _n("{n} box of {product}", "{n} boxes of {product}", boxes).format(
        n=boxes, product=line.get("product") or line.get("product_id")
    )


def _day(header: Mapping[str, Any]) -> str:
    return day(date.fromisoformat(header["ship_date"]))


KINDS = (
    Kind(
        name=WriteKind.CREATE_PO,
        label=_later("Create PO"),
        method="purchase.order.create",
        undo=_later(
            "Its lines can be deleted again. No AWB is sent with it: Komet would ship it at once."
        ),
        request=_create,
        describe=_describe_create,
        read_back=_seen_created,
        outcomes=_created,
        most=_MOST_LINES,
        together=header_of,
        order=80,
        once=True,
        nameless=True,
    ),
    Kind(
        name=WriteKind.CREATE_MIXED_PO,
        label=_later("Create PO of mixed boxes"),
        method="purchase.order.mixed.create",
        undo=_later("Its lines can be deleted again."),
        request=_create_mixed,
        describe=_describe_mixed,
        read_back=_cannot_tell,
        outcomes=_created,
        most=_MOST_LINES,
        together=header_of,
        order=90,
        once=True,
        nameless=True,
    ),
    Kind(
        name=WriteKind.CREATE_PREBOOK,
        label=_later("Create prebook"),
        method="prebook.create",
        undo=_later(
            "Its lines can be deleted again. Komet charges a transaction fee (older pages: 1.5 %)."
        ),
        request=_create_prebook,
        describe=_describe_prebook,
        read_back=_cannot_tell,
        outcomes=_prebook_created,
        most=_MOST_LINES,
        together=header_of,
        order=75,
        once=True,
        nameless=True,
    ),
    Kind(
        name=WriteKind.DELETE_PREBOOK_ITEM,
        label=_later("Delete prebook line"),
        method="prebook.item.delete",
        undo=_later("Cannot be undone. With a Vendor token Komet keeps the line, with no boxes."),
        request=_delete_item,
        describe=_describe_delete,
        read_back=_item_deleted,
        order=100,
        once=True,
        nameless=True,
    ),
)
