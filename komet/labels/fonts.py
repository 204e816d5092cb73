"""The typeface of labels: how wide a text is, and how a text comes into a cell.

DejaVu Sans Condensed, kept beside this file with the letters of Latin, Greek and Cyrillic: the same
on every computer, and free to be embedded.
"""

import unicodedata
from functools import cache, lru_cache
from importlib.resources import as_file, files
from typing import NamedTuple

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

REGULAR, BOLD = "KometLabel", "KometLabelBold"
LINE_HEIGHT = 1.16
"""Of a line of text, in sizes of the font."""
ASCENT = 0.93
"""From the top of a line down to its baseline, in sizes of the font."""
SMALLEST = 4.5
"""Points; what would have to be smaller is cut with "…"."""
_FILES = {REGULAR: "DejaVuSansCondensed.ttf", BOLD: "DejaVuSansCondensed-Bold.ttf"}
_STEP = 0.25
_WORTH_A_LINE = 1.25
_UNKNOWN = "\u25a1"


class Fitted(NamedTuple):
    """A text as it comes into a cell; `shortened` where its end had to be cut."""

    lines: tuple[str, ...]
    size: float
    shortened: bool


@cache
def load() -> None:
    """Register the fonts with reportlab; before anything is measured or drawn."""
    for name, file in _FILES.items():
        with as_file(files(__package__).joinpath("fonts", file)) as path:
            pdfmetrics.registerFont(TTFont(name, str(path)))


@lru_cache(100_000)
def width(text: str, font: str) -> float:
    """The width of a text in sizes of the font."""
    load()
    return float(pdfmetrics.stringWidth(text, font, 1))


@lru_cache(20_000)
def printable(text: str) -> str:
    """The text on one line; a letter that the font lacks is an empty square."""
    load()
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if line.isascii() and line.isprintable():
        return line
    known = _letters()
    return "".join(char if char in known else _UNKNOWN for char in line)


@lru_cache(20_000)
def fit(text: str, font: str, room: tuple[float, float], largest: float) -> Fitted:
    """The text as large as `room` (width, height in points) takes it, on one to three lines.

    It is never wider or higher than that.
    """
    across, down = room
    best: Fitted | None = None
    for lines in (1, 2, 3):
        size = min(largest, down / (lines * LINE_HEIGHT))
        # another line must be worth it
        while size >= SMALLEST and (best is None or size > best.size * _WORTH_A_LINE):
            wrapped = _wrap(text, font, across / size)
            if len(wrapped) <= lines:
                best = Fitted(wrapped, size, shortened=False)
                break
            size -= _STEP
    if best:
        return best
    size = min(SMALLEST, down / LINE_HEIGHT)
    lines = max(1, int(down / (size * LINE_HEIGHT)))
    wrapped = _wrap(text, font, across / size)
    if len(wrapped) <= lines:
        return Fitted(wrapped, size, shortened=False)
    kept = [*wrapped[: lines - 1], _cut("".join(wrapped[lines - 1 : lines]), font, across / size)]
    return Fitted(tuple(kept), size, shortened=True)


@cache
def _letters() -> frozenset[str]:
    font = pdfmetrics.getFont(REGULAR)
    return frozenset(map(chr, font.face.charToGlyph))  # type: ignore[attr-defined]


def _wrap(text: str, font: str, room: float) -> tuple[str, ...]:
    """Lines no wider than `room`, broken between words, or inside one that is too long."""
    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width(longer, font) <= room:
            line = longer
            continue
        if line:
            lines.append(line)
        while width(word, font) > room and len(word) > 1:
            head = _head(word, font, room)
            lines.append(head)
            word = word[len(head) :]  # noqa: PLW2901
        line = word
    return (*lines, line) if line else tuple(lines) or ("",)


def _head(word: str, font: str, room: float) -> str:
    end = 1
    while end < len(word) and width(word[: end + 1], font) <= room:
        end += 1
    return word[:end]


def _cut(line: str, font: str, room: float) -> str:
    while line and width(f"{line}…", font) > room:
        line = line[:-1].rstrip()
    return f"{line}…"
