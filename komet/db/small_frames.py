"""Small frames as tables of a connection: as JSON in a parameter.

However few its rows are, a frame that is registered costs DuckDB some five milliseconds, and the
first one of a process the import of pyarrow's data sets; this way costs half of that, and none.
"""

from contextlib import suppress

import duckdb
import polars as pl

_TYPES = {
    pl.String(): '"VARCHAR"',
    pl.Int32(): '"INTEGER"',
    pl.Int64(): '"BIGINT"',
    pl.Boolean(): '"BOOLEAN"',
    pl.Date(): '"DATE"',
    pl.Datetime("us", "UTC"): '"TIMESTAMPTZ"',
    pl.List(pl.String()): '["VARCHAR"]',
}
_MOST_CELLS = 3_000
"""With more, it would take longer."""


def is_small(frame: pl.DataFrame) -> bool:
    """Whether the frame is small enough, and of types that JSON can say exactly."""
    return frame.height * frame.width <= _MOST_CELLS and set(frame.dtypes) <= _TYPES.keys()


def create_table(raw: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> None:
    """Make the frame a temporary table of that name."""
    types = ", ".join(f'"{column}": {_TYPES[dtype]}' for column, dtype in frame.schema.items())
    times = pl.col(pl.Datetime("us", "UTC")).dt.to_string("%Y-%m-%dT%H:%M:%S%.6f%:z")
    raw.execute(
        f"CREATE OR REPLACE TEMP TABLE {name} AS SELECT unnest(from_json($rows, '[{{{types}}}]'),"
        " max_depth := 2)",
        {"rows": frame.with_columns(times).write_json()},
    )


def drop_table(raw: duckdb.DuckDBPyConnection, name: str) -> None:
    """Drop it again; a transaction that failed has done so already."""
    with suppress(duckdb.Error):
        raw.execute(f"DROP TABLE IF EXISTS temp.{name}")
