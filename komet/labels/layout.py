"""Where everything stands on a label, before anything is drawn: PDF and ZPL draw the same.

Points (1/72 in) from the left upper corner of the label, downwards.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from komet.errors import InvalidInput
from komet.labels import code128, fonts
from komet.labels.model import FIELD_LABELS, Field, LabelBox, field_text
from komet.labels.template import LabelTemplate, Size
from komet.language import _

_SPANS = dict.fromkeys(Field, 2) | {
    Field.PROVIDER: 4, Field.CUSTOMER: 4, Field.PRODUCT: 6, Field.CONTENTS: 6, Field.VENDOR: 3,
    Field.AWB: 3, Field.HOUSE_AWB: 3, Field.SHIP_DATE: 3, Field.LOT: 3, Field.SKU: 3,
    Field.CARRIER: 3, Field.LOCATION: 3,
}  # fmt: skip
_ROW = 6
_LARGE = frozenset({Field.CUSTOMER, Field.MARK, Field.PRODUCT, Field.CONTENTS})
_LARGE_ROW = 1.5
_ROOM_FOR_CAPTIONS = 16.5
"""How high a row is in which a caption stands above its value, in points; else it stands before."""
_LOWEST_ROW = 7.0
"""Of a row that can be read: a text of 5 points."""
_LOW_LABEL = 130
_SHARE_OF_CODES = {1: 0.30, 2: 0.44, 3: 0.54}
"""Of the height of a label, for so many barcodes."""
_NARROWEST, _WIDEST = 0.56, 1.45
"""A module of a barcode, in points: 0.2 to 0.51 mm."""
_EDGE = 3.0
"""Points on either side that printers may leave white, beyond the quiet zone."""


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text: `x` and `baseline` of its beginning, or centered in `width`."""

    x: float
    baseline: float
    size: float
    text: str
    bold: bool = True
    width: float = 0
    centered: bool = False
    white: bool = False

    @property
    def drawn_width(self) -> float:
        """From its first letter to its last."""
        font = fonts.BOLD if self.bold else fonts.REGULAR
        return fonts.width(self.text, font) * self.size

    @property
    def left(self) -> float:
        """Where its first letter begins."""
        return self.x + (self.width - self.drawn_width) / 2 if self.centered else self.x


@dataclass(frozen=True, slots=True)
class Bars:
    """A Code 128 symbol without its quiet zones: left upper corner, module in points."""

    x: float
    y: float
    height: float
    module: float
    values: tuple[int, ...]

    @property
    def width(self) -> float:
        """From the first bar to the last."""
        return code128.modules(self.values) * self.module


