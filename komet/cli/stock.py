"""`stock`: boxes added to a client's stock, lines updated or deleted, from a file."""

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from komet.cli import sending
from komet.cli.arguments import Switch
from komet.cli.output import Json, say_json
from komet.cli.send_file import read_file, send_preview
from komet.clients.providers import find_provider
from komet.context import open_context
from komet.dispatch.model import WriteKind
from komet.dispatch.stock import check_stock_file

stock = App(name="stock")
DryRun = Annotated[bool, Parameter(negative="", help="Say what would be sent, and send nothing.")]
Yes = Annotated[
    bool,
    Parameter(negative="", help="Do not ask: send, also what there is a question about."),
]
Again = Annotated[
    bool, Parameter(negative="", help="Send again what was sent already, on purpose.")
]
Client = Annotated[str, Parameter(help="The client provider, by name.")]


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
    data = read_file(file)
    preview = check_stock_file(ctx, client.id, data, file.name, kind, again=again)
    if not dry_run:
        return send_preview(ctx, preview, yes=yes, json=json)
    if json:
        say_json(sending.preview_told(ctx, preview) | {"dry_run": True, "receipt": None})
    else:
        sending.say_preview(ctx, preview)
    return 1 if preview.problems else 0
