"""From a file to new orders: POs, POs of mixed boxes, prebooks; and prebook lines to delete.

Each row is a write of its own, or each mixed box; rows with the same header go out as one order.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from komet.context import AppContext
from komet.dispatch.known import Party, Product, unit_type
from komet.dispatch.model import Draft, Preview, WriteKind, WriteState
from komet.dispatch.outbox import list_writes
from komet.dispatch.row_check import RowChecker, ask_about_past, check_po_number, needed
from komet.dispatch.row_file import Row, id_in, read_rows
from komet.errors import InvalidInput
from komet.language import _

KINDS = (
    WriteKind.CREATE_PO,
    WriteKind.CREATE_MIXED_PO,
    WriteKind.CREATE_PREBOOK,
    WriteKind.DELETE_PREBOOK_ITEM,
)
_MOST = 100_000


def check_orders_file(
    ctx: AppContext,
    provider_id: str,
    data: bytes,
    file_name: str,
    kind: WriteKind,
    *,
    again: bool = False,
) -> Preview:
    """What sending a file would create or delete; nothing is written.

    What was sent from an equal row is left out, unless `again`. Raises `TableError` and
    `InvalidInput` where the file as a whole cannot be used, `NotFound` for a client that is none.
    """
    checker = RowChecker(ctx, provider_id, read_rows(data, file_name, kind), kind)
    rows = checker.file.rows
    match kind:
        case WriteKind.CREATE_PO:
            checker.each(rows, lambda row: _order_line(checker, row))
        case WriteKind.CREATE_MIXED_PO:
            _mixed_boxes(checker, rows)
        case WriteKind.CREATE_PREBOOK:
            checker.each(rows, lambda row: _prebook_line(checker, row))
        case _:
            checker.each(rows, lambda row: _deleted_line(checker, row))
    # the lines of one order stand together, in the order in which the orders begin
    headers = [str(draft.content.get("header")) for draft in checker.found.drafts]
    first = {header: at for at, header in reversed(list(enumerate(headers)))}
    checker.found.drafts.sort(key=lambda draft: first[str(draft.content.get("header"))])
    return checker.preview(again=again)


def days_of_new_orders(ctx: AppContext, batch_id: str) -> list[tuple[str, date]]:
    """(Provider ID, ship date) of the POs that a batch has created, and whose number nobody told.

    Downloading these days shows them.
    """
    sent = list_writes(ctx, batch_id=batch_id, states=[WriteState.SENT], limit=_MOST)
    found = {
        (write.provider_id, date.fromisoformat(write.content["header"]["ship_date"]))
        for write in sent
        if write.kind in {WriteKind.CREATE_PO, WriteKind.CREATE_MIXED_PO}
        and not write.content["header"].get("po_number")
    }
    return sorted(found)


def _order_line(checker: RowChecker, row: Row) -> None:
    needed(row, "ship_date")
    header = _order_header(checker, row)
    if item := id_in(row, "prebook_item_id"):
        line: dict[str, Any] = {"prebook_item_id": item}
        checker.found.drafts.append(_draft(checker, row, header, line, item))
        return
    needed(row, "boxes", "bunches", "stems_bunch")
    product = checker.known.product(row)
    line = _goods(checker, row, product) | {"product": product.description}
    if product.code:
        line["product_code"] = product.code
    target = checker.target(header["ship_date"], [row], **_same(line, product))
    checker.found.drafts.append(_draft(checker, row, header, line, target))


def _order_header(checker: RowChecker, row: Row) -> dict[str, Any]:
    number = check_po_number(row.text("po_number"))
    vendor = None if checker.vendor_token else checker.known.party(row, "vendor")
    carrier = checker.known.party(row, "carrier", needed=False)
    return _filled(
        {
            "ship_date": row.text("ship_date"),
            **_id_or_code(vendor, "vendor"),
            **_id_or_code(carrier, "carrier"),
            "location_code": row.text("location_code") or None,
            "po_number": number or None,
            "order": row.text("order") or None,
        }
    )


def _mixed_boxes(checker: RowChecker, rows: Sequence[Row]) -> None:
    """Rows under the same word are one mixed box: all of it is sent, or none of it."""
    boxes: dict[str, list[Row]] = {}
    last = ""
    for row in rows:
        last = row.text("mixed_box") or last
        boxes.setdefault(last, []).append(row)
    for label, parts in boxes.items():
        if wrong := next((row for row in parts if row.problems), None):
            said = _("Row {row} of this mixed box is in error.").format(row=wrong.number)
            checker.found.problems += [
                checker.remark(row, said) for row in parts if not row.problems
            ]
            continue
        try:
            if not label:
                needed(parts[0], "mixed_box")
            checker.found.drafts.append(_mixed_box(checker, parts))
        except InvalidInput as problem:
            checker.found.problems += [checker.remark(row, str(problem)) for row in parts]


def _mixed_box(checker: RowChecker, rows: Sequence[Row]) -> Draft:
    first = rows[0]
    needed(first, "ship_date", "boxes", "mixed_product")
    for name in ("ship_date", "boxes", "box_type", "mixed_product", "po_number", "order"):
        for row in rows[1:]:
            if row.text(name) and row.text(name) != first.text(name):
                raise InvalidInput(
                    _("Row {row} says something else of the same mixed box.").format(row=row.number)
                )
    parts = []
    for row in rows:
        needed(row, "bunches", "stems_bunch")
        product = checker.known.product(row)
        if not product.listed:
            checker.ask_about_unlisted(row, product.id)
        parts.append(
            _filled(
                {
                    "product_id": product.id,
                    "product": product.description,
                    "bunches": row.values["bunches"],
                    "stems_bunch": row.values["stems_bunch"],
                    "unit_cost": row.text("unit_cost") or None,
                }
            )
        )
    whole = checker.known.product(first, "mixed_product")
    line = _filled(
        {
            "product_id": whole.id,
            "product": whole.description,
            "boxes": first.values["boxes"],
            "box_type": checker.known.box_type(first),
            "unit_type": unit_type(first) if first.text("unit_type") else None,
            "mark_code": first.text("mark_code") or None,
            "notes": first.text("notes") or None,
            "parts": parts,
        }
    )
    products = [part["product_id"] for part in parts]
    header = _order_header(checker, first)
    target = checker.target(header["ship_date"], rows, products=products, **_same(line, whole))
    return _draft(checker, first, header, line, target)


def _prebook_line(checker: RowChecker, row: Row) -> None:
    needed(row, "ship_date", "boxes", "bunches", "stems_bunch")
    customer = checker.known.party(row, "customer")
    carrier = checker.known.party(row, "carrier")
    header = _filled(
        {
            "ship_date": row.text("ship_date"),
            **_id_or_code(customer, "customer"),
            **_id_or_code(carrier, "carrier"),
            "customer": customer.name if customer else None,
            "carrier": carrier.name if carrier else None,
            "customer_po": row.text("customer_po") or None,
            "comments": row.text("comments") or None,
            "order": row.text("order") or None,
        }
    )
    product = checker.known.product(row)
    line = _goods(checker, row, product) | {
        "product_id": product.id,
        "product": product.description,
        "box_type_id": checker.known.box_type_id(checker.known.box_type(row)),
    }
    if not checker.vendor_token:
        vendor = checker.known.party(row, "vendor", needed=False)
        line |= _filled({"vendor_id": vendor.id if vendor else None,
                         "price": row.text("price") or None})  # fmt: skip
    elif row.text("price"):
        said = _("The price is not sent: Komet ignores it with a Vendor token.")
        checker.found.left_out.append(checker.remark(row, said))
    target = checker.target(header["ship_date"], [row], **_same(line, product))
    checker.found.drafts.append(_draft(checker, row, header, line, target))


def _deleted_line(checker: RowChecker, row: Row) -> None:
    item, prebook = id_in(row, "prebook_item_id"), id_in(row, "prebook_id")
    if item is None or prebook is None:
        needed(row, "prebook_id", "prebook_item_id")
    checker.found.drafts.append(
        Draft(
            provider_id=checker.provider_id,
            kind=checker.kind,
            target=item or "",
            content={"prebook_id": prebook},
            found=_filled({"product": row.text("product") or None}),
            row=row.number,
        )
    )


def _goods(checker: RowChecker, row: Row, product: Product) -> dict[str, Any]:
    """What is in a line: boxes, how they are packed, what they cost."""
    if not product.listed:
        checker.ask_about_unlisted(row, product.id)
    return _filled(
        {
            "boxes": row.values["boxes"],
            "box_type": checker.known.box_type(row),
            "unit_type": unit_type(row),
            "bunches": row.values["bunches"],
            "stems_bunch": row.values["stems_bunch"],
            "unit_cost": row.text("unit_cost") or None,
            "mark_code": row.text("mark_code") or None,
            "notes": row.text("notes") or None,
        }
    )


def _same(line: dict[str, Any], product: Product) -> dict[str, Any]:
    """What counts of a line however its row has written it."""
    names = ("box_type", "unit_type")
    return {"product": product.id} | {name: line[name] for name in names if name in line}


def _draft(
    checker: RowChecker, row: Row, header: dict[str, Any], line: dict[str, Any], target: str
) -> Draft:
    """A line of an order. A prebook line is a target by itself: it becomes a PO line once."""
    if said := ask_about_past(checker.ctx, date.fromisoformat(header["ship_date"])):
        checker.found.questions.append(checker.remark(row, said))
    found = {"product": line.get("product")}
    if "boxes" in line:
        who = header.get("customer") or header.get("vendor_id") or header.get("vendor_code") or ""
        found["alike"] = f"{header['ship_date']} {who} {line.get('product')} {line['boxes']}"
    return Draft(
        provider_id=checker.provider_id,
        kind=checker.kind,
        target=target,
        content={"header": header, "line": line},
        po_number=header.get("po_number", ""),
        found=_filled(found),
        row=row.number,
    )


def _id_or_code(party: Party | None, noun: str) -> dict[str, Any]:
    """Never both: of a vendor Komet takes one of them."""
    if party is None:
        return {}
    return {f"{noun}_id": party.id} if party.id else {f"{noun}_code": party.code}


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
