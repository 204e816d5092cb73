"""Records of any answer as a polars frame with documented columns."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from komet.api.methods import registry
from komet.api.models import Record
from komet.api.records import FieldKind, attribute, kind_of, row_fields

_DTYPES: dict[FieldKind, Any] = {
    FieldKind.TEXT: pl.String,
    FieldKind.QUANTITY: pl.Decimal(18, 4),
    FieldKind.AMOUNT: pl.Decimal(18, 6),
    FieldKind.FLAG: pl.Boolean,
    FieldKind.DAY: pl.Date,
    FieldKind.MOMENT: pl.Datetime("us", "UTC"),
    FieldKind.NESTED: pl.String,
    FieldKind.UNKNOWN: pl.String,
}
EXTRA = "extra"


def schema_of(method: str) -> dict[str, Any]:
    """The columns of `frame_of` and their dtypes: what is nested, and `extra`, is JSON text."""
    fields = row_fields(registry()[method])
    return {attribute(field): _DTYPES[kind_of(field)] for field in fields} | {EXTRA: pl.String}


def frame_of(method: str, rows: Sequence[Record]) -> pl.DataFrame:
    """The records as a frame with the columns of `schema_of`, also for no rows."""
    schema = schema_of(method)
    content = [
        {
            **{name: _cell(getattr(row, name), schema[name]) for name in schema if name != EXTRA},
            EXTRA: _json(row.extra) if row.extra else None,
        }
        for row in rows
    ]
    return pl.DataFrame(content, schema=schema)


def _cell(value: Any, dtype: Any) -> Any:
    if dtype != pl.String or value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and value and isinstance(value[0], Record):
        return _json([row.model_dump(mode="json", by_alias=True) for row in value])
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
