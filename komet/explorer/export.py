"""What a call has answered, as an Excel file."""

from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from komet.context import AppContext
from komet.db import audit
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.xlsx import write_workbook

_LONGEST_NAME = 31


def answer_bytes(ctx: AppContext, method: str, table: pl.DataFrame) -> bytes:
    """One sheet with the table's columns, as text; the export is recorded."""
    columns = tuple(Column(name, ColumnKind.TEXT) for name in table.columns)
    name = method.replace("/", " ")[:_LONGEST_NAME]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "answer.xlsx"
        write_workbook(path, [Sheet(name, columns, table)])
        content = path.read_bytes()
    with ctx.db.write() as con:
        audit.record(con, "answer exported", method, ctx.now(), {"rows": table.height})
    return content
