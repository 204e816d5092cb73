"""Boxes and templates for the tests of labels, and readers of what was printed."""

import random
import string
from datetime import date
from decimal import Decimal
from typing import Any

import pypdfium2
import zxingcpp

from komet.labels.model import Field, LabelBox
from komet.labels.template import Barcode, LabelTemplate, Media

GTINS = ("09506000134352", "06291041500213", "00036000291452", "15400141288763")
EVERY_FIELD = tuple(Field)
SOME_FIELDS = (
    Field.PROVIDER, Field.PO_NUMBER, Field.CUSTOMER, Field.MARK, Field.PRODUCT, Field.BOX_NUMBER,
    Field.SHIP_DATE,
)  # fmt: skip
MOST_FIELDS = {
    Media.ROLL_4X3: EVERY_FIELD,
    Media.A4_8: EVERY_FIELD,
    Media.ROLL_100X50: (
        Field.PROVIDER,
        Field.MARK,
        Field.CUSTOMER,
        Field.LOT,
        Field.PRODUCT,
        Field.BOX_TYPE,
        Field.STEMS,
        Field.BOX_NUMBER,
        Field.AWB,
        Field.HOUSE_AWB,
        Field.PO_NUMBER,
        Field.SHIP_DATE,
    ),
    Media.A4_14: SOME_FIELDS,
}
"""As many as there is room for."""


def label_box(**given: Any) -> LabelBox:
    """A box about which everything is known."""
    values: dict[str, Any] = {
        "provider_id": "p", "provider": "Pétalo & Sons", "po_item_id": "77", "position": 3,
        "po_number": "P124000", "box_code": "R-000123", "of": 10, "customer": "Ñandú Flores",
        "vendor": "Finca Güitarra", "mark": "Marcación Ø", "product": "Rosa Freedom 60 cm",
        "contents": "4 × 25 Rosa", "sku": GTINS[0], "box_type": "QB", "stems": Decimal(300),
        "pack": "12 × 25", "ship_date": date(2026, 11, 27), "lot": "123456", "awb": "729-12345675",
        "house_awb": "HAWB-88", "carrier": "Carguera del Ecuador", "location": "Miami",
    }  # fmt: skip
    return LabelBox(**values | given)


def random_code(chance: random.Random) -> str:
    """A box code as growers and Komet make them, and as hard ones as twenty characters can be."""
    signs = "".join(map(chr, range(33, 127)))
    return {
        0: lambda: f"{chance.randrange(10**11):011d}",
        1: lambda: f"R-{chance.randrange(10**6):06d}",
        2: lambda: "".join(chance.choices(string.digits, k=20)),
        3: lambda: "".join(chance.choices(string.ascii_letters, k=20)),
        4: lambda: "".join(chance.choices(signs, k=chance.randint(1, 20))),
        5: lambda: "".join(chance.choices(string.digits + "AB", k=chance.randint(1, 20))),
        6: lambda: str(chance.randrange(10)),
    }[chance.randrange(7)]()


def template(**given: Any) -> LabelTemplate:
    """A template on 4 × 3 in, with the box code."""
    values = {"name": "Test", "fields": SOME_FIELDS, "barcodes": (Barcode.BOX_CODE,)}
    return LabelTemplate.model_validate(values | given)


def gs1_template(**given: Any) -> LabelTemplate:
    """A template with all three barcodes."""
    values = {"media": Media.ROLL_4X3, "barcodes": tuple(Barcode), "company_prefix": "0614141"}
    return template(**values | given)


def read_barcodes(pdf: bytes, dots_per_inch: int) -> list[list[zxingcpp.Barcode]]:
    """What a barcode reader sees on each page, from top to bottom, then left to right."""
    with pypdfium2.PdfDocument(pdf) as document:
        found = []
        for page in document:
            picture = page.render(scale=dots_per_inch / 72, grayscale=True).to_numpy()
            seen = zxingcpp.read_barcodes(
                picture[:, :, 0] if picture.ndim == 3 else picture,
                formats=zxingcpp.BarcodeFormat.Code128,
                text_mode=zxingcpp.TextMode.Plain,
                try_rotate=False,
                try_downscale=False,
                try_invert=False,
            )
            row = dots_per_inch // 4
            found.append(
                sorted(seen, key=lambda b: (b.position.top_left.y // row, b.position.top_left.x))
            )
    return found


def read_texts(pdf: bytes) -> list[str]:
    """The text of each page, on one line."""
    with pypdfium2.PdfDocument(pdf) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]
