"""Prebooks as Komet has them now, and what can be made of their lines: POs, or nothing at all."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import polars as pl

from komet.api.reading import Unreadable, number, text
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.providers import get_provider
from komet.context import AppContext
from komet.db.database import MONEY, QUANTITY, Schema
from komet.dispatch.model import Draft, Preview, Remark, WriteKind
from komet.dispatch.preview import preview_writes
from komet.dispatch.row_check import ask_about_past, check_po_number
from komet.dispatch.table import outbox
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.permissions import Actor, Permission

_DAYS_A_CALL = 7
_LONGEST_DAYS = 62
LINES: Schema = {
    "prebook_id": pl.String, "prebook": pl.String, "prebook_item_id": pl.String,
    "truck_date": pl.String, "customer": pl.String, "carrier": pl.String, "vendor_id": pl.String,
    "vendor": pl.String, "product_id": pl.String, "product": pl.String, "boxes": QUANTITY,
    "box_type": pl.String, "bunches": QUANTITY, "stems_bunch": QUANTITY, "unit_type": pl.String,
    "unit_price": MONEY, "mark_code": pl.String, "mixed": pl.Int64, "po_sent": pl.Boolean,
}  # fmt: skip
"""A row a prebook line. `mixed`: products in an assorted box. `po_sent`: a PO line of it was sent
from here. What a Vendor token may not see (customer, price) is null."""


def requests_for(first: date, last: date) -> int:
    """Requests that listing the prebooks of these vendor ship dates spends.

    Raises `InvalidInput` for a range that is none, or longer than two months.
    """
    days = (last - first).days + 1
    if days < 1:
        raise InvalidInput(
            _("The range ends before it begins: {start} to {end}.").format(start=first, end=last)
        )
    if days > _LONGEST_DAYS:
        raise InvalidInput(_("The range is longer than two months."))
    return -(-days // _DAYS_A_CALL)


def list_prebook_lines(
    ctx: AppContext, actor: Actor, provider_id: str, first: date, last: date
) -> pl.DataFrame:
    """The prebook lines of a client by vendor ship date: `LINES`. Nothing is stored.

    prebook.details.list takes seven days a call. Raises `KometError`, `InvalidInput` for the range
    or a client without a token, `NotFound`, `NotPermitted`.
    """
    ctx.authorize(actor, Permission.READ_KOMET)
    provider = get_provider(ctx, provider_id)
    calls = requests_for(first, last)
    ledger = Ledger(provider.token_id or "", provider.id)
    found: dict[str, dict[str, Any]] = {}
    try:
        with client_for(ctx, provider, ledger, expected=calls) as client:
            for at in range(calls):
                start = first + timedelta(days=at * _DAYS_A_CALL)
                end = min(start + timedelta(days=_DAYS_A_CALL - 1), last)
                answer = client.call(
                    "prebook.details.list", vendorShipDateFrom=start, vendorShipDateTo=end
                )
                for row in answer["prebooks"]:
                    if isinstance(row, dict):
                        found |= {line["prebook_item_id"]: line for line in _lines(row)}
    finally:
        ledger.save(ctx)
    sent = _sent(ctx, provider_id, list(found))
    rows = [line | {"po_sent": id_ in sent} for id_, line in found.items()]
    return pl.DataFrame(rows, schema=LINES).sort("truck_date", "prebook", maintain_order=True)


def check_orders_of_prebooks(
    ctx: AppContext,
    provider_id: str,
    lines: pl.DataFrame,
    ship_date: date,
    *,
    po_number: str = "",
    again: bool = False,
) -> Preview:
    """What making POs of these prebook lines (`LINES`) would do: one for each vendor among them.

    `po_number`: a PO that is there, to which they are to be added. To be asked: a day that is past.
    Raises `InvalidInput` for a number that is too long.
    """
    drafts: list[Draft] = []
    problems: list[Remark] = []
    questions: list[Remark] = []
    past, po_number = ask_about_past(ctx, ship_date), check_po_number(po_number)
    for row, line in enumerate(lines.iter_rows(named=True), start=1):
        said = _not_for_a_po(line)
        if said:
            problems.append(Remark(row, _subject(line), said, provider_id))
            continue
        if past:
            questions.append(Remark(row, _subject(line), past, provider_id))
        header = {
            "ship_date": ship_date.isoformat(),
            **({"vendor_id": line["vendor_id"]} if line["vendor_id"] else {}),
            **({"po_number": po_number} if po_number else {}),
        }
        told = {
            "prebook_item_id": line["prebook_item_id"],
            "product": line["product"] or line["product_id"] or "",
        }
        drafts.append(
            Draft(
                provider_id=provider_id,
                kind=WriteKind.CREATE_PO,
                target=line["prebook_item_id"],
                content={"header": header, "line": told},
                po_number=po_number,
                found=_found(line),
                row=row,
            )
        )
    drafts.sort(key=lambda draft: str(draft.content["header"].get("vendor_id", "")))
    name = _n("{n} prebook line", "{n} prebook lines", lines.height).format(n=lines.height)
    return preview_writes(ctx, name, drafts, problems=problems, questions=questions, again=again)


def check_deletion(ctx: AppContext, provider_id: str, lines: pl.DataFrame) -> Preview:
    """What deleting these prebook lines (`LINES`) would do; one that a PO was made of is asked."""
    drafts: list[Draft] = []
    questions: list[Remark] = []
    for row, line in enumerate(lines.iter_rows(named=True), start=1):
        if line["po_sent"]:
            said = _("A PO was made of this prebook line.")
            questions.append(Remark(row, _subject(line), said, provider_id))
        drafts.append(
            Draft(
                provider_id=provider_id,
                kind=WriteKind.DELETE_PREBOOK_ITEM,
                target=line["prebook_item_id"],
                content={"prebook_id": line["prebook_id"]},
                found=_found(line),
                row=row,
            )
        )
    name = _n("{n} prebook line", "{n} prebook lines", lines.height).format(n=lines.height)
    return preview_writes(ctx, name, drafts, questions=questions)


def _found(line: Mapping[str, Any]) -> dict[str, Any]:
    names = ("prebook", "truck_date", "product", "boxes", "box_type", "vendor", "customer")
    return {name: str(line[name]) for name in names if line[name] is not None}


def _not_for_a_po(line: Mapping[str, Any]) -> str | None:
    """Why no PO line can be made of a prebook line; None where one can."""
    if not line["boxes"]:
        return _("This prebook line has no boxes.")
    if line["mixed"]:
        return _(
            "An assorted box: Komet's pages do not show how a PO line is made of it. Make it in"
            " Komet."
        )
    return None


def _subject(line: Mapping[str, Any]) -> str:
    return " · ".join(part for part in (line["prebook"], line["product"]) if part)


def _sent(ctx: AppContext, provider_id: str, item_ids: Sequence[str]) -> set[str]:
    """Of these prebook lines, those of which a PO line was sent, or may have been."""
    drafts = [Draft(provider_id, WriteKind.CREATE_PO, item_id, {}) for item_id in item_ids]
    with ctx.read() as con:
        return {write.target for write in outbox.earlier_writes(con, drafts)}


def _lines(prebook: Mapping[str, Any]) -> list[dict[str, Any]]:
    head = {
        "prebook_id": _text(prebook.get("id")),
        "prebook": _text(prebook.get("number")),
        "truck_date": (_text(prebook.get("truckDate")) or "")[:10] or None,
        "customer": _text(prebook.get("customerName")),
        "carrier": _text(prebook.get("carrierName")),
    }
    found = []
    for item in prebook.get("details") or ():
        if not isinstance(item, dict) or not _text(item.get("prebookItemId")):
            continue
        parts = item.get("breakdowns")
        found.append(
            head
            | {
                "prebook_item_id": _text(item.get("prebookItemId")),
                "vendor_id": _text(item.get("vendorId")),
                "vendor": _text(item.get("vendorName")),
                "product_id": _text(item.get("productId")),
                "product": _text(item.get("productDescription")),
                "boxes": _number(item.get("totalBoxes"), 4),
                "box_type": _text(item.get("boxType")),
                "bunches": _number(item.get("bunches"), 4),
                "stems_bunch": _number(item.get("stemsBunch"), 4),
                "unit_type": _text(item.get("unitType")),
                "unit_price": _number(item.get("unitPrice"), 6),
                "mark_code": _text(item.get("markCode")),
                "mixed": len(parts) if isinstance(parts, list) and len(parts) > 1 else 0,
            }
        )
    return found


def _text(value: Any) -> str | None:
    try:
        return text(value)
    except Unreadable:
        return None


def _number(value: Any, places: int) -> Any:
    try:
        return number(value, places)
    except Unreadable:
        return None
