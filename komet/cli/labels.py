"""`labels`: the labels of boxes that have codes, as PDF or ZPL."""

from datetime import date
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from komet.cli.arguments import Names, Switch, provider_ids
from komet.cli.output import Json, say, say_json, warn
from komet.cli.session import actor
from komet.context import open_context
from komet.labels.boxes import list_label_boxes
from komet.labels.model import LabelBoxes, Printed
from komet.labels.printing import print_labels
from komet.labels.templates import default_template, find_template
from komet.language import _, _n
from komet.orders.filters import OrderFilter


def labels(
    out: Path,
    /,
    *,
    from_: Annotated[date, Parameter(name="--from")],
    to: date,
    provider: Names = None,
    number: Names = None,
    template: str | None = None,
    start: int = 1,
    unprinted: Switch = False,
    json: Json = False,
) -> int:
    """Print the labels of boxes that ship on these days to OUT: .pdf or .zpl.

    Only boxes that have codes get a label; lines without are counted. Without --template, labels
    are 4 × 3 in. With --unprinted, boxes whose label was printed before are left out; else theirs
    bear the mark of a reprint. --start is the place of the first label on a sheet that was begun.
    Exit code 1 where a box gets no label, or there is none to print.
    """
    ctx = open_context()
    ids = provider_ids(ctx, provider)
    chosen = OrderFilter(providers=ids, ship_from=from_, ship_to=to, po_numbers=tuple(number or ()))
    layout = find_template(ctx, template) if template else default_template()
    found = list_label_boxes(ctx, chosen)
    boxes = found.unprinted if unprinted else found.boxes
    printed = print_labels(ctx, actor(), boxes, layout, out, start)
    if json:
        say_json(_as_json(out, found, printed))
    else:
        _tell(out, found, printed)
    return 0 if printed.labels and not printed.refused else 1


def _as_json(out: Path, found: LabelBoxes, printed: Printed) -> dict[str, object]:
    return {
        "file": str(out) if printed.labels else None,
        "labels": printed.labels,
        "reprints": printed.reprints,
        "pages": printed.pages,
        "shortened": printed.shortened,
        "refused": [
            {"po_number": r.box.po_number, "box_code": r.box.box_code, "reason": r.reason}
            for r in printed.refused
        ],
        "lines_without_codes": [
            {"provider": line.provider, "po_number": line.po_number, "product": line.product}
            for line in found.without_codes
        ],
    }


def _tell(out: Path, found: LabelBoxes, printed: Printed) -> None:
    for refused in printed.refused:
        warn(
            _("{po}, box {code}: {reason}").format(
                po=refused.box.po_number, code=refused.box.box_code, reason=refused.reason
            )
        )
    if without := len(found.without_codes):
        warn(
            _n("{n:,} line has no box codes yet.", "{n:,} lines have no box codes yet.",
               without).format(n=without)
        )  # fmt: skip
    if not printed.labels:
        warn(_("There are no labels to print."))
        return
    say(
        _n("Wrote {path}: {n:,} label, {reprints:,} of them reprints.",
           "Wrote {path}: {n:,} labels, {reprints:,} of them reprints.",
           printed.labels).format(path=out, n=printed.labels, reprints=printed.reprints)
    )  # fmt: skip
