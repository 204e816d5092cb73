"""Sending what a file says: the preview, the question, what was left of it before, the receipt."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from komet.cli import sending
from komet.cli.downloads import INTERRUPTED
from komet.cli.output import note, say, say_json, warn
from komet.cli.session import actor
from komet.context import AppContext
from komet.dispatch.model import OPEN, Preview, Receipt, Remark, WriteState
from komet.dispatch.outbox import list_writes, queue_writes
from komet.dispatch.preview import leave_out_questions
from komet.dispatch.receipt import export_receipt
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.messages import FAILURES, message

MOST = 100_000


def read_file(file: Path) -> bytes:
    """The bytes of a file. Raises `InvalidInput` where it cannot be read."""
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be read.").format(name=file.name), error.strerror or ""
        ) from error


def send_preview(
    ctx: AppContext, preview: Preview, *, yes: bool, json: bool, receipt: Path | None = None
) -> int:
    """Send what a preview shows, and what an interrupted sending of the same has left; exit code.

    `yes`: ask nothing. `receipt`: an Excel file for what became of each write. 0 when all was sent,
    1 when not or when of any row it is not known, `INTERRUPTED` after Ctrl-C.
    """
    left = _find_left_over(ctx, preview)
    if not json:
        sending.say_preview(ctx, preview)
    if preview.is_empty and not left:
        if json:
            say_json(sending.preview_told(ctx, preview) | {"receipt": None})
        return 1 if preview.problems or _is_held_up(ctx, preview) else 0
    accepted = yes or not preview.questions or sending.ask(_("Send the questionable rows as well?"))
    if not yes and not sending.ask(_question(preview, left)):
        warn(_("Nothing was sent."))
        return 1
    queued, overtaken = _queue(ctx, preview, accepted=accepted)
    batches = [*left, *queued]
    ended, pressed = _send_batches(ctx, batches)
    _tell(ctx, preview, ended, overtaken, json=json)
    if receipt and batches:
        _write_receipt(ctx, batches, receipt)
    if pressed:
        note(_("What was not sent stays planned: the same command takes it up."))
        return INTERRUPTED
    refused = preview.problems or overtaken or not accepted or not ended.all_sent
    return 1 if refused or _is_held_up(ctx, preview) else 0


def _find_left_over(ctx: AppContext, preview: Preview) -> list[str]:
    """Batches of this person of which something is planned that a row says still, and nothing else.

    A batch is sent whole: one with a line that is not of this file, or for which the file says
    something else by now, is left to the outbox.
    """
    mine = {
        write.id: write.batch_id
        for draft, write in preview.held_up
        if write.state is WriteState.PLANNED
        and write.planned_by == actor().name
        and write.digest == draft.digest
    }
    held = {write.id for _draft, write in preview.held_up}
    remarks = (*preview.left_out, *preview.problems)
    rows = {(one.provider_id, one.po_item_id) for one in remarks if one.po_item_id}
    others = {
        write.batch_id
        for write in list_writes(ctx, states=[WriteState.PLANNED], limit=MOST)
        if write.id not in mine
        and (write.id in held or (write.provider_id, write.po_item_id) not in rows)
    }
    return [batch_id for batch_id in dict.fromkeys(mine.values()) if batch_id not in others]


def _is_held_up(ctx: AppContext, preview: Preview) -> bool:
    """Whether of any row that was left out it is still not known that Komet has it."""
    held = {write.id for _draft, write in preview.held_up}
    return any(write.id in held for write in list_writes(ctx, states=OPEN, limit=MOST))


def _question(preview: Preview, left: Sequence[str]) -> str:
    if left:
        return _("Send it, and what was left of this file?")
    if not preview.drafts:
        return _("Keep this?")
    return _n("Send {n} request to Komet?", "Send {n} requests to Komet?", preview.requests).format(
        n=preview.requests
    )


def _queue(
    ctx: AppContext, preview: Preview, *, accepted: bool
) -> tuple[list[str], tuple[Remark, ...]]:
    """The batch, if any, and what somebody else was quicker to send."""
    if (preview if accepted else leave_out_questions(preview)).is_empty:
        return [], ()
    queued = queue_writes(ctx, actor(), preview, accepted=accepted)
    return ([queued.batch_id] if queued.batch_id else []), queued.overtaken


def _send_batches(ctx: AppContext, batches: Sequence[str]) -> tuple[Receipt, bool]:
    """What became of batches, as one receipt, and whether Ctrl-C was pressed meanwhile."""
    writes, pressed, not_refreshed = [], False, []
    for batch_id in batches:
        if not pressed:
            planned = list_writes(ctx, batch_id=batch_id, states=[WriteState.PLANNED], limit=MOST)
            done, pressed = sending.send_planned(ctx, batch_id, len(planned))
            not_refreshed += [done.not_refreshed] if done.not_refreshed else []
        writes += list_writes(ctx, batch_id=batch_id, limit=MOST)
    return Receipt(batches[0] if batches else "", writes, " ".join(not_refreshed) or None), pressed


def _tell(
    ctx: AppContext,
    preview: Preview,
    ended: Receipt,
    overtaken: Sequence[Remark],
    *,
    json: bool,
) -> None:
    if json:
        receipt: dict[str, Any] = {
            "counts": {s.value: n for s in WriteState if (n := ended.count(s))},
            "writes": sending.writes_told(ctx, ended.writes),
            "overtaken": [sending.remark_told(remark, {}) for remark in overtaken],
            "not_refreshed": ended.not_refreshed,
        }
        say_json(sending.preview_told(ctx, preview) | {"receipt": receipt})
        return
    for remark in overtaken:
        warn(f"{remark.subject}: {remark.reason}")
    if ended.writes:
        say("")
        sending.say_receipt(ctx, ended)


def _write_receipt(ctx: AppContext, batches: Sequence[str], target: Path) -> None:
    """It was sent already: a receipt that cannot be written is said, and changes nothing else."""
    try:
        export_receipt(ctx, actor(), batches[0], target, also=batches[1:])
    except FAILURES as error:
        warn(message(error))
    else:
        note(_("Wrote {path}.").format(path=target))
