"""What to download: importers and days, as they were chosen last, and in the address."""

from collections.abc import Sequence
from datetime import date, timedelta

import streamlit as st

from komet.clients.model import Provider
from komet.language import _, _later, day_pattern
from komet.web.shell import address

Span = tuple[date, date]
_DAYS = {
    "open": _later("Open window"),
    "today": _later("Today"),
    "week": _later("Next 7 days"),
    "fortnight": _later("Next 14 days"),
    "last_30": _later("Last 30 days"),
    "other": _later("Other days"),
}
"""The days that are offered, by their names in links."""


def choose_importers(active: Sequence[Provider]) -> list[Provider]:
    """All active importers, or those of a Komet group, or some of them."""
    groups = sorted({provider.komet_group for provider in active if provider.komet_group})
    address.bind("download group", address.choice("download_group", "group", groups))
    group = st.selectbox(
        _("Komet group"), groups, index=None, placeholder=_("All groups"), disabled=not groups,
        key="download_group", persist_state="session", on_change=address.forget, args=("client",),
    )  # fmt: skip
    offered = {p.id: p for p in active if group is None or p.komet_group == group}
    key = f"download_importers_{group}"
    address.bind(
        f"download importers {group}", address.choices(key, "client", list(offered), list(offered))
    )
    ids = st.multiselect(
        _("Importers"), list(offered), format_func=lambda id_: offered[id_].name, key=key,
        placeholder=_("Choose an importer"), persist_state="session",
    )  # fmt: skip
    return [offered[id_] for id_ in ids]


def choose_days(today: date, *, has_downloaded: bool) -> Span | None:
    """The first and the last day; None for each importer's own open window."""
    last = today + timedelta(days=6)
    address.bind(
        "download days",
        address.choice(
            "download_days", "days", list(_DAYS), "open" if has_downloaded else "fortnight"
        ),
        address.day("download_from", "from", today),
        address.day("download_to", "to", last),
    )
    chosen = st.pills(
        _("Days (by vendor ship date)"), list(_DAYS), format_func=lambda name: _(_DAYS[name]),
        required=True, wrap=True, key="download_days", persist_state="session",
    )  # fmt: skip
    if chosen == "open":
        st.caption(
            _("Each importer's own window, by default 3 days back to 21 ahead; days that are"
              " final are left alone.")
        )  # fmt: skip
        return None
    if chosen == "other":
        first, second = st.columns(2)
        begin = first.date_input(
            _("From"), format=day_pattern(), key="download_from", persist_state="session"
        )
        end = second.date_input(
            _("To"), format=day_pattern(), key="download_to", persist_state="session"
        )
        return begin or today, end or today
    span = {
        "today": (today, today),
        "week": (today, last),
        "last_30": (today - timedelta(days=29), today),
    }.get(chosen or "", (today, today + timedelta(days=13)))
    st.caption(_("{start} to {end}").format(start=span[0], end=span[1]))
    return span
