"""Remembered reads: no rerun asks again, none is stale."""

from datetime import date
from decimal import Decimal

import polars as pl

from komet.activity import hints, timeline
from komet.activity.failures import list_failures
from komet.activity.model import ActivityFilter, Pool
from komet.activity.requests import list_pools, list_requests
from komet.activity.warnings import Warned, list_warnings
from komet.catalogs.lists import count_rows, list_box_types, view_list
from komet.catalogs.model import CatalogTable
from komet.clients import allowance
from komet.clients.allowance import PoolLeft
from komet.clients.model import Provider
from komet.clients.overlaps import SharedOrders, list_shared_orders
from komet.clients.providers import list_providers
from komet.dispatch import outbox
from komet.dispatch.boxes import list_boxes
from komet.dispatch.confirmation_sheet import list_by_hand
from komet.dispatch.invoice_files import FileMatch, match_files
from komet.dispatch.invoices import InvoiceFilter, list_invoice_states
from komet.dispatch.lines import LineFilter, list_lines
from komet.dispatch.model import WriteState
from komet.dispatch.transit import Transit, load_transit
from komet.ingest import runs
from komet.ingest.model import FailedDays, Plan, RunReport
from komet.ingest.plan import plan_refresh
from komet.mapping import products
from komet.mapping.suggestions import suggest_skus
from komet.orders import cancelled, planning, query
from komet.orders.changes import find_changes, sum_differences, sum_kinds
from komet.orders.filters import OrderFilter
from komet.orders.model import (
    ChangeFilter,
    ChangeKind,
    ChangeSums,
    OrderDetail,
    OrderKey,
    Pivot,
    Totals,
)
from komet.permissions import Actor
from komet.web.shell.remembered import remembered, remembered_briefly
from komet.web.shell.resources import context


def stamps() -> dict[str, int]:
    """What is another as soon as anything was written."""
    return dict(context().db.stamps())


@remembered
def totals(chosen: OrderFilter) -> Totals:
    """The sums over a filter."""
    return query.total_items(context(), chosen)


@remembered
def total_cancelled(chosen: OrderFilter) -> Totals:
    """What was cancelled within a filter; see `komet.orders.cancelled`."""
    return cancelled.total_cancelled(context(), chosen)


@remembered
def page(
    chosen: OrderFilter,
    sort: str,
    offset: int,
    limit: int,
) -> pl.DataFrame:
    """One page of items; see `komet.orders.query.list_items`."""
    return query.list_items(context(), chosen, sort=sort, offset=offset, limit=limit)


@remembered
def orders_of_number(number: str) -> list[OrderKey]:
    """The POs of a number; see `komet.orders.query.find_orders`."""
    return query.find_orders(context(), number)


@remembered
def order(provider_id: str, po_id: str) -> OrderDetail:
    """Everything of one PO; see `komet.orders.query.read_order`."""
    return query.read_order(context(), provider_id, po_id)


@remembered
def orders_beside(
    chosen: OrderFilter, sort: str, provider_id: str, po_id: str
) -> tuple[OrderKey | None, OrderKey | None]:
    """The POs before and after one; see `komet.orders.query.find_beside`."""
    return query.find_beside(context(), chosen, sort, provider_id, po_id)


@remembered
def count_orders(chosen: OrderFilter) -> dict[str, int]:
    """POs by provider; see `komet.orders.query.count_orders`."""
    return query.count_orders(context(), chosen)


@remembered
def by_ship_date(chosen: OrderFilter) -> pl.DataFrame:
    """Boxes by ship date and provider; see `komet.orders.query.sum_boxes_by_day`."""
    return query.sum_boxes_by_day(context(), chosen)


@remembered
def colours() -> dict[str, int | None]:
    """The number of each importer's colour, by its name."""
    return {provider.name: provider.colour for provider in list_providers(context())}


@remembered
def choices() -> dict[str, list[str]]:
    """What the filters can pick from; see `komet.orders.query.list_choices`."""
    return query.list_choices(context())


@remembered
def changes(chosen: ChangeFilter, limit: int) -> pl.DataFrame:
    """The newest changes; see `komet.orders.changes.find_changes`."""
    return find_changes(context(), chosen, limit=limit)


@remembered
def change_sums(chosen: ChangeFilter) -> dict[ChangeKind | None, ChangeSums]:
    """What each kind of change comes to; see `komet.orders.changes.sum_kinds`."""
    return sum_kinds(context(), chosen)


@remembered
def change_differences(
    chosen: ChangeFilter,
    by: str,
) -> pl.DataFrame:
    """Differences by group; see `komet.orders.changes.sum_differences`."""
    return sum_differences(context(), chosen, by)


@remembered
def weeks_compared(
    chosen: OrderFilter,
    today: date,
) -> dict[str, dict[str, Decimal]]:
    """This week, the last, and a year ago; see `komet.orders.planning.compare_weeks`."""
    return planning.compare_weeks(context(), chosen, today)


@remembered
def week_sums(
    chosen: OrderFilter,
    dimension: str,
    measure: str,
) -> pl.DataFrame:
    """A measure by ship week and one dimension; see `komet.orders.planning.sum_weeks`."""
    return planning.sum_weeks(context(), chosen, dimension, measure)


@remembered
def pivot(
    chosen: OrderFilter,
    rows: tuple[str, ...],
    column: str | None,
    measure: str,
) -> Pivot:
    """The pivot; see `komet.orders.planning.plan_weeks`."""
    return planning.plan_weeks(context(), chosen, rows=rows, column=column, measure=measure)


@remembered
def transit(providers: tuple[str, ...], first: date, last: date) -> Transit:
    """What is confirmed and shipped; see `komet.dispatch.transit.load_transit`."""
    return load_transit(context(), providers, first, last)


