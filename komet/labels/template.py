"""Label templates: on which labels, which fields, which barcodes, in which language.

Some are there from the beginning; they can be copied, not changed.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError, model_validator
from pydantic import Field as Setting

from komet.errors import InvalidInput
from komet.labels import gs1
from komet.labels.model import Field
from komet.language import _, _later, languages

_MM = 72 / 25.4
_A4 = (210 * _MM, 297 * _MM)


class Media(StrEnum):
    """What is printed on."""

    ROLL_4X3 = "4x3in"
    ROLL_100X50 = "100x50mm"
    A4_8 = "a4-8"
    A4_14 = "a4-14"


@dataclass(frozen=True)
class Size:
    """A label and, of a sheet, where its labels stand; in points (1/72 in).

    `codes` is how many barcodes there is room for.
    """

    label: str
    width: float
    height: float
    codes: int
    columns: int = 1
    rows: int = 1
    left: float = 0
    top: float = 0
    gap: float = 0

    @property
    def is_sheet(self) -> bool:
        """Whether several labels share a page."""
        return self.per_page > 1

    @property
    def per_page(self) -> int:
        """Labels on a page."""
        return self.columns * self.rows

    @property
    def page(self) -> tuple[float, float]:
        """Width and height of a page."""
        return _A4 if self.is_sheet else (self.width, self.height)

    def place(self, index: int) -> tuple[float, float]:
        """The left upper corner of the label of that index on its page, from the page's."""
        row, column = divmod(index, self.columns)
        return self.left + column * (self.width + self.gap), self.top + row * self.height


SIZES = {
    Media.ROLL_4X3: Size(_later("4 × 3 in, roll"), 288, 216, 3),
    Media.ROLL_100X50: Size(_later("100 × 50 mm, roll"), 100 * _MM, 50 * _MM, 2),
    # Avery L7165 and L7163, and what other makers sell of the same cut
    Media.A4_8: Size(_later("A4 sheet, 2 × 4 labels of 99.1 × 67.7 mm"), 99.1 * _MM, 67.7 * _MM, 3,
                     2, 4, 4.65 * _MM, 13.1 * _MM, 2.5 * _MM),
    Media.A4_14: Size(_later("A4 sheet, 2 × 7 labels of 99.1 × 38.1 mm"), 99.1 * _MM, 38.1 * _MM, 1,
                      2, 7, 4.65 * _MM, 15.15 * _MM, 2.5 * _MM),
}  # fmt: skip


class Barcode(StrEnum):
    """A barcode that a label can have."""

    BOX_CODE = "box_code"
    GS1 = "gs1"
    SSCC = "sscc"


BARCODE_LABELS = {
    Barcode.BOX_CODE: _later("Box code (Code 128)"),
    Barcode.GS1: _later("GTIN and lot (GS1-128)"),
    Barcode.SSCC: _later("SSCC (GS1-128)"),
}


class GtinSource(StrEnum):
    """Where the GTIN of a box comes from; orders have no column of their own for it."""

    SKU = "sku"
    REFERENCE = "reference"
    CUSTOM_FIELD = "custom_field1"
    FIXED = "fixed"


GTIN_SOURCE_LABELS = {
    GtinSource.SKU: _later("our SKU"),
    GtinSource.REFERENCE: _later("the line's reference"),
    GtinSource.CUSTOM_FIELD: _later("the line's custom field 1"),
    GtinSource.FIXED: _later("the same for all"),
}

DPI = (203, 300)
"""Dots per inch of the print heads that ZPL is written for."""


