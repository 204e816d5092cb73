"""Cached reads, keyed by the data file's version: no rerun asks again, none is stale."""

from datetime import date
from decimal import Decimal

import polars as pl
import streamlit as st

from komet import time_zone
from komet.dispatch.boxes import list_boxes
from komet.dispatch.confirmation_sheet import list_by_hand
from komet.dispatch.invoice_files import FileMatch, match_files
from komet.dispatch.invoices import InvoiceFilter, list_invoice_states
from komet.dispatch.lines import LineFilter, list_lines
from komet.dispatch.transit import Transit, load_transit
from komet.orders import planning, query
from komet.orders.changes import count_changes, find_changes, sum_differences
from komet.orders.filters import OrderFilter
from komet.orders.model import ChangeFilter, Pivot, Totals
from komet.web.shell.resources import context

Version = tuple[int, ...]


def version() -> Version:
    """The present version of the data file, and the day: some filters ask for tomorrow."""
    ctx = context()
    return (*ctx.db.data_version(), time_zone.today(ctx.now()).toordinal())


@st.cache_data(show_spinner=False, max_entries=100)
def totals(version: Version, chosen: OrderFilter) -> Totals:  # noqa: ARG001 - part of the key
    """The sums over a filter."""
    return query.total_items(context(), chosen)


@st.cache_data(show_spinner=False, max_entries=50)
def page(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    sort: str,
    offset: int,
    limit: int,
) -> pl.DataFrame:
    """One page of items; see `komet.orders.query.list_items`."""
    return query.list_items(context(), chosen, sort=sort, offset=offset, limit=limit)


@st.cache_data(show_spinner=False, max_entries=50)
def by_ship_date(version: Version, chosen: OrderFilter) -> pl.DataFrame:  # noqa: ARG001
    """Boxes by ship date and provider; see `komet.orders.query.sum_boxes_by_day`."""
    return query.sum_boxes_by_day(context(), chosen)


@st.cache_data(show_spinner=False, max_entries=4)
def choices(version: Version) -> dict[str, list[str]]:  # noqa: ARG001 - part of the key
    """What the filters can pick from; see `komet.orders.query.list_choices`."""
    return query.list_choices(context())


@st.cache_data(show_spinner=False, max_entries=20)
def changes(version: Version, chosen: ChangeFilter) -> pl.DataFrame:  # noqa: ARG001
    """The changes; see `komet.orders.changes.find_changes`."""
    return find_changes(context(), chosen)


@st.cache_data(show_spinner=False, max_entries=20)
def change_counts(version: Version, chosen: ChangeFilter) -> dict[str, int]:  # noqa: ARG001
    """POs by kind of change; see `komet.orders.changes.count_changes`."""
    return count_changes(context(), chosen)


@st.cache_data(show_spinner=False, max_entries=20)
def change_differences(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: ChangeFilter,
    by: str,
) -> pl.DataFrame:
    """Differences by group; see `komet.orders.changes.sum_differences`."""
    return sum_differences(context(), chosen, by)


@st.cache_data(show_spinner=False, max_entries=20)
def weeks_compared(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    today: date,
) -> dict[str, dict[str, Decimal]]:
    """This week, the last, and a year ago; see `komet.orders.planning.compare_weeks`."""
    return planning.compare_weeks(context(), chosen, today)


@st.cache_data(show_spinner=False, max_entries=20)
def week_sums(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    dimension: str,
    measure: str,
) -> pl.DataFrame:
    """A measure by ship week and one dimension; see `komet.orders.planning.sum_weeks`."""
    return planning.sum_weeks(context(), chosen, dimension, measure)


@st.cache_data(show_spinner=False, max_entries=20)
def pivot(
    version: Version,  # noqa: ARG001 - part of the key
    chosen: OrderFilter,
    rows: tuple[str, ...],
    column: str | None,
    measure: str,
) -> Pivot:
    """The pivot; see `komet.orders.planning.plan_weeks`."""
    return planning.plan_weeks(context(), chosen, rows=rows, column=column, measure=measure)


@st.cache_data(show_spinner=False, max_entries=10)
def transit(version: Version, providers: tuple[str, ...], first: date, last: date) -> Transit:  # noqa: ARG001
    """What is confirmed and shipped; see `komet.dispatch.transit.load_transit`."""
    return load_transit(context(), providers, first, last)


@st.cache_data(show_spinner=False, max_entries=20)
def invoice_states(version: Version, chosen: InvoiceFilter) -> pl.DataFrame:  # noqa: ARG001
    """Shipped POs and their invoices; see `komet.dispatch.invoices.list_invoice_states`."""
    return list_invoice_states(context(), chosen)


@st.cache_data(show_spinner=False, max_entries=20)
def invoice_matches(version: Version, names: tuple[str, ...]) -> list[FileMatch]:  # noqa: ARG001
    """The POs that file names speak of; see `komet.dispatch.invoice_files.match_files`."""
    return match_files(context(), names)


@st.cache_data(show_spinner=False, max_entries=20)
def dispatch_lines(version: Version, chosen: LineFilter) -> pl.DataFrame:  # noqa: ARG001
    """The lines of a dispatch; see `komet.dispatch.lines.list_lines`."""
    return list_lines(context(), chosen)


@st.cache_data(show_spinner=False, max_entries=20)
def dispatch_boxes(version: Version, chosen: LineFilter) -> pl.DataFrame:  # noqa: ARG001
    """Boxes that have left; see `komet.dispatch.boxes.list_boxes`."""
    return list_boxes(context(), chosen)


@st.cache_data(show_spinner=False, max_entries=20)
def count_by_hand(version: Version, providers: tuple[str, ...]) -> int:  # noqa: ARG001
    """How many lines are to be done by hand; see `komet.dispatch.confirmation_sheet`."""
    return list_by_hand(context(), providers).height
