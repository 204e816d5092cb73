"""From what a person has written about lines to writes: every rule about a line's values.

A row with anything wrong is left out whole, with its reasons; the others can be sent.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from komet.context import AppContext
from komet.dispatch.awb import parse_awb
from komet.dispatch.box_codes import parse_box_codes
from komet.dispatch.model import (
    DispatchLine,
    Draft,
    LineEntry,
    Packing,
    Preview,
    Remark,
    WriteKind,
)
from komet.dispatch.preview import preview_writes
from komet.dispatch.table import boxes, lines
from komet.dispatch.values import (
    LONGEST_HOUSE_AWB,
    LONGEST_REFERENCE,
    as_number,
    cell_text,
    read_boxes,
    read_day,
    read_lot,
    read_short,
)
from komet.errors import InvalidInput
from komet.language import _, number


@dataclass
class _Checked:
    drafts: list[Draft] = field(default_factory=list)
    packing: list[Packing] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)
    questions: list[Remark] = field(default_factory=list)


def check_lines(
    ctx: AppContext,
    name: str,
    entries: Sequence[LineEntry],
    problems: Sequence[Remark] = (),
    left_out: Sequence[Remark] = (),
) -> Preview:
    """What sending these rows would do; nothing is written.

    `name`: the file or screen that they come from. `problems` and `left_out`: what was found of
    its rows before. Rows without a value are passed over.
    """
    found = _Checked(problems=list(problems), left_out=list(left_out))
    given = [entry for entry in entries if _has_value(entry)]
    with ctx.read() as con:
        stored = lines.load_lines(con, [(e.provider_id, e.po_item_id) for e in given])
        siblings = lines.line_ids(con, {line.po_id for line in stored.values()})
    seen: dict[tuple[str, str], int] = {}
    for entry in given:
        key = (entry.provider_id, entry.po_item_id)
        line = stored.get(key)
        if line is None:
            said = _("This line is not among the downloaded orders of its importer.")
            found.problems.append(_remark(entry, None, said))
            continue
        if key in seen:
            said = _("Row {row} is about the same line.").format(row=seen[key])
            found.problems.append(_remark(entry, line, said))
            continue
        seen[key] = entry.row
        try:
            _check(entry, line, siblings.get((line.provider_id, line.po_id), ()), found)
        except InvalidInput as problem:
            found.problems.append(_remark(entry, line, str(problem)))
    _check_codes(ctx, found, given)
    return preview_writes(
        ctx,
        name,
        found.drafts,
        problems=found.problems,
        left_out=found.left_out,
        questions=found.questions,
        packing=found.packing,
    )


def _has_value(entry: LineEntry) -> bool:
    values = (entry.boxes, entry.awb, entry.house_awb, entry.box_codes, entry.lot, entry.reference)
    return any(cell_text(value) for value in values) or bool(entry.ship_date)


def _remark(entry: LineEntry, line: DispatchLine | None, reason: str) -> Remark:
    subject = f"{line.po_number} · {line.product}" if line else entry.po_item_id
    return Remark(entry.row, subject, reason, entry.provider_id, entry.po_item_id)


def _check(entry: LineEntry, line: DispatchLine, siblings: Sequence[str], found: _Checked) -> None:
    if line.gone:
        raise InvalidInput(_("Komet has not got this line any more; download its day again."))
    if line.cancelled:
        raise InvalidInput(_("This line was cancelled."))
    if cell_text(entry.po_number) and cell_text(entry.po_number).upper() != line.po_number.upper():
        raise InvalidInput(
            _(
                "The row says PO {written}, and its line belongs to {number}: were columns sorted"
                " apart from each other?"
            ).format(written=cell_text(entry.po_number), number=line.po_number)
        )
    boxes_wanted = read_boxes(entry.boxes)
    codes = parse_box_codes(cell_text(entry.box_codes))
    lot = read_lot(entry.lot)
    reference = read_short(entry.reference, LONGEST_REFERENCE, _("The reference"))
    drafts = list(_confirmation(entry, line, boxes_wanted, found))
    if reference and reference != line.reference:
        drafts.append(_draft(entry, line, WriteKind.REFERENCE, {"reference": reference}))
    packing = None
    if cell_text(entry.awb):
        drafts += _shipment(entry, line, siblings, boxes_wanted, codes, lot, found)
    else:
        _check_without_awb(entry, line, codes)
    if codes and not line.shipped and codes != line.packed:
        if len(codes) > line.boxes:
            raise _too_many_codes(codes, line)
        packing = Packing(line.provider_id, line.po_item_id, codes, lot)
    if drafts and (seen := cell_text(entry.ordered)) and as_number(seen) != line.boxes:
        said = _("{ordered} boxes are ordered now; it was {seen} before.")
        said = said.format(ordered=number(line.boxes), seen=seen)
        found.questions.append(_remark(entry, line, said))
    found.drafts += drafts
    if packing:
        found.packing.append(packing)


def _check_without_awb(entry: LineEntry, line: DispatchLine, codes: Sequence[str]) -> None:
    """Name what would be lost, because Komet takes it with the AWB alone."""
    if cell_text(entry.house_awb):
        raise InvalidInput(_("A house AWB needs an AWB."))
    if cell_text(entry.lot) and not codes:
        raise InvalidInput(_("A lot number needs an AWB or box codes."))
    if read_day(entry.ship_date) not in {None, line.ship_date}:
        raise InvalidInput(_("A ship date needs an AWB: Komet takes it with the shipment."))


def _confirmation(
    entry: LineEntry, line: DispatchLine, wanted: int | None, found: _Checked
) -> Iterator[Draft]:
    if wanted is None:
        return
    if wanted == (line.confirmed or 0):
        said = (
            _("Komet has it confirmed already.")
            if wanted
            else _("0 boxes: none is confirmed, so there is nothing to set back.")
        )
        found.left_out.append(_remark(entry, line, said))
        return
    if line.shipped:
        raise InvalidInput(_("This line was shipped already."))
    if wanted > line.boxes:
        found.questions.append(
            _remark(
                entry,
                line,
                _("{boxes} boxes to confirm, and only {ordered} were ordered.").format(
                    boxes=wanted, ordered=number(line.boxes)
                ),
            )
        )
    yield _draft(entry, line, WriteKind.CONFIRM, {"boxes": wanted})


def _shipment(  # noqa: PLR0917
    entry: LineEntry,
    line: DispatchLine,
    siblings: Sequence[str],
    wanted: int | None,
    codes: tuple[str, ...],
    lot: str | None,
    found: _Checked,
) -> Iterator[Draft]:
    awb = parse_awb(entry.awb or "")
    if line.shipped:
        found.left_out.append(_remark(entry, line, _("This line was shipped already.")))
        return
    if line.has_unknown_product:
        raise InvalidInput(
            _(
                "Komet has no product for this line (UNKNOWN), and would skip it without a word:"
                " map or alias this product first."
            )
        )
    codes = codes or line.packed
    going = wanted if wanted is not None else line.confirmed or line.boxes
    if not going:
        raise InvalidInput(_("No boxes are to be shipped."))
    if codes and wanted is not None and len(codes) != wanted:
        raise InvalidInput(
            _("{codes} box codes, and {boxes} boxes to ship.").format(
                codes=len(codes), boxes=wanted
            )
        )
    if len(codes) > line.boxes:
        raise _too_many_codes(codes, line)
    if not codes and going < line.boxes:
        raise InvalidInput(
            _(
                "{boxes} of {ordered} boxes: Komet ships a part of a line by its box codes. Write"
                " them, or make them from the importer's pattern."
            ).format(boxes=number(going), ordered=number(line.boxes))
        )
    content: dict[str, Any] = {
        "awb": awb,
        "house_awb": read_short(entry.house_awb, LONGEST_HOUSE_AWB, _("The house AWB")),
        "ship_date": (read_day(entry.ship_date) or line.ship_date).isoformat(),
        "lot": lot or line.packed_lot,
        "box_codes": list(codes) or None,
        "boxes": len(codes) or int(line.boxes),
        "vendor_id": line.vendor_id,
    }
    kept = {name: value for name, value in content.items() if value is not None}
    more = {"line_ids": sorted(siblings)} if len(codes or ()) not in {0, line.boxes} else {}
    yield _draft(entry, line, WriteKind.SHIP, kept, **more)


def _draft(
    entry: LineEntry, line: DispatchLine, kind: WriteKind, content: dict[str, Any], **more: Any
) -> Draft:
    found = {
        "boxes": str(line.boxes),
        "confirmed": None if line.confirmed is None else str(line.confirmed),
        "status": line.status,
        "reference": line.reference,
        "product_id": line.product_id,
        "product": line.product,
        "customer_id": line.customer_id,
        "mark_code": line.mark_code,
        "fetched_at": line.fetched_at.isoformat() if line.fetched_at else None,
        **more,
    }
    return Draft(
        provider_id=line.provider_id,
        kind=kind,
        target=line.po_item_id,
        content=content,
        po_id=line.po_id,
        po_number=line.po_number,
        po_item_id=line.po_item_id,
        ship_date=line.ship_date,
        found=found,
        row=entry.row,
    )


def _check_codes(ctx: AppContext, found: _Checked, entries: Sequence[LineEntry]) -> None:
    """Leave out rows whose box codes another row, or another line of the client, has."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for provider_id, po_item_id, codes in _codes_of(found):
        for code in codes:
            wanted.setdefault((provider_id, code), []).append(po_item_id)
    with ctx.read() as con:
        used = boxes.codes_in_use(con, list(wanted))
    wrong: dict[tuple[str, str], str] = {}
    for (provider_id, code), items in wanted.items():
        several = sorted(set(items))
        if len(several) > 1:
            said = _("The box code {code} is there twice.").format(code=code)
            wrong |= {(provider_id, item): said for item in several[1:]}
        held = used.get((provider_id, code), set())
        for item in several:
            if held - {item}:
                said = _("The box code {code} belongs to another line already.")
                wrong[provider_id, item] = said.format(code=code)
    if not wrong:
        return
    rows = {(entry.provider_id, entry.po_item_id): entry for entry in entries}
    for key, said in wrong.items():
        draft = next((d for d in found.drafts if (d.provider_id, d.po_item_id) == key), None)
        subject = f"{draft.po_number} · {draft.found['product']}" if draft else key[1]
        found.problems.append(Remark(rows[key].row, subject, said, *key))
    found.drafts = [d for d in found.drafts if (d.provider_id, d.po_item_id) not in wrong]
    found.packing = [p for p in found.packing if (p.provider_id, p.po_item_id) not in wrong]
    found.questions = [q for q in found.questions if (q.provider_id, q.po_item_id) not in wrong]


def _codes_of(found: _Checked) -> Iterator[tuple[str, str, Sequence[str]]]:
    packed = {(p.provider_id, p.po_item_id) for p in found.packing}
    for packing in found.packing:
        yield packing.provider_id, packing.po_item_id, packing.codes
    for draft in found.drafts:
        key = (draft.provider_id, draft.po_item_id)
        if draft.kind is WriteKind.SHIP and key not in packed:
            yield *key, draft.content.get("box_codes") or ()


def _too_many_codes(codes: Sequence[str], line: DispatchLine) -> InvalidInput:
    return InvalidInput(
        _("Box codes: {codes}; boxes of the line: {ordered}.").format(
            codes=len(codes), ordered=number(line.boxes)
        )
    )
