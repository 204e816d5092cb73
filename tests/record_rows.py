"""From the SDK's records to the rows that the store keeps, one by one.

What `komet.ingest.sources.komet_columns` does, computed by other means. Nothing is invented: a
value that could not be read is empty, and stands in `problems`. An order that comes without an ID
is known by its number, a line by its index in the order; both are reported.
"""

import hashlib
import json
from collections.abc import Callable, Container
from datetime import date
from functools import cache
from typing import Any

from pydantic.alias_generators import to_camel

from komet.api import reading
from komet.api.client import Slice
from komet.api.models import DataProblem, OrderLine, PurchaseOrder, Record
from komet.api.reading import note
from komet.ingest.commit_clock import RequestMark
from komet.ingest.model import OrderBundle, Row, SliceRows
from komet.orders import columns
from komet.orders.column import Grain, Kind, OrderColumn

_READER = "1"
"""Part of every content hash."""

_NESTED = {"details", "breakdowns", "boxes", "custom_fields"}


def slice_rows(
    provider_id: str, day: date, answer: Slice, asked: RequestMark | None = None
) -> SliceRows:
    """The rows of one answer; a PO that is listed twice is one PO, with the lines of both."""
    problems = list(answer.problems)
    orders: dict[str, OrderBundle] = {}
    used = {order.id for order in answer.orders if order.id is not None}
    for order in _each_once(answer.orders, problems):
        po_id = order.id
        if po_id is None:
            if order.number is None and not order.details:
                problems.append(DataProblem("id", "", None))
                continue
            po_id = _invent_id(f"number {order.number}", used)
            used.add(po_id)
            problems.append(DataProblem("id", "", po_id))
        orders[po_id] = _bundle(provider_id, day, po_id, order, problems)
        orders[po_id].head["fetched_at"] = answer.requested_at
        for line in orders[po_id].lines:
            line["fetched_at"] = answer.requested_at
    problem_rows = [
        {
            "provider_id": provider_id,
            "slice_date": day,
            "po_id": problem.po_id,
            "po_item_id": problem.po_item_id,
            "field": problem.field,
            "value": problem.value,
            "seen_at": answer.requested_at,
        }
        for problem in problems
    ]
    return SliceRows(provider_id, day, answer.requested_at, orders, problem_rows, asked=asked)


def _each_once(orders: list[PurchaseOrder], problems: list[DataProblem]) -> list[PurchaseOrder]:
    """The POs, those of the same ID as one. Two of an ID are a problem of the data in any case."""
    found: dict[str | int, list[PurchaseOrder]] = {}
    for index, order in enumerate(orders):
        same = found.setdefault(index if order.id is None else order.id, [])
        same.append(order)
        if len(same) > 1:
            problems.append(DataProblem("id", f"{order.id} ×2", order.id))
    return [_as_one(same) if len(same) > 1 else same[0] for same in found.values()]


def _as_one(same: list[PurchaseOrder]) -> PurchaseOrder:
    """The lines of all, the header of the last.

    A line that comes twice with the same content is one; with another content it is a second line
    of that ID, which `_bundle` reports.
    """
    seen: set[Any] = set()
    lines: list[OrderLine] = []
    for order in same:
        contents = [_hashable(line.model_dump()) for line in order.details]
        found = zip(order.details, contents, strict=True)
        lines += [line for line, content in found if content not in seen]
        seen.update(contents)
    return same[-1].model_copy(update={"details": lines})


def _hashable(value: Any) -> Any:
    """Equal where the values are equal; comparing thousands of lines in pairs would take hours."""
    if isinstance(value, dict):
        return frozenset((name, _hashable(part)) for name, part in value.items())
    return tuple(map(_hashable, value)) if isinstance(value, list) else value


