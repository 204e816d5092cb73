"""The morning's refresh: its window, what it leaves alone, single POs, and the clock."""

import json
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.api.errors import Unavailable
from komet.clients.providers import edit_provider, list_providers
from komet.errors import InvalidInput, NotFound
from komet.ingest.by_number import download_numbers, parse_numbers, providers_of
from komet.ingest.engine import execute
from komet.ingest.model import RunState, ScheduleFields, parse_times
from komet.ingest.plan import plan_refresh, window
from komet.ingest.runs import show_run, start_run
from komet.ingest.schedules import Scheduler, list_schedules, next_start, save_schedule
from komet.ingest.table import runs
from komet.ingest.worker import Worker
from komet.orders import changes
from komet.orders.model import ChangeFilter
from komet.permissions import SYSTEM


def with_window(accounts: Accounts, back: int, ahead: int) -> None:
    days = {"days_back": back, "days_ahead": ahead}
    accounts.magnolia, accounts.petalo = (
        edit_provider(accounts.ctx, ACTOR, held.id, days) for held in list_providers(accounts.ctx)
    )


def test_the_window_is_each_providers_own(accounts: Accounts) -> None:
    assert window(accounts.magnolia, accounts.today) == accounts.days(3, 21)
    with_window(accounts, 1, 2)
    plan = plan_refresh(accounts.ctx, accounts.both)
    assert len(plan.slices) == 2 * 4
    assert {day for _p, day in plan.slices} == {
        accounts.today + timedelta(days=n) for n in range(-1, 3)
    }
    with pytest.raises(InvalidInput):
        plan_refresh(accounts.ctx, [])


def test_what_is_final_is_left_alone(accounts: Accounts) -> None:
    with_window(accounts, 6, 0)
    plan = plan_refresh(accounts.ctx, accounts.both)
    run, _resumed = start_run(accounts.ctx, SYSTEM, plan, source="test")
    execute(accounts.ctx, SYSTEM, run.id)
    again = plan_refresh(accounts.ctx, accounts.both)
    assert again.left_alone > 0
    assert len(again.slices) + again.left_alone == len(plan.slices)
    with accounts.ctx.db.write() as con:
        open_lines = con.rows(
            "SELECT DISTINCT provider_id, slice_date FROM order_items WHERE gone_at IS NULL AND"
            " coalesce(line_status, '') NOT IN ('S', 'Shipped', 'CA', 'Cancelled')"
            " AND po_status <> 'CA'"
        )
        asked = set(again.slices)
        assert {(row["provider_id"], row["slice_date"]) for row in open_lines} <= asked
        assert all((p.id, accounts.today) in asked for p in accounts.both)
        # had it been asked for on the day itself, it could have changed since
        con.run("UPDATE day_slices SET fetched_at = slice_date::TIMESTAMP AT TIME ZONE 'UTC'")
    assert plan_refresh(accounts.ctx, accounts.both).left_alone == 0


def test_single_pos_by_their_numbers(downloaded: Downloaded) -> None:
    accounts = downloaded(3, 9)
    for _step in range(3):
        accounts.sandbox.state.advance()
    with accounts.ctx.db.read() as con:
        held = {
            (row["provider_id"], row["number"])
            for row in con.rows("SELECT provider_id, number FROM purchase_orders")
        }
    numbers = [number for provider, number in sorted(held) if provider == accounts.magnolia.id]
    asked = providers_of(accounts.ctx, numbers)
    done = download_numbers(accounts.ctx, SYSTEM, asked)
    assert done.changed > 0
    assert done.found + len(done.missing) == sum(map(len, asked.values()))
    with accounts.ctx.db.read() as con:
        found = changes.find_changes(
            accounts.ctx, ChangeFilter(since=changes.last_download(accounts.ctx))
        )
        known = {"moved", "changed", "cancelled", "new", "gone", "back", "first", "substituted"}
        assert set(found["kind"]) <= known
        gone = found.filter(kind="gone")
        assert (
            gone["po_item_id"].is_not_null().all()
        )  # lines may go, a PO that is not named may not
        assert runs.latest_runs(con, accounts.ctx.now())[0].source == "PO numbers"
    # what the days' own download then finds of them has been seen already
    run = accounts.download(*accounts.days(3, 9), [accounts.magnolia])
    with accounts.ctx.db.read() as con:
        again = con.rows(
            "SELECT DISTINCT po_number FROM po_changes WHERE run_id = $run AND kind = 'changed'",
            {"run": run.id},
        )
    assert {row["po_number"] for row in again}.isdisjoint(set(numbers) - set(done.missing))


