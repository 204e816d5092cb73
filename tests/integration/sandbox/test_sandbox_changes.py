"""The sandbox changes its orders from one download to the next."""

from datetime import date, timedelta
from typing import Any

import pytest
from sandbox_caller import BOTH, TODAY, Komet, days

from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import (
    IMPORTER_A_COMPANY,
    IMPORTER_A_VENDOR,
    SampleToken,
)

# Change over time


def test_the_same_seed_gives_the_same_data_revision_by_revision() -> None:
    with (
        Sandbox(today=TODAY, seed=3, evolve=False) as one,
        Sandbox(today=TODAY, seed=3, evolve=False) as two,
        Sandbox(today=TODAY, seed=4, evolve=False) as other,
    ):
        a, b, c = Komet(one), Komet(two), Komet(other)
        week = days(date(2026, 11, 18), date(2026, 11, 30))
        for day in reversed(week):  # another order of asking must not matter
            b.orders(IMPORTER_A_COMPANY, day)
        for _revision in range(3):
            first = [a.orders(IMPORTER_A_COMPANY, day) for day in week]
            assert first == [b.orders(IMPORTER_A_COMPANY, day) for day in week]
            assert first != [c.orders(IMPORTER_A_COMPANY, day) for day in week]
            for caller in (a, b, c):
                caller.control("POST", "advance")


@BOTH
@pytest.mark.parametrize("weekday", range(3))
def test_advance_moves_changes_cancels_drops_and_adds(token: SampleToken, weekday: int) -> None:
    today = TODAY + timedelta(days=weekday)
    with Sandbox(today=today, evolve=False) as sandbox:
        advance_and_compare(Komet(sandbox), token, today)


def advance_and_compare(komet: Komet, token: SampleToken, today: date) -> None:
    def read() -> dict[str, Any]:
        span = days(today - timedelta(days=3), today + timedelta(days=14))
        found = [order for day in span for order in komet.orders(token, day)]
        by_id = {str(order["id"]): order for order in found}
        assert len(by_id) == len(found), "an order lies under one date only"
        return by_id

    before = read()
    assert komet.control("POST", "advance").json()["revisions"][token.company] == 1
    after = read()
    both = before.keys() & after.keys()
    moved = [key for key in both if before[key]["shipDate"] != after[key]["shipDate"]]
    assert moved
    assert before.keys() - after.keys()
    assert after.keys() - before.keys()
    assert any(after[k]["status"] == "CA" != before[k]["status"] for k in both)
    assert any(after[k]["totalCost"] != before[k]["totalCost"] for k in both)
    for key in both:
        changed = before[key] != after[key]
        assert changed == (before[key]["updatedOn"] != after[key]["updatedOn"])
    for key in moved:
        old = komet.orders(token, before[key]["shipDate"])
        assert key not in {str(order["id"]) for order in old}


def test_a_new_download_begins_a_new_revision(komet: Komet) -> None:
    span = days(TODAY, TODAY + timedelta(days=9))
    state = komet.sandbox.state
    for day in span:
        komet.orders(IMPORTER_A_COMPANY, day)
    for day in span[5:]:  # resumed: only slices that did not open the pass
        komet.orders(IMPORTER_A_COMPANY, day)
    komet.orders(IMPORTER_A_VENDOR, span[0])  # another token's slice
    assert state.revision("magnolia") == 0
    for day in (span[1], span[0], *span[2:]):  # threads may ask in another order
        komet.orders(IMPORTER_A_COMPANY, day)
        assert state.revision("magnolia") == 1
    assert state.revision("petalo") == 0


def test_faulted_answers_and_short_passes_do_not_count(komet: Komet) -> None:
    span = days(TODAY, TODAY + timedelta(days=9))
    state = komet.sandbox.state
    state.faults.add("purchase.order.list", date=span[0], status=503)
    assert komet.get("purchase.order.list", IMPORTER_A_COMPANY, date=str(span[0])).is_error
    for _again in range(4):
        for day in span[1:6]:
            komet.orders(IMPORTER_A_COMPANY, day)
    assert state.revision("magnolia") == 0, "five different slices are no pass yet"
    for day in span[6:]:
        komet.orders(IMPORTER_A_COMPANY, day)
    komet.orders(IMPORTER_A_COMPANY, span[0])  # its first answer was faulted: not an opener
    assert state.revision("magnolia") == 0
    state.faults.add(status=503)
    komet.get("purchase.order.list", IMPORTER_A_COMPANY, date=str(span[1]))
    assert state.revision("magnolia") == 0
    komet.orders(IMPORTER_A_COMPANY, span[1])
    assert state.revision("magnolia") == 1


def test_without_evolve_nothing_moves_by_itself(still: Komet) -> None:
    for _again in range(2):
        for day in days(TODAY, TODAY + timedelta(days=9)):
            still.orders(IMPORTER_A_COMPANY, day)
    assert still.sandbox.state.revision("magnolia") == 0
