"""The activity: everything that was done is told, with who and how it ended; no secret ever."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from pydantic import SecretStr
from sample_accounts import ACTOR, ROOT, Accounts, Downloaded, make_accounts

from komet import language
from komet.activity.failures import OUTCOMES, list_failures
from komet.activity.model import DAYS, ActivityFilter, Kind, kinds_by_event
from komet.activity.requests import daily_requests, list_pools, list_requests
from komet.activity.timeline import count_entries, list_entries, list_people
from komet.api import errors as api_errors
from komet.api.errors import InvalidCall, KometError
from komet.clients import tokens
from komet.clients.check import check_token, try_provider
from komet.clients.model import ProviderFields, TokenFields
from komet.clients.providers import add_provider, edit_provider
from komet.clients.table import calls
from komet.context import AppContext, open_context
from komet.db import audit
from komet.dispatch.box_codes import Pattern, make_box_codes, save_pattern
from komet.dispatch.check import check_lines
from komet.dispatch.model import LineEntry, WriteState
from komet.dispatch.outbox import list_writes, queue_writes, withdraw_writes
from komet.dispatch.send import send_batch
from komet.export.activity import export_activity, export_activity_bytes
from komet.ingest.by_number import download_numbers, providers_of
from komet.ingest.model import RunState
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.ingest.table import runs
from komet.mapping import imports
from komet.permissions import Actor
from komet.sandbox.server import Sandbox
from komet.settings import Settings

ANA = Actor(name="Ana")
LUIS = Actor(name="Luis")
CANARY = "canary-secret-5f3a9c71"


@pytest.fixture
def accounts(ctx: AppContext, sandbox: Sandbox) -> Accounts:
    return make_accounts(ctx, sandbox, ANA)


@pytest.fixture(autouse=True)
def ana(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is Ana who sets the accounts up."""
    monkeypatch.setattr("sample_accounts.ACTOR", ANA)


def told(ctx: AppContext, chosen: ActivityFilter | None = None) -> pl.DataFrame:
    return list_entries(ctx, chosen or ActivityFilter())


def spent(ctx: AppContext) -> pl.DataFrame:
    return list_requests(ctx)


def wrong(ctx: AppContext) -> pl.DataFrame:
    return list_failures(ctx)


def put(accounts: Accounts, name: str, text: str) -> None:
    checked = imports.dry_run_file(accounts.ctx, text.encode(), name, accounts.magnolia.id)
    imports.apply_import(accounts.ctx, ANA, checked)


def row_of(frame: pl.DataFrame, event: str) -> dict[str, object]:
    found = frame.filter(event=event)
    assert found.height == 1, frame["event"].to_list()
    return found.row(0, named=True)


def test_everything_is_told_with_who_and_result(accounts: Accounts) -> None:
    ctx = accounts.ctx
    bad = accounts.today - timedelta(days=1)
    accounts.sandbox.state.faults.add(
        "purchase.order.list", date=bad.isoformat(), status=400, times=None, message="Bad day."
    )
    accounts.download(*accounts.days(2, 0), [accounts.magnolia], LUIS)
    put(accounts, "skus.csv", "komet_product_id,sku\n1,A\n2,B\n")
    imports.undo_import(ctx, ANA)
    imports.edit_cells(ctx, ANA, accounts.magnolia.id, {"3": "C"})
    tokens.replace_secret(ctx, ANA, accounts.magnolia.token_id or "", SecretStr(CANARY))
    moved = {"location_id": "77", "token_id": accounts.petalo.token_id}
    edit_provider(ctx, ANA, accounts.magnolia.id, moved, overlap_too=True)
    with ctx.db.write() as con:
        audit.record(con, "orders exported", "orders.xlsx", ctx.now(), {"rows": 1234})
        audit.record(con, "view saved", "Valentine's", ctx.now())
        audit.record(con, "tea made", "green", ctx.now(), {"cups": 2})
    frame = told(ctx)
    assert frame["happened_at"].is_sorted(descending=True)
    start_day, end_day = (day.isoformat() for day in accounts.days(2, 0))

    run = row_of(frame, f"POs downloaded: Magnolia, {start_day} to {end_day}")
    assert (run["who"], run["kind"]) == ("Luis", "Downloads")
    assert str(run["result"]).startswith("✗ some days failed: ")
    assert "1 of 3 days failed" in str(run["result"])

    written = row_of(frame, "SKU mapping written: skus.csv")
    assert written["who"] == "Ana"
    assert str(written["result"]).startswith("✓ done: 2 new, undone at ")
    assert row_of(frame, "SKU mapping undone: skus.csv")["who"] == "Ana"
    assert row_of(frame, "SKU mapping written: edited by hand")["result"] == "✓ done: 1 new"

    assert row_of(frame, "Secret of token “Magnolia” replaced")["result"] == "✓ done"
    changed = row_of(frame, "Client provider “Magnolia” changed")
    assert changed["details"] == "another token, location ID: – → 77"
    added = str(row_of(frame, "Client provider “Pétalo” added")["details"])
    assert accounts.sandbox.base_url in added
    assert (accounts.petalo.token_id or "") not in added

    assert row_of(frame, "Orders exported: orders.xlsx")["details"] == "rows: 1,234"
    assert row_of(frame, "View “Valentine's” saved")["kind"] == "Saved views"
    unknown = row_of(frame, "tea made: green")
    assert (unknown["kind"], unknown["details"]) == ("Other", "cups: 2")
    assert frame.height == 13  # two tokens and two providers added, and the nine above


