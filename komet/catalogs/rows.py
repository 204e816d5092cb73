"""The rows of an answer, as a table: one row an object, what is nested as JSON."""

import json
from collections.abc import Sequence
from typing import Any

import polars as pl

from komet.api.methods import Method


def rows_in(spec: Method, answer: dict[str, Any]) -> list[dict[str, Any]]:
    """The objects of the answer's list, wherever Komet has put it; else the answer's own object."""
    names = [spec.list_member, *answer]
    for name in filter(None, names):
        value = answer.get(name)
        if isinstance(value, list) and value and all(isinstance(row, dict) for row in value):
            return value
    return []


def table_of(spec: Method, answer: dict[str, Any]) -> pl.DataFrame:
    """Every member of the rows as a String column, in the order in which they turn up.

    An answer without rows becomes one row of its own members.
    """
    return table_of_rows(rows_in(spec, answer) or [answer])


def table_of_rows(rows: Sequence[dict[str, Any]]) -> pl.DataFrame:
    """Every member of the rows as a String column, in the order in which they turn up."""
    names = dict.fromkeys(name for row in rows for name in row)
    return pl.DataFrame(
        {name: [_text(row.get(name)) for row in rows] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
