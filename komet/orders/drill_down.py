"""From a figure to its rows: the filter of the orders that a bar or a cell sums up."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from komet.orders import columns
from komet.orders.filters import OrderFilter
from komet.orders.table.reading import NONE

_PARTS = {"product": "product", "sku": "sku", "species": "search"}
"""Dimension → the filter that finds its value in a text, and so perhaps a few rows more."""


def filter_behind(
    chosen: OrderFilter, at: Mapping[str, str], providers: Mapping[str, str]
) -> OrderFilter:
    """The orders of a figure: those of the sum's own filter that have these values.

    `at`: a key of `DIMENSIONS` or `PERIODS` → the value that stands at the figure; one that no
    filter knows, or that says that there is none, is left out. `providers`: name → ID.
    """
    lists = {column.name: name for name, column in columns.filterable().items()}
    found: dict[str, Any] = chosen.model_dump(exclude_defaults=True)
    for name, value in at.items():
        if (span := _span(name, value)) is not None:
            found["ship_from"] = max(span[0], chosen.ship_from or span[0])
            found["ship_to"] = min(span[1], chosen.ship_to or span[1])
        elif value == NONE:
            continue
        elif name == "provider" and value in providers:
            found["providers"] = (providers[value],)
        elif name in lists:
            found[lists[name]] = (value,)
        elif name in _PARTS:
            found[_PARTS[name]] = value
    return OrderFilter.model_validate(found)


def _span(period: str, value: str) -> tuple[date, date] | None:
    """The first and last day of a ship week (2026-W49), month (2026-12) or day."""
    if period == "week":
        year, _w, week = value.partition("-W")
        monday = date.fromisocalendar(int(year), int(week), 1)
        return monday, monday + timedelta(days=6)
    if period == "month":
        first = date.fromisoformat(f"{value}-01")
        return first, first.replace(day=monthrange(first.year, first.month)[1])
    if period == "day":
        return (date.fromisoformat(value),) * 2
    return None