def test_orders_refreshed_by_number_are_told_once_with_what_came(accounts: Accounts) -> None:
    accounts.download(accounts.today, accounts.today, [accounts.magnolia])
    with accounts.ctx.db.read() as con:
        number = con.value("SELECT number FROM purchase_orders ORDER BY po_id LIMIT 1")
    download_numbers(accounts.ctx, ANA, providers_of(accounts.ctx, [number]))
    downloads = told(accounts.ctx, ActivityFilter(kinds=(Kind.DOWNLOADS,)))
    assert downloads.height == 2
    assert downloads.row(0, named=True)["event"] == f"POs refreshed by number: {number}"
    assert downloads.row(0, named=True)["result"] == "✓ done: 1 PO"


def pending_lines(accounts: Accounts, provider_id: str) -> list[str]:
    """IDs of lines that wait for a confirmation, as the sandbox itself has them."""
    key = "magnolia" if provider_id == accounts.magnolia.id else "petalo"
    with accounts.ctx.db.read() as con:
        stored = {
            row["po_item_id"]
            for row in con.rows(
                "SELECT po_item_id FROM po_lines WHERE provider_id = $id", {"id": provider_id}
            )
        }
    return [
        str(line.id)
        for order in accounts.sandbox.state.all_orders(key)
        if order.status == "A"
        for line in order.lines
        if line.status == "Pending" and not line.unknown and str(line.id) in stored
    ]


def test_a_dispatch_is_told_with_clients_and_counts(downloaded: Downloaded) -> None:
    accounts = downloaded(0, 2)
    ctx = accounts.ctx
    mine, theirs = pending_lines(accounts, accounts.magnolia.id)[:2]
    entries = [
        LineEntry(1, accounts.magnolia.id, mine, boxes="1"),
        LineEntry(2, accounts.magnolia.id, theirs, boxes="0", reference="R-1"),
        LineEntry(3, accounts.petalo.id, pending_lines(accounts, accounts.petalo.id)[0], boxes="1"),
    ]
    queued = queue_writes(ctx, LUIS, check_lines(ctx, "monday.xlsx", entries), accepted=True)
    assert (queued.writes, queued.by_hand) == (2, 1)
    accounts.sandbox.state.faults.add(
        "purchase.order.item.reference.update", status=400, message="No."
    )
    send_batch(ctx, LUIS, queued.batch_id)
    [hand] = list_writes(ctx, states=[WriteState.BY_HAND])
    assert withdraw_writes(ctx, ANA, [hand.id]) == 1
    save_pattern(ctx, ANA, accounts.magnolia.id, Pattern("A-", 7, 6))
    make_box_codes(ctx, ANA, accounts.magnolia.id, [(mine, 2)])
    frame = told(ctx, ActivityFilter(kinds=(Kind.DISPATCH,)))

    planned = row_of(frame, "Dispatch planned: monday.xlsx")
    assert planned["who"] == "Luis"
    counted, _comma, clients = str(planned["details"]).partition(", importers: ")
    assert counted == "to send: 2, to do by hand: 1"
    assert set(clients.split(", ")) == {"Magnolia", "Pétalo"}
    sent = str(row_of(frame, "Dispatch sent: monday.xlsx")["details"])
    assert sent.startswith("sent: 1, refused: 1, to do by hand: 1, importers: ")
    withdrawn = row_of(frame, "Planned dispatch withdrawn: 1")
    assert withdrawn["details"] == "withdrawn: 1, importers: Pétalo"
    packed = row_of(frame, "Boxes packed: 2")
    assert packed["details"] == "lines: 1, importer: Magnolia"
    pattern = row_of(frame, "Pattern of box codes saved, next: A-0007")
    assert pattern["details"] == "importer: Magnolia"
    assert set(frame["kind"]) == {"Dispatch"}
    with language.using("es"):
        events = told(ctx, ActivityFilter(kinds=(Kind.DISPATCH,)))["event"].to_list()
    assert "Despacho enviado: monday.xlsx" in events


