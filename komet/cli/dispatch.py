"""`dispatch`: a day's confirmations and shipments from one Excel file, and what became of them."""

from datetime import date
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from komet.cli import sending
from komet.cli.arguments import Names, Switch, provider_ids
from komet.cli.output import Json, say, say_json, table, warn
from komet.cli.send_file import read_file, send_preview
from komet.cli.session import actor
from komet.context import open_context
from komet.dispatch.model import STATES, WriteState
from komet.dispatch.outbox import count_writes, list_writes
from komet.dispatch.resolve import resolve_unknown
from komet.dispatch.sheet import write_template
from komet.dispatch.sheet_reading import check_file
from komet.errors import InvalidInput
from komet.language import _, _n

dispatch = App(name="dispatch")
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
    chosen = provider_ids(ctx, provider)
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
    preview = check_file(ctx, read_file(file), file.name)
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
    preview = check_file(ctx, read_file(file), file.name)
    return send_preview(ctx, preview, yes=yes, json=json, receipt=receipt)


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


def _check_workbook(target: Path) -> None:
    """Raise `InvalidInput` before anything is done where the file could not be written after."""
    if target.suffix.lower() != ".xlsx":
        raise InvalidInput(
            _("“{name}” is no Excel file.").format(name=target.name),
            next_step=_("Let its name end in .xlsx."),
        )
    if not target.parent.is_dir():
        raise InvalidInput(_("There is no folder {folder}.").format(folder=target.parent))
