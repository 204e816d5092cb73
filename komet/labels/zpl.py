"""Labels as ZPL II, the language of Zebra's label printers and of many others.

Texts are UTF-8 (^CI28) with every sign of ZPL's own, and every letter beyond ASCII, as _XX (^FH).
They are in the printer's own font 0, which is narrower than the one that the layout measured with.
Barcodes name their code sets themselves, so that a printer prints the same bars as the PDF.
"""

from collections.abc import Sequence

from komet.labels import code128
from komet.labels.layout import Label, Text
from komet.labels.template import Size

_STARTS = {code128.START_B: ">:", code128.START_C: ">;"}
_SIGNS = {">": ">0", "^": "><", "~": ">="}
"""Signs of ZPL's own, as ^BC wants them in code set B."""

_WIDTH_OF_FONT_0 = 0.8


def write_zpl(labels: Sequence[Label], size: Size, dpi: int) -> bytes:
    """A format (^XA … ^XZ) for each label, for a print head of `dpi` dots per inch."""
    across, down = _dots(size.width, dpi), _dots(size.height, dpi)
    head = f"^XA^CI28^LH0,0^LT0^PW{across}^LL{down}"
    return "".join(_format(head, label, dpi) for label in labels).encode("ascii")


def escape(text: str) -> str:
    """Field data for ^FH: what is not plain ASCII as the bytes of UTF-8, each _XX."""
    return "".join(
        char if " " <= char <= "~" and char not in "^~_\\"
        else "".join(f"_{byte:02X}" for byte in char.encode("utf-8"))
        for char in text
    )  # fmt: skip


def symbol_data(values: Sequence[int]) -> str:
    """Field data of ^BC for the values of a symbol; the printer adds check value and stop."""
    parts = [_STARTS[values[0]]]
    in_c = values[0] == code128.START_C
    for value in values[1:-2]:
        if value == code128.FNC1_VALUE:
            parts.append(">8")
        elif in_c and value == code128.CODE_B:
            parts.append(">6")
            in_c = False
        elif in_c:
            parts.append(f"{value:02d}")
        elif value == code128.CODE_C:
            parts.append(">5")
            in_c = True
        else:
            sign = chr(value + 32)
            parts.append(_SIGNS.get(sign) or sign)
    return "".join(parts)


def _dots(points: float, dpi: int) -> int:
    return round(points * dpi / 72)


def _format(head: str, label: Label, dpi: int) -> str:
    lines = [head]
    for block in label.blocks:
        width, height = _dots(block.width, dpi), max(_dots(block.height, dpi), 1)
        thick = min(width, height)
        lines.append(
            f"^FO{_dots(block.x, dpi)},{_dots(block.y, dpi)}^GB{width},{height},{thick}^FS"
        )
    for bars in label.bars:
        height = _dots(bars.height, dpi)
        lines.append(
            f"^FO{_dots(bars.x, dpi)},{_dots(bars.y, dpi)}^BY{_dots(bars.module, dpi)},3,{height}"
            f"^BCN,{height},N,N,N,N^FH_^FD{escape(symbol_data(bars.values))}^FS"
        )
    lines.extend(_text(text, dpi) for text in label.texts if text.text)
    lines.append("^XZ\n")
    return "\n".join(lines)


def _text(text: Text, dpi: int) -> str:
    height = _dots(text.size, dpi)
    # in the middle: font 0 is about as narrow as this beside the font that was measured
    left = text.left + (text.drawn_width * (1 - _WIDTH_OF_FONT_0) / 2 if text.centered else 0)
    place = f"^FT{_dots(left, dpi)},{_dots(text.baseline, dpi)}^A0N,{height},{height}"
    return f"{place}{'^FR' if text.white else ''}^FH_^FD{escape(text.text)}^FS"