def test_every_event_of_dispatch_has_its_sentence() -> None:
    recorded = {
        found
        for room in ("dispatch", "labels")
        for path in (ROOT / "komet" / room).rglob("*.py")
        for found in re.findall(r'audit\.record\(\s*con,\s*"([^"]+)"', path.read_text())
    }
    assert len(recorded) > 4
    assert recorded <= {what for what, _kind in kinds_by_event()}


def test_filters_and_pages(accounts: Accounts) -> None:
    ctx = accounts.ctx
    with ctx.db.write("Luis") as con:
        for n in range(7):
            audit.record(con, "view saved", f"view {n}", ctx.now() - timedelta(days=n))
    chosen = ActivityFilter(kinds=(Kind.VIEWS,), people=("Luis",))
    assert list_people(ctx) == ["Ana", "Luis"]
    assert count_entries(ctx, chosen) == 7
    pages = [list_entries(ctx, chosen, offset=n, limit=3) for n in (0, 3, 6)]
    assert [page.height for page in pages] == [3, 3, 1]
    seen = pl.concat(pages)["event"].to_list()
    assert seen == [f"View “view {n}” saved" for n in range(7)]
    days = ActivityFilter(
        kinds=(Kind.VIEWS,),
        first=accounts.today - timedelta(days=4),
        last=accounts.today - timedelta(days=3),
    )
    found = list_entries(ctx, days)["event"].to_list()
    assert found == ["View “view 3” saved", "View “view 4” saved"]
    assert count_entries(ctx, days) == 2
    assert count_entries(ctx, ActivityFilter(people=("Eve",))) == 0


def test_a_run_whose_process_is_gone_is_told_as_interrupted(accounts: Accounts) -> None:
    plan = plan_days(accounts.ctx, [accounts.petalo], accounts.today, accounts.today)
    run, _resumed = start_run(accounts.ctx, ANA, plan, source="app")
    with accounts.ctx.db.write() as con:
        runs.begin_run(con, run.id, accounts.ctx.now() - timedelta(hours=1))
        con.run("UPDATE runs SET process_id = 4194300")
    first = told(accounts.ctx).row(0, named=True)
    assert first["result"].startswith("✗ interrupted: 0 POs, 1 of 1 days still to be fetched")
    assert first["details"] == "started in the app"


def test_what_was_recorded_before_names_were_is_told_too(ctx: AppContext) -> None:
    before = datetime(2026, 5, 4, 12, tzinfo=UTC)
    with ctx.db.write() as con:
        con.run(
            "INSERT INTO mapping_imports VALUES ('1', 'old.csv', 'file', 3, 0, $at, NULL, NULL)",
            {"at": before},
        )
        con.run(
            "INSERT INTO audit VALUES ($at, 'root', 'mappings written', 'old.csv', '{}')",
            {"at": before},
        )
        con.run("INSERT INTO audit VALUES ($at, NULL, 'odd', NULL, 'null')", {"at": before})
    frame = told(ctx)
    assert frame.sort("event").rows() == [
        (
            before,
            "root",
            "Imports and mapping",
            "SKU mapping written: old.csv",
            "✓ done: 3 new",
            "",
        ),
        (before, None, "Other", "odd", "✓ done", ""),
    ]


