"""Typed records for every answer that the contract shows, made from the registry's output fields.

A list's records are its rows; any other answer is one record.

IDs, codes and printed numbers are text; quantities are decimals of 4 places, amounts of 6, in the
provider's currency; days are dates, times are UTC. Members that the contract does not show stay in
`extra`, and a value that cannot be read is None and a `DataProblem`.
"""

import keyword
from enum import StrEnum
from functools import cache
from typing import Annotated, Any

from pydantic import BaseModel, Field, create_model
from pydantic.alias_generators import to_snake

from komet.api.methods import Method, OutputField, registry
from komet.api.reading import Day, Flag, Moment, Money, Number, Objects, Record, Text

_AMOUNTS = ("cost", "price", "total", "amount", "balance", "credit", "markup", "subtotal")
_NO_AMOUNTS = ("totalunits", "totalboxes")
OUTCOME = ("status", "message")
"""Members of an answer that say how it went, and are no part of what was asked for."""
_TEXTS = ("id", "ids", "code", "codes", "number", "phone", "ext", "zipcode")


class FieldKind(StrEnum):
    """What a member of an answer holds."""

    TEXT = "text"
    QUANTITY = "quantity"
    AMOUNT = "amount"
    FLAG = "flag"
    DAY = "day"
    MOMENT = "moment"
    NESTED = "nested"
    UNKNOWN = "unknown"


_TYPES: dict[FieldKind, Any] = {
    FieldKind.TEXT: Text,
    FieldKind.QUANTITY: Number,
    FieldKind.AMOUNT: Money,
    FieldKind.FLAG: Flag,
    FieldKind.DAY: Day,
    FieldKind.MOMENT: Moment,
    FieldKind.UNKNOWN: Any,
}
_WORDS = {
    "boolean": FieldKind.FLAG,
    "date": FieldKind.DAY,
    "datetime": FieldKind.MOMENT,
    "string": FieldKind.TEXT,
    "char": FieldKind.TEXT,
}


def readable() -> list[str]:
    """The reading methods of whose answers the contract shows the members."""
    return [
        name
        for name, spec in registry().items()
        if not spec.writes and spec.token_in != "none" and row_fields(spec)
    ]


def row_fields(spec: Method) -> tuple[OutputField, ...]:
    """The members of one record of the answer, as far as the contract shows them."""
    return spec.list_fields or tuple(
        field for field in spec.outputs or () if field.name not in OUTCOME
    )


def kind_of(field: OutputField) -> FieldKind:
    """What the member holds, by its type, and by its name where the type says too little."""
    if field.children:
        return FieldKind.NESTED
    name, word = field.name.lower(), (field.type or "").split(" ", maxsplit=1)[0]
    if word in _WORDS:
        return _WORDS[word]
    if word in {"integer", "number", "decimal"}:
        if word == "integer" and name.endswith(_TEXTS):
            return FieldKind.TEXT
        is_amount = name.endswith(_AMOUNTS) or name.startswith("price")
        return FieldKind.AMOUNT if is_amount and name not in _NO_AMOUNTS else FieldKind.QUANTITY
    return FieldKind.UNKNOWN


def attribute(field: OutputField) -> str:
    """The member's name in Python: `poItemId` is `po_item_id`."""
    name = to_snake(field.name.replace("-", "_"))
    reserved = name in dir(BaseModel) or name == "extra" or keyword.iskeyword(name)
    return f"{name}_" if reserved or not name.isidentifier() else name


@cache
def model_for(method: str) -> type[Record]:
    """The record of a list's row, or of the whole answer. Raises `KeyError` for no such method."""
    return _model(method.title().replace(".", "").replace("/", ""), row_fields(registry()[method]))


def _model(name: str, fields: tuple[OutputField, ...]) -> type[Record]:
    members: dict[str, Any] = {}
    for field in fields:
        kind = kind_of(field)
        if kind is FieldKind.NESTED:
            inner = _model(f"{name}{field.name.title()}", field.children)
            annotation: Any = Annotated[list[inner], Objects]  # type: ignore[valid-type]
            default: Any = []
        else:
            annotation, default = _TYPES[kind], None
        members[attribute(field)] = (annotation, Field(default=default, alias=field.name))
    made: type[Record] = create_model(name, __base__=Record, **members)
    return made
