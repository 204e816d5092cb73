"""Answers that would make a day untrue: emptied, doubled, moved, cancelled, the first of a day."""

import dataclasses
import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from orderfile_samples import workbook
from sample_accounts import Komet
from scripted_komet import DAY, EMPTY, NEXT, ScriptedKomet, line, order

from komet.activity import table
from komet.activity.model import ActivityFilter
from komet.clients.table import calls
from komet.context import AppContext
from komet.ingest import imports
from komet.ingest.by_number import download_numbers
from komet.ingest.engine import execute
from komet.ingest.model import Run, RunSlice, RunState, SliceState
from komet.ingest.table import runs
from komet.orders import changes, query
from komet.orders.filters import Gone, OrderFilter
from komet.orders.model import ChangeFilter, ChangeKind
from komet.orders.table import changes as changes_table
from komet.permissions import SYSTEM

MIX = [
    {"productId": 1, "productDescription": "Rose", "bunches": 4, "stemsBunch": 25, "cost": "0.3"},
    {"productId": 2, "productDescription": "Lily", "bunches": 6, "stemsBunch": 10, "cost": "0.5"},
]


@pytest.fixture
def rosas(ctx: AppContext) -> ScriptedKomet:
    return ScriptedKomet(ctx)


def boxes(ctx: AppContext, **chosen: Any) -> int:
    return int(query.total_items(ctx, OrderFilter(**chosen)).boxes or 0)


def slice_of(ctx: AppContext, run: Run, day: date) -> RunSlice:
    with ctx.db.read() as con:
        return next(s for s in runs.slices_of(con, run.id) if s.slice_date == day)


def last(ctx: AppContext, **chosen: Any) -> list[dict[str, Any]]:
    since = changes.last_download(ctx)
    found = changes.find_changes(ctx, ChangeFilter(since=since, **chosen))
    return found.rows(named=True)


def told(ctx: AppContext) -> Counter[tuple[str, str | None, str, str | None]]:
    return Counter((r["po_id"], r["po_item_id"], r["kind"], r["field"]) for r in last(ctx))


def comes_to(ctx: AppContext, by: str = "provider", **chosen: Any) -> dict[str, tuple[Any, ...]]:
    since = changes.last_download(ctx)
    frame = changes.sum_differences(ctx, ChangeFilter(since=since, **chosen), by)
    return {
        row["group"]: (row["boxes"], row["stems"], row["total_cost"])
        for row in frame.iter_rows(named=True)
    }


# --- what empties a day ------------------------------------------------------------------------


@pytest.mark.parametrize("said", ["Location not found.", "API key not found.", "Not found"])
@pytest.mark.parametrize("status", [0, "1"])
def test_not_found_of_anything_else_leaves_the_day_alone(
    ctx: AppContext, rosas: ScriptedKomet, said: str, status: Any
) -> None:
    rosas.answers[DAY] = [order(1, line(11))]
    rosas.download(DAY)
    rosas.answers[DAY] = {"status": status, "message": said}
    run = rosas.download(DAY)
    failed = slice_of(ctx, run, DAY)
    assert (run.state, failed.state) == (RunState.FAILED, SliceState.FAILED)
    assert said.rstrip(".") in (failed.reason or "")
    assert boxes(ctx) == 2
    assert boxes(ctx, gone=Gone.ONLY) == 0


