"""Labels as ZPL, read by an interpreter of the few commands that they use.

It knows them from Zebra's manual alone: ^FH and its bytes, ^CI28, the start characters and
invocations of ^BC, and how wide a symbol gets.
"""

import random
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from label_samples import MOST_FIELDS, gs1_template, label_box, random_code, template
from sample_accounts import ACTOR

from komet.context import AppContext
from komet.errors import InvalidInput
from komet.labels.model import LabelBox
from komet.labels.printing import print_labels
from komet.labels.template import LabelTemplate, Media

INVOKED = {"<": "^", "0": ">", "=": "~"}
"""What `>` and this sign stand for in code set B."""


@dataclass
class Printed:
    """A label as the printer would print it; places and sizes in dots."""

    width: int
    height: int
    codes: list[tuple[int, int, int, int, int, str]] = field(default_factory=list)
    """left, top, width, height, module, and what a reader would give."""
    texts: list[tuple[int, int, int, str]] = field(default_factory=list)
    """left, baseline, height, text"""


def read_symbol(data: str) -> tuple[str, int]:
    """The text of ^BC's field data, FNC1 as GS, and how many symbol characters it takes."""
    in_c = {">:": False, ">;": True}[data[:2]]
    text, count, i = "", 1, 2
    while i < len(data):
        count += 1
        if data[i] == ">":
            sign = data[i + 1]
            if sign == "8":
                text += "\x1d"
            elif sign in "56":
                assert in_c == (sign == "6")
                in_c = sign == "5"
            else:
                assert not in_c
                text += INVOKED[sign]
            i += 2
        elif in_c:
            assert data[i : i + 2].isdecimal()
            text += data[i : i + 2]
            i += 2
        else:
            assert data[i] not in "^~>"
            text += data[i]
            i += 1
    return text, count + 2


def unescaped(data: str) -> str:
    """^FH: `_` and two hexadecimal digits are a byte; bytes are UTF-8 (^CI28)."""
    raw = re.sub(rb"_([0-9A-F]{2})", lambda found: bytes([int(found[1], 16)]), data.encode("ascii"))
    return raw.decode("utf-8")


def interpret(zpl: bytes) -> list[Printed]:
    """Every label of a file that holds nothing but ASCII and commands that we know."""
    labels = []
    for body in re.findall(r"\^XA(.*?)\^XZ", zpl.decode("ascii"), re.DOTALL):
        assert "^CI28" in body
        [width], [height] = re.findall(r"\^PW(\d+)", body), re.findall(r"\^LL(\d+)", body)
        label = Printed(int(width), int(height))
        for part in body.split("^FS"):
            if bars := re.search(
                r"\^FO(\d+),(\d+)\^BY(\d+),3,(\d+)\^BCN,(\d+),N,N,N,N\^FH_\^FD(.*)$", part
            ):
                left, top, module, height_1, height_2 = map(int, bars.groups()[:5])
                assert height_1 == height_2
                text, count = read_symbol(unescaped(bars[6]))
                wide = (count * 11 + 2) * module
                label.codes.append((left, top, wide, height_1, module, text))
            elif text := re.search(r"\^FT(\d+),(\d+)\^A0N,(\d+),\d+(?:\^FR)?\^FH_\^FD(.*)$", part):
                assert not re.search(r"[\^~\\]", text[4])
                label.texts.append((int(text[1]), int(text[2]), int(text[3]), unescaped(text[4])))
            else:
                rest = re.sub(r"\^(CI28|LH0,0|LT0|PW\d+|LL\d+)", "", part).strip()
                assert re.fullmatch(r"(\^FO\d+,\d+\^GB\d+,\d+,\d+)?", rest), rest
        labels.append(label)
    return labels


def written(
    ctx: AppContext, tmp_path: Path, boxes: list[LabelBox], chosen: LabelTemplate
) -> list[Printed]:
    target = tmp_path / "labels.zpl"
    outcome = print_labels(ctx, ACTOR, boxes, chosen, target)
    assert (outcome.labels, outcome.refused) == (len(boxes), ())
    return interpret(target.read_bytes())


@pytest.mark.parametrize("dpi", [203, 300])
@pytest.mark.parametrize("media", [Media.ROLL_4X3, Media.ROLL_100X50])
def test_codes_and_texts_are_those_of_the_boxes_and_inside_the_label(
    ctx: AppContext, tmp_path: Path, media: Media, dpi: int
) -> None:
    chance = random.Random(dpi)
    boxes = [
        label_box(box_code=code, product=f"Peña ^ {code} ~ _5E ñandú \\ é >", mark=f"Ø{n}")
        for n, code in enumerate({random_code(chance): None for _n in range(250)})
    ]
    chosen = template(media=media, dpi=dpi, fields=MOST_FIELDS[media])
    labels = written(ctx, tmp_path, boxes, chosen)
    inches = {Media.ROLL_4X3: (4, 3), Media.ROLL_100X50: (100 / 25.4, 50 / 25.4)}[media]
    for box, label in zip(boxes, labels, strict=True):
        assert (label.width, label.height) == tuple(round(side * dpi) for side in inches)
        [(left, top, width, height, module, text)] = label.codes
        assert text == box.box_code
        assert module / dpi >= 0.19 / 25.4
        assert left >= 10 * module
        assert left + width + 10 * module <= label.width
        assert 0 < top < top + height < label.height
        texts = [text for _x, _y, _size, text in label.texts]
        assert {box.provider, box.customer, box.mark, "300", box.box_code} <= set(texts)
        assert box.product in " ".join(texts)
        for x, baseline, size, _text in label.texts:
            assert 0 <= x < label.width
            assert size * 0.7 <= baseline <= label.height - size * 0.2
            assert baseline <= top or baseline - size * 0.75 >= top + height


def test_gs1_barcodes_begin_with_fnc1(ctx: AppContext, tmp_path: Path) -> None:
    boxes = [label_box(box_code=f"B{n}", lot="L9") for n in range(3)]
    for n, label in enumerate(written(ctx, tmp_path, boxes, gs1_template()), start=1):
        _code, goods, sscc = (code[-1] for code in label.codes)
        assert goods == "\x1d0109506000134352" + "10L9"
        assert sscc.startswith(f"\x1d0000614141{n:09d}")
        assert len(sscc) == 21


def test_a_reprint_says_so_in_white_on_black(ctx: AppContext, tmp_path: Path) -> None:
    chosen = template(language="es")
    written(ctx, tmp_path, [label_box()], chosen)
    for number in (1, 2):
        [label] = written(ctx, tmp_path, [label_box()], chosen)
        assert f"REIMPRESIÓN {number}" in [text for _x, _y, _size, text in label.texts]
    raw = (tmp_path / "labels.zpl").read_text()
    assert re.search(r"\^FR\^FH_\^FDREIMPRESI_C3_93N 2\^FS", raw)


def test_sheets_are_no_zpl(ctx: AppContext, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput):
        print_labels(ctx, ACTOR, [label_box()], template(media=Media.A4_8), tmp_path / "l.zpl")
    assert list(tmp_path.glob("*.zpl")) == []
