"""Which boxes there are to label: those that Komet shows with a code, and planned ones."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from komet.context import AppContext
from komet.dispatch.awb import format_awb
from komet.labels import table
from komet.labels.model import LabelBox, LabelBoxes, LineWithoutCodes
from komet.orders.filters import Cancelled, OrderFilter

_AWB = ("awb", "awbnumber", "awbcode")
_HOUSE_AWB = ("houseawb", "houseawbnumber", "hawb")
"""Members, in small letters, that would hold it. No public source shows purchase.order.list with
one; it gives what it has into `extra`."""


def list_label_boxes(ctx: AppContext, chosen: OrderFilter) -> LabelBoxes:
    """The boxes of the lines that a filter finds, of what was not cancelled.

    Codes are those that Komet shows; of a line without any, those that it was packed with here. The
    AWB is the one that was last sent from here for the box or its line, else what Komet may say of
    it; a house AWB is only known of the line's own. By ship date, client
    provider, PO and line, and as they were packed, else by the length of the code, and the code.
    """
    standing = chosen.model_copy(update={"cancelled": Cancelled.HIDE})
    with ctx.read() as con:
        boxes = tuple(_box(row) for row in table.boxes(con, standing))
        without = table.lines_without_codes(con, standing)
        printed = table.printed(con, [box.key for box in boxes])
    lines = tuple(
        LineWithoutCodes(
            provider=row["provider"],
            po_number=row["po_number"] or "",
            ship_date=row["ship_date"],
            customer=row["customer"] or "",
            product=row["product"] or "",
            boxes=row["boxes"],
        )
        for row in without
    )
    return LabelBoxes(boxes, lines, printed)


def _box(row: Mapping[str, Any]) -> LabelBox:
    extras = [json.loads(text) for text in row["extras"] if text]
    texts = {name: row[name] or "" for name in _TEXTS}
    return LabelBox(
        planned=row["planned"],
        position=row["position"],
        of=row["of"],
        stems=row["stems"],
        ship_date=row["ship_date"],
        awb=format_awb(row["awb"] or _member(extras, _AWB)),
        house_awb=row["house_awb"] or _member(extras, _HOUSE_AWB),
        **texts,
    )


_TEXTS = (
    "provider_id", "provider", "po_item_id", "po_number", "box_code", "vendor", "customer", "mark",
    "product", "contents", "sku", "box_type", "pack", "lot", "carrier", "location", "reference",
    "custom_field1",
)  # fmt: skip


def _member(extras: Sequence[Any], names: Sequence[str]) -> str:
    for extra in extras:
        members = {key.casefold(): value for key, value in extra.items()}
        for name in names:
            if isinstance(found := members.get(name), str | int) and str(found).strip():
                return str(found).strip()
    return ""
