"""From Komet's raw orders to the columns that the store keeps, with no object a line.

Nothing is invented: a value that could not be read is empty, and stands in `problems`. An order
that comes without an ID is known by its number, a line by its index in the order; both are
reported. A PO that is listed twice is one PO, with the lines of both.
"""

import hashlib
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import polars as pl

from komet.api import reading
from komet.api.client import RawOrders
from komet.api.garbage import collect_later
from komet.api.models import DataProblem
from komet.db.database import Schema
from komet.ingest.commit_clock import RequestMark
from komet.ingest.frames import OrderFrames, SliceFrames
from komet.ingest.sources.komet_objects import (
    Layout,
    Objects,
    flatten,
    layout_of,
    layout_of_custom_fields,
    read_objects,
)
from komet.ingest.sources.komet_values import to_json
from komet.orders import columns
from komet.orders.column import Grain
from komet.orders.table import items as order_tables

_READER = "2"
"""Part of every content hash and digest: raise it when reading changes, and all is read again."""

Columns = dict[str, pl.Series]


def read_slice(
    provider_id: str,
    day: date,
    raw: RawOrders,
    asked: RequestMark | None = None,
    *,
    whole: bool = True,
) -> SliceFrames:
    """The columns of one answer. `whole`: it has all POs of the day."""
    constant = {"provider_id": provider_id, "slice_date": day, "fetched_at": raw.requested_at}
    with collect_later(sum(map(len, raw.answer.texts))):
        answer = _Answer(raw)
        orders = answer.frames(constant)
    problems = [
        {**constant, **vars(problem), "seen_at": raw.requested_at} for problem in answer.problems
    ]
    return SliceFrames(
        provider_id,
        day,
        raw.requested_at,
        orders,
        pl.DataFrame(problems, schema=order_tables.DATA_PROBLEMS),
        whole,
        asked=asked,
        digest=to_stored(raw.answer.digest) if whole else None,
    )


def to_stored(digest: str) -> str:
    """The digest of an answer as it is stored: another reader reads the same answer anew."""
    return f"{_READER}:{digest}"


def to_known(stored: str | None) -> str | None:
    """The digest of the stored answer, where this reader has read it."""
    reader, _colon, digest = (stored or "").partition(":")
    return digest if reader == _READER else None


@dataclass(frozen=True)
class _Table:
    """Objects of one kind: their columns, and the index of each one's holder.

    `key`: index → the PO ID and the PO item ID that a problem of the object belongs to.
    """

    read: Objects
    holders: list[int]
    key: Callable[[int], tuple[str | None, str | None]]


@dataclass(frozen=True)
class _Order:
    """One PO: its ID, and the indexes of its heads and of its lines in the answer."""

    po_id: str
    heads: list[int]
    lines: list[int]


