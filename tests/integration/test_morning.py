"""The brief of the morning: its warnings, days that failed by cause, series and weeks to plan."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import polars as pl
from sample_accounts import ACTOR, Accounts, add_client

from komet.activity.warnings import Warned, WarningKind, list_warnings
from komet.clients.table import calls
from komet.context import AppContext
from komet.ingest.engine import execute
from komet.ingest.model import RunState
from komet.ingest.runs import last_downloads, list_failed_days, retry_days
from komet.orders import planning
from komet.web.screens.planning import _series


def at(ctx: AppContext, moment: datetime) -> AppContext:
    return replace(ctx, now=lambda: moment)


def kinds(found: list[Warned]) -> list[tuple[WarningKind, tuple[str, ...]]]:
    return [(warned.kind, warned.names) for warned in found]


def test_nothing_is_said_where_all_is_well(accounts: Accounts) -> None:
    accounts.download(*accounts.days(0, 1))
    assert list_warnings(accounts.ctx, accounts.both) == []


def test_a_token_that_komet_refuses_is_named_until_it_is_taken(accounts: Accounts) -> None:
    stranger = add_client(accounts.ctx, "Caída", accounts.sandbox.base_url)
    every = [*accounts.both, stranger]
    accounts.download(*accounts.days(0, 1), chosen=every)
    found = list_warnings(accounts.ctx, every)
    assert kinds(found) == [
        (WarningKind.REFUSED, ("Caída",)),
        (WarningKind.OLD, ("Caída",)),
    ]
    assert "Komet refused the token" in found[0].message
    assert "nothing has been downloaded yet" in found[1].message
    with accounts.ctx.db.write() as con:
        call = dict.fromkeys(calls.SCHEMA) | {
            "called_at": datetime.now(UTC), "token_id": stranger.token_id,
            "method": "product.list", "outcome": "ok",
        }  # fmt: skip
        calls.record(con, [call])
    assert kinds(list_warnings(accounts.ctx, every)) == [(WarningKind.OLD, ("Caída",))]


def test_an_allowance_that_is_nearly_spent(accounts: Accounts) -> None:
    now = datetime.now(UTC).replace(hour=12)
    call = dict.fromkeys(calls.SCHEMA) | {
        "called_at": now, "token_id": accounts.magnolia.token_id, "outcome": "ok",
    }  # fmt: skip
    ctx = at(accounts.ctx, now)
    with ctx.db.write() as con:
        calls.record(con, [call] * 900)
    assert list_warnings(ctx, accounts.both) == []
    with ctx.db.write() as con:
        calls.record(con, [call])
    [warned] = list_warnings(ctx, accounts.both)
    assert (warned.kind, warned.names) == (WarningKind.SPENT, ("Magnolia",))
    assert (warned.left, warned.allowed) == (99, 1_000)


def test_data_that_is_older_than_a_day(accounts: Accounts) -> None:
    accounts.download(*accounts.days(0, 1))
    last = last_downloads(accounts.ctx)["last_download"].min()
    assert isinstance(last, datetime)
    in_time = at(accounts.ctx, last + timedelta(hours=24))
    assert list_warnings(in_time, accounts.both) == []
    [warned] = list_warnings(at(in_time, last + timedelta(hours=25)), accounts.both)
    assert (warned.kind, warned.at) == (WarningKind.OLD, last)
    assert warned.names == ("Magnolia", "Pétalo")


def test_days_that_failed_are_told_by_cause_and_fetched_again(accounts: Accounts) -> None:
    first, _last = accounts.days(0, 0)
    days = [first + timedelta(days=n) for n in range(4)]
    faults = accounts.sandbox.state.faults
    for day, text in zip(days, ["No such day.", "No such day.", "Go away."], strict=False):
        for _both in accounts.both:
            faults.add("purchase.order.list", date=day, status=404, message=text)
    assert accounts.download(days[0], days[-1]).state is RunState.FAILED
    found = list_failed_days(accounts.ctx)
    assert sorted((f.provider, f.days) for f in found) == [
        ("Magnolia", (days[0], days[1])),
        ("Magnolia", (days[2],)),
        ("Pétalo", (days[0], days[1])),
        ("Pétalo", (days[2],)),
    ]
    assert [len(f.days) for f in found] == [2, 2, 1, 1]
    assert all(("No such day." in f.reason) == (len(f.days) == 2) for f in found)
    # the card of the Overview says the same
    assert last_downloads(accounts.ctx)["failed"].sum() == sum(len(f.days) for f in found)

    run = retry_days(accounts.ctx, ACTOR, found[:1])
    assert execute(accounts.ctx, ACTOR, run.id).state is RunState.DONE
    assert list_failed_days(accounts.ctx) == found[1:]


def test_the_largest_series_are_told_apart_and_the_rest_is_small() -> None:
    names = [f"s{n:02}" for n in range(30)]
    frame = pl.DataFrame(
        {"week": ["2026-W49"] * 30, "species": names, "value": [float(2**n) for n in range(30)]}
    )
    shown, order = _series(frame, "species")
    assert order == [f"s{n}" for n in range(29, 21, -1)] + ["others"]
    assert shown["value"].sum() == frame["value"].sum()
    assert shown.sort("rank")["series"].to_list() == order
    few = frame.head(5)
    assert _series(few, "species")[1] == ["s04", "s03", "s02", "s01", "s00"]


def test_figures_are_of_the_weeks_that_they_name(accounts: Accounts) -> None:
    days = planning.weeks_of(accounts.today)
    assert {name: (end - start).days for name, (start, end) in days.items()} == {
        "this": 6, "last": 6, "year_ago": 6,
    }  # fmt: skip
    assert days["this"][0] <= accounts.today <= days["this"][1]
    year, week, _day = accounts.today.isocalendar()
    assert planning.name_week(accounts.today) == f"{year}-W{week:02}"
    assert days["last"][1] + timedelta(days=1) == days["this"][0]
