"""The registry of columns, and so the polars schemas, name the columns of the migrations."""

from collections.abc import Callable

import duckdb
import polars as pl
import pytest
from pydantic import ValidationError

from komet.db.database import Schema
from komet.db.migrate import migrate
from komet.orders.column import Grain, Kind
from komet.orders.columns import COLUMNS, filterable, stored
from komet.orders.filters import OrderFilter
from komet.orders.table import items as order_tables

TABLES: dict[str, Callable[[], Schema]] = {
    "purchase_orders": order_tables.purchase_orders,
    "po_lines": order_tables.po_lines,
    "po_breakdowns": order_tables.po_breakdowns,
    "po_boxes": order_tables.po_boxes,
    "order_items": order_tables.order_items,
    "po_changes": lambda: order_tables.PO_CHANGES,
    "data_problems": lambda: order_tables.DATA_PROBLEMS,
}


@pytest.mark.parametrize("table", TABLES)
def test_schemas_agree(table: str) -> None:
    raw = duckdb.connect()
    migrate(raw)
    migrate(raw)  # a second time does nothing
    raw.execute("SET TimeZone = 'UTC'")
    assert raw.sql(f"FROM {table}").pl().schema == pl.Schema(
        {name: TABLES[table]()[name] for name in raw.sql(f"FROM {table}").columns}
    )
    assert len(raw.sql(f"FROM {table}").columns) == len(TABLES[table]())


def test_the_types_of_the_registry_are_those_of_the_data_file() -> None:
    raw = duckdb.connect()
    migrate(raw)
    for table, grain in (("purchase_orders", Grain.PO), ("po_lines", Grain.LINE),
                         ("po_breakdowns", Grain.BREAKDOWN), ("po_boxes", Grain.BOX)):  # fmt: skip
        held = {row[0]: row[1] for row in raw.execute(f"DESCRIBE {table}").fetchall()}
        assert {name: held[name] for name in stored(grain)} == {
            name: column.kind.duckdb_type for name, column in stored(grain).items()
        }


def test_every_column_that_is_seen_has_a_label_and_a_figure_a_unit() -> None:
    for column in COLUMNS:
        seen = (
            any(column.read(grain) for grain in column.exported)
            or column.tracked
            or column.filter_name
        )
        assert column.label or not seen, column.name
        assert column.unit or column.kind in {Kind.TEXT, Kind.JSON, Kind.DATE, Kind.TIME}


def test_names_and_filters_are_there_once() -> None:
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    lists = {n for n, f in OrderFilter.model_fields.items() if f.annotation == tuple[str, ...]}
    assert lists - {"providers", "po_numbers"} <= set(filterable())
    with pytest.raises(ValidationError):
        OrderFilter.model_validate({"nothing_of_ours": ["x"]})


def test_no_table_needs_what_ducklake_has_not() -> None:
    raw = duckdb.connect()
    migrate(raw)
    for question in ("duckdb_indexes()", "duckdb_sequences()"):
        assert raw.execute(f"SELECT count(*) FROM {question}").fetchall() == [(0,)]
    kinds = raw.execute("SELECT DISTINCT constraint_type FROM duckdb_constraints()").fetchall()
    assert kinds == []