@remembered
def invoice_states(chosen: InvoiceFilter) -> pl.DataFrame:
    """Shipped POs and their invoices; see `komet.dispatch.invoices.list_invoice_states`."""
    return list_invoice_states(context(), chosen)


@remembered
def invoice_matches(names: tuple[str, ...]) -> list[FileMatch]:
    """The POs that file names speak of; see `komet.dispatch.invoice_files.match_files`."""
    return match_files(context(), names)


@remembered
def dispatch_lines(chosen: LineFilter) -> pl.DataFrame:
    """The lines of a dispatch; see `komet.dispatch.lines.list_lines`."""
    return list_lines(context(), chosen)


@remembered
def dispatch_boxes(chosen: LineFilter) -> pl.DataFrame:
    """Boxes that have left; see `komet.dispatch.boxes.list_boxes`."""
    return list_boxes(context(), chosen)


@remembered
def count_by_hand(providers: tuple[str, ...]) -> int:
    """How many lines are to be done by hand; see `komet.dispatch.confirmation_sheet`."""
    return list_by_hand(context(), providers).height


@remembered
def suggestions(provider_id: str) -> pl.DataFrame:
    """Candidates for products without a SKU; see `komet.mapping.suggestions.suggest_skus`."""
    return suggest_skus(context(), provider_id)


@remembered
def known(provider_id: str, text: str, kind: str) -> pl.DataFrame:
    """What is known of a kind at a client; see `komet.mapping.products.list_known`."""
    return products.list_known(context(), provider_id, text, kind=kind)


@remembered
def coverage() -> pl.DataFrame:
    """How far each mapping has come; see `komet.mapping.products.load_coverage`."""
    return products.load_coverage(context())


@remembered
def box_types(provider_id: str) -> pl.DataFrame:
    """Box types and their factors; see `komet.catalogs.lists.list_box_types`."""
    return list_box_types(context(), provider_id)


@remembered
def catalog(provider: Provider, kind: str) -> CatalogTable:
    """The rows of one of Komet's lists; see `komet.catalogs.lists.view_list`."""
    return view_list(context(), provider, kind)


@remembered
def catalog_sizes(provider_id: str) -> dict[str, int]:
    """How many rows are stored of each list; see `komet.catalogs.lists.count_rows`."""
    return count_rows(context(), provider_id)


@remembered
def shared_orders() -> list[SharedOrders]:
    """What overlapping clients have in common; see `komet.clients.overlaps`."""
    return list_shared_orders(context())


@remembered
def last_downloads() -> pl.DataFrame:
    """What is stored of each client; see `komet.ingest.runs.last_downloads`."""
    return runs.last_downloads(context())


@remembered
def failed_days() -> list[FailedDays]:
    """Days whose newest try failed; see `komet.ingest.runs.list_failed_days`."""
    return runs.list_failed_days(context())


@remembered_briefly
def past_runs() -> list[RunReport]:
    """The newest runs; see `komet.ingest.runs.list_runs`."""
    return runs.list_runs(context())


@remembered_briefly
def refresh_plan(chosen: tuple[Provider, ...]) -> Plan:
    """What a refresh downloads, and what it costs; see `komet.ingest.plan.plan_refresh`."""
    return plan_refresh(context(), chosen)


@remembered_briefly
def run(run_id: str) -> RunReport:
    """A run that is not at work; see `komet.ingest.runs.show_run`."""
    return runs.show_run(context(), run_id)


@remembered
def days_of_run(run_id: str) -> pl.DataFrame:
    """The slices of a run; see `komet.ingest.runs.list_days`."""
    return runs.list_days(context(), run_id)


@remembered_briefly
def entries(chosen: ActivityFilter, offset: int, limit: int) -> pl.DataFrame:
    """One page of the time line; see `komet.activity.timeline.list_entries`."""
    return timeline.list_entries(context(), chosen, offset=offset, limit=limit)


@remembered
def count_entries(chosen: ActivityFilter) -> int:
    """How many entries a filter finds; see `komet.activity.timeline.count_entries`."""
    return timeline.count_entries(context(), chosen)


@remembered
def is_put_away(whose: Actor, hint: str) -> bool:
    """Whether a person has put a hint away; see `komet.activity.hints`."""
    return hints.is_put_away(context(), whose, hint)


@remembered
def pools() -> list[Pool]:
    """Tokens that share an allowance; see `komet.activity.requests.list_pools`."""
    return list_pools(context())


@remembered
def requests() -> pl.DataFrame:
    """Requests by day, token and method; see `komet.activity.requests.list_requests`."""
    return list_requests(context())


@remembered
def failures() -> pl.DataFrame:
    """What went wrong lately; see `komet.activity.failures.list_failures`."""
    return list_failures(context())


@remembered
def requests_left(chosen: tuple[Provider, ...]) -> dict[str, int | None]:
    """What is left of each allowance today; see `komet.clients.allowance.requests_left`."""
    return allowance.requests_left(context(), chosen)


@remembered
def pools_left(chosen: tuple[Provider, ...]) -> list[PoolLeft]:
    """Each allowance and what is left of it today; see `komet.clients.allowance`."""
    return allowance.list_pools_left(context(), chosen)


@remembered_briefly
def warnings(chosen: tuple[Provider, ...]) -> list[Warned]:
    """What stands in the way of today's work; see `komet.activity.warnings.list_warnings`."""
    return list_warnings(context(), chosen)


@remembered_briefly
def count_writes() -> dict[WriteState, int]:
    """Writes by their state; see `komet.dispatch.outbox.count_writes`."""
    return outbox.count_writes(context())
