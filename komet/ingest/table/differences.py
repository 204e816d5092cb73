"""By how much boxes, stems and cost of each line went up or down, from slice to slice.

What counts is what is there and not cancelled: a cancelled PO or line is worth nothing, and back to
its figures once it stands again. The figures of a line stand under its customer and its product,
those of a mixed box under each of its products (boxes and cost on the first, as on order items):
a substitute is minus the old, plus the new.
"""

from collections.abc import Collection
from typing import Any

import polars as pl

from komet import formulas
from komet.db.database import Connection
from komet.ingest.model import OrderRows
from komet.orders.table import items as order_tables


def _figures(lines: str, breakdowns: str) -> str:
    """One row a line, customer and product that is there and stands: boxes, stems and cost."""
    of_breakdowns = formulas.stems("l.total_boxes", "b.bunches", "b.stems_bunch")
    first = "(b.position IS NULL OR b.position = 1)"
    return f"""
      SELECT l.po_id, l.po_item_id,
        CASE WHEN b.position IS NULL THEN coalesce(l.product_id, l.product_description, '')
          ELSE coalesce(b.product_id, b.product_description, '') END AS product_key,
        coalesce(l.customer_id, l.customer_name, '') AS customer_key,
        any_value(CASE WHEN b.position IS NULL THEN l.product_description
          ELSE b.product_description END) AS product,
        any_value(l.customer_name) AS customer_name,
        coalesce(sum(l.total_boxes) FILTER ({first}), 0)::DECIMAL(18, 4) AS boxes,
        coalesce(sum(CASE WHEN b.position IS NULL THEN {formulas.line_stems("l")}
          ELSE {of_breakdowns} END), 0)::DECIMAL(18, 4) AS stems,
        coalesce(sum(l.total_cost) FILTER ({first}), 0)::DECIMAL(18, 6) AS total_cost
      FROM {lines} l
      LEFT JOIN {breakdowns} b ON b.po_id = l.po_id AND b.po_item_id = l.po_item_id
      WHERE l.gone_at IS NULL AND {formulas.not_cancelled("l.po_status")}
        AND {formulas.not_cancelled("l.line_item_status")}
      GROUP BY ALL
    """


def _difference(column: str, dtype: str) -> str:
    return f"(coalesce(a.{column}, 0) - coalesce(b.{column}, 0))::{dtype} AS {column}"


_RECORDED = """
  $run_id AS run_id, $provider_id AS provider_id, $slice_date AS slice_date, $seen_at AS seen_at,
  $commit_no AS commit_no
"""
_KEY = "po_id, po_item_id, product_key, customer_key"
_NOW = _figures("lines", "breakdowns")
_BEFORE = _figures("lines_before", "breakdowns_before")
_DIFFERENCES = f"""
SELECT {_RECORDED}, po_id, po_item_id, coalesce(a.product, b.product) AS product,
  coalesce(a.customer_name, b.customer_name) AS customer_name,
  {_difference("boxes", "DECIMAL(18, 4)")}, {_difference("stems", "DECIMAL(18, 4)")},
  {_difference("total_cost", "DECIMAL(18, 6)")},
  list_contains($first, po_id) AND po_item_id NOT IN (SELECT po_item_id FROM lines_before)
    AS first_download
FROM ({_NOW}) a FULL JOIN ({_BEFORE}) b USING ({_KEY})
WHERE a.boxes IS DISTINCT FROM b.boxes OR a.stems IS DISTINCT FROM b.stems
  OR a.total_cost IS DISTINCT FROM b.total_cost
"""
# of POs that nobody had seen before, everything is a difference
_OF_NEW = f"""
SELECT {_RECORDED}, po_id, po_item_id, product, customer_name, boxes, stems, total_cost,
  list_contains($first, po_id) AS first_download
FROM ({_NOW}) WHERE boxes <> 0 OR stems <> 0 OR total_cost <> 0
"""


def record(
    con: Connection, before: OrderRows, recorded: dict[str, Any], first: Collection[str]
) -> None:
    """Write one row a line, customer and product that differs; called inside of `mirror.staged`.

    `before` has the rows that were stored of the POs that are written; `recorded` has run_id,
    provider_id, slice_date, seen_at and commit_no. `first`: the PO IDs that are only new to us,
    because their day was downloaded for the first time.
    """
    params = {**recorded, "first": list(first)}
    if not before.po_lines:
        con.run(f"INSERT INTO po_differences BY NAME {_OF_NEW}", params)
        return
    con.run(
        f"INSERT INTO po_differences BY NAME {_DIFFERENCES}",
        params,
        lines_before=pl.DataFrame(before.po_lines, schema=order_tables.po_lines()),
        breakdowns_before=pl.DataFrame(before.po_breakdowns, schema=order_tables.po_breakdowns()),
    )
