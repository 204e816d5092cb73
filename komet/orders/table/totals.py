"""What a filter comes to: its totals.

Boxes, cost, FBE and confirmed boxes belong to a line: of a mixed line they are counted once, on
whichever of its items a filter leaves.
"""

from dataclasses import fields
from typing import Any

from komet import formulas
from komet.db.database import Connection
from komet.orders.filters import OrderFilter
from komet.orders.model import Totals
from komet.orders.table import day_sums
from komet.orders.table.items import BOX_TYPE_JOIN
from komet.orders.table.reading import in_group, source

_SUMMED = "boxes", "stems", "total_cost", "total_units", "quantity_confirmed"
_OF_LINE = "box_type", "unit_type", "boxes", "total_cost", "quantity_confirmed"
_OF_ITEM = "stems", "total_units"
_KEY = "provider_id", "po_id", "po_item_id"


def totals(con: Connection, chosen: OrderFilter) -> Totals:
    """Sums over everything that the filter finds."""
    chosen = in_group(con, chosen)
    stem_units, bunch_units = (
        f"sum(i.total_units) FILTER ({formulas.is_unit('i.unit_type', unit)})"
        for unit in ("stem", "bunch")
    )
    if chosen.is_of_whole_days:
        sums, params = _days(chosen)
        stem_units, bunch_units = "sum(i.stem_units)", "sum(i.bunch_units)"
    else:
        found, params = source(chosen)
        sums = _lines(found) if chosen.by_item else _items(found)
    row = con.rows(
        f"""
        {sums}
        SELECT coalesce(sum(i.items), 0)::BIGINT AS items,
          coalesce(sum(i.lines), 0)::BIGINT AS lines,
          (SELECT purchase_orders FROM counted) AS purchase_orders,
          sum(i.boxes) AS boxes, sum(i.stems) AS stems, sum(i.total_cost) AS total_cost,
          {stem_units} AS stem_units, {bunch_units} AS bunch_units,
          sum(i.quantity_confirmed) AS quantity_confirmed,
          sum(i.boxes::DECIMAL(28, 4) * {formulas.fbe_factor("i.box_type", "f")}) AS fbe
        FROM by_type i {BOX_TYPE_JOIN}
        """,
        params,
    )[0]
    return Totals(**{field.name: row[field.name] for field in fields(Totals)})


def _days(chosen: OrderFilter) -> tuple[str, dict[str, Any]]:
    """Where a filter leaves whole days, their sums are kept."""
    of_orders, params = day_sums.where(chosen)
    of_sums, _same = day_sums.where_sums(chosen)
    summed = ", ".join(f"sum(i.{name}) AS {name}" for name in day_sums.SUMMED)
    sql = f"""
    WITH counted AS (
      SELECT coalesce(sum(i.{day_sums.ORDERS[chosen.cancelled]}), 0)::BIGINT AS purchase_orders
      FROM day_orders i WHERE {of_orders}
    ), by_type AS (
      SELECT i.provider_id, i.box_type, {summed} FROM day_sums i WHERE {of_sums} GROUP BY ALL
    )
    """
    return sql, params


def _items(found: str) -> str:
    """Where a filter cannot part the items of a line, its first breakdown carries what is its."""
    summed = ", ".join(
        f"sum({'' if name in _OF_ITEM else 'CASE WHEN i.item_no <= 1 THEN '}i.{name}"
        f"{'' if name in _OF_ITEM else ' END'}) AS {name}"
        for name in _SUMMED
    )
    return f"""
    WITH counted AS (
      SELECT count(*) AS purchase_orders FROM (SELECT DISTINCT i.provider_id, i.po_id {found})
    ), by_type AS (
      SELECT i.provider_id, i.box_type, i.unit_type, count(*) AS items,
        count(*) FILTER (i.item_no <= 1) AS lines, {summed} {found} GROUP BY ALL
    )
    """


def _lines(found: str) -> str:
    """Mixed lines are put together from the items that are left; solid ones are theirs alone.

    What is found is kept: to search by product costs more than to sum.
    """
    one = ", ".join((*_OF_LINE, *_OF_ITEM))
    of_line = ", ".join(f"any_value({name}) AS {name}" for name in _OF_LINE)
    of_item = ", ".join(f"sum({name}) AS {name}" for name in _OF_ITEM)
    selected = ", ".join(f"i.{name}" for name in (*_KEY, "item_no", *_OF_LINE, *_OF_ITEM))
    summed = ", ".join(f"sum({name}) AS {name}" for name in _SUMMED)
    return f"""
    WITH found AS MATERIALIZED (SELECT {selected} {found}),
    counted AS (
      SELECT count(*) AS purchase_orders FROM (SELECT DISTINCT provider_id, po_id FROM found)
    ), lines AS (
      SELECT provider_id, 1 AS items, {one} FROM found WHERE item_no = 0
      UNION ALL BY NAME
      SELECT provider_id, count(*) AS items, {of_line}, {of_item} FROM found WHERE item_no > 0
      GROUP BY {", ".join(_KEY)}
    ), by_type AS (
      SELECT provider_id, box_type, unit_type, sum(items) AS items, count(*) AS lines, {summed}
      FROM lines GROUP BY ALL
    )
    """
