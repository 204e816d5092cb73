"""Boxes that have been shipped: which there are, exchanging their codes, moving them elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from komet.context import AppContext
from komet.dispatch.awb import parse_awb
from komet.dispatch.box_codes import check_box_code
from komet.dispatch.lines import LineFilter
from komet.dispatch.model import Draft, Preview, Remark, WriteKind
from komet.dispatch.preview import preview_writes
from komet.dispatch.table import boxes
from komet.errors import InvalidInput
from komet.language import _


@dataclass(frozen=True)
class Exchange:
    """Another code for a box; `row`: where it stood on the screen or in a file."""

    row: int
    provider_id: str
    box_code: str
    new_code: str


def list_boxes(ctx: AppContext, chosen: LineFilter) -> pl.DataFrame:
    """The boxes that Komet has of the lines of these days, one a row, in the order of the lines.

    provider_id, provider, po_id, po_number, po_item_id, product, box_code, lot, awb (String: as
    last sent from here), ship_date (Date).
    """
    with ctx.read() as con:
        return boxes.box_frame(con, chosen.providers, chosen.date_from, chosen.date_to)


def exchange_box_codes(ctx: AppContext, name: str, exchanges: Sequence[Exchange]) -> Preview:
    """What giving these boxes other codes would do; nothing is written (box.code.change).

    In error: a code that is too long, that stands there twice, or that another box of the client
    has, and a box that the client has not got.
    """
    wanted = [(one.provider_id, one.new_code.strip()) for one in exchanges]
    with ctx.read() as con:
        known = boxes.boxes_by_code(con, [(one.provider_id, one.box_code) for one in exchanges])
        taken = boxes.boxes_by_code(con, wanted)
        used = boxes.codes_in_use(con, wanted)
    problems: list[Remark] = []
    drafts: list[Draft] = []
    seen: dict[tuple[str, str], int] = {}
    for one, key in zip(exchanges, wanted, strict=True):
        box = known.get((one.provider_id, one.box_code))
        why: str | None
        if box is None:
            why = _("This importer has no box of this code.")
        elif key in seen:
            why = _("Row {row} gives the same code.").format(row=seen[key])
        elif key in taken or used.get(key, set()) - {str(box["po_item_id"])}:
            why = _("Another box has the code {code}.").format(code=key[1])
        else:
            why = _why_no_code(key[1])
        if why or box is None:
            problems.append(Remark(one.row, one.box_code, why or "", one.provider_id))
            continue
        seen[key] = one.row
        drafts.append(_draft(WriteKind.BOX_CODE, one.row, one.box_code, box, {"box_code": key[1]}))
    return preview_writes(ctx, name, drafts, problems=problems)


def move_boxes(
    ctx: AppContext, name: str, codes: Sequence[tuple[str, str]], awb: str, ship_date: date
) -> Preview:
    """What moving boxes (provider ID, code) to another AWB would do; nothing is written.

    box.move.awb is for Company tokens. Raises `InvalidInput` for an AWB that is none.
    """
    content = {"awb": parse_awb(awb), "ship_date": ship_date.isoformat()}
    with ctx.read() as con:
        known = boxes.boxes_by_code(con, codes)
    problems: list[Remark] = []
    drafts: list[Draft] = []
    for row, (provider_id, code) in enumerate(codes, start=1):
        box = known.get((provider_id, code))
        if box is None:
            said = _("This importer has no box of this code.")
            problems.append(Remark(row, code, said, provider_id))
        else:
            drafts.append(_draft(WriteKind.MOVE_BOX, row, code, box, content))
    return preview_writes(ctx, name, drafts, problems=problems)


def _why_no_code(code: str) -> str | None:
    try:
        check_box_code(code)
    except InvalidInput as problem:
        return str(problem)
    return None


def _draft(
    kind: WriteKind, row: int, code: str, box: dict[str, object], content: dict[str, str]
) -> Draft:
    fetched = box["fetched_at"]
    return Draft(
        provider_id=str(box["provider_id"]),
        kind=kind,
        target=code,
        content=content,
        po_id=str(box["po_id"]),
        po_number=str(box["po_number"] or ""),
        po_item_id=str(box["po_item_id"]),
        ship_date=box["ship_date"] if isinstance(box["ship_date"], date) else None,
        found={
            "product": str(box["product"] or ""),
            "fetched_at": str(fetched) if fetched else None,
        },
        row=row,
    )
