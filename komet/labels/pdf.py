"""Labels as a PDF, and a page of it as a picture."""

from collections.abc import Sequence
from io import BytesIO
from threading import Lock

from reportlab import rl_config
from reportlab.pdfgen.canvas import Canvas
from reportlab.pdfgen.pathobject import PDFPathObject

from komet.labels import code128, fonts
from komet.labels.layout import Label
from komet.labels.template import Size

DPI = 600
"""Bars are whole dots of this grid, which laser printers have, or a divisor of it."""

rl_config.useA85 = 0  # else every page is written once more as text, a quarter larger
_pdfium = Lock()
"""PDFium works for one thread at a time."""


def write_pdf(labels: Sequence[Label], size: Size, start: int, title: str) -> bytes:
    """A label a page, or sheets whose first label stands at position `start` (from 1)."""
    fonts.load()
    out = BytesIO()
    page_width, page_height = size.page
    canvas = Canvas(out, pagesize=(page_width, page_height), pageCompression=1, invariant=1)
    canvas.setTitle(title)
    canvas.setCreator("Komet Desk")
    at = start - 1 if size.is_sheet else 0
    for label in labels:
        if at == size.per_page:
            canvas.showPage()
            at = 0
        left, top = size.place(at)
        _draw(canvas, label, left, page_height - top)
        at += 1
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def count_pages(labels: int, size: Size, start: int) -> int:
    """How many pages so many labels take."""
    if not size.is_sheet:
        return labels
    return -(-(labels + start - 1) // size.per_page) if labels else 0


def page_picture(pdf: bytes, page: int, dots_per_inch: int) -> bytes:
    """A page as a PNG; pages count from 0."""
    import pypdfium2

    with _pdfium, pypdfium2.PdfDocument(pdf) as document:
        picture = document[page].render(scale=dots_per_inch / 72, grayscale=True).to_pil()
    out = BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def _draw(canvas: Canvas, label: Label, left: float, top: float) -> None:
    for block in label.blocks:
        canvas.rect(left + block.x, top - block.y - block.height, block.width, block.height,
                    stroke=0, fill=1)  # fmt: skip
    for bars in label.bars:
        # written here, as reportlab takes longer for these numbers than for all texts
        x, y, module = left + bars.x, top - bars.y - bars.height, bars.module
        down = f"{y:.4f}", f"{bars.height:.4f}"
        path = PDFPathObject(
            [
                f"{x + begin * module:.4f} {down[0]} {width * module:.4f} {down[1]} re"
                for begin, width in code128.bars(bars.values)
            ]
        )
        canvas.drawPath(path, stroke=0, fill=1)
    for text in label.texts:
        font = fonts.BOLD if text.bold else fonts.REGULAR
        canvas.setFont(font, text.size)
        if text.white:
            canvas.setFillGray(1)
        canvas.drawString(left + text.left, top - text.baseline, text.text)
        if text.white:
            canvas.setFillGray(0)