def test_requests_are_the_sandboxs_own_count(accounts: Accounts) -> None:
    accounts.sandbox.state.faults.add("purchase.order.list", status=503, times=2)
    accounts.download(*accounts.days(3, 2))
    check_token(accounts.ctx, ANA, accounts.petalo.token_id or "")
    try_provider(accounts.ctx, ANA, accounts.magnolia)
    frame = spent(accounts.ctx)
    counted = dict(frame.group_by("method").agg(pl.col("requests").sum()).iter_rows())
    expected: dict[str, int] = {}
    for (method, _day), n in accounts.sandbox.state.requests.counts().items():
        expected[method] = expected.get(method, 0) + n
    assert counted == expected
    assert frame["again"].sum() == 2
    every = tokens.list_tokens(accounts.ctx)
    assert set(frame["token"]) == {f"{token.label} {token.masked}" for token in every}
    assert set(frame["day"]) == {accounts.today}


def test_the_chart_has_every_day_of_a_pool_and_its_allowance(accounts: Accounts) -> None:
    ctx = accounts.ctx
    accounts.download(accounts.today, accounts.today)
    token_id = accounts.magnolia.token_id or ""
    tokens.edit_token(ctx, ANA, token_id, label="Magnolia", owner=None, users=3)
    with ctx.db.write() as con:
        old = {"called_at": ctx.now() - timedelta(days=5), "token_id": token_id,
               "method": "product.list", "attempt": 1, "outcome": "ok"}  # fmt: skip
        calls.record(con, [old] * 40)
        calls.record(con, [{**old, "called_at": ctx.now() - timedelta(days=31)}])
    apart = list_pools(ctx)
    daily = daily_requests(ctx, apart[0])
    assert [pool.allowance for pool in apart] == [3000, 1000]  # the busiest first
    assert daily.height == DAYS
    used = dict(daily.select("day", "requests").iter_rows())
    assert used[accounts.today - timedelta(days=5)] == 40
    assert used[accounts.today] == apart[0].used_today == 3
    assert sum(used.values()) == 43
    assert apart[0].left_today == 2997

    for provider in accounts.both:
        edit_provider(ctx, ANA, provider.id, {"company_id": "501"}, overlap_too=True)
    [together] = list_pools(ctx)
    assert daily_requests(ctx, together).height == 2 * DAYS
    assert together.allowance == 3000
    assert together.used_today == 6


def test_errors_by_reason_with_what_to_do(accounts: Accounts) -> None:
    ctx = accounts.ctx
    faults = accounts.sandbox.state.faults
    begin, end = accounts.days(2, 1)
    faults.add("purchase.order.list", date=begin.isoformat(), status=400, times=None, message="No.")
    faults.add("purchase.order.list", date=end.isoformat(), body="html", times=None)
    faults.add("product.list", status=403, times=None)
    faults.add("boxtype.list", status=429, retry_after=0, times=1)
    accounts.download(begin, end, [accounts.magnolia])
    frame = wrong(ctx)
    found = {
        (row["outcome"], row["source"]): row
        for row in frame.iter_rows(named=True)
    }  # fmt: skip
    rejected = found["Rejected", "day"]
    assert rejected["reason"] == "Komet refused the request (HTTP 400). Komet says: “No.”."
    assert (rejected["client"], rejected["times"], rejected["open"]) == ("Magnolia", 1, 1)
    assert found["Rejected", "request"]["method"] == "purchase.order.list"
    assert found["BadResponse", "day"]["times"] == 1
    assert found["BadResponse", "request"]["times"] == 4
    assert found["PermissionDenied", "request"]["method"] == "product.list"
    assert found["RateLimited", "request"]["times"] == 1
    assert set(frame["client"]) == {"Magnolia"}

    faults.clear()
    accounts.download(end, end, [accounts.magnolia])
    healed = {row["outcome"]: row["open"] for row in wrong(ctx).filter(source="day").to_dicts()}
    assert healed == {"Rejected": 1, "BadResponse": 0}


def test_days_that_were_given_up_unasked_share_the_reason(accounts: Accounts) -> None:
    accounts.sandbox.state.faults.add(status=401, times=None)
    accounts.download(*accounts.days(9, 9), [accounts.magnolia])
    days = wrong(accounts.ctx).filter(source="day")
    assert days.select("outcome", "client", "times").rows() == [
        ("AuthenticationError", "Magnolia", 19)
    ]
    tokens.retire_token(accounts.ctx, ANA, accounts.petalo.token_id or "", in_use_too=True)
    accounts.download(accounts.today, accounts.today, [accounts.petalo])
    [unasked] = wrong(accounts.ctx).filter(client="Pétalo").to_dicts()
    assert (unasked["outcome"], unasked["times"], unasked["open"]) == ("", 1, 1)
    assert unasked["reason"].startswith("The token is retired.")


