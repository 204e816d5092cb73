"""The daily allowance: a pool for each company, one gate for every request, across processes."""

import subprocess
import sys
import textwrap
from datetime import timedelta

import pytest
from sample_accounts import ACTOR, ROOT, Accounts, Komet

from komet.api.errors import QuotaExhausted
from komet.catalogs.lists import fetch_list, refresh_daily_lists
from komet.clients.check import check_token, try_provider
from komet.clients.model import Provider
from komet.clients.table import calls
from komet.clients.tokens import retire_token
from komet.explorer.calls import call_method
from komet.ingest.by_number import download_numbers
from komet.ingest.engine import execute
from komet.ingest.model import RunState, SliceState
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.ingest.table import runs
from komet.permissions import SYSTEM


def spend(accounts: Accounts, provider: Provider, requests: int) -> None:
    """As if the token had sent that many requests today."""
    row = {
        "called_at": accounts.ctx.now(),
        "token_id": provider.token_id,
        "method": "purchase.order.list",
        "attempt": 1,
        "outcome": "ok",
    }
    with accounts.ctx.db.write() as con:
        calls.record(con, [row] * requests)


def ledgered(accounts: Accounts, provider: Provider) -> int:
    with accounts.ctx.db.read() as con:
        return int(
            con.value(
                "SELECT count(*) FROM api_calls WHERE token_id = $id", {"id": provider.token_id}
            )
        )


def test_a_spent_pool_pauses_its_own_days_and_the_others_go_on(accounts: Accounts) -> None:
    spend(accounts, accounts.magnolia, 995)
    days = accounts.days(10, 10)
    plan = plan_days(accounts.ctx, accounts.both, *days)
    run, _resumed = start_run(accounts.ctx, SYSTEM, plan, source="test")
    ended = execute(accounts.ctx, SYSTEM, run.id)
    assert ended.state is RunState.PAUSED
    assert "Magnolia" in (ended.message or "")
    assert "Pétalo" not in (ended.message or "")
    with accounts.ctx.db.read() as con:
        slices = runs.slices_of(con, run.id)
    done = {SliceState.DONE, SliceState.EMPTY}
    petalo = [s.state for s in slices if s.provider_id == accounts.petalo.id]
    magnolia = [s.state for s in slices if s.provider_id == accounts.magnolia.id]
    assert len(petalo) == 21
    assert set(petalo) <= done
    assert sum(state in done for state in magnolia) == 3  # two of the five went to the catalogs
    assert magnolia.count(SliceState.QUEUED) == 18
    assert ledgered(accounts, accounts.magnolia) == 1000


def test_the_plan_tells_each_pool_apart(accounts: Accounts) -> None:
    spend(accounts, accounts.magnolia, 990)
    plan = plan_days(accounts.ctx, accounts.both, *accounts.days(10, 9))
    assert "Magnolia: 22 requests, 10 left today" in plan.sentence
    assert "Pétalo: 22 requests, 1,000 left today" in plan.sentence
    assert "44" not in plan.sentence
    assert plan.requests == 44


def test_a_client_without_a_token_in_use_is_not_in_the_plan(accounts: Accounts) -> None:
    retire_token(accounts.ctx, ACTOR, accounts.petalo.token_id or "", in_use_too=True)
    plan = plan_days(accounts.ctx, accounts.both, *accounts.days(0, 0))
    assert plan.sentence == "Magnolia: 3 requests, 1,000 left today"
    run, _resumed = start_run(accounts.ctx, SYSTEM, plan, source="test")
    assert execute(accounts.ctx, SYSTEM, run.id).state is RunState.FAILED
    assert ledgered(accounts, accounts.magnolia) == 3


def test_every_request_passes_the_gate(accounts: Accounts) -> None:
    ctx, magnolia = accounts.ctx, accounts.magnolia
    spend(accounts, magnolia, 1000)
    accounts.sandbox.state.requests.clear()
    for ask in (
        lambda: try_provider(ctx, ACTOR, magnolia),
        lambda: check_token(ctx, ACTOR, magnolia.token_id or ""),
        lambda: refresh_daily_lists(ctx, ACTOR, magnolia),
        lambda: fetch_list(ctx, ACTOR, magnolia, "products"),
        lambda: download_numbers(ctx, SYSTEM, {magnolia.id: ["P000001"]}),
    ):
        with pytest.raises(QuotaExhausted):
            ask()
    told = call_method(ctx, ACTOR, magnolia, "carrier.list", {}, writes_allowed=False)
    assert "used up" in (told.error or "")
    assert accounts.sandbox.state.requests.total() == 0
    assert try_provider(ctx, ACTOR, accounts.petalo)


