"""By how much boxes, stems and cost of each line went up or down, from slice to slice.

What counts is what is there and not cancelled: a cancelled PO or line is worth nothing, and back to
its figures once it stands again. The figures of a line stand under its customer and its product,
those of a mixed box under each of its products (boxes and cost on the first, as on order items):
a substitute is minus the old, plus the new.
"""

from komet import formulas
from komet.db.database import Connection


def _figures(items: str) -> str:
    """One row a line, customer and product that is there and stands: boxes, stems and cost."""
    first = "i.item_no <= 1"
    return f"""
      SELECT i.provider_id, i.po_id, i.po_item_id, i.n,
        coalesce(i.product_id, i.product, '') AS product_key,
        coalesce(i.customer_id, i.customer_name, '') AS customer_key,
        any_value(i.product) AS product, any_value(i.customer_name) AS customer_name,
        coalesce(sum(i.boxes) FILTER ({first}), 0)::DECIMAL(18, 4) AS boxes,
        coalesce(sum(i.stems), 0)::DECIMAL(18, 4) AS stems,
        coalesce(sum(i.total_cost) FILTER ({first}), 0)::DECIMAL(18, 6) AS total_cost
      FROM {items} i WHERE i.gone_at IS NULL AND {formulas.standing("i")} GROUP BY ALL
    """


def _difference(column: str, dtype: str) -> str:
    return f"(coalesce(a.{column}, 0) - coalesce(b.{column}, 0))::{dtype} AS {column}"


_KEY = "provider_id, po_id, po_item_id, product_key, customer_key"
_NOW = _figures("items")
_BEFORE = _figures("items_before")
_DIFFERENCES = f"""
SELECT provider_id, po_id, po_item_id, coalesce(a.n, b.n) AS n,
  coalesce(a.product, b.product) AS product,
  coalesce(a.customer_name, b.customer_name) AS customer_name,
  {_difference("boxes", "DECIMAL(18, 4)")}, {_difference("stems", "DECIMAL(18, 4)")},
  {_difference("total_cost", "DECIMAL(18, 6)")},
  (provider_id, po_id) IN (FROM first_orders)
    AND (provider_id, po_item_id) NOT IN (SELECT provider_id, po_item_id FROM items_before)
    AS first_download
FROM ({_NOW}) a FULL JOIN ({_BEFORE}) b USING ({_KEY})
"""
# of POs that nobody had seen before, everything is a difference
_OF_NEW = f"""
SELECT provider_id, po_id, po_item_id, n, product, customer_name, boxes, stems, total_cost,
  (provider_id, po_id) IN (FROM first_orders) AS first_download
FROM ({_NOW})
"""


def record(con: Connection, *, are_all_new: bool) -> None:
    """Write one row a line, customer and product that differs.

    Its tables: `items` (what is written) and `items_before` (what was stored of the same POs, not
    asked for where `are_all_new`), each with n, the index of its slice; `first_orders`: the POs
    that are only new to us, because their day was downloaded for the first time; `recorded`: n,
    run_id, slice_date, seen_at and commit_no.
    """
    found = _OF_NEW if are_all_new else _DIFFERENCES
    con.run(
        "INSERT INTO po_differences BY NAME SELECT * EXCLUDE (n)"
        f" FROM ({found}) JOIN recorded USING (n)"
        " WHERE boxes <> 0 OR stems <> 0 OR total_cost <> 0"
    )
