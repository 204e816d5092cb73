"""Previews, their sending and their receipts in the command line: the same for all that writes."""

import signal
import sys
import threading
from collections.abc import Mapping, Sequence
from types import FrameType
from typing import Any

from komet.cli.output import err, note, say, table, warn
from komet.cli.session import actor
from komet.clients.providers import list_providers
from komet.context import AppContext
from komet.dispatch.kinds import KINDS
from komet.dispatch.model import STATES, Draft, Preview, Receipt, Remark, Write, WriteState
from komet.dispatch.preview import describe, subject_of, undo_words
from komet.dispatch.receipt import by_row, receipt_frame, receipt_row
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput
from komet.language import _, _n

_SHOWN = 40
_STEPS = 10
"""Lines of progress for one batch, at the most."""


def say_preview(ctx: AppContext, preview: Preview) -> None:
    """What a press of Send would do: to standard output; what is in error to standard error."""
    names = _names(ctx)
    if preview.drafts:
        table(
            (_("Importer"), _("Kind"), _("Method"), _("Writes"), _("Requests")),
            [
                (c.provider, _(KINDS[c.kind].label), c.method, c.writes, c.requests)
                for c in preview.counts
            ],
            "",
        )
        say("")
        _say_drafts(preview.drafts)
        say("")
        say(cost_sentence(ctx, preview))
        kinds = list(dict.fromkeys(count.kind for count in preview.counts))
        for kind, words in undo_words(kinds).items():
            say(f"{_(KINDS[kind].label)}: {words}")
    if preview.by_hand:
        say(
            _n("{n} write is to be done by hand, because the token may not:",
               "{n} writes are to be done by hand, because the token may not:",
               len(preview.by_hand)).format(n=len(preview.by_hand))
        )  # fmt: skip
        _say_drafts(preview.by_hand)
    if preview.packing:
        codes = sum(len(packing.codes) for packing in preview.packing)
        say(_n("{n} box code is kept here.", "{n} box codes are kept here.", codes).format(n=codes))
    _say_remarks(say, _("Need not be sent:"), preview.left_out, names)
    _say_remarks(warn, _("To be asked:"), preview.questions, names)
    _say_remarks(warn, _("In error:"), preview.problems, names)
    if preview.is_empty:
        say(_("There is nothing to send."))


def cost_sentence(ctx: AppContext, preview: Preview) -> str:
    """How many requests, and what is left of the allowance of each client."""
    names = _names(ctx)
    requests = _n("{n} request to Komet.", "{n} requests to Komet.", preview.requests)
    left = [
        _("{client}: {n} left today.").format(client=names.get(id_, id_), n=left)
        for id_, left in preview.left_today.items()
        if left is not None
    ]
    return " ".join([requests.format(n=preview.requests), *left])


def preview_told(ctx: AppContext, preview: Preview) -> dict[str, Any]:
    """A preview for JSON."""
    names = _names(ctx)
    kinds = list(dict.fromkeys(count.kind for count in preview.counts))
    return {
        "name": preview.name,
        "requests": preview.requests,
        "counts": [
            {"provider": c.provider, "kind": c.kind.value, "method": c.method, "writes": c.writes,
             "requests": c.requests}
            for c in preview.counts
        ],
        "left_today": {names.get(id_, id_): left for id_, left in preview.left_today.items()},
        "undo": {kind.value: words for kind, words in undo_words(kinds).items()},
        "writes": [_draft_told(draft, names) for draft in preview.drafts],
        "by_hand": [_draft_told(draft, names) for draft in preview.by_hand],
        "box_codes": [
            {"provider": names.get(p.provider_id), "po_item_id": p.po_item_id, "codes": p.codes}
            for p in preview.packing
        ],
        "questions": [remark_told(remark, names) for remark in preview.questions],
        "left_out": [remark_told(remark, names) for remark in preview.left_out],
        "problems": [remark_told(remark, names) for remark in preview.problems],
    }  # fmt: skip


def remark_told(remark: Remark, names: Mapping[str, str]) -> dict[str, Any]:
    """A remark for JSON; `names`: provider ID → name."""
    return {
        "row": remark.row,
        "provider": names.get(remark.provider_id),
        "po_item_id": remark.po_item_id or None,
        "subject": remark.subject,
        "reason": remark.reason,
    }


def writes_told(ctx: AppContext, writes: Sequence[Write]) -> list[dict[str, Any]]:
    """Writes for JSON: as the receipt has them, with ID, kind and state as codes."""
    names = _names(ctx)
    return [
        receipt_row(write, names)
        | {"id": write.id, "batch": write.batch_id, "kind": write.kind.value,
           "state": write.state.value, "planned_at": write.planned_at,
           "sent_anew": write.resent_as is not None}
        for write in writes
    ]  # fmt: skip


