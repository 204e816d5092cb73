"""By how much boxes, stems and cost of each line went up or down, from slice to slice."""

from typing import Any

import polars as pl

from komet.store import formulas
from komet.store.database import Connection
from komet.store.order_tables import PO_BREAKDOWNS, PO_LINES
from komet.store.slices import OrderRows


def _figures(lines: str, breakdowns: str) -> str:
    """One row a line that is there: its boxes, stems and cost."""
    of_breakdowns = formulas.stems("l.total_boxes", "b.bunches", "b.stems_bunch")
    return f"""
      SELECT l.po_id, l.po_item_id, any_value(l.product_description) AS product,
        any_value(l.customer_name) AS customer_name, any_value(l.total_boxes) AS boxes,
        any_value(l.total_cost) AS total_cost, CASE WHEN count(b.position) > 0
          THEN sum({of_breakdowns}) ELSE any_value({formulas.line_stems("l")}) END AS stems
      FROM {lines} l
      LEFT JOIN {breakdowns} b ON b.po_id = l.po_id AND b.po_item_id = l.po_item_id
      WHERE l.gone_at IS NULL GROUP BY l.po_id, l.po_item_id
    """


def _difference(column: str, dtype: str) -> str:
    return f"(coalesce(a.{column}, 0) - coalesce(b.{column}, 0))::{dtype} AS {column}"


_NOW = _figures("lines", "breakdowns")
_BEFORE = _figures("lines_before", "breakdowns_before")
_DIFFERENCES = f"""
SELECT $run_id AS run_id, $provider_id AS provider_id, $slice_date AS slice_date,
  $seen_at AS seen_at, po_id, po_item_id, coalesce(a.product, b.product) AS product,
  coalesce(a.customer_name, b.customer_name) AS customer_name,
  {_difference("boxes", "DECIMAL(18, 4)")}, {_difference("stems", "DECIMAL(18, 4)")},
  {_difference("total_cost", "DECIMAL(18, 6)")}
FROM ({_NOW}) a FULL JOIN ({_BEFORE}) b USING (po_id, po_item_id)
WHERE (a.boxes, a.stems, a.total_cost) IS DISTINCT FROM (b.boxes, b.stems, b.total_cost)
"""
# of POs that nobody had seen before, everything is a difference
_OF_NEW = f"""
SELECT $run_id AS run_id, $provider_id AS provider_id, $slice_date AS slice_date,
  $seen_at AS seen_at, po_id, po_item_id, product, customer_name,
  coalesce(boxes, 0) AS boxes, coalesce(stems, 0) AS stems, coalesce(total_cost, 0) AS total_cost
FROM ({_NOW}) WHERE coalesce(boxes, stems, total_cost) IS NOT NULL
"""


def record(con: Connection, before: OrderRows, noted: dict[str, Any]) -> None:
    """Write one row a line that differs; called inside of `slices.written`.

    `before` has the rows that were held of the POs that are written; `noted` has run_id,
    provider_id, slice_date and seen_at.
    """
    if not before.po_lines:
        con.run(f"INSERT INTO po_differences BY NAME {_OF_NEW}", noted)
        return
    con.run(
        f"INSERT INTO po_differences BY NAME {_DIFFERENCES}",
        noted,
        lines_before=pl.DataFrame(before.po_lines, schema=PO_LINES),
        breakdowns_before=pl.DataFrame(before.po_breakdowns, schema=PO_BREAKDOWNS),
    )
