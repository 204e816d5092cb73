"""Which lines Dispatch and Ship show: ship days, clients, how far on their way; in the address."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl
import streamlit as st

from komet import time_zone
from komet.clients.model import Provider
from komet.context import AppContext
from komet.dispatch.lines import LineFilter, count_states
from komet.dispatch.model import LINE_STATES, LineState
from komet.language import _, _later, day, day_pattern, number
from komet.web.shell import address

COLORS = {
    LineState.TO_CONFIRM: "yellow",
    LineState.CONFIRMED: "blue",
    LineState.PACKED: "violet",
    LineState.SHIPPED: "green",
    LineState.INVOICED: "gray",
    LineState.CANCELLED: "red",
}
_PART, _NAMES = "lines", ("from", "to", "client")
_TODAY, _TOMORROW, _WEEK, _OTHER = "today", "tomorrow", "week", "other"
_DAYS = {
    _TODAY: _later("Today"),
    _TOMORROW: _later("Tomorrow"),
    _WEEK: _later("This week"),
    _OTHER: _later("Other days"),
}


def line_filter(ctx: AppContext, every: Sequence[Provider]) -> LineFilter:
    """Draw the choice of days and clients. A link fills it; Dispatch and Ship share it."""
    today = time_zone.today(ctx.now())
    names = {provider.id: provider.name for provider in every}
    _fill(today, names)
    left, right = st.columns([2, 1], vertical_alignment="bottom")
    with left.container(horizontal=True, vertical_alignment="bottom"):
        days = st.pills(
            _("Ships"), list(_DAYS), format_func=lambda one: _(_DAYS[one]), required=True,
            wrap=True, key="lines_days", persist_state="session",
        ) or _TOMORROW  # fmt: skip
        span = _span(days, today)
        if span is None:
            begin = st.date_input(
                _("From"), format=day_pattern(), key="lines_from", width=128,
                persist_state="session",
            )  # fmt: skip
            end = st.date_input(
                _("To"), format=day_pattern(), key="lines_to", width=128, persist_state="session"
            )
            span = (min(begin, end), max(begin, end))
        else:
            words = day(span[0]) if span[0] == span[1] else _("{start} to {end}").format(
                start=day(span[0]), end=day(span[1]))  # fmt: skip
            st.caption(words)
    clients = right.multiselect(
        _("Importer"), list(names), format_func=lambda id_: names[id_],
        placeholder=_("Any"), select_all=False, key="lines_clients", persist_state="session",
    )  # fmt: skip
    address.say(_PART, _NAMES, _write(*span, clients))
    return LineFilter(date_from=span[0], date_to=span[1], providers=tuple(clients))


def state_strip(lines: pl.DataFrame, key: str, shown: Sequence[LineState]) -> LineState | None:
    """How many lines are in each state, as buttons that filter; the state chosen, or all."""
    address.bind(key, address.choice(key, "state", [one.value for one in shown]))
    counts = count_states(lines)
    chosen = st.pills(
        _("State"),
        [one.value for one in shown],
        format_func=lambda one: (
            f"{_(LINE_STATES[LineState(one)])} {number(counts[LineState(one)])}"
        ),
        label_visibility="collapsed",
        wrap=True,
        key=key,
        persist_state="session",
    )
    return LineState(chosen) if chosen else None


def _fill(today: date, names: Mapping[str, str]) -> None:
    """Set the widgets to a link that was followed, or to what was left here or on the sister."""
    held = st.session_state
    held["lines_days"] = held.get("lines_days") or _TOMORROW
    held.setdefault("lines_from", today)
    held.setdefault("lines_to", today + timedelta(days=6))
    held.setdefault("lines_clients", [])
    span = _span(held["lines_days"], today) or (held["lines_from"], held["lines_to"])
    link = address.asked(_PART, _NAMES, _write(min(span), max(span), held["lines_clients"]))
    if not link:
        return
    first, last = (_read_day(link, name) or today for name in ("from", "to"))
    held["lines_days"] = next((one for one in _DAYS if _span(one, today) == (first, last)), _OTHER)
    held["lines_from"], held["lines_to"] = first, last
    held["lines_clients"] = [id_ for id_ in link.get("client", []) if id_ in names]


def _write(first: date, last: date, clients: Sequence[str]) -> address.Said:
    said = {"from": [first.isoformat()], "to": [last.isoformat()], "client": list(clients)}
    return {name: texts for name, texts in said.items() if texts}


def _read_day(link: Mapping[str, Sequence[str]], name: str) -> date | None:
    try:
        return date.fromisoformat(link.get(name, [""])[0])
    except ValueError:
        return None


def _span(days: str, today: date) -> tuple[date, date] | None:
    monday = today - timedelta(days=today.weekday())
    return {
        _TODAY: (today, today),
        _TOMORROW: (today + timedelta(days=1), today + timedelta(days=1)),
        _WEEK: (monday, monday + timedelta(days=6)),
    }.get(days)