def say_writes(ctx: AppContext, writes: Sequence[Write], empty: str) -> None:
    """Writes as a table."""
    rows = receipt_frame(ctx, writes).rows(named=True)
    table(
        (_("Row"), _("Importer"), _("PO number"), _("Product"), _("What was to be done"),
         _("State"), _("Reason")),
        [
            (row["file_row"], row["provider"], row["po_number"], row["product"], row["words"],
             row["state"], row["reason"])
            for row in rows
        ],
        empty,
    )  # fmt: skip


def say_receipt(ctx: AppContext, receipt: Receipt) -> None:
    """What became of a batch."""
    say_writes(ctx, by_row(receipt.writes), _("There is nothing to send."))
    counts = [f"{_(STATES[state])} {n}" for state in WriteState if (n := receipt.count(state))]
    say(", ".join(counts))
    if receipt.not_refreshed:
        warn(receipt.not_refreshed)
    if receipt.count(WriteState.UNKNOWN):
        note(_("`komet dispatch resolve` finds out what became of the unknown ones."))


def ask(question: str) -> bool:
    """Ask the person at the terminal. Raises `InvalidInput` where there is none."""
    if not sys.stdin.isatty():
        raise InvalidInput(
            _("Nothing was sent."),
            _("Sending is asked about, and there is no terminal to ask on."),
            _("Look at the preview, and add --yes."),
        )
    asked = _("{question} [y/N] ").format(question=question)
    err.print(asked, markup=False, highlight=False, end="")
    return sys.stdin.readline().strip().casefold() in {"y", "yes", "s", "si", "sí"}


def send_planned(ctx: AppContext, batch_id: str, writes: int) -> tuple[Receipt, bool]:
    """Send a batch with progress; Ctrl-C leaves the rest planned. Says whether it was pressed."""
    stop = threading.Event()
    pressed: list[int] = []

    def ask_to_stop(sig: int, _frame: FrameType | None) -> None:
        if pressed and sig == signal.SIGINT:
            raise KeyboardInterrupt
        pressed.append(sig)
        warn(_("Stopping after the requests under way …"))
        stop.set()

    told = [0]

    def progress(done: int) -> None:
        if done * _STEPS // max(writes, 1) > told[0]:
            told[0] = done * _STEPS // max(writes, 1)
            note(_("{done} of {n} writes").format(done=done, n=writes))

    before = {sig: signal.signal(sig, ask_to_stop) for sig in (signal.SIGINT, signal.SIGTERM)}
    try:
        receipt = send_batch(ctx, actor(), batch_id, on_progress=progress, stop=stop)
    finally:
        for sig, handler in before.items():
            signal.signal(sig, handler)
    return receipt, bool(pressed)


def _names(ctx: AppContext) -> dict[str, str]:
    return {client.id: client.name for client in list_providers(ctx)}


def _draft_told(draft: Draft, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "row": draft.row,
        "provider": names.get(draft.provider_id),
        "po_number": draft.po_number,
        "po_item_id": draft.po_item_id or None,
        "ship_date": draft.ship_date,
        "kind": draft.kind.value,
        "what": describe(draft),
        "content": dict(draft.content),
    }


def _say_drafts(drafts: Sequence[Draft]) -> None:
    ordered = sorted(drafts, key=lambda draft: draft.row or 0)
    for draft in ordered[:_SHOWN]:
        product = draft.found.get("product")
        subject = " · ".join(part for part in (subject_of(draft), product) if part)
        say(f"  {_where(draft.row)}{subject}: {describe(draft)}")
    if len(ordered) > _SHOWN:
        say("  " + _("… and {more} more; --json gives all.").format(more=len(ordered) - _SHOWN))


def _say_remarks(
    tell: Any, heading: str, remarks: Sequence[Remark], names: Mapping[str, str]
) -> None:
    if not remarks:
        return
    tell(heading)
    for remark in remarks[:_SHOWN]:
        client = names.get(remark.provider_id)
        subject = " · ".join(part for part in (client, remark.subject) if part)
        tell(f"  {_where(remark.row)}{subject}: {remark.reason}")
    if len(remarks) > _SHOWN:
        tell("  " + _("… and {more} more; --json gives all.").format(more=len(remarks) - _SHOWN))


def _where(row: int | None) -> str:
    if row is None:
        return ""
    where = _("Row {row}").format(row=row)
    return f"{where}, "
