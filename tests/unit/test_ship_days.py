"""Ship days that move with today, and the link that says them."""

from datetime import date, timedelta

import pytest

from komet.orders.filters import OrderFilter
from komet.orders.ship_days import SHIP_DAYS, ShipDays, read_link, write_link

WEDNESDAY = date(2026, 12, 2)


def test_the_days_are_those_of_a_calendar() -> None:
    assert {days: days.span(WEDNESDAY) for days in ShipDays} == {
        ShipDays.TODAY: (date(2026, 12, 2), date(2026, 12, 2)),
        ShipDays.WEEK: (date(2026, 11, 30), date(2026, 12, 6)),
        ShipDays.NEXT_WEEK: (date(2026, 12, 7), date(2026, 12, 13)),
        ShipDays.LAST_30: (date(2026, 11, 3), date(2026, 12, 2)),
        ShipDays.NEXT_14: (date(2026, 12, 2), date(2026, 12, 16)),
        ShipDays.ALL: (None, None),
    }
    assert set(SHIP_DAYS) == set(ShipDays)


@pytest.mark.parametrize("days", ShipDays)
def test_a_link_with_days_means_those_of_the_day_it_is_opened(days: ShipDays) -> None:
    first, last = days.span(WEDNESDAY)
    chosen = OrderFilter(product="rose", ship_from=first, ship_to=last)
    link = write_link(chosen, days)
    assert read_link(link, WEDNESDAY)[0] == chosen
    later = WEDNESDAY + timedelta(days=40)
    again = OrderFilter(product="rose", ship_from=days.span(later)[0], ship_to=days.span(later)[1])
    assert read_link(link, later)[0] == again


def test_dates_of_ones_own_stay_and_no_filter_at_all_is_said() -> None:
    own = OrderFilter(ship_from=WEDNESDAY, ship_to=WEDNESDAY)
    link = write_link(own, None)
    assert read_link(link, date(2027, 5, 1)) == (own, None)
    everything = write_link(OrderFilter(), ShipDays.ALL)
    assert everything == {"ships": ["all"]}
    assert read_link(everything, WEDNESDAY) == (OrderFilter(), ShipDays.ALL)


def test_unreadable_days_are_none() -> None:
    assert read_link({"ships": ["whenever"], "product": ["rose"]}, WEDNESDAY) == (
        OrderFilter(product="rose"), None,
    )  # fmt: skip