def _bundle(
    provider_id: str, day: date, po_id: str, order: PurchaseOrder, problems: list[DataProblem]
) -> OrderBundle:
    key = {"provider_id": provider_id, "po_id": po_id, "slice_date": day}
    fields = _fields(order, Grain.PO, key, problems)
    header = {copy: fields[name] for name, copy in columns.copied().items()}
    bundle = OrderBundle({**fields, **key, "content_hash": _content_hash(order)})
    del bundle.head["id"]
    real_ids = {detail.po_item_id for detail in order.details if detail.po_item_id}
    used: set[str] = set()
    for position, detail in enumerate(order.details, start=1):
        item_id = detail.po_item_id
        if item_id is None or item_id in used:
            given, item_id = item_id, _invent_id(f"{po_id} line {position}", real_ids)
            problems.append(DataProblem("poItemId", given or "", po_id, item_id))
        used.add(item_id)
        _add_line(bundle, {**key, "po_item_id": item_id}, header, position, detail, problems)
    return bundle


def _invent_id(stem: str, used: Container[str]) -> str:
    """An ID for what came without one, unlike any that is there."""
    number, found = 1, stem
    while found in used:
        number += 1
        found = f"{stem} ({number})"
    return found


def _add_line(
    bundle: OrderBundle,
    key: Row,
    header: Row,
    position: int,
    detail: OrderLine,
    problems: list[DataProblem],
) -> None:
    custom = [_fields_of(entry) for entry in detail.custom_fields]
    bundle.lines.append(
        {
            **_fields(detail, Grain.LINE, key, problems),
            **header,
            **key,
            "position": position,
            "custom_fields": _json(custom) if custom else None,
        }
    )
    bundle.breakdowns += [
        {**_fields(entry, Grain.BREAKDOWN, key, problems), **key, "position": index}
        for index, entry in enumerate(detail.breakdowns, start=1)
    ]
    bundle.boxes += [{**_fields(entry, Grain.BOX, key, problems), **key} for entry in detail.boxes]


def _fields_of(record: Record) -> Row:
    known = {name: getattr(record, name) for name in type(record).model_fields}
    return {
        **{name: value for name, value in known.items() if name not in _NESTED},
        "extra": _json(record.extra) if record.extra else None,
    }


def _fields(record: Record, grain: Grain, key: Row, problems: list[DataProblem]) -> Row:
    """What the record has, with the members that only the registry of columns knows."""
    row = _fields_of(record)
    unmodelled = _unmodelled(columns.COLUMNS, grain, type(record))
    if not unmodelled:
        return row
    extra = dict(record.extra)
    for name, column in unmodelled.items():
        value = extra.pop(column.member or to_camel(name), None)
        try:
            row[name] = _READERS[column.kind](value)
        except reading.Unreadable:
            row[name] = None
            note(problems, column.member or to_camel(name), value)
            problems[-1].po_id, problems[-1].po_item_id = key["po_id"], key.get("po_item_id")
    return {**row, "extra": _json(extra) if extra else None}


@cache
def _unmodelled(
    known: tuple[OrderColumn, ...], grain: Grain, record: type[Record]
) -> dict[str, OrderColumn]:
    """Stored columns of that grain that the record has no field for."""
    return {
        c.stored(grain): c
        for c in known
        if c.stored(grain) and c.stored(grain) not in record.model_fields
    }


_READERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: reading.text,
    Kind.JSON: lambda value: None if reading.nothing(value) else _json(value),
    Kind.INTEGER: lambda value: None if (n := reading.number(value)) is None else int(n),
    Kind.QUANTITY: reading.number,
    Kind.MONEY: lambda value: reading.number(value, 6),
    Kind.PRICE: lambda value: reading.number(value, 6),
    Kind.FACTOR: reading.number,
    Kind.DATE: reading.day,
    Kind.TIME: reading.moment,
}


def _json(value: Any) -> str:
    text = json.dumps(value, default=str, ensure_ascii=False, sort_keys=True)
    return text.encode("utf-8", "replace").decode()


def _content_hash(order: PurchaseOrder) -> str:
    content = _READER + _json(order.model_dump(mode="python"))
    return hashlib.blake2b(content.encode(), digest_size=16).hexdigest()
