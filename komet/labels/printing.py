"""Printing labels to a file, and looking at them before."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from komet import language
from komet.context import AppContext
from komet.db import audit
from komet.errors import InvalidInput
from komet.export.writers.writer import explain_write_errors, written_bytes
from komet.labels import pdf, table, zpl
from komet.labels.drafting import Draft, draft_labels
from komet.labels.layout import check_room
from komet.labels.model import LabelBox, Printed
from komet.labels.template import LabelTemplate
from komet.language import _
from komet.permissions import Actor, Permission
from komet.replacing import replacing

FILE_TYPES = {".pdf": "application/pdf", ".zpl": "application/x-zpl"}
"""Suffix → MIME type of the files that labels are printed to."""


def print_labels(  # noqa: PLR0917
    ctx: AppContext,
    actor: Actor,
    boxes: Sequence[LabelBox],
    template: LabelTemplate,
    target: Path,
    start: int = 1,
) -> Printed:
    """Write the labels to a .pdf or .zpl file, and record that they were printed.

    `start` is the place of the first label on its sheet, from 1. A box whose code, GTIN or lot
    cannot be printed gets no label, and is in `refused`; where no label is left, there is neither
    file nor record. A box that was printed before gets the mark of a reprint, and keeps its SSCC.
    Raises `InvalidInput` for another suffix, sheets as ZPL, a wrong start, too many fields, or a
    folder that cannot be written, and `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    suffix = target.suffix.lower()
    _check(template, suffix, start)
    with ctx.read() as con:
        draft = draft_labels(con, boxes, template, _dpi(template, suffix))
    if not draft.labels:
        return _outcome(draft, template, start)
    with explain_write_errors(target), replacing(target) as part:
        # drawn before the data file is held, and again where somebody else printed meanwhile
        part.write_bytes(_drawn(draft, template, suffix, start))
        with ctx.write(actor, Permission.EXPORT) as con:
            if draft.is_overtaken(con, boxes, template):
                draft = draft_labels(con, boxes, template, _dpi(template, suffix))
                part.write_bytes(_drawn(draft, template, suffix, start))
            table.record(con, draft.ssccs, ctx.now())
            detail = {"template": template.name, "labels": len(draft.labels)}
            audit.record(con, "labels printed", target.name, ctx.now(), detail)
    return _outcome(draft, template, start)


def print_labels_bytes(  # noqa: PLR0917
    ctx: AppContext,
    actor: Actor,
    boxes: Sequence[LabelBox],
    template: LabelTemplate,
    suffix: str,
    start: int = 1,
) -> bytes:
    """The same file as bytes, for a browser to download. `suffix` is one of `FILE_TYPES`."""
    write = partial(print_labels, ctx, actor, boxes, template, start=start)
    return written_bytes(f"labels{suffix}", write)


def preview_labels(
    ctx: AppContext,
    boxes: Sequence[LabelBox],
    template: LabelTemplate,
    start: int = 1,
    dots_per_inch: int = 150,
) -> tuple[bytes | None, Printed]:
    """The first page of the PDF as a PNG, and what printing would come to; nothing is recorded.

    An SSCC that a box has not got yet is the next that is free. No picture where no label is left.
    """
    _check(template, ".pdf", start)
    with ctx.read() as con:
        draft = draft_labels(con, boxes, template, pdf.DPI)
    outcome = _outcome(draft, template, start)
    if not draft.labels:
        return None, outcome
    size = template.size
    first = draft.labels[: size.per_page - (start - 1 if size.is_sheet else 0)]
    page = pdf.write_pdf(first, size, start, template.name)
    return pdf.page_picture(page, 0, dots_per_inch), outcome


def _check(template: LabelTemplate, suffix: str, start: int) -> None:
    if suffix not in FILE_TYPES:
        raise InvalidInput(
            _("Labels are written to .pdf or .zpl, not to “{suffix}”.").format(suffix=suffix)
        )
    check_room(template)
    size = template.size
    if suffix == ".zpl" and size.is_sheet:
        raise InvalidInput(
            _("{media} cannot be printed by ZPL.").format(media=_(size.label)),
            next_step=_("Print a PDF, or take a template for a roll."),
        )
    if not 1 <= start <= size.per_page:
        raise InvalidInput(
            _("There is no label {n} on a page.").format(n=start),
            _("A page of {media} has {count}.").format(media=_(size.label), count=size.per_page),
        )


def _dpi(template: LabelTemplate, suffix: str) -> int:
    return template.dpi if suffix == ".zpl" else pdf.DPI


def _drawn(draft: Draft, template: LabelTemplate, suffix: str, start: int) -> bytes:
    if suffix == ".zpl":
        return zpl.write_zpl(draft.labels, template.size, template.dpi)
    with language.using(template.language):
        title = _("Labels")
    return pdf.write_pdf(draft.labels, template.size, start, title)


def _outcome(draft: Draft, template: LabelTemplate, start: int) -> Printed:
    return Printed(
        labels=len(draft.labels),
        reprints=draft.reprints,
        pages=pdf.count_pages(len(draft.labels), template.size, start),
        shortened=sum(label.shortened for label in draft.labels),
        refused=draft.refused,
    )
