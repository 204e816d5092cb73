"""`stock`: boxes added to a client's stock, lines updated or deleted, from a file."""

from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from komet.cli import sending
from komet.cli.downloads import INTERRUPTED, Switch
from komet.cli.output import Json, note, say, say_json, warn
from komet.cli.session import actor
from komet.clients.providers import find_provider
from komet.context import AppContext, open_context
from komet.dispatch.model import OPEN, Preview, Receipt, Remark, WriteKind, WriteState
from komet.dispatch.outbox import list_writes, queue_writes
from komet.dispatch.stock import check_stock_file, earlier_of_stock_file
from komet.errors import InvalidInput
from komet.language import _, _n

stock = App(name="stock", help="Change a client's stock from a CSV or Excel file.")
DryRun = Annotated[bool, Parameter(negative="", help="Say what would be sent, and send nothing.")]
Yes = Annotated[
    bool,
    Parameter(negative="", help="Do not ask: send, also what there is a question about."),
]
Again = Annotated[
    bool, Parameter(negative="", help="Send again what was sent already, on purpose.")
]
Client = Annotated[str, Parameter(help="The client provider, by name.")]
_MOST = 100_000


@stock.command
def add(
    file: Path,
    /,
    *,
    provider: Client,
    dry_run: DryRun = False,
    yes: Yes = False,
    again: Again = False,
    json: Json = False,
) -> int:
    """Add the boxes of FILE to the stock, 100 a request. Exit 0 when all was sent, 1 when not.

    Columns: ship date, AWB, vendor, product, boxes, box type, unit type, bunches per box, stems per
    bunch, unit cost. A row is sent once, however often its file is. A product that the client has
    not is refused, because Komet would skip it.
    """
    return _run(WriteKind.ADD_STOCK, file, provider, dry_run=dry_run, yes=yes, again=again,
                json=json)  # fmt: skip


@stock.command
def update(
    file: Path,
    /,
    *,
    provider: Client,
    dry_run: DryRun = False,
    yes: Yes = False,
    again: Again = False,
    json: Json = False,
) -> int:
    """ADD boxes to stock lines (never a new total) and set costs. Exit 0 when all was sent.

    Columns: inventory ID, boxes to add, unit cost, price A, price B.
    """
    return _run(WriteKind.UPDATE_STOCK, file, provider, dry_run=dry_run, yes=yes, again=again,
                json=json)  # fmt: skip


@stock.command
def delete(
    file: Path,
    /,
    *,
    provider: Client,
    dry_run: DryRun = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Delete the stock lines of FILE (a column inventory ID), with all their boxes."""
    return _run(WriteKind.DELETE_STOCK, file, provider, dry_run=dry_run, yes=yes, again=False,
                json=json)  # fmt: skip


def _run(
    kind: WriteKind,
    file: Path,
    provider: str,
    *,
    dry_run: bool,
    yes: bool,
    again: Switch,
    json: bool,
) -> int:
    ctx = open_context()
    client = find_provider(ctx, provider)
    data = _read(file)
    preview = check_stock_file(ctx, client.id, data, file.name, kind, again=again)
    left = _left_over(ctx, client.id, data, file.name, kind)
    if not json:
        sending.say_preview(ctx, preview)
    if dry_run:
        if json:
            say_json(sending.preview_told(ctx, preview) | {"dry_run": True, "receipt": None})
        return 1 if preview.problems else 0
    if preview.is_empty and not left:
        if json:
            say_json(sending.preview_told(ctx, preview) | {"receipt": None})
        return 1 if preview.problems or _waiting(ctx, client.id, data, file.name, kind) else 0
    accepted = yes or not preview.questions or sending.ask(_("Send the questionable rows as well?"))
    if not yes and not sending.ask(_question(preview, left)):
        warn(_("Nothing was sent."))
        return 1
    batches, overtaken = _plan(ctx, preview, left, accepted=accepted)
    pressed = False
    for batch_id in batches:
        if not pressed:
            planned = [WriteState.PLANNED]
            waiting = len(list_writes(ctx, batch_id=batch_id, states=planned, limit=_MOST))
            _receipt, pressed = sending.send_planned(ctx, batch_id, waiting)
    writes = [w for id_ in batches for w in list_writes(ctx, batch_id=id_, limit=_MOST)]
    ended = Receipt(batches[0] if batches else "", writes)
    _tell(ctx, preview, ended, overtaken, json=json)
    if pressed:
        note(_("What was not sent stays planned: the same command takes it up."))
        return INTERRUPTED
    bad = preview.problems or overtaken or not accepted or not ended.all_sent
    return 1 if bad or _waiting(ctx, client.id, data, file.name, kind) else 0


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise InvalidInput(
            _("{name} cannot be read.").format(name=file.name), error.strerror or ""
        ) from error


def _question(preview: Preview, left: list[str]) -> str:
    if left:
        return _("Send it, and what was left of this file?")
    return _n("Send {n} request to Komet?", "Send {n} requests to Komet?", preview.requests).format(
        n=preview.requests
    )


def _plan(
    ctx: AppContext, preview: Preview, left: list[str], *, accepted: bool
) -> tuple[list[str], tuple[Remark, ...]]:
    """The batches to send, and what somebody else was quicker to send."""
    asked = {question.row for question in preview.questions}
    if not any(accepted or draft.row not in asked for draft in preview.drafts):
        return left, ()
    queued = queue_writes(ctx, actor(), preview, accepted=accepted)
    return [*left, *([queued.batch_id] if queued.batch_id else [])], queued.overtaken


def _left_over(
    ctx: AppContext, provider_id: str, data: bytes, file_name: str, kind: WriteKind
) -> list[str]:
    """Batches of this person in which rows of the file are planned, and were not sent."""
    earlier = earlier_of_stock_file(ctx, provider_id, data, file_name, kind)
    mine = [
        write.batch_id
        for write in earlier
        if write.state is WriteState.PLANNED and write.planned_by == actor().name
    ]
    return list(dict.fromkeys(mine))


def _waiting(
    ctx: AppContext, provider_id: str, data: bytes, file_name: str, kind: WriteKind
) -> bool:
    """Whether of any row of the file it is not known what became of it."""
    earlier = earlier_of_stock_file(ctx, provider_id, data, file_name, kind)
    return any(write.state in OPEN for write in earlier)


def _tell(
    ctx: AppContext,
    preview: Preview,
    ended: Receipt,
    overtaken: tuple[Remark, ...],
    *,
    json: bool,
) -> None:
    if json:
        receipt: dict[str, Any] = {
            "counts": {s.value: n for s in WriteState if (n := ended.count(s))},
            "writes": sending.writes_told(ctx, ended.writes),
            "overtaken": [sending.remark_told(remark, {}) for remark in overtaken],
        }
        say_json(sending.preview_told(ctx, preview) | {"receipt": receipt})
        return
    for remark in overtaken:
        warn(f"{remark.subject}: {remark.reason}")
    if ended.writes:
        say("")
        sending.say_receipt(ctx, ended)
