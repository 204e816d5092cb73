"""The filters of the orders screen: widgets on the left, one `OrderFilter` out, kept in the URL."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.errors import InvalidInput
from komet.language import _, day_pattern
from komet.orders import columns
from komet.orders.cancelled import CANCELLED
from komet.orders.filters import Cancelled, Gone, Mapped, OrderFilter
from komet.web.screens.cancelled_choice import chosen_cancelled
from komet.web.shell import failures, links, state


def order_filters(providers: Sequence[Provider], choices: dict[str, list[str]]) -> OrderFilter:
    """Draw the filters and return what they say. A link's filter fills them on the first visit."""
    _fill_from_link()
    work = st.session_state.get(_key("work"))
    names = {provider.id: provider.name for provider in providers}
    groups = sorted({p.komet_group for p in providers if p.komet_group})
    values: dict[str, Any] = {}
    with st.sidebar:
        st.header(_("Filters"))
        values["providers"] = _choose_values("providers", _("Importer"), list(names), names)
        if groups or st.session_state.get(_key("group")):
            selected = st.session_state.get(_key("group"))
            options = groups if selected in {None, *groups} else [*groups, selected]
            values["group"] = st.selectbox(
                _("Komet group"), options, index=None, key=_key("group"), placeholder=_("Any")
            )
        start, end = st.columns(2)
        values["ship_from"] = start.date_input(
            _("Ships from"), value=None, key=_key("ship_from"), format=day_pattern()
        )
        values["ship_to"] = end.date_input(
            _("Ships to"), value=None, key=_key("ship_to"), format=day_pattern()
        )
        values["product"] = st.text_input(
            _("Product contains"), key=_key("product"), placeholder=_("rose 60, or a Komet ID")
        )
        values["sku"] = st.text_input(_("SKU contains"), key=_key("sku"))
        numbers = st.text_input(
            _("PO numbers"), key=_key("po_numbers"), placeholder=_("P053455, P053460")
        )
        values["po_numbers"] = [part for part in numbers.replace(",", " ").split() if part]
        by_filter = columns.filterable()
        for name in OrderFilter.names():
            if column := by_filter.get(name):
                words = {code: _(word) for code, word in (column.codes or {}).items()}
                values[name] = _choose_values(name, _(column.label), choices[name], words)
        values["mapped"] = st.segmented_control(
            _("SKU"),
            list(Mapped),
            format_func=_mapped_word,
            key=_key("mapped"),
            required=True,
            width="stretch",
        )
        values["gone"] = st.segmented_control(
            _("No longer in Komet"),
            list(Gone),
            format_func=_gone_word,
            key=_key("gone"),
            required=True,
            width="stretch",
            help=_("POs and lines that a later download did not find any more."),
        )
        values["cancelled"] = st.segmented_control(
            _("Cancelled"),
            list(Cancelled),
            format_func=lambda value: _(CANCELLED[value]),
            key=_key("cancelled"),
            required=True,
            width="stretch",
            persist_state="session",
        )
        since = st.date_input(
            _("Changed since"), value=None, key=_key("changed_since"), format=day_pattern()
        )
        values["changed_since"] = time_zone.begin(since) if since else None
        values["work"] = work
        st.button(_("Clear filters"), on_click=_clear, width="stretch")
    chosen = OrderFilter.model_validate(
        {name: tuple(v) if isinstance(v, list) else v for name, v in values.items() if v}
    )
    st.session_state[state.ORDERS_LINK] = chosen.to_query()
    links.keep_in_address(**chosen.to_query())
    return chosen


def _key(name: str) -> str:
    return state.CANCELLED if name == "cancelled" else f"orders_{name}"


def _fill_from_link() -> None:
    cancelled = chosen_cancelled()
    if _key("mapped") in st.session_state:
        return
    link = {name: st.query_params.get_all(name) for name in st.query_params}
    try:
        chosen = OrderFilter.from_query(link or st.session_state.get(state.ORDERS_LINK, {}))
        if not link:
            chosen = chosen.model_copy(update={"cancelled": cancelled})
    except InvalidInput as error:
        failures.show(error)
        chosen = OrderFilter()
    fill(chosen)


def fill(chosen: OrderFilter) -> None:
    """Set the widgets to a filter; before they are drawn, or in a callback."""
    for name in chosen.names():
        value = getattr(chosen, name, ())
        st.session_state[_key(name)] = list(value) if isinstance(value, tuple) else value
    st.session_state[_key("po_numbers")] = ", ".join(chosen.po_numbers)
    since = chosen.changed_since
    st.session_state[_key("changed_since")] = time_zone.today(since) if since else None


def _clear() -> None:
    st.session_state[state.ORDERS_VIEW] = ""
    fill(OrderFilter())


def _choose_values(
    name: str, label: str, options: Sequence[str], words: dict[str, str] | None = None
) -> list[str]:
    # what a link asks for stays choosable, though nothing downloaded has it
    selected: list[str] = st.session_state[_key(name)]
    known = [*options, *(value for value in selected if value not in options)]
    return st.multiselect(
        label,
        known,
        key=_key(name),
        format_func=lambda value: (words or {}).get(value, value),
        placeholder=_("Any"),
    )


def _mapped_word(value: Mapped) -> str:
    return {
        Mapped.ALL: _("All"),
        Mapped.MAPPED: _("Mapped"),
        Mapped.UNMAPPED: _("Unmapped"),
    }[value]


def _gone_word(value: Gone) -> str:
    return {Gone.HIDE: _("Hide"), Gone.SHOW: _("Show"), Gone.ONLY: _("Only")}[value]
