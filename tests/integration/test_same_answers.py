"""An answer that is the stored one is not read, as long as what it said is what is stored."""

from typing import Any

import pytest
from sample_accounts import ACTOR
from scripted_komet import DAY, NEXT, ScriptedKomet, line, order

from komet.context import AppContext
from komet.ingest.by_number import download_numbers
from komet.ingest.model import RunReport, RunState
from komet.ingest.runs import show_run
from komet.ingest.sources import komet, komet_columns
from komet.orders.changes import find_changes
from komet.orders.model import ChangeFilter


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The days that have been read."""
    days: list[Any] = []
    whole = komet.read_slice

    def note(provider_id: str, day: Any, *rest: Any) -> Any:
        days.append(day)
        return whole(provider_id, day, *rest)

    monkeypatch.setattr(komet, "read_slice", note)
    return days


@pytest.fixture
def scripted(ctx: AppContext) -> ScriptedKomet:
    found = ScriptedKomet(ctx)
    found.answers[DAY] = [order(1, line(11), line(12)), order(2, line(21))]
    found.answers[NEXT] = []
    return found


def download(scripted: ScriptedKomet, *days: Any) -> RunReport:
    report = show_run(scripted.ctx, scripted.download(*(days or (DAY,))).id)
    assert report.run.state is RunState.DONE
    return report


def changes(ctx: AppContext) -> list[tuple[Any, ...]]:
    found = find_changes(ctx, ChangeFilter(first_downloads=False))
    return found.select("po_id", "po_item_id", "kind", "field").rows()


def stored(ctx: AppContext, sql: str) -> Any:
    with ctx.db.read() as con:
        return con.rows(sql)


def test_it_is_asked_for_and_not_read(scripted: ScriptedKomet, read: list[Any]) -> None:
    first = download(scripted, DAY, NEXT)
    lines = stored(scripted.ctx, "SELECT * FROM po_lines ORDER BY ALL")
    days = "SELECT slice_date, fetched_at FROM day_slices ORDER BY 1"
    before = stored(scripted.ctx, days)
    again = download(scripted, DAY, NEXT)
    assert read == [DAY, NEXT]
    assert scripted.asked == [DAY, NEXT] * 2
    counted = [(s.state, s.orders, s.lines, s.problems) for s in first.slices]
    assert [(s.state, s.orders, s.lines, s.problems) for s in again.slices] == counted
    assert again.summary | {"first": 2} == first.summary
    assert stored(scripted.ctx, "SELECT * FROM po_lines ORDER BY ALL") == lines
    assert changes(scripted.ctx) == []
    after = stored(scripted.ctx, days)
    assert all(
        new["fetched_at"] > old["fetched_at"] for old, new in zip(before, after, strict=True)
    )


def test_another_answer_is_read(scripted: ScriptedKomet, read: list[Any]) -> None:
    download(scripted)
    scripted.answers[DAY] = [order(1, line(11, boxes=3), line(12)), order(2, line(21))]
    download(scripted)
    assert read == [DAY, DAY]
    assert {change[3] for change in changes(scripted.ctx)} == {
        "total_boxes", "total_units", "total_cost",
    }  # fmt: skip


def test_what_only_says_it_in_other_words_is_no_change(
    scripted: ScriptedKomet, read: list[Any]
) -> None:
    download(scripted)
    other = dict(reversed(order(1, line(11), line(12)).items()))
    scripted.answers[DAY] = [order(2, line(21, boxes=2, notes="")), {**other, "id": "1"}]
    download(scripted)
    assert read == [DAY, DAY]
    assert changes(scripted.ctx) == []


def test_another_reader_reads_it_again_and_tells_of_no_change(
    scripted: ScriptedKomet, read: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    download(scripted)
    monkeypatch.setattr(komet_columns, "_READER", "later")
    assert download(scripted).summary["changed"] == 0
    assert read == [DAY, DAY]
    assert changes(scripted.ctx) == []
    download(scripted)
    assert read == [DAY, DAY]


def test_it_is_read_where_a_refresh_by_number_has_shown_something_else(
    scripted: ScriptedKomet, read: list[Any]
) -> None:
    download(scripted)
    scripted.answers[DAY] = [order(1, line(11, boxes=9), line(12)), order(2, line(21))]
    download_numbers(scripted.ctx, ACTOR, {scripted.provider.id: ["P1"]})
    scripted.answers[DAY] = [order(1, line(11), line(12)), order(2, line(21))]
    download(scripted)
    assert read == [DAY, DAY]
    boxes = stored(scripted.ctx, "SELECT total_boxes FROM po_lines WHERE po_item_id = '11'")
    assert boxes[0]["total_boxes"] == 2


def test_it_is_read_where_a_po_has_been_seen_on_another_day(
    scripted: ScriptedKomet, read: list[Any]
) -> None:
    download(scripted, DAY, NEXT)
    first = scripted.answers[DAY]
    scripted.answers[NEXT] = [order(2, line(21), day=NEXT)]
    download(scripted, NEXT)
    # moved back, and the answer of its day is what it was
    scripted.answers[NEXT] = []
    scripted.answers[DAY] = first
    download(scripted, DAY, NEXT)
    days = stored(scripted.ctx, "SELECT po_id, slice_date, gone_at FROM purchase_orders ORDER BY 1")
    assert [(row["po_id"], row["slice_date"], row["gone_at"]) for row in days] == [
        ("1", DAY, None), ("2", DAY, None),
    ]  # fmt: skip
    assert read == [DAY, NEXT, NEXT, DAY, NEXT]
