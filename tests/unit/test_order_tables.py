"""The polars schemas and the migrations name the same columns."""

import duckdb
import pytest

from komet.db.migrate import migrate
from komet.orders.table import items as order_tables


@pytest.mark.parametrize(
    "table", ["purchase_orders", "po_lines", "po_breakdowns", "po_boxes", "po_changes",
              "po_differences", "data_problems"]
)  # fmt: skip
def test_schemas_agree(table: str) -> None:
    raw = duckdb.connect()
    migrate(raw)
    migrate(raw)  # a second time does nothing
    columns = [row[0] for row in raw.execute(f"DESCRIBE {table}").fetchall()]
    assert columns == list(getattr(order_tables, table.upper()))


def test_no_table_needs_what_ducklake_has_not() -> None:
    raw = duckdb.connect()
    migrate(raw)
    for question in ("duckdb_indexes()", "duckdb_sequences()"):
        assert raw.execute(f"SELECT count(*) FROM {question}").fetchall() == [(0,)]
    kinds = raw.execute("SELECT DISTINCT constraint_type FROM duckdb_constraints()").fetchall()
    assert kinds == []
