"""An answer as a polars frame with documented columns, and as an Excel file."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from komet.api.methods import registry
from komet.api.models import Record
from komet.api.records import FieldKind, attribute, kind_of, row_fields
from komet.context import AppContext
from komet.db import audit
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.writer import written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.permissions import Actor, Permission

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
_LONGEST_NAME = 31
"""Of a sheet, as Excel takes it."""


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


def export_answer(ctx: AppContext, actor: Actor, method: str, table: pl.DataFrame) -> bytes:
    """An Excel file (.xlsx) of one sheet with the table's columns, as text; it is audited.

    Raises `NotPermitted`.
    """
    columns = tuple(Column(name, ColumnKind.TEXT) for name in table.columns)
    sheet_name = method.replace("/", " ")[:_LONGEST_NAME]
    ctx.authorize(actor, Permission.EXPORT)
    sheet = Sheet(sheet_name, columns, table)
    content = written_bytes("answer.xlsx", lambda target: write_workbook(target, [sheet]))
    with ctx.write(actor, Permission.EXPORT) as con:
        audit.record(con, "answer exported", method, ctx.now(), {"rows": table.height})
    return content


def _cell(value: Any, dtype: Any) -> Any:
    if dtype != pl.String or value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and value and isinstance(value[0], Record):
        return _json([row.model_dump(mode="json", by_alias=True) for row in value])
    return _json(value)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
