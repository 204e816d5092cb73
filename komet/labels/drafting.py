"""What each box's label holds: its barcodes, its mark as a reprint, or the reason for no label."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from komet import language
from komet.db.database import Connection
from komet.dispatch.box_codes import LONGEST
from komet.errors import InvalidInput
from komet.labels import code128, gs1, table
from komet.labels.gs1 import Element
from komet.labels.layout import Label, Symbol, lay_out
from komet.labels.model import Key, LabelBox, PrintRecord, Refused
from komet.labels.template import GTIN_SOURCE_LABELS, Barcode, GtinSource, LabelTemplate
from komet.language import _


@dataclass(frozen=True)
class Draft:
    """Labels as they are to be drawn, and what was known of earlier prints when they were made.

    `ssccs` has a key for each label, and its SSCC or "".
    """

    labels: tuple[Label, ...]
    ssccs: dict[Key, str]
    reprints: int
    refused: tuple[Refused, ...]
    printed: Mapping[Key, PrintRecord]
    last_serial: int

    def is_overtaken(
        self, con: Connection, boxes: Sequence[LabelBox], template: LabelTemplate
    ) -> bool:
        """Whether somebody has printed any of these since, or taken one of the SSCCs."""
        return (
            table.printed(con, [box.key for box in boxes]) != self.printed
            or _last_serial(con, template) != self.last_serial
        )


def draft_labels(
    con: Connection, boxes: Sequence[LabelBox], template: LabelTemplate, dpi: int
) -> Draft:
    """The labels in the template's language, reasons in the reader's; see `layout.lay_out`."""
    printed = table.printed(con, [box.key for box in boxes])
    last = serial = _last_serial(con, template)
    labels: list[Label] = []
    ssccs: dict[Key, str] = {}
    refused: list[Refused] = []
    seen: set[Key] = set()
    reprints = 0
    for box in boxes:
        record = printed.get(box.key)
        sscc = record.sscc if record else ""
        try:
            _check_single(box, seen)
            is_new = Barcode.SSCC in template.barcodes and not sscc
            if is_new:
                sscc = gs1.sscc(template.company_prefix, template.extension, serial + 1)
            symbols = _symbols(box, template, sscc)
            times = record.times if record else 0
            with language.using(template.language):
                labels.append(lay_out(box, template, symbols, times, dpi))
        except InvalidInput as error:
            refused.append(Refused(box, str(error)))
            continue
        serial += is_new
        ssccs[box.key] = sscc
        reprints += bool(times)
    return Draft(tuple(labels), ssccs, reprints, tuple(refused), printed, last)


def _check_single(box: LabelBox, seen: set[Key]) -> None:
    if box.key in seen:
        raise InvalidInput(_("Another box of this importer has this code."))
    seen.add(box.key)


def _last_serial(con: Connection, template: LabelTemplate) -> int:
    if Barcode.SSCC not in template.barcodes:
        return 0
    return table.last_serial(con, f"{template.extension}{template.company_prefix}")


def _symbols(box: LabelBox, template: LabelTemplate, sscc: str) -> list[Symbol]:
    found = []
    for barcode in template.barcodes:
        if barcode is Barcode.BOX_CODE:
            found.append(Symbol(_box_code(box.box_code), box.box_code))
            continue
        elements = [Element(gs1.SSCC, sscc)] if barcode is Barcode.SSCC else _goods(box, template)
        found.append(Symbol(gs1.symbol_text(elements), gs1.readable_text(elements)))
    return found


def _box_code(code: str) -> str:
    if len(code) > LONGEST:
        raise InvalidInput(_("The box code is longer than {n} characters.").format(n=LONGEST))
    if not code128.can_encode(code) or code128.FNC1 in code:
        raise InvalidInput(
            _("A Code 128 barcode cannot hold the box code."),
            _("It may hold letters without accents, digits and plain signs."),
        )
    return code


def _goods(box: LabelBox, template: LabelTemplate) -> list[Element]:
    source = template.gtin_source
    given = template.gtin if source is GtinSource.FIXED else str(getattr(box, source.value))
    if not given:
        raise InvalidInput(
            _("The box has no GTIN: there is nothing in {column}.").format(
                column=_(GTIN_SOURCE_LABELS[source])
            )
        )
    elements = [Element(gs1.GTIN, gs1.gtin_14(given))]
    if template.with_lot and box.lot:
        elements.append(Element(gs1.LOT, gs1.check_lot(box.lot)))
    return elements