@dataclass(frozen=True, slots=True)
class Block:
    """A black rectangle."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Symbol:
    """What a barcode holds, and what stands below it."""

    text: str
    readable: str


@dataclass(frozen=True, slots=True)
class Label:
    """Everything that is drawn; `shortened` where a text had to be cut."""

    blocks: tuple[Block, ...]
    texts: tuple[Text, ...]
    bars: tuple[Bars, ...]
    shortened: bool


def check_room(template: LabelTemplate) -> None:
    """Raise `InvalidInput` where the fields would be too small to be read, also on a reprint."""
    _left, _top, _across, down = _area(template.size, len(template.barcodes), marked=True)
    if down / sum(map(_weight, _rows(template.fields))) < _LOWEST_ROW:
        raise InvalidInput(
            _("{media} has no room for all these fields.").format(media=_(template.size.label)),
            _("They would be too small to be read."),
            _("Take fewer fields or barcodes, or a larger label."),
        )


def lay_out(
    box: LabelBox, template: LabelTemplate, symbols: Sequence[Symbol], reprint: int, dpi: int
) -> Label:
    """The label of a box, in the language in force.

    `reprint` counts the times that it was printed before; bars are whole dots of `dpi` wide.
    Raises `InvalidInput` where a barcode does not fit.
    """
    size = template.size
    blocks: list[Block] = []
    texts: list[Text] = []
    if reprint:
        margin, height = _margin(size), _mark_height(size)
        y = margin - 2
        blocks.append(Block(margin, y, size.width - 2 * margin, height))
        word = _("REPRINT {n}").format(n=reprint)
        texts.append(_centered(word, size, y, height, margin, white=True))
    bars: list[Bars] = []
    each = _code_height(size, len(symbols))
    bottom = size.height - _margin(size)
    for place, symbol in enumerate(symbols):
        drawn, below = _symbol(symbol, size, bottom - (len(symbols) - place) * each, each, dpi)
        bars.append(drawn)
        texts.append(below)
    rows = _rows(template.fields)
    area = _area(size, len(symbols), marked=bool(reprint))
    # captions stand the same on reprints, which have less room
    least = _area(size, len(symbols), marked=True)[3] / sum(map(_weight, rows))
    lines, cells, shortened = _fields(box, rows, area, above=least >= _ROOM_FOR_CAPTIONS)
    return Label((*blocks, *lines), (*texts, *cells), tuple(bars), shortened)


def _margin(size: Size) -> float:
    return 8.5 if size.height > _LOW_LABEL else 6.0


def _mark_height(size: Size) -> float:
    """Of the mark of a reprint."""
    return 13.0 if size.height > _LOW_LABEL else 9.0


def _code_height(size: Size, codes: int) -> float:
    """Of a barcode with what stands below it, where there are so many."""
    return size.height * _SHARE_OF_CODES[codes] / codes


def _area(size: Size, codes: int, *, marked: bool) -> tuple[float, float, float, float]:
    """Left, top, width and height of what is left for fields, below the mark of a reprint."""
    margin = _margin(size)
    top = margin + (_mark_height(size) if marked else 0)
    down = size.height - margin - _code_height(size, codes) * codes - 3 - top
    return margin, top, size.width - 2 * margin, down


def _centered(
    text: str, size: Size, y: float, height: float, margin: float, *, white: bool = False
) -> Text:
    room = size.width - 2 * margin
    fitted = fonts.fit(text, fonts.BOLD, (room, height), height / fonts.LINE_HEIGHT)
    return Text(margin, y + _baseline(fitted.size, height), fitted.size, fitted.lines[0],
                width=room, centered=True, white=white)  # fmt: skip


def _baseline(size: float, height: float) -> float:
    """From the top of a cell to the baseline of a line in its middle."""
    return (height - size * fonts.LINE_HEIGHT) / 2 + size * fonts.ASCENT


def _symbol(symbol: Symbol, size: Size, y: float, height: float, dpi: int) -> tuple[Bars, Text]:
    values = code128.encode(symbol.text)
    wide = code128.modules(values) + 2 * code128.QUIET
    dot = 72 / dpi
    dots = min(int((size.width - 2 * _EDGE) / (wide * dot)), int(_WIDEST / dot))
    if dots * dot < _NARROWEST:
        raise InvalidInput(
            _("The barcode “{code}” is too long for this label.").format(code=symbol.readable),
            _("It has {n} characters.").format(n=len(symbol.text)),
            _("Take a wider label, or a shorter code."),
        )
    module = dots * dot
    below = min(10.0, height * 0.26)
    drawn = code128.modules(values) * module
    # on the grid of the printer's dots, or its bars would be of different widths
    x = round((size.width - drawn) / 2 / dot) * dot
    bars = Bars(x, y + 1, height - below - 2.5, module, values)
    text = _centered(fonts.printable(symbol.readable), size, y + height - below, below, _EDGE)
    return bars, text


def _rows(fields: Sequence[Field]) -> list[list[Field]]:
    rows: list[list[Field]] = []
    used = _ROW
    for field in fields:
        if used + _SPANS[field] > _ROW:
            rows.append([])
            used = 0
        rows[-1].append(field)
        used += _SPANS[field]
    return rows


def _weight(row: Sequence[Field]) -> float:
    return _LARGE_ROW if _LARGE & set(row) else 1.0


def _fields(
    box: LabelBox,
    rows: Sequence[Sequence[Field]],
    area: tuple[float, float, float, float],
    *,
    above: bool,
) -> tuple[list[Block], list[Text], bool]:
    left, top, across, down = area
    unit = down / sum(map(_weight, rows))
    blocks: list[Block] = []
    texts: list[Text] = []
    shortened = False
    y = top
    for row in rows:
        height = _weight(row) * unit
        x = left
        spans = sum(_SPANS[field] for field in row)
        for field in row:
            width = across * _SPANS[field] / spans
            cell = (x, y, width - 4, height)
            cut = _cell(texts, cell, _(FIELD_LABELS[field]), field_text(box, field),
                        large=field in _LARGE, above=above)  # fmt: skip
            shortened = shortened or cut
            x += width
        y += height
        blocks.append(Block(left, y - 0.4, across, 0.4))
    return blocks, texts, shortened


def _cell(
    texts: list[Text],
    cell: tuple[float, float, float, float],
    caption: str,
    value: str,
    *,
    large: bool,
    above: bool,
) -> bool:
    """A caption and its value: `above` each other, or beside each other."""
    x, y, width, height = cell
    words = fonts.fit(fonts.printable(caption), fonts.REGULAR,
                      (width if above else width * 0.4, 7.0), 6.0 if above else 5.0)  # fmt: skip
    text = fonts.printable(value)
    if above:
        texts.append(Text(x, y + 1 + words.size * fonts.ASCENT, words.size, words.lines[0], False))
        used = words.size * fonts.LINE_HEIGHT
        y, height = y + used + 0.6, height - used - 1.8
    else:
        texts.append(Text(x, y + _baseline(words.size, height), words.size, words.lines[0], False))
        used = fonts.width(words.lines[0], fonts.REGULAR) * words.size + 3
        x, y, width, height = x + used, y + 0.4, width - used, height - 1.2
    if not text:
        return False
    fitted = fonts.fit(text, fonts.BOLD, (width, height), 20.0 if large else 13.0)
    step = fitted.size * fonts.LINE_HEIGHT
    first = y + (height - step * len(fitted.lines)) / 2 + fitted.size * fonts.ASCENT
    for place, line in enumerate(fitted.lines):
        texts.append(Text(x, first + place * step, fitted.size, line))
    return fitted.shortened
