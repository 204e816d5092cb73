"""Planning writes anew that were refused, withdrawn or certainly not sent."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from komet.context import AppContext
from komet.dispatch.check import check_lines
from komet.dispatch.invoices import InvoiceEntry, check_invoices
from komet.dispatch.model import Draft, LineEntry, Preview, Write, WriteKind
from komet.dispatch.outbox import AGAIN
from komet.dispatch.preview import preview_writes
from komet.dispatch.table import outbox
from komet.language import _

_LINE_FIELDS = {
    WriteKind.CONFIRM: {"boxes": "boxes"},
    WriteKind.REFERENCE: {"reference": "reference"},
    WriteKind.SHIP: {"awb": "awb", "house_awb": "house_awb", "ship_date": "ship_date",
                     "lot": "lot", "box_codes": "box_codes"},
}  # fmt: skip


def plan_again(ctx: AppContext, ids: Sequence[str]) -> Preview:
    """A preview of sending writes anew that were refused, withdrawn or certainly not sent.

    Each is held against the orders as they are stored now, an invoice against those sent since.
    """
    with ctx.read() as con:
        found = outbox.writes_by(con, ids=ids, states=AGAIN)
        files = {
            digest: outbox.file_by_digest(con, digest)
            for write in found
            if (digest := write.content.get("file_digest"))
        }
    found = [write for write in found if write.resent_as is None]
    entries: dict[tuple[str, str], LineEntry] = {}
    drafts: list[Draft] = []
    invoices = [write for write in found if write.kind is WriteKind.INVOICE]
    for write in found:
        if write.kind is WriteKind.INVOICE:
            continue
        if write.kind in _LINE_FIELDS:
            key = (write.provider_id, write.po_item_id)
            row = write.file_row or len(entries) + 1
            entry = entries.get(key) or LineEntry(row, *key)
            entries[key] = _with_content(entry, write)
        else:
            drafts.append(_draft_of(write))
    name = _("Sent anew")
    lines = check_lines(ctx, name, list(entries.values()))
    first = max((entry.row for entry in entries.values()), default=0) + 1
    sent_in = check_invoices(ctx, name, _invoice_entries(invoices, files, first))
    preview = preview_writes(
        ctx,
        name,
        [*lines.drafts, *lines.by_hand, *sent_in.drafts, *drafts],
        problems=[*lines.problems, *sent_in.problems],
        left_out=[*lines.left_out, *sent_in.left_out],
        questions=[*lines.questions, *sent_in.questions],
    )
    return replace(preview, resends=tuple(write.id for write in found))


def _with_content(entry: LineEntry, write: Write) -> LineEntry:
    given: dict[str, Any] = {
        field: ", ".join(value) if isinstance(value, list) else str(value)
        for field, name in _LINE_FIELDS[write.kind].items()
        if (value := write.content.get(name)) is not None
    }
    return replace(entry, **given)


def _invoice_entries(
    writes: Sequence[Write], files: dict[str, bytes], first: int
) -> list[InvoiceEntry]:
    return [
        InvoiceEntry(
            row,
            write.provider_id,
            write.po_number,
            str(write.found.get("file_name", "")),
            files[write.content["file_digest"]],
            str(write.content["number"]),
            str(write.content["total"]),
        )
        for row, write in enumerate(writes, start=first)
    ]


def _draft_of(write: Write) -> Draft:
    return Draft(
        provider_id=write.provider_id,
        kind=write.kind,
        target=write.target,
        content=write.content,
        po_id=write.po_id,
        po_number=write.po_number,
        po_item_id=write.po_item_id,
        ship_date=write.ship_date,
        found=write.found,
        row=write.file_row,
    )
