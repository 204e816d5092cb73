"""Cached reads of orders, keyed by the data file's version: no rerun asks again, none is stale."""

from datetime import date
from decimal import Decimal

import polars as pl
import streamlit as st

from komet.orders import changes as found
from komet.orders import planning, query
from komet.orders.changes import ChangeFilter
from komet.orders.filters import OrderFilter
from komet.orders.planning import Pivot
from komet.orders.query import Totals
from komet.web.shell.resources import context

Version = tuple[int, ...]


def version() -> Version:
    """The present version of the data file."""
    return context().db.data_version()


@st.cache_data(show_spinner=False, max_entries=100)
def totals(version: Version, chosen: OrderFilter) -> Totals:  # noqa: ARG001 - part of the key
    """The sums over a filter."""
    with context().db.read() as con:
        return query.totals(con, chosen)


@st.cache_data(show_spinner=False, max_entries=50)
def page(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    sort: str,
    offset: int,
    limit: int,
) -> pl.DataFrame:
    """One page of items; see `komet.orders.query.page`."""
    with context().db.read() as con:
        return query.page(con, chosen, sort=sort, offset=offset, limit=limit)


@st.cache_data(show_spinner=False, max_entries=50)
def by_ship_date(version: Version, chosen: OrderFilter) -> pl.DataFrame:  # noqa: ARG001
    """Boxes by ship date and provider; see `komet.orders.query.by_ship_date`."""
    with context().db.read() as con:
        return query.by_ship_date(con, chosen)


@st.cache_data(show_spinner=False, max_entries=4)
def choices(version: Version) -> dict[str, list[str]]:  # noqa: ARG001 - part of the key
    """What the filters can pick from; see `komet.orders.query.choices`."""
    with context().db.read() as con:
        return query.choices(con)


@st.cache_data(show_spinner=False, max_entries=20)
def changes(version: Version, chosen: ChangeFilter) -> pl.DataFrame:  # noqa: ARG001
    """The changes; see `komet.orders.changes.changes`."""
    with context().db.read() as con:
        return found.changes(con, chosen)


@st.cache_data(show_spinner=False, max_entries=20)
def change_counts(version: Version, chosen: ChangeFilter) -> dict[str, int]:  # noqa: ARG001
    """POs by kind of change; see `komet.orders.changes.counts`."""
    with context().db.read() as con:
        return found.counts(con, chosen)


@st.cache_data(show_spinner=False, max_entries=20)
def change_differences(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: ChangeFilter,
    by: str,
) -> pl.DataFrame:
    """Differences by group; see `komet.orders.changes.differences`."""
    with context().db.read() as con:
        return found.differences(con, chosen, by)


@st.cache_data(show_spinner=False, max_entries=20)
def weeks_compared(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    today: date,
) -> dict[str, dict[str, Decimal]]:
    """This week, the last, and a year ago; see `komet.orders.planning.weeks_compared`."""
    with context().db.read() as con:
        return planning.weeks_compared(con, chosen, today)


@st.cache_data(show_spinner=False, max_entries=20)
def week_sums(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    dimension: str,
    measure: str,
) -> pl.DataFrame:
    """A measure by ship week and one dimension; see `komet.orders.planning.sums`."""
    with context().db.read() as con:
        return planning.sums(con, chosen, ("week", dimension), measure)


@st.cache_data(show_spinner=False, max_entries=20)
def pivot(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    rows: tuple[str, ...],
    column: str | None,
    measure: str,
) -> Pivot:
    """The pivot; see `komet.orders.planning.pivot`."""
    with context().db.read() as con:
        return planning.pivot(con, chosen, rows=rows, column=column, measure=measure)
