"""Boxes to confirm as people paste them from a spreadsheet or a chat: a line or PO, and a number.

A row is taken apart at tabs, semicolons or several blanks. One of its cells names the line (its
Komet ID) or the PO, the last number is the boxes; where a PO has several lines, other cells tell
them apart by SKU, product or mark, or a word for all of them says so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from komet.dispatch.lines import refuse_several_clients
from komet.dispatch.model import Remark
from komet.errors import InvalidInput
from komet.language import _

_CELLS = re.compile(r"\t|;|\s{2,}|,\s+|\s*[:=]\s*")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]0+)?", re.ASCII)
_EVERYTHING = {"all", "todo", "todos", "todas", "completo", "ok"}
_HEADING = {"po", "boxes", "cajas", "orden", "línea", "linea", "line", "piezas"}


@dataclass
class Pasted:
    """Boxes by line (provider ID, PO item ID), and what could not be used of the text."""

    boxes: dict[tuple[str, str], int] = field(default_factory=dict)
    problems: list[Remark] = field(default_factory=list)


def read_pasted(lines: pl.DataFrame, text: str) -> Pasted:
    """What the text says of these lines (columns of `line_frame`)."""
    rows = list(lines.iter_rows(named=True))
    found = Pasted()
    for place, written in enumerate(text.splitlines(), start=1):
        cells = _cells(written)
        if not cells or (place == 1 and _is_heading(cells)):
            continue
        subject = written.strip()[:80]
        try:
            named = _read(cells, rows)
        except InvalidInput as problem:
            found.problems.append(Remark(place, subject, str(problem)))
            continue
        for row, boxes in named:
            key = row["provider_id"], row["po_item_id"]
            if found.boxes.setdefault(key, boxes) != boxes:
                said = _("Another row says another number for the same line.")
                found.problems.append(Remark(place, subject, said))
    return found


def _cells(written: str) -> list[str]:
    cells = [cell.strip().strip('"') for cell in _CELLS.split(written.strip())]
    if len(cells) == 1:
        cells = cells[0].rsplit(maxsplit=1)  # `P124000 8`
    return [cell for cell in cells if cell]


def _is_heading(cells: Sequence[str]) -> bool:
    words = {word for cell in cells for word in re.split(r"\W+", cell.lower())}
    return bool(words & _HEADING) and not any(_NUMBER.fullmatch(cell) for cell in cells)


def _read(cells: Sequence[str], rows: Sequence[dict[str, Any]]) -> list[tuple[dict[str, Any], int]]:
    given = {cell.casefold() for cell in cells}
    own = [row for row in rows if row["po_item_id"] in given]
    orders = [row for row in rows if row["po_number"].casefold() in given]
    if not own and not orders:
        raise InvalidInput(
            _("No PO or line of this name is among the lines shown."),
            next_step=_("Write the PO number or the line ID first, then the boxes."),
        )
    everything = bool(given & _EVERYTHING)
    if own:
        refuse_several_clients(own, own[0]["po_item_id"])
        named = {row["po_item_id"] for row in own}
        return _with_boxes(own, cells, named, everything=everything)
    named = {row["po_number"].casefold() for row in orders}
    if len({row["provider_id"] for row in orders}) > 1:
        orders = [row for row in orders if row["provider"].casefold() in given] or orders
    if everything:
        refuse_several_clients(orders, orders[0]["po_number"])
    several = len(orders) > 1 and not everything
    if several:
        orders = _told_apart(orders, given)
    return _with_boxes(orders, cells, named, everything=everything)


def _told_apart(orders: list[dict[str, Any]], given: set[str]) -> list[dict[str, Any]]:
    for name in ("sku", "product", "mark_code", "customer", "product_id"):
        told = [row for row in orders if str(row[name] or "").casefold() in given - {""}]
        if len(told) == 1:
            return told
    refuse_several_clients(orders, orders[0]["po_number"])
    raise InvalidInput(
        _("PO {number} has {n} lines.").format(number=orders[0]["po_number"], n=len(orders)),
        next_step=_("Add the SKU, the product or the line ID, or write “all” for the boxes."),
    )


def _with_boxes(
    rows: Sequence[dict[str, Any]], cells: Sequence[str], named: set[str], *, everything: bool
) -> list[tuple[dict[str, Any], int]]:
    if everything:
        return [(row, int(row["boxes"])) for row in rows]
    numbers = [cell for cell in cells if _NUMBER.fullmatch(cell) and cell.casefold() not in named]
    if not numbers:
        raise InvalidInput(_("There is no number of boxes in this row."))
    return [(row, int(re.split(r"[.,]", numbers[-1])[0])) for row in rows]
