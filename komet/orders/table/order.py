"""One PO: found by its number, with those beside it in a list, and everything of it."""

import json
from datetime import timedelta
from typing import Any

import polars as pl

from komet.db.database import Connection
from komet.errors import NotFound
from komet.formulas import standing, unmapped
from komet.language import _
from komet.orders.filters import OrderFilter
from komet.orders.model import OrderDetail, OrderKey
from komet.orders.table.items import LOOKUPS, NOT_IMPLIED, items_sql
from komet.orders.table.reading import SORTS, in_group, source

_BY_DAY = {"newest", "ship_date"}
_NEAR = timedelta(days=30)
"""Days before and after a PO in which those beside it are looked for first."""


def find(con: Connection, number: str) -> list[OrderKey]:
    """The POs of that number, of every client that has one; else the one of that PO ID."""
    rows = con.rows(
        "SELECT o.provider_id, o.po_id, coalesce(o.number, o.po_id) AS number, p.name AS provider,"
        " o.number IS NOT DISTINCT FROM $number OR upper(o.number) = upper($number) AS by_number"
        " FROM purchase_orders o JOIN providers p ON p.id = o.provider_id"
        " WHERE upper(o.number) = upper($number) OR o.po_id = $number"
        " ORDER BY by_number DESC, provider, o.slice_date DESC, o.po_id",
        {"number": number.strip()},
    )
    found = [row for row in rows if row["by_number"]] or rows
    return [OrderKey(row["provider_id"], row["po_id"], row["number"], row["provider"])
            for row in found]  # fmt: skip


def beside(
    con: Connection, chosen: OrderFilter, sort: str, provider_id: str, po_id: str
) -> tuple[OrderKey | None, OrderKey | None]:
    """The POs before and after one, in the order in which a filter's items first name them.

    `sort` is a key of `SORTS`. Both are None for a PO that the filter does not find.
    """
    chosen = in_group(con, chosen)
    near = _narrow(con, chosen, provider_id, po_id) if sort in _BY_DAY else chosen
    found = _beside(con, near, sort, provider_id, po_id)
    if near != chosen and (found is None or None in found):
        found = _beside(con, chosen, sort, provider_id, po_id)
    return found or (None, None)


def _narrow(con: Connection, chosen: OrderFilter, provider_id: str, po_id: str) -> OrderFilter:
    """The same filter, on the days round the PO: a whole store takes long to put in order."""
    days = con.rows(
        "SELECT min(ship_date) AS first, max(ship_date) AS last FROM order_items"
        " WHERE provider_id = $provider AND po_id = $po",
        {"provider": provider_id, "po": po_id},
    )[0]
    if days["first"] is None:
        return chosen
    first, last = days["first"] - _NEAR, days["last"] + _NEAR
    return chosen.model_copy(
        update={
            "ship_from": max(first, chosen.ship_from or first),
            "ship_to": min(last, chosen.ship_to or last),
        }
    )


def _beside(
    con: Connection, chosen: OrderFilter, sort: str, provider_id: str, po_id: str
) -> tuple[OrderKey | None, OrderKey | None] | None:
    found, params = source(chosen)
    key = "{'provider_id': provider_id, 'po_id': po_id, 'number': coalesce(number, po_id)}"
    rows = con.rows(
        "SELECT before, after FROM (SELECT provider_id, po_id,"
        f" lag({key}) OVER (ORDER BY place) AS before, lead({key}) OVER (ORDER BY place) AS after"
        " FROM (SELECT provider_id, po_id, any_value(po_number) AS number, min(place) AS place FROM"
        f" (SELECT i.provider_id, i.po_id, i.po_number, row_number() OVER (ORDER BY {SORTS[sort]})"
        f" AS place {found}) GROUP BY provider_id, po_id))"
        " WHERE provider_id = $of_provider AND po_id = $of_po",
        {**params, "of_provider": provider_id, "of_po": po_id},
    )
    if not rows:
        return None
    before, after = (OrderKey(**row) if row else None for row in rows[0].values())
    return before, after


def order(con: Connection, provider_id: str, po_id: str) -> OrderDetail:
    """Everything of one PO. Raises `NotFound`.

    items: the columns of `items_sql`, stands (not cancelled) and needs_sku (Boolean). breakdowns:
    po_item_id, product_id, product, bunches, stems_bunch, cost. boxes: po_item_id, box_code,
    lot_number, position, status. changes: seen_at, kind, po_item_id, field, before, after, oldest
    first. problems: po_item_id, field, value. extra: part, field, value, for every member that
    Komet sent and we have no column for.
    """
    key = {"provider": provider_id, "po": po_id}
    where = "WHERE provider_id = $provider AND po_id = $po"
    header = con.rows(
        "SELECT o.*, p.name AS provider, d.fetched_at AS downloaded_at FROM purchase_orders o"
        " JOIN providers p ON p.id = o.provider_id LEFT JOIN day_slices d"
        " ON d.provider_id = o.provider_id AND d.slice_date = o.slice_date"
        " WHERE o.provider_id = $provider AND o.po_id = $po",
        key,
    )
    if not header:
        raise NotFound(_("That purchase order is not there any more."))
    return OrderDetail(
        header=header[0],
        items=con.frame(
            f"WITH chosen AS (SELECT i.*, i.item_no <= 1 AS is_first FROM order_items i {where}"
            " AND i.slice_date = $day)"
            f" SELECT {items_sql()}, {standing('i')} AS stands, {unmapped('i', 'm')} AS needs_sku"
            f" FROM chosen i{LOOKUPS} ORDER BY i.po_item_id, i.item_no",
            # all items of a PO stand on its day: of the other days nothing is read
            {**key, "day": header[0]["slice_date"]},
        ),
        breakdowns=con.frame(
            "SELECT po_item_id, product_id, product_description AS product, bunches,"
            f" stems_bunch, cost FROM po_breakdowns {where} ORDER BY po_item_id, position",
            key,
        ),
        boxes=con.frame(
            "SELECT po_item_id, box_code, lot_number, position,"
            f" coalesce(status_name, status_id) AS status FROM po_boxes {where}"
            " ORDER BY po_item_id, box_code",
            key,
        ),
        changes=con.frame(
            "SELECT seen_at, kind, po_item_id, field, before, after FROM po_changes c"
            f" {where} AND {NOT_IMPLIED}"
            " ORDER BY commit_no, seen_at, po_item_id NULLS FIRST, field",
            key,
        ),
        problems=con.frame(
            f"SELECT po_item_id, field, value FROM data_problems {where} ORDER BY ALL", key
        ),
        extra=_extras(
            con.rows(
                f"SELECT 'PO' AS part, extra FROM purchase_orders {where}"
                f" UNION ALL SELECT 'Line ' || po_item_id, extra FROM po_lines {where}"
                f" UNION ALL SELECT 'Breakdown of ' || po_item_id, extra FROM po_breakdowns"
                f" {where} UNION ALL SELECT 'Box of ' || po_item_id, extra FROM po_boxes"
                f" {where}",
                key,
            )
        ),
    )


def _extras(rows: list[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            {"part": row["part"], "field": name, "value": str(value)}
            for row in rows
            if row["extra"]
            for name, value in json.loads(row["extra"]).items()
        ],
        schema={"part": pl.String, "field": pl.String, "value": pl.String},
    )
