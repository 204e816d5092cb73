"""Labels as a barcode reader and a reader of texts see them, on every format."""

import random
from pathlib import Path

import pypdfium2
import pytest
from label_samples import (
    GTINS,
    MOST_FIELDS,
    gs1_template,
    label_box,
    random_code,
    read_barcodes,
    read_texts,
    template,
)
from sample_accounts import ACTOR

from komet.context import AppContext
from komet.errors import InvalidInput
from komet.labels import code128
from komet.labels.drafting import draft_labels
from komet.labels.layout import Bars, Symbol, lay_out
from komet.labels.model import Field, LabelBox
from komet.labels.pdf import DPI
from komet.labels.printing import print_labels
from komet.labels.template import LabelTemplate, Media
from komet.labels.templates import save_template

FORMATS = {Media.ROLL_4X3: 350, Media.ROLL_100X50: 300, Media.A4_8: 160, Media.A4_14: 140}
"""How many labels of each are read back: with those of GS1, a thousand."""


def printed(ctx: AppContext, tmp_path: Path, boxes: list[LabelBox], chosen: LabelTemplate) -> bytes:
    target = tmp_path / "labels.pdf"
    outcome = print_labels(ctx, ACTOR, boxes, chosen, target)
    assert outcome.refused == ()
    assert outcome.labels == len(boxes)
    return target.read_bytes()


def boxes_of(count: int, seed: int) -> list[LabelBox]:
    chance = random.Random(seed)
    codes: dict[str, None] = {}
    while len(codes) < count:
        codes[random_code(chance)] = None
    return [label_box(box_code=code, position=n) for n, code in enumerate(codes, start=1)]


@pytest.mark.parametrize("media", FORMATS)
def test_every_box_code_is_read_back(ctx: AppContext, tmp_path: Path, media: Media) -> None:
    boxes = boxes_of(FORMATS[media], seed=len(media.value))
    pdf = printed(ctx, tmp_path, boxes, template(media=media))
    seen = [code for page in read_barcodes(pdf, 203) for code in page]
    assert [code.text for code in seen] == [box.box_code for box in boxes]
    assert {code.symbology_identifier for code in seen} == {"]C0"}


def test_gs1_barcodes_are_read_back_as_gs1(ctx: AppContext, tmp_path: Path) -> None:
    chance = random.Random(7)
    boxes = [
        label_box(box_code=f"B{n:05d}", sku=chance.choice(GTINS), lot=lot)
        for n, lot in enumerate(["123456", "L-9/a", "", "7"] * 13, start=1)
    ][:50]
    pdf = printed(ctx, tmp_path, boxes, gs1_template())
    for number, (box, page) in enumerate(zip(boxes, read_barcodes(pdf, 203), strict=True), start=1):
        code, goods, sscc = page
        assert code.text == box.box_code
        assert {goods.symbology_identifier, sscc.symbology_identifier} == {"]C1"}
        assert goods.text == f"01{box.sku}" + (f"10{box.lot}" if box.lot else "")
        digits = f"00614141{number:09d}"
        threes = sum(map(int, digits[::2]))
        check = -(3 * threes + sum(map(int, digits[1::2]))) % 10
        assert sscc.text == f"00{digits}{check}"


@pytest.mark.parametrize("media", FORMATS)
@pytest.mark.parametrize("language", ["en", "es"])
def test_the_texts_of_a_label_are_those_of_its_box(
    ctx: AppContext, tmp_path: Path, media: Media, language: str
) -> None:
    box = label_box(product="Rosa Freedom Ñandú & Œuvre Łódź 60")
    chosen = template(media=media, language=language, fields=MOST_FIELDS[media])
    [text] = read_texts(printed(ctx, tmp_path, [box], chosen))
    shown = {
        "en": {"provider": "Importer", "vendor": "Farm", "house_awb": "House AWB", "mark": "Mark",
               "box_number": "3 of 10", "ship_date": "2026-11-27", "stems": "300"},
        "es": {"provider": "Comprador", "vendor": "Finca", "house_awb": "Guía hija",
               "mark": "Marcación", "box_number": "3 de 10", "ship_date": "27/11/2026",
               "stems": "300"},
    }[language]  # fmt: skip
    names = [field.value for field in chosen.fields]
    values = [str(getattr(box, name)) for name in names if name not in PUT_IN_WORDS]
    expected = [box.box_code, *values, *(shown[name] for name in names if name in shown)]
    assert [value for value in expected if value not in text] == []


