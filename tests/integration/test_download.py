"""Downloads against the sandbox: whole, repeated, failing, moving, cancelled, limited."""

import threading
from datetime import timedelta

import polars as pl
import pytest
from sample_accounts import Accounts, make_accounts

from komet.clients.table import calls
from komet.context import open_context
from komet.db.errors import FileInUse
from komet.ingest.engine import execute
from komet.ingest.model import RunState, SliceState
from komet.ingest.plan import plan_days
from komet.ingest.runs import retry_run, start_run
from komet.ingest.table import runs
from komet.orders import query
from komet.orders.filters import Cancelled, Gone, OrderFilter
from komet.orders.table.items import ASKED
from komet.permissions import SYSTEM
from komet.sandbox.server import Sandbox
from komet.settings import Settings


def content(accounts: Accounts) -> dict[str, pl.DataFrame]:
    """Everything that is held of orders, without the times at which it was seen."""
    tables = ("purchase_orders", "po_lines", "po_breakdowns", "po_boxes", "order_items")
    seen = {"fetched_at", "first_seen_at", "changed_at", "gone_at", "provider_id", *ASKED}
    frames = {}
    with accounts.ctx.db.read() as con:
        for table in tables:
            frame = con.frame(
                f"SELECT t.*, p.name AS provider_name FROM {table} t"
                " JOIN providers p ON p.id = t.provider_id"
            )
            kept = [name for name in frame.columns if name not in seen]
            frames[table] = frame.select(kept).sort(pl.all())
    return frames


def assert_same(left: dict[str, pl.DataFrame], right: dict[str, pl.DataFrame]) -> None:
    for table, frame in left.items():
        assert frame.equals(right[table]), table


def totals_equal_the_sandbox(accounts: Accounts, back: int, ahead: int) -> None:
    begin, end = accounts.days(back, ahead)
    for provider, company, vendor in (
        (accounts.magnolia, "magnolia", None),
        (accounts.petalo, "petalo", 812),
    ):
        for mode, with_cancelled in ((Cancelled.HIDE, False), (Cancelled.SHOW, True)):
            expected = accounts.sandbox.state.totals(
                company, begin, end, vendor_id=vendor, cancelled=with_cancelled
            )
            chosen = OrderFilter(
                providers=(provider.id,), ship_from=begin, ship_to=end, cancelled=mode
            )
            found = query.total_items(accounts.ctx, chosen)
            for name in (
                "purchase_orders",
                "lines",
                "items",
                "boxes",
                "total_cost",
                "stems",
                "fbe",
            ):
                assert getattr(found, name) == expected[name], (provider.name, mode, name)


def test_totals_are_the_sandboxs_own(accounts: Accounts) -> None:
    run = accounts.download(*accounts.days(10, 5))
    assert run.state is RunState.DONE
    totals_equal_the_sandbox(accounts, 10, 5)


def test_the_same_again_changes_nothing(accounts: Accounts) -> None:
    days = accounts.days(6, 3)
    accounts.download(*days)
    before = content(accounts)
    again = accounts.download(*days)
    with accounts.ctx.db.read() as con:
        summary = runs.summary(con, again.id)
    assert [summary[kind] for kind in ("new", "changed", "moved", "gone", "back")] == [0] * 5
    assert_same(before, content(accounts))


def test_what_changed_is_told_and_totals_still_agree(accounts: Accounts) -> None:
    days = accounts.days(12, 12)
    accounts.download(*days)
    accounts.sandbox.state.advance()
    run = accounts.download(*days)
    with accounts.ctx.db.read() as con:
        summary = runs.summary(con, run.id)
        doubled = con.value(
            "SELECT count(*) FROM (SELECT 1 FROM purchase_orders GROUP BY provider_id, po_id"
            " HAVING count(*) > 1)"
        )
        lines_doubled = con.value(
            "SELECT count(*) FROM (SELECT 1 FROM po_lines GROUP BY provider_id, po_item_id"
            " HAVING count(*) > 1)"
        )
    assert summary["moved"] > 0
    assert summary["changed"] > 0
    assert doubled == lines_doubled == 0
    totals_equal_the_sandbox(accounts, 12, 12)


