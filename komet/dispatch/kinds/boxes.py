"""Writes to boxes that were shipped: another code (box.code.change), another AWB (box.move.awb)."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from typing import Any

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
from komet.language import _, _later


def _change(writes: Sequence[Write], _sender: Sender) -> Request:
    boxes = [
        {"currentBoxCode": write.target, "newBoxCode": write.content["box_code"]}
        for write in writes
    ]
    return "box.code.change", {"boxes": boxes}


def _changed(writes: Sequence[Write], answer: Mapping[str, Any]) -> dict[str, Outcome]:
    """Each box has a status of its own, and is known by its new code.

    Two boxes that were to get the same code have a row each, in the order in which they were sent.
    """
    told = Counter(str(row.get("newBoxCode")) for row in rows_of(answer, "boxes"))
    wanted = Counter(write.content["box_code"] for write in writes)
    rows = {code: deque[Mapping[str, Any]]() for code in told}
    for row in rows_of(answer, "boxes"):
        rows[str(row.get("newBoxCode"))].append(row)
    found: dict[str, Outcome] = {}
    for write in writes:
        code = write.content["box_code"]
        if told[code] != wanted[code]:
            continue
        row = rows[code].popleft()
        if (done := outcome_told(row)) is None:
            continue
        said = {"komet_message": row["message"]} if not done and row.get("message") else {}
        state = WriteState.SENT if done else WriteState.REFUSED
        found[write.id] = Outcome(state, None if done else "refused", said, dict(row))
    return found


def _seen_changed(write: Write, komet: ReadBack) -> Outcome | None:
    """With both codes there, one is another box's: the new one before, or the old one since."""
    codes = komet.codes(write)
    match write.target in codes, write.content["box_code"] in codes:
        case False, True:
            return SEEN
        case True, False:
            return NOT_SEEN
        case _:
            return None


def _move(writes: Sequence[Write], _sender: Sender) -> Request:
    """Boxes that go to one AWB of one day, see `together`."""
    content = writes[0].content
    codes = ",".join(write.target for write in writes)
    return "box.move.awb", {
        "awb": content["awb"],
        "shipDate": content["ship_date"],
        "boxCodes": codes,
    }


def _moved(writes: Sequence[Write], answer: Mapping[str, Any]) -> dict[str, Outcome]:
    """`failedBoxes` beside status 1: codes, on older pages objects with a `boxCode`.

    Beside another status, nothing is said of the boxes that did not fail.
    """
    rows = answer.get("failedBoxes")
    failed = {
        str(row.get("boxCode")) if isinstance(row, dict) else str(row)
        for row in (rows if isinstance(rows, list) else [])
    }
    found = {
        write.id: Outcome(WriteState.REFUSED, "box_not_moved")
        for write in writes
        if write.target in failed
    }
    if outcome_told(answer):
        found |= {write.id: Outcome(WriteState.SENT) for write in writes if write.id not in found}
    return found


def _seen_moved(write: Write, komet: ReadBack) -> Outcome | None:
    content = write.content
    try:
        there = fly_under(komet, [write.target], content["awb"], content["ship_date"])
    except LookupError:
        return None
    if there:
        return SEEN
    if there is None or (write.po_number and write.target not in komet.codes(write)):
        return None  # it may have been moved before it got another code
    return NOT_SEEN


def _describe_change(write: Draft | Write) -> str:
    return _("box {old} becomes {new}").format(old=write.target, new=write.content["box_code"])


def _describe_move(write: Draft | Write) -> str:
    return _("box {code} goes to {awb}").format(
        code=write.target, awb=format_awb(write.content["awb"])
    )


KINDS = (
    Kind(
        name=WriteKind.BOX_CODE,
        label=_later("Exchange box code"),
        method="box.code.change",
        undo=_later("Can be exchanged again."),
        request=_change,
        describe=_describe_change,
        read_back=_seen_changed,
        outcomes=_changed,
        most=100,
        told_apart=True,
        order=60,
    ),
    Kind(
        name=WriteKind.MOVE_BOX,
        label=_later("Move to another AWB"),
        method="box.move.awb",
        undo=_later("Can be moved back; Komet calculates freight and duties anew each time."),
        request=_move,
        describe=_describe_move,
        read_back=_seen_moved,
        outcomes=_moved,
        most=50,
        told_apart=True,
        together=lambda write: (write.content["awb"], write.content["ship_date"]),
        order=70,
    ),
)
