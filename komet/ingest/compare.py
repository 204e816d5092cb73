"""What has changed between the stored PO and the incoming one: pure, row against row."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from komet.ingest.model import OrderBundle, OrderRows, Row
from komet.orders.column import Grain
from komet.orders.columns import tracked

_IDENTITIES = {
    "product_id": ("product_id", "product_description"),
    "product_description": ("product_id", "product_description"),
    "customer_id": ("customer_id", "customer_name"),
    "customer_name": ("customer_id", "customer_name"),
}
"""Who or what a field of a line names: an ID, and the name that stands for it without one."""


def order_changes(stored: OrderBundle, incoming: OrderBundle) -> list[Row]:
    """Moved, changed and back; new, changed, gone and back lines. Empty for the same content.

    A line that has another product or customer is `substituted`; one whose product is merely
    called otherwise is `changed`. Each row: po_id, po_number, po_item_id (None for the PO itself),
    kind, field, before, after.
    """
    return [*_head_changes(stored.head, incoming.head), *_line_changes(stored, incoming)]


def whole_order(kind: str, head: Row) -> Row:
    """A change that concerns the PO as a whole: `new` or `gone`."""
    return _change(head, kind)


def line_gone(line: Row) -> Row:
    """A line that is no longer of its PO, because it is of another one now."""
    return _change({"po_id": line["po_id"], "number": line["po_number"]}, "gone", line)


def _head_changes(stored: Row, incoming: Row) -> Iterator[Row]:
    before, after = _ship_date(stored), _ship_date(incoming)
    if before != after:
        yield _change(incoming, "moved", field="ship_date", before=before, after=after)
    elif stored["gone_at"] is not None:
        yield _change(incoming, "back")
    yield from _field_changes(stored, incoming, tracked(Grain.PO), incoming)


def _line_changes(stored: OrderBundle, incoming: OrderBundle) -> Iterator[Row]:
    before = {line["po_item_id"]: line for line in stored.lines}
    contents_before, contents_after = _contents(stored), _contents(incoming)
    mixes_before, mixes_after = _mixes(stored), _mixes(incoming)
    for line in incoming.lines:
        item_id = line["po_item_id"]
        old = before.pop(item_id, None)
        if old is None:
            yield _change(incoming.head, "new", line)
            continue
        if old["gone_at"] is not None and not _gone_with(stored.head, old):
            yield _change(incoming.head, "back", line)
        yield from _field_changes(old, line, tracked(Grain.LINE), incoming.head, line)
        for field in ("breakdowns", "boxes"):
            was, now = contents_before[field].get(item_id), contents_after[field].get(item_id)
            if was != now:
                mixed = field == "breakdowns" and item_id in mixes_before and item_id in mixes_after
                other = mixed and mixes_before[item_id] != mixes_after[item_id]
                kind = "substituted" if other else "changed"
                yield _change(incoming.head, kind, line, field=field, before=was, after=now)
    for line in before.values():
        if line["gone_at"] is None or _gone_with(stored.head, line):
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


def to_bundles(rows: OrderRows) -> dict[str, OrderBundle]:
    """The stored rows by PO ID, lines and breakdowns by their position."""
    # copies: differences are taken from the rows as they were, after these have been changed
    bundles = {head["po_id"]: OrderBundle(dict(head)) for head in rows.purchase_orders}
    for line in sorted(rows.po_lines, key=lambda row: row["position"]):
        bundles[line["po_id"]].lines.append(dict(line))
    for row in sorted(rows.po_breakdowns, key=lambda row: row["position"]):
        bundles[row["po_id"]].breakdowns.append(row)
    for row in rows.po_boxes:
        bundles[row["po_id"]].boxes.append(row)
    return bundles


def mark_new(bundle: OrderBundle, at: datetime) -> OrderBundle:
    """The same PO, with all its lines, as first seen at that moment."""
    for row in (bundle.head, *bundle.lines):
        row.update(first_seen_at=at, changed_at=at, gone_at=None)
    return bundle


def merge(
    stored: OrderBundle, incoming: OrderBundle, changes: list[Row], at: datetime
) -> OrderBundle:
    """The incoming PO with the history of the stored one, and with the lines that are gone from it.

    `changes`: those of this PO, as `order_changes` gives them.
    """
    changed = {change["po_item_id"] for change in changes}
    incoming.head.update(
        first_seen_at=stored.head["first_seen_at"],
        changed_at=at if changed else stored.head["changed_at"],
        gone_at=None,
    )
    before = {line["po_item_id"]: line for line in stored.lines}
    for line in incoming.lines:
        old = before.pop(line["po_item_id"], None)
        # a change of the header (moved, another status) is a change of each of its lines
        is_changed = old is None or None in changed or line["po_item_id"] in changed
        line.update(
            first_seen_at=old["first_seen_at"] if old else at,
            changed_at=at if is_changed or old is None else old["changed_at"],
            gone_at=None,
        )
    for line in before.values():
        line.update(gone_at=line["gone_at"] or at, slice_date=incoming.head["slice_date"])
        if line["po_item_id"] in changed:
            line["changed_at"] = at
        incoming.lines.append(line)
    for kept, rows in ((incoming.breakdowns, stored.breakdowns), (incoming.boxes, stored.boxes)):
        kept += [
            {**row, "slice_date": incoming.head["slice_date"]}
            for row in rows
            if row["po_item_id"] in before
        ]
    return incoming


def mark_gone(stored: OrderBundle, at: datetime) -> OrderBundle:
    """The same PO, with all its lines, as gone since that moment."""
    stored.head.update(gone_at=at, changed_at=at)
    for line in stored.lines:
        line.update(gone_at=line["gone_at"] or at, changed_at=at)
    return stored


def to_rows(bundles: list[OrderBundle], now_of: dict[str, str]) -> OrderRows:
    """All rows to write; a line that now belongs to another PO is not written with its old one.

    `now_of`: PO item ID → the ID of the PO that the line belongs to now.
    """
    rows = OrderRows([], [], [], [])
    for bundle in bundles:
        po_id = bundle.head["po_id"]

        def here(row: Row, po_id: str = po_id) -> bool:
            return now_of.get(row["po_item_id"], po_id) == po_id

        rows.purchase_orders.append(bundle.head)
        rows.po_lines += filter(here, bundle.lines)
        rows.po_breakdowns += filter(here, bundle.breakdowns)
        rows.po_boxes += filter(here, bundle.boxes)
    return rows


def is_unchanged(head: Row, bundle: OrderBundle) -> bool:
    """Whether the incoming PO says what the stored one says, on the same day, and is not back."""
    return (
        head["content_hash"] == bundle.head["content_hash"]
        and head["slice_date"] == bundle.head["slice_date"]
        and head["gone_at"] is None
    )
