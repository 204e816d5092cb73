"""Ship days that move with today, as a filter of orders and in its link.

A link, or a saved view, that says `ships=next_14` is of other days tomorrow; one that says
`ship_from` and `ship_to` is not.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from enum import StrEnum

from komet.language import _later
from komet.orders.filters import OrderFilter

IN_LINKS = "ships"
"""The parameter of a link that names them."""


class ShipDays(StrEnum):
    """Days from which a person chooses; the value is their name in links."""

    TODAY = "today"
    WEEK = "week"
    NEXT_WEEK = "next_week"
    LAST_30 = "last_30"
    NEXT_14 = "next_14"
    ALL = "all"

    def span(self, today: date) -> tuple[date | None, date | None]:
        """The first and the last day, as seen from today; no limit is None."""
        monday = today - timedelta(days=today.weekday())
        return {
            ShipDays.TODAY: (today, today),
            ShipDays.WEEK: (monday, monday + timedelta(days=6)),
            ShipDays.NEXT_WEEK: (monday + timedelta(days=7), monday + timedelta(days=13)),
            ShipDays.LAST_30: (today - timedelta(days=29), today),
            ShipDays.NEXT_14: (today, today + timedelta(days=14)),
            ShipDays.ALL: (None, None),
        }[self]


SHIP_DAYS = {
    ShipDays.TODAY: _later("today"),
    ShipDays.WEEK: _later("this week"),
    ShipDays.NEXT_WEEK: _later("next week"),
    ShipDays.LAST_30: _later("last 30 days"),
    ShipDays.NEXT_14: _later("today to +14"),
    ShipDays.ALL: _later("all days"),
}
START = ShipDays.NEXT_14
"""With what the work of a day begins."""


def read_link(
    link: Mapping[str, Sequence[str]], today: date
) -> tuple[OrderFilter, ShipDays | None]:
    """The filter that a link means today, and the days that it names. Raises `InvalidInput`."""
    name = next(iter(link.get(IN_LINKS, ())), "")
    if name not in set(ShipDays):
        return OrderFilter.from_query(link), None
    days = ShipDays(name)
    return choose_days(OrderFilter.from_query(link), days, today), days


def write_link(chosen: OrderFilter, days: ShipDays | None) -> dict[str, list[str]]:
    """The parameters of a link to a filter, whose ship dates are those days if any are named."""
    link = chosen.to_query()
    if days not in {None, ShipDays.ALL}:
        link = {n: v for n, v in link.items() if n not in {"ship_from", "ship_to"}}
        link = {IN_LINKS: [str(days)]} | link
    return link or {IN_LINKS: [str(ShipDays.ALL)]}  # a bare address is that of the start


def choose_days(chosen: OrderFilter, days: ShipDays, today: date) -> OrderFilter:
    """The same filter for other ship days."""
    first, last = days.span(today)
    return chosen.model_copy(update={"ship_from": first, "ship_to": last})