def test_a_moved_order_is_one_order_with_both_dates_in_its_history(accounts: Accounts) -> None:
    days = accounts.days(12, 12)
    accounts.download(*days)
    accounts.sandbox.state.advance()
    run = accounts.download(*days)
    with accounts.ctx.db.read() as con:
        moved = con.frame(
            "SELECT c.po_id, c.before, c.after, p.ship_date, p.gone_at FROM po_changes c"
            " JOIN purchase_orders p USING (provider_id, po_id)"
            " WHERE c.run_id = $run AND c.kind = 'moved'",
            {"run": run.id},
        )
        also_gone = con.value(
            "SELECT count(*) FROM po_changes c JOIN po_changes d USING (run_id, provider_id, po_id)"
            " WHERE c.kind = 'moved' AND d.kind = 'gone' AND d.po_item_id IS NULL"
        )
    assert moved.height > 0
    assert also_gone == 0
    for row in moved.iter_rows(named=True):
        assert row["before"] != row["after"] == row["ship_date"].isoformat()
        assert row["gone_at"] is None


def test_gone_orders_are_kept_marked_and_hidden(accounts: Accounts) -> None:
    days = accounts.days(12, 12)
    accounts.download(*days)
    for _step in range(3):
        accounts.sandbox.state.advance()
        accounts.download(*days)
    hidden = query.total_items(accounts.ctx, OrderFilter())
    gone = query.total_items(accounts.ctx, OrderFilter(gone=Gone.ONLY))
    everything = query.total_items(accounts.ctx, OrderFilter(gone=Gone.SHOW))
    assert gone.items > 0
    assert hidden.items + gone.items == everything.items
    totals_equal_the_sandbox(accounts, 12, 12)


def test_a_day_that_never_works_fails_alone_and_is_retried_alone(accounts: Accounts) -> None:
    begin, end = accounts.days(4, 0)
    bad = accounts.today - timedelta(days=2)
    accounts.sandbox.state.faults.add(
        "purchase.order.list", date=bad.isoformat(), status=400, times=None, message="Bad day."
    )
    run = accounts.download(begin, end, [accounts.magnolia])
    with accounts.ctx.db.read() as con:
        slices = {s.slice_date: s for s in runs.slices_of(con, run.id)}
    assert run.state is RunState.FAILED
    assert slices[bad].state is SliceState.FAILED
    assert "Bad day." in (slices[bad].reason or "")
    assert bad.isoformat() in (slices[bad].reason or "")
    assert all(
        s.state in {SliceState.DONE, SliceState.EMPTY} for day, s in slices.items() if day != bad
    )

    accounts.sandbox.state.faults.clear()
    accounts.sandbox.state.requests.clear()
    again, count = retry_run(accounts.ctx, SYSTEM)
    assert (again.id, count) == (run.id, 1)
    assert execute(accounts.ctx, SYSTEM, run.id).state is RunState.DONE
    assert accounts.sandbox.state.requests.counts() == {("purchase.order.list", bad.isoformat()): 1}


def test_what_failed_last_time_comes_first(accounts: Accounts) -> None:
    begin, end = accounts.days(3, 3)
    accounts.sandbox.state.faults.add(
        "purchase.order.list", date=end.isoformat(), status=400, times=None
    )
    accounts.download(begin, end, [accounts.magnolia])
    plan = plan_days(accounts.ctx, [accounts.magnolia], begin, end)
    assert plan.slices[0] == (accounts.magnolia.id, end)


def test_a_cancelled_run_can_go_on(accounts: Accounts) -> None:
    stop = threading.Event()
    plan = plan_days(accounts.ctx, accounts.both, *accounts.days(9, 9))
    run, _resumed = start_run(accounts.ctx, SYSTEM, plan, source="test", workers=2)
    ended = execute(accounts.ctx, SYSTEM, run.id, stop=stop, on_slice=lambda _slice: stop.set())
    assert ended.state is RunState.CANCELLED
    _run, left = retry_run(accounts.ctx, SYSTEM)
    assert 0 < left < len(plan.slices)
    assert execute(accounts.ctx, SYSTEM, run.id).state is RunState.DONE
    totals_equal_the_sandbox(accounts, 9, 9)


