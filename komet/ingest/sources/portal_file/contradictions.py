"""What a file says of one PO in several ways."""

import polars as pl

from komet.ingest.sources.portal_file.headings import Headings
from komet.ingest.sources.portal_file.problems import Problem
from komet.ingest.sources.portal_file.status_words import is_line_word
from komet.language import _

_SAID_ONCE = ("ship_date", "vendor_name", "origin", "location_name", "status")


def contradictions(lines: pl.DataFrame, headings: Headings) -> list[Problem]:
    """POs with several ship dates, vendors …, told once each. `lines`: see `OrderFile`.

    Different statuses of lines ("Shipped" beside "Confirmed") are none.
    """
    found: list[Problem] = []
    for name in _SAID_ONCE:
        if name not in headings.columns:
            continue
        said = lines.drop_nulls(["po_number", name]).group_by("po_number", maintain_order=True)
        several = said.agg(
            pl.col(name).unique(maintain_order=True),
            pl.col("row").filter(pl.col(name) != pl.col(name).first()).first(),
        ).filter(pl.col(name).list.len() > 1)
        for number, values, row in several.iter_rows():
            if name == "status" and all(is_line_word(value) for value in values):
                continue
            listed = ", ".join(str(value) for value in values)
            reason = _("PO {number} has several values here: {values}.").format(
                number=number, values=listed
            )
            found.append(Problem(row, headings.name(name), listed, reason))
    return found
