"""The filters of Purchase orders: one line of them, what is set as chips, kept in the address."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.errors import InvalidInput
from komet.language import _, day_pattern
from komet.orders import columns, statuses
from komet.orders.chips import GONE, MAPPED, Chip, describe_days, list_chips, remove_chip
from komet.orders.filters import Cancelled, Gone, Mapped, OrderFilter
from komet.orders.ship_days import (
    IN_LINKS,
    SHIP_DAYS,
    START,
    ShipDays,
    read_link,
    write_link,
)
from komet.web.screens.cancelled_choice import cancelled_choice, chosen_cancelled
from komet.web.shell import address, failures, state

_DAYS = IN_LINKS
_NAMES = (_DAYS, *(name for name in OrderFilter.names() if name != "cancelled"))
_PART = "orders"
_SEARCHED = "search"
_STATUSES = ("line_statuses", "statuses")
_FEW = 12
"""So many values are buttons; more of them are a list to search in."""


def order_filters(
    providers: Sequence[Provider],
    choices: Mapping[str, Sequence[str]],
    today: date,
    *,
    narrow: bool = False,
) -> OrderFilter:
    """Draw the filters and return what they say. A link's filter fills them on the first visit.

    `narrow`: all but the search stand behind one button.
    """
    fill_from_link(today)
    chosen_cancelled()
    chosen, days = _read(today)
    importers = {provider.id: provider.name for provider in providers}
    groups = sorted({p.komet_group for p in providers if p.komet_group})
    chips = list_chips(chosen, days, importers)
    ships = _("Ships: {days}").format(days=describe_days(chosen, days))
    with st.container(horizontal=True, vertical_alignment="center", wrap=not narrow):
        st.text_input(
            _("Search"), key=_key(_SEARCHED), placeholder=_("rose 60, SKU, PO, customer"),
            type="search", label_visibility="collapsed", width="stretch" if narrow else 260,
        )  # fmt: skip
        if narrow:
            limited = bool(chosen.ship_from or chosen.ship_to)
            n = len(chips) + (limited and days == START)
            label = _("Filters ({n})").format(n=n) if n else _("Filters")
            with st.popover(label, icon=":material/filter_list:"):
                _chips(chosen, chips, today)
                _importer_choice(importers)
                _day_choice()
                _product_choice()
                _status_choice(choices)
                _more(choices, groups, 1)
        else:
            if len(importers) > 1 or chosen.providers:
                with st.popover(_("Importer")):
                    _importer_choice(importers)
            with st.popover(ships):
                _day_choice()
            with st.popover(_("Product")):
                _product_choice()
            with st.popover(_("Status")):
                _status_choice(choices)
            with st.popover(_("More filters"), icon=":material/filter_list:"):
                _more(choices, groups, 2)
            cancelled_choice(chosen)
    if narrow:
        cancelled_choice(chosen)  # which opens a popover of its own
    else:
        _chips(chosen, chips, today)
    link = write_link(chosen, days)
    st.session_state[state.ORDERS_LINK] = link
    address.say(_PART, _NAMES, _without_cancelled(link))
    address.forget("view")  # which the address says in full now
    return chosen


def _key(name: str) -> str:
    return state.CANCELLED if name == "cancelled" else f"orders_{name}"


def _without_cancelled(link: dict[str, list[str]]) -> dict[str, list[str]]:
    """Which is a choice for all screens, and has its own part of the address."""
    left = {name: values for name, values in link.items() if name != "cancelled"}
    return left or {_DAYS: [str(ShipDays.ALL)]}


def fill_from_link(today: date) -> None:
    """Set the widgets to the address where a person followed a link to it or went back to it.

    On the first visit that is also what was left, or the start.
    """
    held = st.session_state
    is_filled = _key("mapped") in held and _key(_DAYS) in held
    said = _without_cancelled(write_link(*_read(today))) if is_filled else {}
    link = address.asked(_PART, _NAMES, said)
    if is_filled and (link is None or (not link and "view" in st.query_params)):
        return
    if link is None:  # what was drawn has lost its state
        link = held.get(state.ORDERS_LINK)
    try:
        fill(*read_link(link or {_DAYS: [str(START)]}, today))
    except InvalidInput as error:
        failures.show(error)
        start(today)


def fill(chosen: OrderFilter, days: ShipDays | None = None) -> None:
    """Set the widgets to a filter; before they are drawn, or in a callback.

    What is done with cancelled orders stays as it is chosen for all screens, unless it is asked.
    """
    for name in chosen.names():
        if name == "cancelled" and chosen.cancelled is Cancelled.HIDE:
            continue
        value = getattr(chosen, name, ())
        st.session_state[_key(name)] = list(value) if isinstance(value, tuple) else value
    st.session_state[_key("po_numbers")] = ", ".join(chosen.po_numbers)
    since = chosen.changed_since
    st.session_state[_key("changed_since")] = time_zone.today(since) if since else None
    limited = chosen.ship_from or chosen.ship_to
    st.session_state[_key(_DAYS)] = days if days or limited else ShipDays.ALL


def show_all_days() -> None:
    """Take the limits of ship dates away; in a callback."""
    st.session_state[_key(_DAYS)] = ShipDays.ALL


def _read(today: date) -> tuple[OrderFilter, ShipDays | None]:
    """What the widgets say, before they are drawn."""
    held = st.session_state
    days: ShipDays | None = held[_key(_DAYS)]
    if days:
        held[_key("ship_from")], held[_key("ship_to")] = days.span(today)
    values: dict[str, Any] = {name: held.get(_key(name)) for name in OrderFilter.names()}
    for name in {_DAYS, *values} - {_SEARCHED}:
        # what is not on the screen, such as in a closed popover, learns its value only where it
        # is set anew on each run
        held[_key(name)] = held.get(_key(name))
    values["po_numbers"] = (values["po_numbers"] or "").replace(",", " ").split()
    since = values["changed_since"]
    values["changed_since"] = time_zone.begin(since) if since else None
    said = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items() if v}
    return OrderFilter.model_validate(said), days


def _chips(chosen: OrderFilter, chips: Sequence[Chip], today: date) -> None:
    if not chips:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
        for chip in chips:
            st.button(
                failures.plain(chip.words), key=_key(f"chip_{chip.name}_{chip.value}"),
                icon=":material/close:", on_click=_remove, args=(chosen, chip),
            )  # fmt: skip
        st.button(_("Clear all"), type="tertiary", on_click=_clear, args=(today,))
        if chosen.work:
            st.caption(_(chosen.work.meaning), width="content")


def _remove(chosen: OrderFilter, chip: Chip) -> None:
    if chip.name == "work":
        st.session_state[state.ORDERS_VIEW] = None
    days = None if chip.name == _DAYS else st.session_state[_key(_DAYS)]
    fill(remove_chip(chosen, chip), days)


def _clear(today: date) -> None:
    st.session_state[state.ORDERS_VIEW] = None
    start(today)


def start(today: date) -> None:
    """Set the widgets to that with which a day begins; before they are drawn, or in a callback."""
    fill(*read_link({_DAYS: [str(START)]}, today))


def _importer_choice(importers: Mapping[str, str]) -> None:
    _choose_values("providers", _("Importer"), list(importers), importers)


def _day_choice() -> None:
    def own_days() -> None:
        st.session_state[_key(_DAYS)] = None

    st.pills(
        _("Ship dates"), list(ShipDays), format_func=lambda days: _(SHIP_DAYS[days]),
        key=_key(_DAYS), wrap=True,
    )  # fmt: skip
    begin, end = st.columns(2)
    begin.date_input(
        _("Ships from"), value=None, key=_key("ship_from"), format=day_pattern(),
        on_change=own_days,
    )  # fmt: skip
    end.date_input(
        _("Ships to"), value=None, key=_key("ship_to"), format=day_pattern(), on_change=own_days
    )


def _status_choice(choices: Mapping[str, Sequence[str]]) -> None:
    for name in _STATUSES:
        _choose_column(name, choices)


def _product_choice() -> None:
    st.text_input(_("Product contains"), key=_key("product"))
    st.text_input(_("SKU contains"), key=_key("sku"))
    st.pills(
        _("SKU"), list(Mapped), format_func=lambda value: _(MAPPED[value]), key=_key("mapped"),
        required=True, wrap=True,
    )  # fmt: skip


def _more(choices: Mapping[str, Sequence[str]], groups: Sequence[str], wide: int) -> None:
    """Every filter that has no place of its own in the bar."""
    places = st.columns(wide, gap="medium")
    with places[0]:
        st.text_input(_("PO numbers"), key=_key("po_numbers"), placeholder=_("P053455, P053460"))
        selected = st.session_state.get(_key("group"))
        if groups or selected:
            known = groups if selected in {None, *groups} else [*groups, selected]
            st.selectbox(
                _("Komet group"), known, index=None, key=_key("group"), placeholder=_("Any")
            )
        st.date_input(
            _("Changed since"), value=None, key=_key("changed_since"), format=day_pattern()
        )
        st.pills(
            _("No longer in Komet"), list(Gone), format_func=lambda value: _(GONE[value]),
            key=_key("gone"), required=True, wrap=True,
            help=_("POs and lines that a later download did not find any more."),
        )  # fmt: skip
    with places[-1]:
        for name in columns.filterable():
            if name not in _STATUSES:
                _choose_column(name, choices)


def _choose_column(name: str, choices: Mapping[str, Sequence[str]]) -> None:
    column = columns.filterable()[name]
    words = {v: statuses.decode(column.codes, v) for v in choices[name]} if column.codes else {}
    _choose_values(name, _(column.label), choices[name], words)


def _choose_values(name: str, label: str, options: Sequence[str], words: Mapping[str, str]) -> None:
    # what a link asks for stays choosable, though nothing downloaded has it
    selected: list[str] = st.session_state[_key(name)] or []
    known = [*options, *(value for value in selected if value not in options)]
    if name in {"providers", *_STATUSES} and len(known) <= _FEW:
        st.pills(
            label, known, selection_mode="multi", key=_key(name), wrap=True,
            format_func=lambda value: failures.plain(words.get(value, value)),
        )  # fmt: skip
        return
    st.multiselect(
        label,
        known,
        key=_key(name),
        format_func=lambda value: words.get(value, value),
        placeholder=_("Any"),
        select_all=False,
    )
