"""Writes to an importer's stock: boxes added, a line updated, a line deleted.

inventory.add, inventory.update and inventory.delete of Komet's pages, for Company tokens.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from komet.api.reading import number as number_in
from komet.api.reading import text
from komet.dispatch.awb import format_awb
from komet.dispatch.kinds.kind import (
    NOT_SEEN,
    SEEN,
    Kind,
    ReadBack,
    Request,
    Sender,
    named_members,
    rows_of,
)
from komet.dispatch.model import Draft, Outcome, Write, WriteKind
from komet.language import _, _later, _n

MOST_BOXES = 100
"""Boxes that one request may add, as the pages of inventory.add and inventory.update say."""
LINE_ID = "orderItemId"
"""What inventory.list calls the ID that inventory.update calls inventoryId."""
_FRESH = timedelta(minutes=10)
"""Beyond that, sales since the stock was read may hide an update."""
_ADD = {
    "vendor_id": "growerId", "vendor_code": "vendorCode", "awb": "awb", "temporary": "isTmpAwb",
    "reference": "reference", "ship_date": "shipDate", "arrival_date": "arrivalDate",
    "customer_id": "customerId", "product_id": "productId", "boxes": "quantity",
    "box_type": "boxTypeCode", "unit_type": "unitType", "stems_bunch": "stemsBunch",
    "bunches": "bunches", "unit_cost": "unitCost",
}  # fmt: skip
_UPDATE = {"boxes": "quantity", "unit_cost": "unitCost", "price_a": "priceA", "price_b": "priceB"}


def _add(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    return "inventory.add", named_members(write.content, _ADD)


def _update(writes: Sequence[Write], _sender: Sender) -> Request:
    (write,) = writes
    sent = {"inventoryId": write.content["inventory_id"], **named_members(write.content, _UPDATE)}
    return "inventory.update", sent


def _delete(writes: Sequence[Write], _sender: Sender) -> Request:
    """The page of inventory.delete is not to be had: the line is named as in inventory.update."""
    (write,) = writes
    return "inventory.delete", {"inventoryId": write.content["inventory_id"]}


def _cannot_tell(_write: Write, _komet: ReadBack) -> Outcome | None:
    """Komet gives no ID to what is added, and shows like boxes together: nobody can tell."""
    return None


def _updated(write: Write, komet: ReadBack) -> Outcome | None:
    """Only boxes more, by just as many as were to be added, since a fresh look, say anything.

    Without them it may have been done and sold since: a person says.
    """
    boxes, before = write.content.get("boxes"), write.found.get("quantity")
    read_at = write.found.get("read_at")
    if not boxes or before is None or not read_at or write.sending_at is None:
        return None
    if write.sending_at - datetime.fromisoformat(str(read_at)) > _FRESH:
        return None
    row = _stock(komet).get(write.content["inventory_id"])
    now = None if row is None else number_in(row.get("quantity"))
    if now is not None and now == Decimal(str(before)) + boxes:
        return SEEN
    return None


def _deleted(write: Write, komet: ReadBack) -> Outcome | None:
    """A line that was listed when this was planned, and is not any more, is gone."""
    if write.content["inventory_id"] in _stock(komet):
        return NOT_SEEN
    listed = write.found.get("quantity") is not None
    return SEEN if listed else None


def _stock(komet: ReadBack) -> dict[str, Mapping[str, Any]]:
    """Inventory ID → its row; without a type the method lists the open market alone."""
    answer = komet.call("inventory.list", inventoryType="all")
    return {
        id_: row for row in rows_of(answer, "inventoryItems") if (id_ := text(row.get(LINE_ID)))
    }


def _describe_add(write: Draft | Write) -> str:
    content, parts = write.content, write.found.get("parts")
    words = _n(
        "add {n} box of {product} to the stock, AWB {awb}",
        "add {n} boxes of {product} to the stock, AWB {awb}",
        content["boxes"],
    ).format(n=content["boxes"], product=_product(write), awb=format_awb(content["awb"]))
    if not parts:
        return words
    return _("{what} (part {part} of {parts})").format(
        what=words, part=write.found["part"], parts=parts
    )


def _describe_update(write: Draft | Write) -> str:
    content = write.content
    boxes = content.get("boxes") or 0
    stock = _line(write)
    if not boxes:
        return _("set the unit cost of {stock} to {cost}; no box is added").format(
            stock=stock, cost=content["unit_cost"]
        )
    before = write.found.get("quantity")
    if before is None:
        return _n(
            "ADD {n} box to {stock}, whatever it has now; unit cost {cost}",
            "ADD {n} boxes to {stock}, whatever it has now; unit cost {cost}",
            boxes,
        ).format(n=boxes, stock=stock, cost=content["unit_cost"])
    return _n(
        "ADD {n} box to the {before} of {stock} (no new total); unit cost {cost}",
        "ADD {n} boxes to the {before} of {stock} (no new total); unit cost {cost}",
        boxes,
    ).format(n=boxes, before=before, stock=stock, cost=content["unit_cost"])


def _describe_delete(write: Draft | Write) -> str:
    stock, before = _line(write), write.found.get("quantity")
    if before is None:
        return _("delete {stock} from the stock, with all its boxes").format(stock=stock)
    return _("delete {stock} from the stock, with its {n} boxes").format(stock=stock, n=before)


def _line(write: Draft | Write) -> str:
    """The stock line by its product and its ID."""
    id_ = str(write.content["inventory_id"])
    return f"{write.found['product']} ({id_})" if write.found.get("product") else id_


def _product(write: Draft | Write) -> str:
    return str(write.found.get("product") or write.content.get("product_id") or "")


KINDS = (
    Kind(
        name=WriteKind.ADD_STOCK,
        label=_later("Add stock"),
        method="inventory.add",
        undo=_later("Komet gives no ID to it: look for the line in the stock, and delete it."),
        request=_add,
        describe=_describe_add,
        read_back=_cannot_tell,
        order=110,
        once=True,
        nameless=True,
    ),
    Kind(
        name=WriteKind.UPDATE_STOCK,
        label=_later("Update stock"),
        method="inventory.update",
        undo=_later("Boxes that were added cannot be taken away again; a cost can be set anew."),
        request=_update,
        describe=_describe_update,
        read_back=_updated,
        order=120,
        once=True,
        nameless=True,
    ),
    Kind(
        name=WriteKind.DELETE_STOCK,
        label=_later("Delete stock"),
        method="inventory.delete",
        undo=_later("Cannot be undone: the stock line is gone with all its boxes."),
        request=_delete,
        describe=_describe_delete,
        read_back=_deleted,
        order=130,
        once=True,
        nameless=True,
    ),
)
