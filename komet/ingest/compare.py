"""What has changed between the PO that we hold and the PO that has come: pure, row against row."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from komet.ingest.model import OrderBundle
from komet.orders.columns import Grain, told

Row = dict[str, Any]
_IDENTITIES = {
    "product_id": ("product_id", "product_description"),
    "product_description": ("product_id", "product_description"),
    "customer_id": ("customer_id", "customer_name"),
    "customer_name": ("customer_id", "customer_name"),
}
"""Who or what a field of a line names: an ID, and the name that stands for it without one."""


def order_changes(held: OrderBundle, incoming: OrderBundle) -> list[Row]:
    """Moved, changed and back; new, changed, gone and back lines. Empty for the same content.

    A line that has another product or customer is `substituted`; one whose product is merely
    called otherwise is `changed`. Each row: po_id, po_number, po_item_id (None for the PO itself),
    kind, field, before, after.
    """
    return [*_head_changes(held.head, incoming.head), *_line_changes(held, incoming)]


def whole_order(kind: str, head: Row) -> Row:
    """A change that concerns the PO as a whole: `new` or `gone`."""
    return _change(head, kind)


def line_gone(line: Row) -> Row:
    """A line that is no longer of its PO, because it is of another one now."""
    return _change({"po_id": line["po_id"], "number": line["po_number"]}, "gone", line)


def _head_changes(held: Row, incoming: Row) -> Iterator[Row]:
    before, after = _ship_date(held), _ship_date(incoming)
    if before != after:
        yield _change(incoming, "moved", field="ship_date", before=before, after=after)
    elif held["gone_at"] is not None:
        yield _change(incoming, "back")
    yield from _field_changes(held, incoming, told(Grain.PO), incoming)


def _line_changes(held: OrderBundle, incoming: OrderBundle) -> Iterator[Row]:
    before = {line["po_item_id"]: line for line in held.lines}
    contents_before, contents_after = _contents(held), _contents(incoming)
    mixes_before, mixes_after = _mixes(held), _mixes(incoming)
    for line in incoming.lines:
        item_id = line["po_item_id"]
        old = before.pop(item_id, None)
        if old is None:
            yield _change(incoming.head, "new", line)
            continue
        if old["gone_at"] is not None and not _gone_with(held.head, old):
            yield _change(incoming.head, "back", line)
        yield from _field_changes(old, line, told(Grain.LINE), incoming.head, line)
        for field in ("breakdowns", "boxes"):
            was, now = contents_before[field].get(item_id), contents_after[field].get(item_id)
            if was != now:
                mixed = field == "breakdowns" and item_id in mixes_before and item_id in mixes_after
                other = mixed and mixes_before[item_id] != mixes_after[item_id]
                kind = "substituted" if other else "changed"
                yield _change(incoming.head, kind, line, field=field, before=was, after=now)
    for line in before.values():
        if line["gone_at"] is None or _gone_with(held.head, line):
            yield _change(incoming.head, "gone", line)


def _gone_with(head: Row, line: Row) -> bool:
    """Whether the line went because its whole PO did, and is back when that is."""
    return head["gone_at"] is not None and line["gone_at"] == head["gone_at"]


def _contents(bundle: OrderBundle) -> dict[str, dict[str, str]]:
    """What each line holds, as one readable text: its breakdowns, and the codes of its boxes."""
    texts: dict[str, dict[str, str]] = {"breakdowns": {}, "boxes": {}}
    for row in bundle.breakdowns:
        pack = f"{_text(row['bunches'])}×{_text(row['stems_bunch'])}"
        cost = f" @ {_text(row['cost'])}" if row["cost"] is not None else ""
        product = row["product_description"] or row["product_id"]
        _append(texts["breakdowns"], row["po_item_id"], f"{product} {pack}{cost}")
    for row in bundle.boxes:
        status = f" ({row['status_name']})" if row["status_name"] else ""
        _append(texts["boxes"], row["po_item_id"], f"{row['box_code'] or '?'}{status}")
    return texts


def _mixes(bundle: OrderBundle) -> dict[str, set[str]]:
    """The products in each mixed line."""
    mixes: dict[str, set[str]] = {}
    for row in bundle.breakdowns:
        product = row["product_id"] or row["product_description"] or ""
        mixes.setdefault(row["po_item_id"], set()).add(product)
    return mixes


def _append(texts: dict[str, str], item_id: str, text: str) -> None:
    texts[item_id] = f"{texts[item_id]}; {text}" if item_id in texts else text


def _field_changes(
    before: Row, after: Row, fields: tuple[str, ...], head: Row, line: Row | None = None
) -> Iterator[Row]:
    for field in fields:
        if before[field] == after[field]:
            continue
        kind = "changed"
        if line is not None and field in _IDENTITIES:
            if field == "customer_id" and before["customer_name"] != after["customer_name"]:
                continue  # the name says it, and tells a person more
            if _is_other(before, after, *_IDENTITIES[field]):
                kind = "substituted"
        yield _change(head, kind, line, field=field, before=before[field], after=after[field])


def _is_other(before: Row, after: Row, id_field: str, name_field: str) -> bool:
    """Whether another product or customer is named, and not the same one by another name."""
    if before[id_field] is not None and after[id_field] is not None:
        return bool(before[id_field] != after[id_field])
    return bool(before[name_field] != after[name_field])


def _change(
    head: Row,
    kind: str,
    line: Row | None = None,
    *,
    field: str | None = None,
    before: Any = None,
    after: Any = None,
) -> Row:
    return {
        "po_id": head["po_id"],
        "po_number": head["number"],
        "po_item_id": line["po_item_id"] if line else None,
        "kind": kind,
        "field": field,
        "before": _text(before),
        "after": _text(after),
        "first_download": False,
    }


def _ship_date(head: Row) -> date | None:
    ship_date: date | None = head["ship_date"] or head["slice_date"]
    return ship_date


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        text = format(value, "f")
        return text.rstrip("0").rstrip(".") if "." in text else text
    if isinstance(value, date | datetime):
        return value.isoformat()
    return str(value)
