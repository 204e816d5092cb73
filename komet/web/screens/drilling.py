"""From a figure to its rows: a click on a bar or a cell opens Purchase orders, filtered."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from komet.clients.providers import list_providers
from komet.language import _
from komet.orders.drill_down import filter_behind
from komet.orders.filters import OrderFilter
from komet.orders.model import Pivot
from komet.web.shell.resources import context

PICKED = "picked"
"""The name of the selection in a chart."""


def open_behind(chosen: OrderFilter, at: Mapping[str, str]) -> None:
    """Go to the orders of a figure; in a callback. `chosen`, `at`: see `filter_behind`."""
    providers = {provider.name: provider.id for provider in list_providers(context())}
    link = filter_behind(chosen, at, providers).to_query()
    st.switch_page("pages/purchase_orders.py", query_params=link)


def open_bar(chart: str, chosen: OrderFilter, dimension: str) -> None:
    """Go to the orders of the bar of a week that was clicked in the chart of that key."""
    if picked := st.session_state[chart].selection[PICKED]:
        at = {"week": picked[0]["week"], dimension: picked[0]["series"]}
        open_behind(chosen, {k: v for k, v in at.items() if v != _("others")})


def open_cell(table: str, chosen: OrderFilter, found: Pivot, across: str | None) -> None:
    """Go to the orders of the cell that was clicked in a pivot whose first row has the totals."""
    cells = st.session_state[table].selection.cells
    if not cells:
        return
    row, column = cells[0]
    at: dict[str, str] = {}
    if row:
        values: dict[str, Any] = found.cells.row(row - 1, named=True)
        at |= {name: values[name] for name in found.rows}
    if across and column in found.columns:
        at[across] = column
    open_behind(chosen, at)
