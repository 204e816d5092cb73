"""`dispatch`: a day's confirmations and shipments from one Excel file, and what became of them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from komet.cli import sending
from komet.cli.downloads import INTERRUPTED, Names, Switch
from komet.cli.output import Json, note, say, say_json, table, warn
from komet.cli.session import actor
from komet.clients.providers import find_provider
from komet.context import AppContext, open_context
from komet.dispatch.model import OPEN, STATES, Preview, Receipt, Remark, WriteState
from komet.dispatch.outbox import count_writes, list_writes, queue_writes
from komet.dispatch.receipt import export_receipt
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.sheet import write_template
from komet.dispatch.sheet_reading import check_file
from komet.errors import InvalidInput
from komet.language import _, _n
from komet.messages import FAILURES, message

dispatch = App(name="dispatch", help="Confirm and ship a day's lines from one Excel file.")
_MOST = 100_000


@dispatch.command
def template(
    out: Path,
    /,
    *,
    from_: Annotated[date, Parameter(name="--from")],
    to: date,
    provider: Names = None,
) -> int:
    """Write the lines that can still be confirmed or shipped to OUT.xlsx, with columns to fill.

    Parameters
    ----------
    from_
        First ship date, YYYY-MM-DD.
    to
        Last ship date, YYYY-MM-DD.
    provider
        Client providers, by name (default: all).
    """
    _check_workbook(out)
    ctx = open_context()
    chosen = [find_provider(ctx, name).id for name in provider or ()]
    count = write_template(ctx, actor(), chosen, from_, to, out)
    say(
        _n("Wrote {path}: {n} line.", "Wrote {path}: {n} lines.", count).format(path=out, n=count)
        if count
        else _("Wrote {path}: no line of these days can be confirmed or shipped.").format(path=out)
    )
    return 0


@dispatch.command
def check(file: Path, /, *, json: Json = False) -> int:
    """Say what sending FILE.xlsx would do; nothing is sent. Exit 1 if any row is in error.

    Requests and what they cost of the allowance, what is left to do by hand, what is refused with
    row and reason, what can be undone and how.
    """
    ctx = open_context()
    preview = check_file(ctx, _read(file), file.name)
    if json:
        say_json(sending.preview_told(ctx, preview))
    else:
        sending.say_preview(ctx, preview)
    return 1 if preview.problems else 0


@dispatch.command
def send(
    file: Path, /, *, yes: Switch = False, receipt: Path | None = None, json: Json = False
) -> int:
    """Send what FILE.xlsx says to Komet, once. Exit 0 when all was sent, 1 when not.

    What was sent already is not sent again. Rows in error are left out, and make it exit 1 like
    what was refused or is unknown. What an interrupted sending of the same file has left is sent.

    Parameters
    ----------
    yes
        Do not ask: send, also what there is a question about.
    receipt
        Write what became of each row to this Excel file.
    """
    if receipt:
        _check_workbook(receipt)
    ctx = open_context()
    preview = check_file(ctx, _read(file), file.name)
    left = _left_over(ctx, preview)
    if not json:
        sending.say_preview(ctx, preview)
    if preview.is_empty and not left:
        if json:
            say_json(sending.preview_told(ctx, preview) | {"receipt": None})
        return 1 if preview.problems or _waiting(ctx, preview.left_out) else 0
    accepted = yes or not preview.questions or sending.ask(_("Send the questionable rows as well?"))
    if not yes and not sending.ask(_question(preview, left)):
        warn(_("Nothing was sent."))
        return 1
    queued_batch, overtaken = _plan(ctx, preview, accepted=accepted)
    writes, pressed, not_refreshed = [], False, []
    batches = [*left, *queued_batch]
    for batch_id in batches:
        if not pressed:
            done, pressed = sending.send_planned(ctx, batch_id, _planned(ctx, batch_id))
            not_refreshed += [done.not_refreshed] if done.not_refreshed else []
        writes += list_writes(ctx, batch_id=batch_id, limit=_MOST)
    ended = Receipt(batches[0] if batches else "", writes, " ".join(not_refreshed) or None)
    _tell(ctx, preview, ended, overtaken, json=json)
    if receipt and batches:
        _write_receipt(ctx, batches, receipt)
    if pressed:
        note(_("What was not sent stays planned: the same command takes it up."))
        return INTERRUPTED
    refused = preview.problems or overtaken or not accepted or not ended.all_sent
    return 1 if refused or _waiting(ctx, preview.left_out) else 0


@dispatch.command
def status(*, json: Json = False) -> int:
    """Show the outbox: how many writes are in which state, and those that are not simply sent."""
    ctx = open_context()
    counts = count_writes(ctx)
    quiet = {WriteState.SENT, WriteState.WITHDRAWN}
    wanted = None if json else [state for state in WriteState if state not in quiet]
    writes = list_writes(ctx, states=wanted, limit=_MOST)
    if json:
        told: dict[str, Any] = {"counts": {state.value: n for state, n in counts.items()}}
        say_json(told | {"writes": sending.writes_told(ctx, writes)})
        return 0
    table(
        (_("State"), _("Writes")),
        [(_(STATES[state]), n) for state, n in counts.items() if n],
        _("Nothing has been sent yet."),
    )
    shown = [write for write in writes if write.resent_as is None]
    if shown:
        say("")
        order = list(WriteState)
        shown.sort(key=lambda write: order.index(write.state))
        sending.say_writes(ctx, shown, "")
    return 0


@dispatch.command
def resolve(*, json: Json = False) -> int:
    """Find out by reading Komet what became of unknown writes. Exit 1 if any stays unknown."""
    ctx = open_context().for_long_work()
    found = resolve_unknown(ctx, actor())
    if json:
        say_json({
            "writes": sending.writes_told(ctx, found.writes),
            "unknown": len(found.unknown),
            "not_refreshed": found.not_refreshed,
        })  # fmt: skip
    else:
        sending.say_writes(ctx, found.writes, _("Nothing is unknown."))
        if found.not_refreshed:
            warn(found.not_refreshed)
    return 1 if found.unknown else 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be read.").format(name=file.name), error.strerror or ""
        ) from error


def _check_workbook(target: Path) -> None:
    """Raise `InvalidInput` before anything is done where the file could not be written after."""
    if target.suffix.lower() != ".xlsx":
        raise InvalidInput(
            _("“{name}” is no Excel file.").format(name=target.name),
            next_step=_("Let its name end in .xlsx."),
        )
    if not target.parent.is_dir():
        raise InvalidInput(_("There is no folder {folder}.").format(folder=target.parent))


def _question(preview: Preview, left: Sequence[str]) -> str:
    if left:
        return _("Send it, and what was left of this file?")
    if not preview.drafts:
        return _("Keep this?")
    return _n("Send {n} request to Komet?", "Send {n} requests to Komet?", preview.requests).format(
        n=preview.requests
    )


def _plan(
    ctx: AppContext, preview: Preview, *, accepted: bool
) -> tuple[list[str], tuple[Remark, ...]]:
    """The batch, if any, and what somebody else was quicker to send."""
    asked = {(question.provider_id, question.row) for question in preview.questions}
    drafts = (*preview.drafts, *preview.by_hand)
    kept = [one for one in drafts if accepted or (one.provider_id, one.row) not in asked]
    if not kept and not preview.packing:
        return [], ()
    queued = queue_writes(ctx, actor(), preview, accepted=accepted)
    return ([queued.batch_id] if queued.batch_id else []), queued.overtaken


def _planned(ctx: AppContext, batch_id: str) -> int:
    planned = [WriteState.PLANNED]
    return len(list_writes(ctx, batch_id=batch_id, states=planned, limit=_MOST))


def _left_over(ctx: AppContext, preview: Preview) -> list[str]:
    """Batches of this person from a file of this name of which something is planned, not sent."""
    lines = {(remark.provider_id, remark.po_item_id) for remark in preview.left_out}
    planned = list_writes(ctx, states=[WriteState.PLANNED], limit=_MOST)
    mine = [
        write.batch_id
        for write in planned
        if write.planned_by == actor().name and (write.provider_id, write.po_item_id) in lines
    ]
    return list(dict.fromkeys(mine))


def _waiting(ctx: AppContext, left_out: Sequence[Remark]) -> bool:
    """Whether of any row that was left out it is not known that Komet has it."""
    lines = {(remark.provider_id, remark.po_item_id) for remark in left_out}
    return any(
        (write.provider_id, write.po_item_id) in lines
        for write in list_writes(ctx, states=OPEN, limit=_MOST)
    )


def _tell(
    ctx: AppContext,
    preview: Preview,
    ended: Receipt,
    overtaken: Sequence[Remark],
    *,
    json: bool,
) -> None:
    if json:
        told = sending.preview_told(ctx, preview)
        receipt: dict[str, Any] = {
            "counts": {s.value: n for s in WriteState if (n := ended.count(s))},
            "writes": sending.writes_told(ctx, ended.writes),
            "overtaken": [sending.remark_told(remark, {}) for remark in overtaken],
            "not_refreshed": ended.not_refreshed,
        }
        say_json(told | {"receipt": receipt})
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