def test_a_pause_at_the_limit_is_an_error_with_its_next_step(accounts: Accounts) -> None:
    ctx = accounts.ctx
    one = {"called_at": ctx.now(), "token_id": accounts.magnolia.token_id,
           "method": "purchase.order.list", "attempt": 1, "outcome": "ok"}  # fmt: skip
    with ctx.db.write() as con:
        calls.record(con, [one] * 997)
    run = accounts.download(*accounts.days(4, 0), [accounts.magnolia])
    assert run.state is RunState.PAUSED
    [pause] = wrong(ctx).to_dicts()
    assert (pause["outcome"], pause["client"], pause["times"]) == ("QuotaExhausted", "Magnolia", 1)
    assert pause["open"] == 4
    result = told(ctx).row(0, named=True)
    assert result["result"].startswith("– paused: ")
    assert "00:00 (UTC)" in result["details"]


def test_every_failure_of_the_client_has_its_words() -> None:
    classes = {
        name
        for name, found in vars(api_errors).items()
        if isinstance(found, type) and issubclass(found, KometError) and found is not KometError
    }
    assert classes <= set(OUTCOMES)
    assert InvalidCall.__name__ in classes


def test_no_secret_is_in_any_frame_nor_in_the_file(accounts: Accounts, tmp_path: Path) -> None:
    ctx = accounts.ctx
    canary = TokenFields(label="Canary", kind="Company", owner="me")
    token = tokens.add_token(ctx, ANA, canary, SecretStr(CANARY))
    fields = ProviderFields(name="Cage", token_id=token.id, base_url=accounts.sandbox.base_url)
    cage = add_provider(ctx, ANA, fields)
    with ctx.db.write() as con:
        detail = {"token": CANARY, "new_secret": CANARY, "deep": {"password": CANARY, "n": 1},
                  "url": f"https://x/?authenticationToken={CANARY}"}  # fmt: skip
        audit.record(con, "token changed", "Canary", ctx.now(), detail)
    accounts.download(accounts.today, accounts.today, [cage])
    accounts.sandbox.state.faults.add(status=400, times=None, message=f"token {CANARY} is odd")
    accounts.download(*accounts.days(1, 0), [cage])
    check_token(ctx, ANA, token.id)
    everything = [told(ctx), spent(ctx), wrong(ctx)]
    assert "deep: (n: 1)" in str(told(ctx)["details"].to_list())
    for frame in everything:
        assert frame.height > 0
        assert CANARY not in frame.write_csv()
        assert token.masked[-4:] == CANARY[-4:]
    target = tmp_path / "activity.xlsx"
    export_activity(ctx, ACTOR, ActivityFilter(), target)
    book = openpyxl.load_workbook(target, read_only=True)
    cells = [
        str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row
    ]
    assert cells
    assert not any(CANARY in cell for cell in cells)


def test_the_file_has_three_sheets_with_what_the_screen_shows(
    accounts: Accounts, tmp_path: Path
) -> None:
    accounts.sandbox.state.faults.add("purchase.order.list", status=503, times=1)
    accounts.download(*accounts.days(1, 1), actor=ANA)
    target = tmp_path / "activity.xlsx"
    export_activity(accounts.ctx, ACTOR, ActivityFilter(kinds=(Kind.DOWNLOADS,)), target)
    book = openpyxl.load_workbook(target)
    assert book.sheetnames == ["Activity", "Requests", "Errors"]
    assert book["Activity"].max_row == 2
    assert book["Activity"]["B2"].value == "Ana"
    total = sum(row[3] for row in book["Requests"].iter_rows(min_row=2, values_only=True))
    assert total == accounts.sandbox.state.requests.total()
    assert book["Errors"]["B2"].value == "Komet unavailable"
    assert "tried again" in book["Errors"]["H2"].value


def test_an_empty_desk_has_an_empty_activity(tmp_path: Path) -> None:
    empty = open_context(Settings(home=tmp_path / "new"))
    assert told(empty).is_empty()
    assert spent(empty).is_empty()
    assert wrong(empty).is_empty()
    assert list_pools(empty) == []
    assert list_people(empty) == []
    with language.using("es"):
        assert export_activity_bytes(empty, ACTOR, ActivityFilter())[:2] == b"PK"
