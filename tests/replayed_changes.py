"""The store as its changes describe it: a state, and the changes of a download applied to it."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from komet.db.database import Connection

Store = dict[tuple[str, ...], dict[str, Any]]
_HEAD = ("number", "status", "total_boxes", "total_cost", "comments", "ship_date")
_LINE = ("product_description", "total_boxes", "unit_cost", "total_cost", "quantity_confirmed",
         "line_item_status", "customer_name", "mark_code", "notes")  # fmt: skip


def state(con: Connection) -> Store:
    """Each PO and each line with the fields whose changes are tracked."""
    heads = con.rows(f"SELECT provider_id, po_id, {', '.join(_HEAD)}, gone_at FROM purchase_orders")
    lines = con.rows(
        f"SELECT provider_id, po_id, po_item_id, {', '.join(_LINE)}, gone_at FROM po_lines"
    )
    return {
        **{
            (r["provider_id"], r["po_id"]):
            {f: _text(r[f]) for f in _HEAD} | {"gone": r["gone_at"] is not None} for r in heads
        },
        **{
            (r["provider_id"], r["po_id"], r["po_item_id"]):
            {f: _text(r[f]) for f in _LINE} | {"gone": r["gone_at"] is not None} for r in lines
        },
    }  # fmt: skip


def applied(before: Store, found: Iterable[dict[str, Any]], after: Store) -> Store:
    """The first state with the changes applied, oldest first; what is new is as it is stored."""
    result = {key: dict(fields) for key, fields in before.items()}
    for row in found:
        po = (row["provider_id"], row["po_id"])
        key = (*po, row["po_item_id"]) if row["po_item_id"] else po
        if row["kind"] == "new":
            result |= {
                k: v for k, v in after.items() if k == key or (len(key) == 2 and k[:2] == po)
            }
        elif row["kind"] in {"gone", "back"}:
            for k in result:
                if k == key or (len(key) == 2 and k[:2] == po):
                    result[k]["gone"] = row["kind"] == "gone"
        elif row["field"] in result[key]:
            assert result[key][row["field"]] == row["before"], row
            result[key][row["field"]] = row["after"]
    return result


def _text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        shown = format(value, "f")
        return shown.rstrip("0").rstrip(".") if "." in shown else shown
    return None if value is None else str(value)
