"""Komet's objects of one kind, all of an answer at once: member by member, as columns.

Which members there are say the SDK's records (`komet.api.models`) and the registry of columns; any
other is kept as JSON.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, get_origin

import polars as pl
from pydantic import AliasChoices
from pydantic.alias_generators import to_camel

from komet.api.decoding import limit_depth
from komet.api.models import Box, Breakdown, CustomField, OrderLine, PurchaseOrder
from komet.api.reading import Record, nothing
from komet.ingest.sources.komet_values import read_column, to_json
from komet.orders import columns
from komet.orders.column import Grain, Kind, OrderColumn

RawObject = dict[str, Any]

_AT_ONCE = 64
"""Objects whose members are gathered together: what the processor has at hand at a time."""

_MODELS: dict[Grain, type[Record]] = {
    Grain.PO: PurchaseOrder,
    Grain.LINE: OrderLine,
    Grain.BREAKDOWN: Breakdown,
    Grain.BOX: Box,
}
_IDS = {Grain.PO: {"id": "po_id"}, Grain.LINE: {"poItemId": "po_item_id"}}
_LEVELS = {Grain.PO: 3, Grain.LINE: 5}
_LOWEST = 7


@dataclass(frozen=True)
class Layout:
    """What objects of one kind hold.

    `fields`: member → its column and kind. `nested`: members that hold objects. `known`: both.
    `spelled`: another spelling → member, the preferred one first. `level`: how deep in an answer
    such an object stands.
    """

    fields: Mapping[str, tuple[str, Kind]]
    nested: tuple[str, ...]
    known: frozenset[str]
    spelled: Mapping[str, str]
    level: int


@dataclass(frozen=True)
class Objects:
    """Objects that were read: their columns, and in `nested` what they hold, as it came.

    `columns` has `extra` besides those of the layout: JSON of the members that nobody knows.
    `unreadable`: index of the object, member, value.
    """

    columns: dict[str, pl.Series]
    nested: dict[str, list[Any]]
    unreadable: list[tuple[int, str, Any]]


def layout_of(grain: Grain) -> Layout:
    """The layout of a mirrored table: what its model has, and what only the registry knows."""
    return _layout_of(columns.COLUMNS, grain)


@cache
def _layout_of(_registry: tuple[OrderColumn, ...], grain: Grain) -> Layout:
    stored = columns.stored(grain)
    fields = {c.member or to_camel(name): (name, c.kind) for name, c in stored.items()}
    fields |= {member: (name, Kind.TEXT) for member, name in _IDS.get(grain, {}).items()}
    return _layout(_MODELS[grain], fields, _LEVELS.get(grain, _LOWEST))


@cache
def layout_of_custom_fields() -> Layout:
    """The layout of the custom fields of a line, all of them texts."""
    fields = {to_camel(name): (name, Kind.TEXT) for name in CustomField.model_fields}
    return _layout(CustomField, fields, _LOWEST)


def _layout(model: type[Record], fields: dict[str, tuple[str, Kind]], level: int) -> Layout:
    spelled: dict[str, str] = {}
    nested = []
    for name, field in model.model_fields.items():
        member = to_camel(name)
        if get_origin(field.annotation) is list:
            nested.append(member)
            fields.pop(member, None)
        choices = field.validation_alias
        others = choices.choices if isinstance(choices, AliasChoices) else []
        spelled |= {str(other): member for other in (*others, name) if other != member}
    return Layout(fields, tuple(nested), frozenset({*fields, *nested}), spelled, level)


def read_objects(layout: Layout, rows: Sequence[RawObject]) -> Objects:
    """The columns of these objects. A value that cannot be read is null, and in `unreadable`."""
    spelled, extra = _set_unknown_apart(layout, rows)
    values = _gather(layout, spelled)
    found: dict[str, pl.Series] = {"extra": pl.Series(extra, dtype=pl.String)}
    unreadable: list[tuple[int, str, Any]] = []
    for member, (name, kind) in layout.fields.items():
        of_member = values[member]
        if kind is Kind.JSON:
            of_member = [limit_depth(value, layout.level + 1) for value in of_member]
        found[name], lost = read_column(kind, of_member)
        unreadable += [
            (index, member, limit_depth(of_member[index], layout.level + 1)) for index in lost
        ]
    return Objects(found, {member: values[member] for member in layout.nested}, unreadable)


def _set_unknown_apart(
    layout: Layout, rows: Sequence[RawObject]
) -> tuple[list[RawObject], list[str | None]]:
    """The objects in the preferred spelling, and of each what nobody knows, as JSON."""
    spelled = list(rows)
    extra: list[str | None] = [None] * len(spelled)
    is_known = layout.known.issuperset
    for index, row in enumerate(rows):
        if is_known(row):
            continue
        unknown = {name: row[name] for name in row.keys() - layout.known}
        if not layout.spelled.keys().isdisjoint(unknown):
            for other, member in layout.spelled.items():
                if other in unknown and member not in spelled[index]:
                    spelled[index] = {**spelled[index], member: unknown.pop(other)}
        if unknown:
            extra[index] = to_json(limit_depth(unknown, layout.level))
    return spelled, extra


def _gather(layout: Layout, rows: Sequence[RawObject]) -> dict[str, list[Any]]:
    """Member → its values. Some objects at a time: going through all for each would take twice."""
    values: dict[str, list[Any]] = {member: [] for member in (*layout.fields, *layout.nested)}
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        for member, of_member in values.items():
            of_member += [row.get(member) for row in some]
    return values


def flatten(
    values: Sequence[Any],
) -> tuple[list[int], list[RawObject], list[tuple[int, Any]]]:
    """The objects that these members hold: index of the holder, object; and what is no object.

    A single object counts as a list of one, nothing as an empty list.
    """
    holders: list[int] = []
    rows: list[RawObject] = []
    strays: list[tuple[int, Any]] = []
    for index, value in enumerate(values):
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, dict):
                rows.append(item)
                holders.append(index)
            elif not nothing(item):
                strays.append((index, item))
    return holders, rows, strays