def test_a_day_that_is_emptied_is_asked_for_once_more(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    rosas.answers[DAY] = [order(1, line(11))]
    rosas.download(DAY, NEXT)
    assert rosas.asked == [DAY, NEXT]  # an empty day of which nothing is held is believed
    rosas.answers[DAY] = []
    run = rosas.download(DAY)
    assert rosas.asked[2:] == [DAY, DAY]
    assert slice_of(ctx, run, DAY).state is SliceState.EMPTY
    assert boxes(ctx) == 0
    with ctx.db.read() as con:
        asked = con.value(
            "SELECT count(*) FROM api_calls WHERE method = 'purchase.order.list' AND day = $day",
            {"day": DAY},
        )
    assert asked == 3  # each of them is one of the day's allowance
    rosas.download(DAY)
    assert rosas.asked[4:] == [DAY]  # what is gone is not emptied again


def test_of_two_answers_that_differ_neither_is_believed(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    full = {"status": 1, "purchaseOrders": [order(1, line(11)), order(2, line(21))]}
    rosas.answers[DAY] = [order(1, line(11))]
    rosas.download(DAY)
    script = [EMPTY, full]
    rosas.answers[DAY] = lambda: script.pop(0)
    run = rosas.download(DAY)
    reason = slice_of(ctx, run, DAY).reason or ""
    assert run.state is RunState.FAILED
    assert "Rosas" in reason
    assert "no orders, and then that there are 2 POs" in reason
    assert boxes(ctx) == 2
    script += [EMPTY, {"status": 0, "message": "Location not found."}]
    assert rosas.download(DAY).state is RunState.FAILED
    assert boxes(ctx) == 2


# --- twice in one answer -----------------------------------------------------------------------


def problems(ctx: AppContext) -> list[tuple[str, str]]:
    with ctx.db.read() as con:
        rows = con.rows("SELECT po_id, field FROM data_problems ORDER BY ALL")
    return [(row["po_id"], row["field"]) for row in rows]


def test_the_same_po_twice_is_once_and_reported(ctx: AppContext, rosas: ScriptedKomet) -> None:
    one = order(1, line(11), line(12, 3))
    rosas.answers[DAY] = [one, order(2, line(21)), one]
    run = rosas.download(DAY)
    done = slice_of(ctx, run, DAY)
    assert (boxes(ctx), done.orders, done.lines) == (7, 2, 3)
    assert problems(ctx) == [("1", "id")]
    rosas.download(DAY)
    assert told(ctx) == Counter()


def test_two_pos_of_one_id_keep_the_lines_of_both(ctx: AppContext, rosas: ScriptedKomet) -> None:
    rosas.answers[DAY] = [order(1, line(11)), order(1, line(12, 3), line(11))]
    rosas.download(DAY)
    assert boxes(ctx) == 5
    assert problems(ctx) == [("1", "id")]
    rosas.answers[DAY] = [order(1, line(11)), order(1, line(11, 4))]
    rosas.download(DAY)
    assert boxes(ctx) == 6
    assert problems(ctx) == [("1", "id"), ("1", "poItemId")]


def test_two_pos_of_one_id_in_an_answer_by_numbers(ctx: AppContext, rosas: ScriptedKomet) -> None:
    rosas.answers[DAY] = [order(1, line(11)), order(1, line(12, 3), day=NEXT)]
    download_numbers(ctx, SYSTEM, {rosas.provider.id: ["P1"]})
    assert boxes(ctx) == 5


def test_an_older_answer_of_the_day_does_not_undo_a_newer_one_of_a_po(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    """Somebody refreshes one PO while the answer of its day, asked for before, is on its way."""
    rosas.answers[DAY] = [order(1, line(11))]
    rosas.download(DAY)

    def slow() -> dict[str, Any]:
        rosas.answers[NEXT] = [order(1, line(11, 9))]  # what Komet shows by now
        download_numbers(ctx, SYSTEM, {rosas.provider.id: ["P1"]})
        return {"status": 1, "purchaseOrders": [order(1, line(11))]}

    rosas.answers[DAY] = slow
    run = rosas.download(DAY)
    assert boxes(ctx) == 9
    done = slice_of(ctx, run, DAY)
    assert (done.state, done.orders, done.lines) == (SliceState.DONE, 1, 1)
    rosas.answers[DAY] = [order(1, line(11, 7))]
    rosas.download(DAY)
    assert boxes(ctx) == 7


# --- lines -------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [(DAY, NEXT), (NEXT, DAY)])
def test_a_mixed_line_that_moves_to_another_po_comes_to_nothing(
    ctx: AppContext, rosas: ScriptedKomet, days: tuple[date, date]
) -> None:
    mixed = line(11, 2, breakdowns=MIX)
    rosas.answers = {DAY: [order(1, mixed, line(12))], NEXT: [order(2, line(21), day=NEXT)]}
    rosas.download(DAY, NEXT)
    rosas.answers = {DAY: [order(1, line(12))], NEXT: [order(2, line(21), mixed, day=NEXT)]}
    with ctx.db.write() as con:
        slices = [(rosas.provider.id, day) for day in days]
        run = runs.create_run(con, slices, source="test", workers=1, now=ctx.now())
    execute(ctx, SYSTEM, run.id)
    assert comes_to(ctx) == {}
    assert boxes(ctx) == 6


def test_lines_that_are_gone_are_not_counted(
    ctx: AppContext, rosas: ScriptedKomet, komet: Komet
) -> None:
    rosas.answers[DAY] = [order(1, line(11), line(12)), order(2, line(21))]
    assert slice_of(ctx, rosas.download(DAY), DAY).lines == 3
    rosas.answers[DAY] = [order(1, line(11)), order(2, line(21, 5))]
    run = rosas.download(DAY)
    assert slice_of(ctx, run, DAY).lines == 2
    with ctx.db.read() as con:
        assert runs.summary(con, run.id)["lines"] == 2
        assert con.value("SELECT lines FROM day_slices") == 2
    rosas.answers[DAY] = [order(1, line(11, 7))]
    asked = komet("download", "--all", "--from", str(DAY), "--to", str(DAY), "--json")
    assert asked.returncode == 0, asked.stderr
    assert json.loads(asked.stdout)["lines"] == 1
    shown = json.loads(komet("runs", "--last", "--json").stdout)
    assert (shown["lines"], shown["slices"][0]["lines"]) == (1, 1)


def test_a_line_of_a_po_that_is_gone_is_not_told_as_gone_again(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    rosas.answers = {DAY: [order(1, line(11)), order(3)], NEXT: [order(2, line(21), day=NEXT)]}
    rosas.download(DAY, NEXT)
    rosas.answers[DAY] = [order(3)]
    rosas.download(DAY)
    assert told(ctx) == Counter({("1", None, "gone", None): 1})
    rosas.answers[NEXT] = [order(2, line(21), line(11), day=NEXT)]
    rosas.download(NEXT)
    assert told(ctx) == Counter({("2", "11", "new", None): 1})
    # gone with its PO in the very answer that shows it with another one
    rosas.answers[NEXT] = [order(4, line(11), day=NEXT)]
    run = rosas.download(NEXT)
    assert told(ctx) == Counter({("2", None, "gone", None): 1, ("4", None, "new", None): 1})
    with ctx.db.read() as con:
        summary = runs.summary(con, run.id)
        entries = table.entries(con, ActivityFilter(), ctx.now())
    shown = entries.filter(run_id=run.id).row(0, named=True)
    for counted in (summary, shown):
        assert [counted[kind] for kind in ("gone", "new", "changed")] == [1, 1, 0]


# --- what it comes to --------------------------------------------------------------------------


def test_what_is_cancelled_comes_to_minus_itself(ctx: AppContext, rosas: ScriptedKomet) -> None:
    rosas.answers[DAY] = [order(1, line(11)), order(2, line(21, 4), line(22, 5))]
    rosas.download(DAY)
    cancelled = line(21, 4, lineItemStatus="Cancelled")
    rosas.answers[DAY] = [order(1, line(11), status="CA"), order(2, cancelled, line(22, 5))]
    rosas.download(DAY)
    assert comes_to(ctx) == {"Rosas": (-6, -1500, -450)}
    assert {row["kind"] for row in last(ctx)} == {"cancelled"}
    rosas.answers[DAY] = [order(1, line(11)), order(2, line(21, 4), line(22, 5))]
    rosas.download(DAY)
    assert comes_to(ctx) == {"Rosas": (6, 1500, 450)}
    # boxes of what stays cancelled are nobody's
    rosas.answers[DAY] = [order(1, line(11), status="CA"), order(2, line(21, 4), line(22, 5))]
    rosas.download(DAY)
    rosas.answers[DAY] = [order(1, line(11, 9), status="CA"), order(2, line(21, 4), line(22, 5))]
    rosas.download(DAY)
    assert comes_to(ctx) == {}


def test_a_substitute_is_minus_the_old_plus_the_new(ctx: AppContext, rosas: ScriptedKomet) -> None:
    rosas.answers[DAY] = [order(1, line(11), line(12, 3))]
    rosas.download(DAY)
    lily = {"productId": 2, "productDescription": "Lily"}
    rosas.answers[DAY] = [order(1, line(11, **lily), line(12, 3, customerId=8, customerName="T"))]
    rosas.download(DAY)
    assert comes_to(ctx) == {}
    assert comes_to(ctx, "product") == {"Rose": (-2, -500, -150), "Lily": (2, 500, 150)}
    assert comes_to(ctx, "customer_name") == {"Bloom": (-3, -750, -225), "T": (3, 750, 225)}
    assert told(ctx) == Counter({
        ("1", "11", "substituted", "product_id"): 1,
        ("1", "11", "substituted", "product_description"): 1,
        ("1", "12", "substituted", "customer_name"): 1,
    })  # fmt: skip
    assert {r["po_item_id"] for r in last(ctx, kinds=(ChangeKind.SUBSTITUTED,))} == {"11", "12"}
    # called otherwise is no substitute
    lily["productDescription"] = "Lily white"
    rosas.answers[DAY] = [order(1, line(11, **lily), line(12, 3, customerId=8, customerName="T"))]
    rosas.download(DAY)
    assert told(ctx) == Counter({("1", "11", "changed", "product_description"): 1})
    assert comes_to(ctx, "product") == {}


def test_a_substitute_in_a_mixed_box(ctx: AppContext, rosas: ScriptedKomet) -> None:
    rosas.answers[DAY] = [order(1, line(11, 2, breakdowns=MIX))]
    rosas.download(DAY)
    other = MIX[1] | {"productId": 3, "productDescription": "Iris"}
    rosas.answers[DAY] = [order(1, line(11, 2, breakdowns=[MIX[0], other]))]
    rosas.download(DAY)
    assert told(ctx) == Counter({("1", "11", "substituted", "breakdowns"): 1})
    assert comes_to(ctx, "product") == {"Iris": (0, 120, 0), "Lily": (0, -120, 0)}
    rosas.answers[DAY] = [order(1, line(11, 2, breakdowns=[MIX[0], other | {"bunches": 7}]))]
    rosas.download(DAY)
    assert told(ctx) == Counter({("1", "11", "changed", "breakdowns"): 1})
    assert comes_to(ctx, "product") == {"Iris": (0, Decimal(20), 0)}


# --- clocks ------------------------------------------------------------------------------------


def test_a_clock_that_was_ahead_once_does_not_hide_later_downloads(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    ahead = dataclasses.replace(ctx, now=lambda: datetime.now(UTC) + timedelta(days=400))
    rosas.answers[DAY] = [order(1, line(11))]
    rosas.download(DAY, NEXT, ctx=ahead)
    rosas.answers = {DAY: [order(1, line(11, 5))], NEXT: [order(2, line(21, 4), day=NEXT)]}
    run = rosas.download(DAY, NEXT)
    assert run.state is RunState.DONE
    assert boxes(ctx) == 9
    # and "since the last download" is since this one, not since the clock's
    assert told(ctx) == Counter({("1", "11", "changed", name): 1
                                  for name in ("total_boxes", "total_units", "total_cost")}
                                 | {("2", None, "new", None): 1})  # fmt: skip
    with ctx.db.read() as con:
        assert [r.id for r in runs.latest_runs(con, ctx.now(), 1)] == [run.id]
    rosas.answers[DAY] = []
    rosas.download(DAY)
    assert boxes(ctx) == 4


# --- days for the first time, and imports ------------------------------------------------------


def test_days_downloaded_for_the_first_time_are_no_new_orders(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    rosas.answers = {DAY: [order(1, line(11))], NEXT: [order(2, line(21, 3), day=NEXT)]}
    run = rosas.download(DAY)
    with ctx.db.read() as con:
        summary = runs.summary(con, run.id)
    assert (summary["new"], summary["first"]) == (0, 1)
    rosas.answers[DAY] = [order(1, line(11)), order(3, line(31, 4))]
    run = rosas.download(DAY, NEXT)
    with ctx.db.read() as con:
        summary = runs.summary(con, run.id)
        since = changes.last_download(ctx)
        counted = changes.count_changes(ctx, ChangeFilter(since=since, first_downloads=False))
        in_file = changes_table.of_orders(con, OrderFilter(), since)
    assert (summary["new"], summary["first"]) == (1, 1)
    assert (counted["new"], counted["first"], counted["all"]) == (1, 1, 1)
    assert [(r["po_id"], r["kind"]) for r in last(ctx, first_downloads=False)] == [("3", "new")]
    assert [(r["po_id"], r["kind"]) for r in last(ctx, kinds=(ChangeKind.FIRST,))] == [
        ("2", "first")
    ]
    assert in_file["po_id"].to_list() == ["3"]
    assert comes_to(ctx, first_downloads=False) == {"Rosas": (4, 1000, 300)}
    assert comes_to(ctx) == {"Rosas": (7, 1750, 525)}
    # a day that was empty is not downloaded for the first time
    empty = NEXT + timedelta(days=1)
    rosas.download(empty)
    rosas.answers[empty] = [order(5, line(51), day=empty)]
    rosas.download(empty)
    assert told(ctx) == Counter({("5", None, "new", None): 1})


def test_imported_pos_that_komet_replaces_are_counted_and_named(
    ctx: AppContext, rosas: ScriptedKomet, komet: Komet
) -> None:
    rows: list[list[Any]] = [["PO #", "Ship Date", "Customer", "Product", "B/T", "Qty PO", "Cost"]]
    rows += [[number, day, "Bloom", "Rose", "HB", 2, 0.3]
             for number, day in (("P1", DAY), ("P7", DAY), ("P8", NEXT))]  # fmt: skip
    checked = imports.check_order_file(ctx, workbook(rows), "portal.xlsx", rosas.provider.id)
    imports.import_order_file(ctx, SYSTEM, checked)
    assert boxes(ctx) == 6
    rosas.answers = {DAY: [order(1, line(11))], NEXT: [order(8, line(81), day=NEXT)]}
    run = rosas.download(DAY)
    assert slice_of(ctx, run, DAY).replaced == ("P1", "P7")
    with ctx.db.read() as con:
        assert runs.summary(con, run.id)["replaced"] == 2
        assert runs.replaced_numbers(con, run.id) == ["P1", "P7"]
    one = download_numbers(ctx, SYSTEM, {rosas.provider.id: ["P8"]})
    assert one.replaced == ["P8"]
    assert "1 imported PO replaced by Komet's own: P8." in one.sentence
    assert slice_of(ctx, rosas.download(DAY), DAY).replaced == ()
    third = NEXT + timedelta(days=1)
    imports.import_order_file(ctx, SYSTEM, imports.check_order_file(
        ctx, workbook([rows[0], ["P9", third, "Bloom", "Rose", "HB", 2, 0.3]]), "p.xlsx",
        rosas.provider.id,
    ))  # fmt: skip
    days = ("--from", str(third), "--to", str(third))
    done = json.loads(komet("download", "--all", *days, "--json").stdout)
    assert (done["replaced"], done["replaced_numbers"]) == (1, ["P9"])
    shown = komet("runs", "--last", "--json")
    assert json.loads(shown.stdout)["slices"][0]["replaced"] == ["P9"]


def test_a_po_of_komet_is_gone_with_the_next_answer_whatever_its_id_looks_like(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    odd = order(1, line(11)) | {"id": "file:P1"}
    rosas.answers[DAY] = [odd, order(2, line(21, 3))]
    rosas.download(DAY)
    rosas.answers[DAY] = [order(2, line(21, 3))]
    run = rosas.download(DAY)
    assert run.state is RunState.DONE
    assert [(r["po_id"], r["kind"]) for r in last(ctx)] == [("file:P1", "gone")]
    assert boxes(ctx) == 3


def test_every_request_of_the_second_look_passes_the_ledger(
    ctx: AppContext, rosas: ScriptedKomet
) -> None:
    rosas.answers[DAY] = [order(1, line(11))]
    rosas.download(DAY)
    with ctx.db.write() as con:
        used = con.value("SELECT count(*) FROM api_calls")
        spent = {"called_at": ctx.now(), "token_id": rosas.provider.token_id, "method": "x",
                 "attempt": 1, "outcome": "ok"}  # fmt: skip
        calls.record(con, [spent] * (999 - int(used)))
    rosas.answers[DAY] = []
    run = rosas.download(DAY)
    assert run.state is RunState.PAUSED  # one request was left: not enough to look twice
    assert boxes(ctx) == 2