def test_a_run_that_is_cancelled_while_it_waits_fetches_nothing(accounts: Accounts) -> None:
    plan = plan_days(accounts.ctx, accounts.both, *accounts.days(3, 3))
    run, _resumed = start_run(accounts.ctx, SYSTEM, plan, source="test")
    with accounts.ctx.db.write() as con:
        runs.request_cancel(con, run.id)
    assert execute(accounts.ctx, SYSTEM, run.id).state is RunState.CANCELLED
    assert retry_run(accounts.ctx, SYSTEM)[1] == len(plan.slices)
    # who goes on with it means it
    assert execute(accounts.ctx, SYSTEM, run.id).state is RunState.DONE


def test_nothing_more_is_fetched_once_the_store_fails(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_given: object) -> bool:
        raise FileInUse("The data file is in use.")

    monkeypatch.setattr(runs, "HEARTBEAT", timedelta(0))
    monkeypatch.setattr(runs, "heartbeat", fail)
    plan = plan_days(accounts.ctx, accounts.both, *accounts.days(9, 9))
    run, _resumed = start_run(accounts.ctx, SYSTEM, plan, source="test", workers=2)
    stop = threading.Event()
    with pytest.raises(FileInUse):
        execute(accounts.ctx, SYSTEM, run.id, stop=stop)
    assert stop.is_set()


def test_the_run_pauses_at_the_days_limit_and_says_when(accounts: Accounts) -> None:
    ctx = accounts.ctx
    spent = {
        "called_at": ctx.now(),
        "token_id": accounts.magnolia.token_id,
        "method": "purchase.order.list",
        "attempt": 1,
        "outcome": "ok",
    }
    with ctx.db.write() as con:
        calls.record(con, [spent] * 990)
    plan = plan_days(ctx, [accounts.magnolia], *accounts.days(14, 5))
    assert plan.left_today == 10
    assert "10 left today" in plan.sentence
    run, _resumed = start_run(ctx, SYSTEM, plan, source="test")
    ended = execute(ctx, SYSTEM, run.id)
    assert ended.state is RunState.PAUSED
    assert "00:00 (UTC)" in (ended.message or "")
    with ctx.db.read() as con:
        summary = runs.summary(con, run.id)
        used = con.value("SELECT count(*) FROM api_calls")
    assert used == 1000
    assert summary["done"] + summary["empty"] == 8  # two of the ten went to the catalogs
    assert summary["failed"] == 0


def test_every_try_is_in_the_ledger(accounts: Accounts) -> None:
    day = accounts.today.isoformat()
    accounts.sandbox.state.faults.add("purchase.order.list", date=day, status=503, times=1)
    accounts.download(accounts.today, accounts.today, [accounts.magnolia])
    with accounts.ctx.db.read() as con:
        tries = con.frame(
            "SELECT attempt, outcome, http_status FROM api_calls"
            " WHERE method = 'purchase.order.list' ORDER BY attempt"
        ).rows()
    assert tries == [(1, "Unavailable", 503), (2, "ok", 200)]


def test_a_refused_token_does_not_spend_a_request_for_every_day(accounts: Accounts) -> None:
    accounts.sandbox.state.faults.add("purchase.order.list", status=401, times=None)
    run = accounts.download(*accounts.days(15, 14), [accounts.magnolia])
    assert run.state is RunState.FAILED
    asked = sum(
        n
        for (method, _day), n in accounts.sandbox.state.requests.counts().items()
        if method == "purchase.order.list"
    )
    assert asked <= 12


def test_orders_of_the_same_number_at_two_importers_are_two(accounts: Accounts) -> None:
    accounts.download(*accounts.days(8, 0))
    with accounts.ctx.db.read() as con:
        shared = con.value(
            "SELECT count(*) FROM purchase_orders a JOIN purchase_orders b"
            " ON a.po_id = b.po_id AND a.provider_id < b.provider_id"
        )
    assert shared > 0
    totals_equal_the_sandbox(accounts, 8, 0)


def test_another_workers_count_gives_the_same(accounts: Accounts, tmp_path) -> None:  # type: ignore[no-untyped-def]
    days = accounts.days(5, 2)
    accounts.download(*days)
    with Sandbox(evolve=False) as other:
        single = make_accounts(open_context(Settings(home=tmp_path / "single", workers=1)), other)
        single.download(*days)
        assert_same(content(accounts), content(single))
