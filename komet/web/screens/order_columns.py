"""The columns of Purchase orders: a checklist with their order and widths, kept by the person."""

from functools import partial
from typing import Literal

import streamlit as st

from komet.context import AppContext
from komet.language import _, _later
from komet.orders.column_choices import (
    list_visible,
    move_column,
    read_columns,
    save_columns,
    set_width,
    toggle_column,
)
from komet.orders.columns import standard
from komet.orders.model import ColumnChoice, ColumnWidth
from komet.permissions import Actor
from komet.web.screens.orders import column_words
from komet.web.shell import failures, state
from komet.web.shell.remembered import remembered
from komet.web.shell.resources import context
from komet.web.shell.session import actor

_WIDTHS: dict[ColumnWidth | Literal[""], str] = {
    "": _later("Fits"),
    "small": _later("Narrow"),
    "medium": _later("Medium"),
    "large": _later("Wide"),
}


@remembered
def _own(whose: Actor) -> ColumnChoice:
    return read_columns(context(), whose)


def shown_columns(importers: int) -> ColumnChoice:
    """The columns that the table shows: those of the view that was opened, or one's own."""
    own = _own(actor())
    of_view: list[str] = st.session_state.get(state.ORDERS_COLUMNS, [])
    names = list_visible(of_view or own.columns, importers)
    return ColumnChoice(columns=names, widths=own.widths)


def columns_choice(ctx: AppContext) -> None:
    """The checklist. What is chosen while a view shows columns of its own is kept with the view."""
    with st.popover(
        _("Columns"), icon=":material/view_column:", key="orders_columns_open", on_change="rerun"
    ) as place:
        if not place.open:
            return
        of_view = st.session_state.get(state.ORDERS_COLUMNS)
        own = _own(actor())
        choice = own.model_copy(update={"columns": tuple(of_view)}) if of_view else own
        words = column_words()
        shown = [name for name in choice.columns if name in words]
        for index, name in enumerate(shown):
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                _tick(ctx, choice, name, words[name])
                _shape(ctx, choice, name, index, len(shown))
        for name in words:
            if name not in shown:
                _tick(ctx, choice, name, words[name])
        st.button(
            _("Standard columns"), type="tertiary", icon=":material/restart_alt:",
            on_click=_reset, args=(ctx,),
        )  # fmt: skip


def _tick(ctx: AppContext, choice: ColumnChoice, name: str, label: str) -> None:
    key = f"orders_column_{name}"
    st.session_state[key] = name in choice.columns
    change = partial(_keep, ctx, toggle_column(choice, name))
    st.checkbox(label, key=key, on_change=change, width="stretch")


def _shape(ctx: AppContext, choice: ColumnChoice, name: str, index: int, number: int) -> None:
    key = f"orders_width_{name}"
    st.session_state[key] = choice.widths.get(name, "")
    st.selectbox(
        _("Width"), list(_WIDTHS), format_func=lambda width: _(_WIDTHS[width]), key=key,
        label_visibility="collapsed", width=104,
        on_change=lambda: _keep(ctx, set_width(choice, name, st.session_state[key] or None)),
    )  # fmt: skip
    for by, icon, words in (
        (-1, "arrow_upward", _("Move up")),
        (1, "arrow_downward", _("Move down")),
    ):
        st.button(
            f":material/{icon}:", key=f"orders_move_{name}_{by}", type="tertiary", help=words,
            disabled=not 0 <= index + by < number,
            on_click=_keep, args=(ctx, move_column(choice, name, by)),
        )  # fmt: skip


def _keep(ctx: AppContext, choice: ColumnChoice) -> None:
    """In a callback: for the view that is open, or for good."""
    if st.session_state.get(state.ORDERS_COLUMNS):
        st.session_state[state.ORDERS_COLUMNS] = list(choice.columns)
    else:
        with failures.shown():
            save_columns(ctx, actor(), choice)


def _reset(ctx: AppContext) -> None:
    st.session_state[state.ORDERS_COLUMNS] = []
    _keep(ctx, ColumnChoice(columns=standard()))
