"""What labels are made of: boxes with their codes, and what was printed of them before."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from komet.language import _, _later, day, number

Key = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class LabelBox:
    """One box that has a code, and what a label can say of it; "" where nothing is known.

    `position` counts the boxes of a line from 1, `of` says how many the line has. `stems` are of
    one box; `pack` is "12 × 25" (bunches × stems a bunch), `contents` lists the products of a mixed
    box. `sku`, `reference` and `custom_field1` may hold a GTIN.
    """

    provider_id: str
    provider: str
    po_item_id: str
    po_number: str
    box_code: str
    position: int
    of: int
    vendor: str = ""
    customer: str = ""
    mark: str = ""
    product: str = ""
    contents: str = ""
    sku: str = ""
    box_type: str = ""
    stems: Decimal | None = None
    pack: str = ""
    ship_date: date | None = None
    lot: str = ""
    awb: str = ""
    house_awb: str = ""
    carrier: str = ""
    location: str = ""
    reference: str = ""
    custom_field1: str = ""
    planned: bool = False
    """Whether the code was given to the box here, and Komet has not shown it yet."""

    @property
    def key(self) -> Key:
        """What a printed label is known by: client provider and box code.

        Not the line: a partial shipment moves the boxes that are left behind to another one.
        """
        return self.provider_id, self.box_code


@dataclass(frozen=True)
class LineWithoutCodes:
    """A line of which no box has a code yet."""

    provider: str
    po_number: str
    ship_date: date | None
    customer: str
    product: str
    boxes: Decimal | None


@dataclass(frozen=True)
class LabelBoxes:
    """What a filter finds: `boxes` in the order in which their labels come, `printed` by key."""

    boxes: tuple[LabelBox, ...]
    without_codes: tuple[LineWithoutCodes, ...]
    printed: dict[Key, "PrintRecord"]

    @property
    def unprinted(self) -> tuple[LabelBox, ...]:
        """The boxes whose label was never printed."""
        return tuple(box for box in self.boxes if box.key not in self.printed)


@dataclass(frozen=True)
class PrintRecord:
    """How often a label was printed, when and by whom last; its SSCC, which it keeps, or ""."""

    times: int
    printed_at: datetime
    printed_by: str
    sscc: str = ""


@dataclass(frozen=True)
class Refused:
    """A box that gets no label, and why."""

    box: LabelBox
    reason: str


@dataclass(frozen=True)
class Printed:
    """What became of the boxes: how many labels, of these reprints, on how many pages.

    `shortened` counts labels on which a text was cut with "…" because it did not fit.
    """

    labels: int
    reprints: int
    pages: int
    shortened: int
    refused: tuple[Refused, ...]


class Field(StrEnum):
    """What can stand on a label."""

    PROVIDER = "provider"
    VENDOR = "vendor"
    CUSTOMER = "customer"
    MARK = "mark"
    PRODUCT = "product"
    CONTENTS = "contents"
    SKU = "sku"
    BOX_TYPE = "box_type"
    STEMS = "stems"
    PACK = "pack"
    BOX_NUMBER = "box_number"
    AWB = "awb"
    HOUSE_AWB = "house_awb"
    PO_NUMBER = "po_number"
    SHIP_DATE = "ship_date"
    LOT = "lot"
    CARRIER = "carrier"
    LOCATION = "location"


FIELD_LABELS = {
    Field.PROVIDER: _later("Importer"),
    Field.VENDOR: _later("Farm"),
    Field.CUSTOMER: _later("Customer"),
    Field.MARK: _later("Mark"),
    Field.PRODUCT: _later("Product"),
    Field.CONTENTS: _later("Contents of the box"),
    Field.SKU: _later("SKU"),
    Field.BOX_TYPE: _later("Box type"),
    Field.STEMS: _later("Stems"),
    Field.PACK: _later("Bunches × stems"),
    Field.BOX_NUMBER: _later("Box"),
    Field.AWB: _later("AWB"),
    Field.HOUSE_AWB: _later("House AWB"),
    Field.PO_NUMBER: _later("PO"),
    Field.SHIP_DATE: _later("Ship date"),
    Field.LOT: _later("Lot"),
    Field.CARRIER: _later("Carrier"),
    Field.LOCATION: _later("Location"),
}


def field_text(box: LabelBox, field: Field) -> str:
    """What a field says of a box, in the language in force; "" where nothing is known."""
    match field:
        case Field.STEMS:
            return "" if box.stems is None else number(box.stems)
        case Field.BOX_NUMBER:
            return _("{position} of {of}").format(position=box.position, of=box.of)
        case Field.SHIP_DATE:
            return day(box.ship_date) if box.ship_date else ""
    return str(getattr(box, field.value))