def test_a_check_stops_where_the_allowance_ends(accounts: Accounts) -> None:
    spend(accounts, accounts.magnolia, 997)
    accounts.sandbox.state.requests.clear()
    with pytest.raises(QuotaExhausted):
        check_token(accounts.ctx, ACTOR, accounts.magnolia.token_id or "")
    assert accounts.sandbox.state.requests.total() == 3
    assert ledgered(accounts, accounts.magnolia) == 1000


_CALLER = """
    import sys
    from datetime import date
    from komet.clients.connect import client_for
    from komet.clients.allowance import Ledger
    from komet.api.errors import QuotaExhausted
    from komet.context import open_context
    from komet.clients.providers import find_provider
    ctx = open_context()
    provider = find_provider(ctx, "Magnolia")
    print("ready", flush=True)
    sys.stdin.readline()
    ledger = Ledger(provider.token_id, provider.id)
    with client_for(ctx, provider, ledger, expected=10) as client:
        for _number in range(10):
            try:
                client.purchase_orders(ctx.now().date())
            except QuotaExhausted:
                break
    print("sent", len(ledger.drain()), flush=True)
"""


def test_two_processes_never_both_take_the_last_ten(accounts: Accounts) -> None:
    spend(accounts, accounts.magnolia, 990)
    accounts.sandbox.state.requests.clear()
    accounts.sandbox.state.faults.add("purchase.order.list", delay=0.05, times=None)
    both = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(_CALLER)],
            cwd=ROOT,
            env={"KOMET_HOME": str(accounts.ctx.settings.home), "PATH": "/usr/bin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _number in range(2)
    ]
    for process in both:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in both:
        assert process.stdin
        process.stdin.write("go\n")
        process.stdin.flush()
    sent = [int(process.communicate(timeout=60)[0].split()[-1]) for process in both]
    # neither writes its ledger: what they set aside is all that the other can see
    assert sum(sent) == 10
    assert accounts.sandbox.state.requests.total() == 10


def test_what_was_set_aside_and_not_sent_is_given_back(accounts: Accounts) -> None:
    accounts.download(*accounts.days(3, 3))
    with accounts.ctx.db.read() as con:
        assert con.value("SELECT count(*) FROM request_reservations") == 0
        sent = con.value("SELECT count(*) FROM api_calls")
    assert sent == accounts.sandbox.state.requests.total() == 18


def test_what_a_dead_process_set_aside_comes_back(accounts: Accounts) -> None:
    ctx, magnolia = accounts.ctx, accounts.magnolia
    with ctx.db.write() as con:
        con.run(
            "INSERT INTO request_reservations VALUES ('gone', $token, 1000, $until)",
            {"token": magnolia.token_id, "until": ctx.now() + timedelta(minutes=5)},
        )
    with pytest.raises(QuotaExhausted):
        try_provider(ctx, ACTOR, magnolia)
    with ctx.db.write() as con:
        con.run(
            "UPDATE request_reservations SET expires_at = $past",
            {"past": ctx.now() - timedelta(seconds=1)},
        )
    assert "Magnolia answers" in try_provider(ctx, ACTOR, magnolia)


def test_a_download_writes_its_blocks_seldom(accounts: Accounts) -> None:
    """The gate costs a write for dozens of requests, not one for each."""
    taken: list[int] = []
    original = calls.reserve

    def counted(*args: object, **kwargs: object) -> int:
        taken.append(original(*args, **kwargs))  # type: ignore[arg-type]
        return taken[-1]

    calls.reserve = counted  # type: ignore[assignment]
    try:
        accounts.download(*accounts.days(40, 40), [accounts.magnolia])
    finally:
        calls.reserve = original
    assert sum(taken) >= 83
    assert len(taken) <= 4


def test_the_command_line_names_the_paused_client(accounts: Accounts, komet: Komet) -> None:
    spend(accounts, accounts.magnolia, 1000)
    today = str(accounts.today)
    done = komet("download", "--all", "--from", today, "--to", today)
    assert done.returncode == 1
    assert "Magnolia: 3 requests, 0 left today" in done.stderr
    assert "Magnolia" in done.stdout