class LabelTemplate(BaseModel):
    """A layout. `gtin` is the one of `GtinSource.FIXED`; `with_lot` adds the lot behind the GTIN.

    `company_prefix` and `extension` begin every SSCC. `dpi` is of the ZPL printer.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    name: str = Setting(min_length=1, max_length=60)
    media: Media = Media.ROLL_4X3
    language: str = "en"
    fields: tuple[Field, ...] = Setting(min_length=1)
    barcodes: tuple[Barcode, ...] = Setting(default=(Barcode.BOX_CODE,), min_length=1)
    gtin_source: GtinSource = GtinSource.SKU
    gtin: str = ""
    with_lot: bool = True
    company_prefix: str = ""
    extension: int = Setting(default=0, ge=0, le=9)
    dpi: int = 203

    @property
    def size(self) -> Size:
        """What it is printed on."""
        return SIZES[self.media]

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(set(self.fields)) < len(self.fields):
            raise ValueError(_("A field stands on the label twice."))
        if len(set(self.barcodes)) < len(self.barcodes):
            raise ValueError(_("A barcode stands on the label twice."))
        if len(self.barcodes) > self.size.codes:
            raise ValueError(
                _("{media} has room for {n} of the barcodes.").format(
                    media=_(self.size.label), n=self.size.codes
                )
            )
        for value, allowed in ((self.language, languages()), (self.dpi, DPI)):
            if value not in allowed:
                raise ValueError(_("“{value}” cannot be chosen.").format(value=value))
        try:
            if Barcode.GS1 in self.barcodes and self.gtin_source is GtinSource.FIXED:
                gs1.gtin_14(self.gtin)
            if Barcode.SSCC in self.barcodes:
                gs1.check_prefix(self.company_prefix)
        except InvalidInput as error:
            raise ValueError(str(error)) from error
        return self


def parse_template(definition: object) -> LabelTemplate:
    """A template from what was entered or stored. Raises `InvalidInput` with the first reason."""
    try:
        return LabelTemplate.model_validate(definition)
    except ValidationError as error:
        first = error.errors()[0]
        reason = str(first["msg"]).removeprefix("Value error, ")
        place = ".".join(str(part) for part in first["loc"])
        raise InvalidInput(
            _("The template cannot be used."), f"{place}: {reason}" if place else reason
        ) from error


_ALL = (
    Field.PROVIDER, Field.PO_NUMBER, Field.CUSTOMER, Field.MARK, Field.PRODUCT, Field.BOX_TYPE,
    Field.STEMS, Field.BOX_NUMBER, Field.AWB, Field.HOUSE_AWB, Field.SHIP_DATE, Field.LOT,
)  # fmt: skip
_FEW = (
    Field.PROVIDER, Field.PO_NUMBER, Field.CUSTOMER, Field.MARK, Field.PRODUCT, Field.BOX_TYPE,
    Field.STEMS, Field.BOX_NUMBER, Field.AWB, Field.SHIP_DATE,
)  # fmt: skip
READY_MADE = {
    t.name: t
    for t in (
        LabelTemplate(name="Box 4 × 3 in", fields=_ALL),
        LabelTemplate(name="Caja 4 × 3 in", fields=_ALL, language="es"),
        LabelTemplate(name="Box 100 × 50 mm", fields=_FEW, media=Media.ROLL_100X50),
        LabelTemplate(
            name="Caja 100 × 50 mm", fields=_FEW, media=Media.ROLL_100X50, language="es"
        ),
        LabelTemplate(name="Box A4, 8 a sheet", fields=_ALL, media=Media.A4_8),
        LabelTemplate(name="Caja A4, 8 por hoja", fields=_ALL, media=Media.A4_8, language="es"),
        LabelTemplate(name="Box A4, 14 a sheet", fields=_FEW, media=Media.A4_14),
        LabelTemplate(name="GS1 4 × 3 in (GTIN is our SKU)", fields=_FEW,
                      barcodes=(Barcode.BOX_CODE, Barcode.GS1)),
    )
}  # fmt: skip
_TITLES = {
    "Box 4 × 3 in": _later("Box 4 × 3 in"),
    "Caja 4 × 3 in": _later("Box 4 × 3 in, in Spanish"),
    "Box 100 × 50 mm": _later("Box 100 × 50 mm"),
    "Caja 100 × 50 mm": _later("Box 100 × 50 mm, in Spanish"),
    "Box A4, 8 a sheet": _later("Box A4, 8 a sheet"),
    "Caja A4, 8 por hoja": _later("Box A4, 8 a sheet, in Spanish"),
    "Box A4, 14 a sheet": _later("Box A4, 14 a sheet"),
    "GS1 4 × 3 in (GTIN is our SKU)": _later("GS1 4 × 3 in (GTIN is our SKU)"),
}


def title_of(name: str) -> str:
    """What a template is called on screen: a ready-made one in the language in force."""
    return _(_TITLES.get(name, name))