PUT_IN_WORDS = {"box_number", "ship_date", "stems"}
LONG = (
    "W" * 120,
    "Distribuidora Internacional de Flores Ñandú & Hijos Sociedad Anónima Comercial " * 3,
    "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z " * 4,
)


@pytest.mark.parametrize("media", FORMATS)
@pytest.mark.parametrize("long", LONG)
def test_a_long_text_leaves_label_and_barcode_alone(
    ctx: AppContext, tmp_path: Path, media: Media, long: str
) -> None:
    """Also on a reprint: every letter is on the label, and none near the bars."""
    chosen = template(media=media, fields=MOST_FIELDS[media])
    fields = ("provider", "customer", "mark", "product", "contents", "vendor", "awb", "carrier")
    box = label_box(box_code="ABCDEFGHIJKLMNOPQRST", **dict.fromkeys(fields, long))
    first, second = (printed(ctx, tmp_path, [box], chosen) for _time in range(2))
    with ctx.read() as con:
        [label] = draft_labels(con, [box], chosen, DPI).labels
    bars = label.bars[0]
    for pdf in (first, second):
        check_letters(pdf, bars, chosen)
        [[seen]] = read_barcodes(pdf, 203)
        assert seen.text == box.box_code


def check_letters(pdf: bytes, bars: Bars, chosen: LabelTemplate) -> None:
    left, top = chosen.size.place(0)
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        height = page.get_height()
        texts = page.get_textpage()
        letters = [texts.get_charbox(n) for n in range(texts.count_chars())]
    drawn = [box for box in letters if box[2] > box[0]]
    assert len(drawn) > 100
    for west, south, east, north in drawn:
        assert left <= west < east <= left + chosen.size.width
        assert top <= height - north < height - south <= top + chosen.size.height
        quiet = code128.QUIET * bars.module
        beside = east < left + bars.x - quiet or west > left + bars.x + bars.width + quiet
        above = height - south < top + bars.y
        below = height - north > top + bars.y + bars.height
        assert beside or above or below


def test_more_fields_than_can_be_read_are_refused(ctx: AppContext, tmp_path: Path) -> None:
    for media in (Media.ROLL_100X50, Media.A4_14):
        crowded = template(media=media, fields=tuple(Field))
        with pytest.raises(InvalidInput):
            print_labels(ctx, ACTOR, [label_box()], crowded, tmp_path / "labels.pdf")
        with pytest.raises(InvalidInput):
            save_template(ctx, ACTOR, crowded)


@pytest.mark.parametrize("media", FORMATS)
@pytest.mark.parametrize("dpi", [203, 300, 600])
def test_bars_are_whole_dots_and_have_their_quiet_zones(media: Media, dpi: int) -> None:
    chosen = template(media=media)
    for code in ("1", "R-000123", "ABCDEFGHIJKLMNOPQRST"):
        box = label_box(box_code=code)
        bars: Bars = lay_out(box, chosen, [Symbol(code, code)], 0, dpi).bars[0]
        for measure in (bars.module, bars.x):
            assert measure * dpi / 72 == pytest.approx(round(measure * dpi / 72), abs=1e-6)
        assert bars.module >= 0.19 * 72 / 25.4
        assert bars.x >= code128.QUIET * bars.module
        assert chosen.size.width - bars.x - bars.width >= code128.QUIET * bars.module