class _Answer:
    """The orders of one answer: read, and told apart."""

    def __init__(self, raw: RawOrders) -> None:
        self.problems = list(raw.answer.problems)
        self._texts = raw.answer.texts
        heads = read_objects(layout_of(Grain.PO), raw.answer.rows)
        self._ids: list[str | None] = heads.columns["po_id"].to_list()
        self._heads = _Table(heads, [], lambda index: (self._ids[index], None))
        self._note_unreadable(self._heads)
        self._items: list[str | None] = []
        self._lines = self._read_lines()
        self._breakdowns = self._read_below("breakdowns", layout_of(Grain.BREAKDOWN))
        self._boxes = self._read_below("boxes", layout_of(Grain.BOX))
        self._custom_fields = self._read_custom_fields()
        self._orders = list(self._tell_apart())
        self._item_ids = [item for order in self._orders for item in self._tell_lines_apart(order)]

    def frames(self, constant: dict[str, Any]) -> OrderFrames:
        """The columns of all tables; `constant`: values that all rows share."""
        orders = self._orders
        po_ids = pl.Series([order.po_id for order in orders], dtype=pl.String)
        item_ids = pl.Series(self._item_ids, dtype=pl.String)
        heads = _take(self._heads.read.columns, [order.heads[-1] for order in orders])
        hashes = pl.Series(map(self._content_hash, orders), dtype=pl.String)
        chosen = [line for order in orders for line in order.lines]
        of_order = [index for index, order in enumerate(orders) for _line in order.lines]
        lines = self._lines.read.columns | {"custom_fields": self._custom_fields}
        shared = {"po_id": po_ids} | {copy: heads[n] for n, copy in columns.copied().items()}
        copies = _gather(shared, of_order)

        def below(table: _Table, schema: Schema) -> pl.DataFrame:
            if not table.holders:
                return pl.DataFrame(schema=schema)
            new = {line: index for index, line in enumerate(chosen)}
            found = [(new[h], row) for row, h in enumerate(table.holders) if h in new]
            found.sort()
            of_line = [line for line, _row in found]
            read = _take(table.read.columns, [row for _line, row in found])
            own = {"position": _positions(of_line)} if "position" not in read else {}
            keys = _gather({"po_id": copies["po_id"], "po_item_id": item_ids}, of_line)
            return _frame(schema, read | own | keys, constant)

        return OrderFrames(
            _frame(
                order_tables.purchase_orders(),
                heads | {"po_id": po_ids, "content_hash": hashes},
                constant,
            ),
            _frame(
                order_tables.po_lines(),
                _take(lines, chosen)
                | copies
                | {"po_item_id": item_ids, "position": _positions(of_order)},
                constant,
            ),
            below(self._breakdowns, order_tables.po_breakdowns()),
            below(self._boxes, order_tables.po_boxes()),
        )

    def _note(self, field: str, value: Any, key: tuple[str | None, str | None]) -> None:
        reading.note(self.problems, field, value)
        self.problems[-1].po_id, self.problems[-1].po_item_id = key

    def _note_unreadable(self, table: _Table) -> None:
        for index, member, value in table.read.unreadable:
            self._note(member, value, table.key(index))

    def _flatten(self, holder: _Table, member: str) -> tuple[list[int], list[dict[str, Any]]]:
        holders, rows, strays = flatten(holder.read.nested[member])
        for index, value in strays:
            self._note(member, value, holder.key(index))
        return holders, rows

    def _read_lines(self) -> _Table:
        holders, rows = self._flatten(self._heads, "details")
        read = read_objects(layout_of(Grain.LINE), rows)
        items = self._items = read.columns["po_item_id"].to_list()
        lines = _Table(read, holders, lambda index: (self._ids[holders[index]], items[index]))
        self._note_unreadable(lines)
        return lines

    def _read_below(self, member: str, layout: Layout) -> _Table:
        holders, rows = self._flatten(self._lines, member)
        read = read_objects(layout, rows)
        table = _Table(read, holders, lambda index: self._lines.key(holders[index]))
        self._note_unreadable(table)
        return table

    def _read_custom_fields(self) -> pl.Series:
        """Of each line the JSON of its custom fields."""
        table = self._read_below("customFields", layout_of_custom_fields())
        found: list[str | None] = [None] * len(self._lines.holders)
        entries: dict[int, list[dict[str, Any]]] = {}
        rows = pl.DataFrame(table.read.columns).iter_rows(named=True)
        for line, entry in zip(table.holders, rows, strict=True):
            entries.setdefault(line, []).append(entry)
        for line, of_line in entries.items():
            found[line] = to_json(of_line)
        return pl.Series(found, dtype=pl.String)

    def _tell_apart(self) -> Iterator[_Order]:
        """The POs, those of the same ID as one. Two of an ID are a problem in any case."""
        groups: dict[str | int, list[int]] = {}
        for index, po_id in enumerate(self._ids):
            same = groups.setdefault(index if po_id is None else po_id, [])
            same.append(index)
            if len(same) > 1:
                self.problems.append(DataProblem("id", f"{po_id} ×2", po_id))
        lines: list[list[int]] = [[] for _id in self._ids]
        for line, head in enumerate(self._lines.holders):
            lines[head].append(line)
        used = {po_id for po_id in self._ids if po_id is not None}
        numbers = self._heads.read.columns["number"]
        for same in groups.values():
            head = same[-1]
            own = lines[head] if len(same) == 1 else self._merge([lines[index] for index in same])
            po_id = self._ids[head]
            if po_id is None:
                number: str | None = numbers[head]
                if number is None and not own:
                    self.problems.append(DataProblem("id", "", None))
                    continue
                po_id = _invent_id(f"number {number}", used)
                used.add(po_id)
                self.problems.append(DataProblem("id", "", po_id))
            yield _Order(po_id, same, own)

    def _merge(self, lines: Sequence[Sequence[int]]) -> list[int]:
        """The lines of POs of one ID.

        A line that comes twice with the same content is one; with another content it is a second
        line of that ID, which is reported.
        """
        seen: set[Any] = set()
        merged: list[int] = []
        for of_one in lines:
            contents = [self._contents[line] for line in of_one]
            merged += [
                line for line, content in zip(of_one, contents, strict=True) if content not in seen
            ]
            seen.update(contents)
        return merged

    @cached_property
    def _contents(self) -> list[Any]:
        """All that each line says, and what is below it."""
        lines = self._lines.read.columns | {"custom_fields": self._custom_fields}
        contents: list[list[Any]] = [[row] for row in pl.DataFrame(lines).iter_rows()]
        for name, table in (("breakdown", self._breakdowns), ("box", self._boxes)):
            rows = pl.DataFrame(table.read.columns).iter_rows()
            for line, row in zip(table.holders, rows, strict=True):
                contents[line].append((name, *row))
        return list(map(tuple, contents))

    def _tell_lines_apart(self, order: _Order) -> list[str]:
        """The ID of each line of the order; one that has none, or another's, is given one."""
        items = [self._items[line] for line in order.lines]
        real_ids = {item for item in items if item is not None}
        used: set[str] = set()
        found: list[str] = []
        for position, given in enumerate(items, start=1):
            item = given
            if item is None or item in used:
                item = _invent_id(f"{order.po_id} line {position}", real_ids)
                self.problems.append(DataProblem("poItemId", given or "", order.po_id, item))
            used.add(item)
            found.append(item)
        return found

    def _content_hash(self, order: _Order) -> str:
        found = hashlib.blake2b(_READER.encode(), digest_size=16)
        for head in order.heads:
            found.update(self._texts[head].encode("utf-8", "surrogatepass"))
        return found.hexdigest()


def _invent_id(stem: str, used: Container[str]) -> str:
    """An ID for what came without one, unlike any that is there."""
    number, found = 1, stem
    while found in used:
        number += 1
        found = f"{stem} ({number})"
    return found


def _take(found: Columns, indexes: list[int]) -> Columns:
    """These rows, in that order."""
    height = len(found["extra"])
    if len(indexes) == height and indexes == list(range(height)):
        return found
    return _gather(found, indexes)


def _gather(found: Columns, indexes: list[int]) -> Columns:
    return pl.DataFrame(found).select(pl.all().gather(indexes)).to_dict()


def _positions(owners: Sequence[int]) -> pl.Series:
    """1, 2, 3 … in each run of one owner."""
    positions: list[int] = []
    last, position = -1, 0
    for owner in owners:
        position = position + 1 if owner == last else 1
        last = owner
        positions.append(position)
    return pl.Series(positions, dtype=pl.Int32)


def _frame(schema: Schema, found: Columns, constant: dict[str, Any]) -> pl.DataFrame:
    """The columns of the schema in their order; what is not found is the same in all rows."""
    return pl.DataFrame(found).select(
        pl.col(name) if name in found else pl.lit(constant.get(name), dtype).alias(name)
        for name, dtype in schema.items()
    )
