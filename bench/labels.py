"""500 labels as PDF and ZPL, beside a bare script that draws barcodes alone.

`python bench/labels.py [labels]`. The bare one draws a Code 128 a page with reportlab's own class,
and nothing else: no text, no box, no data file. Ours reads the boxes and writes the record of what
was printed, too.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reportlab.graphics.barcode.code128 import Code128
from reportlab.pdfgen.canvas import Canvas

from komet.context import AppContext, open_context
from komet.labels.model import LabelBox
from komet.labels.printing import preview_labels, print_labels
from komet.labels.template import READY_MADE, LabelTemplate
from komet.permissions import SYSTEM
from komet.settings import Settings

LABELS = 500


def box(n: int) -> LabelBox:
    """One of 60 products for one of 25 customers, with a code of its own."""
    return LabelBox(
        provider_id="p", provider="Pétalo & Sons", po_item_id=str(n // 10),
        po_number=f"P{100_000 + n // 40}", box_code=f"R-2026-{n:06d}", position=n % 10 + 1, of=10,
        customer=f"Ñandú Flowers International {n % 25}", mark=f"Marcación {n % 25}",
        product=f"Rose Freedom Premium Long Stem {n % 60} cm", box_type="QB", stems=Decimal(300),
        ship_date=date(2026, 11, 27), lot=str(100_000 + n // 10), awb="729-1234 5675",
        house_awb="H-88",
    )  # fmt: skip


def bare(target: Path, labels: int) -> None:
    """A barcode a page."""
    canvas = Canvas(str(target), pagesize=(288, 216), pageCompression=1)
    for n in range(labels):
        Code128(f"R-2026-{n:06d}", barHeight=54, barWidth=1.08).drawOn(canvas, 10, 10)
        canvas.showPage()
    canvas.save()


def print_new(
    ctx: AppContext, template: LabelTemplate, target: Path, labels: int, first: int, run: int
) -> None:
    """Labels that no other run has printed."""
    boxes = [box((first + run) * labels + n) for n in range(labels)]
    outcome = print_labels(ctx, SYSTEM, boxes, template, target)
    assert (outcome.labels, outcome.reprints) == (labels, 0)


def seconds(act: Callable[[int], object]) -> float:
    """The median of five runs; each is given its number."""
    taken = []
    for n in range(5):
        start = time.perf_counter()
        act(n)
        taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def main(labels: int) -> None:
    """Measure each format: boxes that are new in every run, so that nothing is a reprint."""
    with tempfile.TemporaryDirectory() as folder:
        ctx = open_context(Settings(home=Path(folder) / "home"))
        target = Path(folder) / "labels"
        plain = seconds(lambda _n: bare(target.with_suffix(".pdf"), labels))
        print(f"{labels:,} bare barcodes, PDF: {plain:.2f} s")
        for place, (name, template) in enumerate(READY_MADE.items()):
            if template.language != "en" or len(template.barcodes) > 1:
                continue
            for suffix in (".pdf", ".zpl")[: 1 if template.size.is_sheet else 2]:
                first = (2 * place + (suffix == ".zpl")) * 5
                write = partial(print_new, ctx, template, target.with_suffix(suffix), labels, first)
                taken = seconds(write)
                print(
                    f"{labels:,} labels {name}, {suffix}: {taken:.2f} s, "
                    f"{taken / plain:.1f} times the bare barcodes"
                )
        boxes = [box(i) for i in range(labels)]
        template = next(iter(READY_MADE.values()))
        taken = seconds(lambda _n: preview_labels(ctx, boxes, template))
        print(f"preview of {labels:,}: {taken:.2f} s")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else LABELS)