def test_numbers_that_nobody_knows(accounts: Accounts) -> None:
    assert parse_numbers(["P1, P2", "P2 P3"]) == ["P1", "P2", "P3"]
    with pytest.raises(NotFound, match="P000000"):
        providers_of(accounts.ctx, ["P000000"])
    asked = providers_of(accounts.ctx, ["P000000"], [accounts.magnolia])
    assert download_numbers(accounts.ctx, SYSTEM, asked).missing == ["P000000"]


def test_the_clock_starts_a_refresh_once(accounts: Accounts) -> None:
    with_window(accounts, 0, 1)
    ctx = accounts.ctx
    fields = ScheduleFields(name="Morning", times=parse_times("6:00 14:30"),
                            time_zone="America/Guayaquil")  # fmt: skip
    assert fields.times == ("06:00", "14:30")
    saved = save_schedule(ctx, SYSTEM, fields)
    upcoming = next_start(saved, ctx.now())
    assert (upcoming.hour, upcoming.minute) in {(6, 0), (14, 30)}
    assert upcoming > ctx.now()
    worker = Worker(ctx)
    clock = Scheduler(ctx, worker)
    try:
        run_id = clock.fire(saved.id)
        assert run_id
        assert clock.fire(saved.id) is None  # a second process at the same minute
        while (run := show_run(ctx, run_id).run).active:
            pass
        held = list_schedules(ctx)[0]
        assert (run.state, run.source, run.who) == (RunState.DONE, "schedule", "Morning")
        assert held.last_run_id == run_id
    finally:
        clock.stop()


@pytest.mark.parametrize("text", ["", "25:00", "noon", "6"])
def test_times_that_are_none(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_times(text)


def test_the_command(accounts: Accounts, komet: Komet) -> None:
    with_window(accounts, 1, 1)
    done = komet("refresh", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "done"
    with accounts.ctx.db.read() as con:
        number = con.value(
            "SELECT number FROM purchase_orders WHERE provider_id = $p", {"p": accounts.magnolia.id}
        )
    one = komet("refresh", "--number", str(number), "--provider", "Magnolia")
    assert one.returncode == 0, one.stderr
    assert "1 PO is up to date" in one.stdout
    assert komet("refresh", "--number", "P000000").returncode == 2
    assert komet("refresh", "--number", "P000000", "--provider", "Magnolia").returncode == 1


def test_a_batch_of_numbers_that_breaks_is_asked_for_one_by_one(downloaded: Downloaded) -> None:
    accounts = downloaded(3, 9)
    with accounts.ctx.db.read() as con:
        numbers = sorted(
            row["number"]
            for row in con.rows(
                "SELECT DISTINCT number FROM purchase_orders WHERE provider_id = $id",
                {"id": accounts.magnolia.id},
            )
        )[:5]
    # a person waits for two tries: the whole batch breaks, and then the first number alone
    accounts.sandbox.state.faults.add("purchase.order.list", status=500, times=4)
    accounts.sandbox.state.requests.clear()
    done = download_numbers(accounts.ctx, SYSTEM, {accounts.magnolia.id: numbers})
    assert list(done.failed) == numbers[:1]
    assert numbers[0] in done.sentence
    assert done.found == len(numbers) - 1
    assert done.missing == []


def test_a_komet_that_is_gone_is_not_asked_number_by_number(accounts: Accounts) -> None:
    accounts.sandbox.stop()
    with pytest.raises(Unavailable):
        download_numbers(accounts.ctx, SYSTEM, {accounts.magnolia.id: ["P1", "P2", "P3"]})
    with accounts.ctx.db.read() as con:
        assert con.value("SELECT count(*) FROM api_calls") <= 2


def test_a_missing_key_is_said_once(accounts: Accounts, komet: Komet) -> None:
    days = ("--from", str(accounts.today), "--to", str(accounts.today + timedelta(days=6)))
    other = {"KOMET_SECRET_KEY": Fernet.generate_key().decode()}
    done = komet("download", "--all", *days, env=other)
    assert done.returncode == 1
    assert (done.stdout + done.stderr).count("decrypted") == 1
    with accounts.ctx.db.read() as con:
        run = runs.latest_runs(con, accounts.ctx.now())[0]
        assert run.state is RunState.FAILED
        assert "decrypted" in (run.message or "")
        assert not [s for s in runs.slices_of(con, run.id) if s.reason]
    # with the key back, the same run goes on
    assert komet("retry").returncode == 0
