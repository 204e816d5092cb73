"""`invoice`: what the Invoices page sends."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from komet.cli import session
from komet.cli.output import Json, say, say_json, warn
from komet.clients.providers import find_provider
from komet.context import AppContext, open_context
from komet.dispatch.invoice_files import check_size
from komet.dispatch.invoices import check_invoice
from komet.dispatch.model import OPEN, STATES, Preview, Receipt, Remark, WriteKind
from komet.dispatch.outbox import list_writes, queue_writes
from komet.dispatch.preview import describe
from komet.dispatch.send import send_batch
from komet.errors import InvalidInput
from komet.language import _

invoice = App(name="invoice")


@invoice.command(name="send")
def send_invoice(
    file: Path,
    /,
    *,
    provider: str,
    po: str,
    number: str,
    total: str,
    yes: Annotated[bool, Parameter(negative="")] = False,
    json: Json = False,
) -> int:
    """Send the invoice of a PO to Komet, once. Exit 0 when Komet has it, 1 when not, or unknown.

    Parameters
    ----------
    file
        A PDF or a picture of up to 20 MB.
    provider
        The client provider, by name.
    po
        The number of the PO; it has been downloaded.
    number
        The number of the invoice.
    total
        Its total as it is written there; it is held against the PO's.
    yes
        Send it although there is something to ask: another total, a PO that is not shipped, a
        second invoice.
    """
    ctx = open_context()
    client = find_provider(ctx, provider)
    try:
        content = _read(file)
    except InvalidInput as error:
        warn(str(error))
        return 1
    preview = check_invoice(ctx, client.id, po, file.name, content, number, total)
    overtaken: tuple[Remark, ...] = ()
    receipt = None
    asked = bool(preview.questions) and not yes
    if preview.drafts and not asked:
        queued = queue_writes(ctx, session.actor(), preview, accepted=yes)
        overtaken = queued.overtaken
        receipt = send_batch(ctx, session.actor(), queued.batch_id) if queued.batch_id else None
    left_out = (*preview.left_out, *overtaken)
    if json:
        say_json(_told(preview, left_out, receipt))
    else:
        _say(preview, left_out, receipt, asked=asked)
    if receipt is None:
        return 0 if left_out and not _under_way(ctx, client.id, po) else 1
    return 0 if receipt.all_sent else 1


def _read(file: Path) -> bytes:
    try:
        check_size(file.name, file.stat().st_size)
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be read.").format(name=file.name), error.strerror or ""
        ) from error


def _under_way(ctx: AppContext, provider_id: str, po: str) -> bool:
    """Whether it is not known of an invoice of the PO that it is in Komet."""
    found = list_writes(ctx, states=OPEN, provider_id=provider_id)
    target = po.strip().upper()
    return any(w.kind is WriteKind.INVOICE and w.target.upper() == target for w in found)


def _say(
    preview: Preview, left_out: tuple[Remark, ...], receipt: Receipt | None, *, asked: bool
) -> None:
    for problem in preview.problems:
        warn(f"{problem.subject}: {problem.reason}")
    for question in preview.questions:
        warn(f"{question.subject}: {question.reason}")
    if asked:
        warn(_("Nothing was sent. With --yes it is sent all the same."))
    for remark in left_out:
        say(f"{remark.subject}: {remark.reason}")
    for write in receipt.writes if receipt else ():
        parts = (_(STATES[write.state]), describe(write), write.reason)
        say(f"{write.po_number}: {' · '.join(part for part in parts if part)}")
    if receipt and receipt.not_refreshed:
        warn(receipt.not_refreshed)


def _told(
    preview: Preview, left_out: tuple[Remark, ...], receipt: Receipt | None
) -> dict[str, Any]:
    return {
        "problems": [asdict(one) for one in preview.problems],
        "questions": [asdict(one) for one in preview.questions],
        "left_out": [asdict(one) for one in left_out],
        "writes": [
            {
                "id": write.id,
                "po_number": write.po_number,
                "state": write.state,
                "content": write.content,
                "reason": write.reason,
            }
            for write in (receipt.writes if receipt else ())
        ],
    }
