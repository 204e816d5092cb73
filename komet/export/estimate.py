"""How many rows an export has and about how large its file is, before it is made."""

from dataclasses import dataclass

from komet.export.layout import layout_of
from komet.export.template import ExportTemplate, Level
from komet.export.writers import WRITERS
from komet.export.writers.xlsx import EXCEL_ROWS
from komet.language import _, number
from komet.orders.column import Grain
from komet.orders.model import Totals

SMALL = 20_000
"""Up to so many rows a file is there as soon as its button was pressed."""
_KB = 1024


@dataclass(frozen=True)
class Estimate:
    """`rows` of the longest sheet, which needs `sheets` of Excel; `all_rows` of all; `size` bytes.

    Rows and sheets are exact but for breakdowns and boxes, of which nothing is counted beforehand.
    """

    rows: int
    all_rows: int
    size: int
    sheets: int = 1

    @property
    def is_small(self) -> bool:
        """Whether nobody has to wait for it."""
        return self.all_rows <= SMALL

    @property
    def size_label(self) -> str:
        """Its size in words: "about 540 KB"."""
        digits = max(0, len(str(self.size)) - 2)
        return _("about {size}").format(size=describe_size(round(self.size, -digits)))


def estimate_orders(totals: Totals, suffix: str, *, most_rows: int = EXCEL_ROWS) -> Estimate:
    """The export of what comes to these totals, in a file type of `WRITERS`."""
    writer = WRITERS[suffix]
    rows = {Grain.ITEM: totals.items}
    if writer.has_sheets:
        # the breakdowns of a mixed line are items, and at least two
        rows |= {Grain.PO: totals.purchase_orders, Grain.LINE: totals.lines,
                 Grain.BREAKDOWN: totals.items - totals.lines}  # fmt: skip
    cells = sum(count * len(layout_of(grain)) for grain, count in rows.items())
    return Estimate(
        totals.items,
        sum(rows.values()),
        round(cells * writer.cell_bytes),
        _sheets(totals.items, most_rows) if writer.has_sheets else 1,
    )


def estimate_template(
    totals: Totals, template: ExportTemplate, *, most_rows: int = EXCEL_ROWS
) -> Estimate:
    """The export of what comes to these totals by a template."""
    rows = {
        Level.ITEM: totals.items,
        Level.LINE: totals.lines,
        Level.PO: totals.purchase_orders,
    }[template.level]
    writer = WRITERS[template.file_type]
    size = round(rows * len(template.columns) * writer.cell_bytes)
    return Estimate(rows, rows, size, _sheets(rows, most_rows) if writer.has_sheets else 1)


def describe_size(size: int) -> str:
    """Bytes in the unit that fits: "540 KB", "12 MB", "1.3 GB"."""
    for unit, bytes_ in (("GB", _KB**3), ("MB", _KB**2)):
        if size >= bytes_:
            return f"{number(size / bytes_, 1 if size < 10 * bytes_ else 0)} {unit}"
    return f"{number(max(1, -(-size // _KB)))} KB"


def _sheets(rows: int, most_rows: int) -> int:
    """How many sheets of Excel hold the rows, with a heading on each and the totals on the last."""
    return -(-(rows + 1) // (most_rows - 1))
