"""A third source, registered in a test, brings its orders to the export without another line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from sample_accounts import Accounts

from komet.api.errors import QuotaExhausted
from komet.clients.model import Provider
from komet.context import AppContext
from komet.db.database import Connection
from komet.errors import AppError
from komet.export.orders import export_orders
from komet.ingest.engine import execute
from komet.ingest.imports import import_slices
from komet.ingest.model import Plan, PoolPlan, RunState, SliceRows, SliceState
from komet.ingest.plan import plan_days, plan_refresh
from komet.ingest.runs import active_run, last_downloads, retry_run, show_run, start_run
from komet.ingest.sources import SOURCES
from komet.ingest.sources.source import Lanes, Pace, make_bundle
from komet.orders import query
from komet.orders.filters import OrderFilter
from komet.permissions import SYSTEM, Actor

ANA = Actor(name="Ana")


@dataclass(frozen=True)
class Auction:
    """A flower auction that is asked day by day; `boxes`: PO number → boxes, by day."""

    boxes: dict[date, dict[str, int]] = field(default_factory=dict)
    broken: set[date] = field(default_factory=set)
    name: str = "auction"
    run_name: str | None = "auction"
    id_prefix: str = "auction:"
    gives_whole_days: bool = True
    is_final: bool = True
    stands_in: bool = False

    def cost(
        self,
        ctx: AppContext,
        con: Connection,
        chosen: Sequence[Provider],
        days: Counter[str],
    ) -> tuple[PoolPlan, ...]:
        return (PoolPlan(tuple(p.name for p in chosen), days.total(), 99),)

    @contextmanager
    def connect(
        self,
        ctx: AppContext,
        actor: Actor,
        chosen: Sequence[Provider],
        days: Counter[str],
        pace: Pace,
    ) -> Iterator[Lanes]:
        yield Lanes({p.id: AuctionLane(self, ctx, p) for p in chosen}, {})


@dataclass
class AuctionLane:
    source: Auction
    ctx: AppContext
    provider: Provider
    pool: object = None
    spent: QuotaExhausted | None = None

    def fetch(self, day: date) -> SliceRows:
        if day in self.source.broken:
            raise AppError("The auction is closed.")
        return slice_of(self.source, self.ctx, self.provider, day)

    def record(self, con: Connection) -> None:
        pass

    def close(self, con: Connection) -> None:
        pass


def slice_of(source: Auction, ctx: AppContext, provider: Provider, day: date) -> SliceRows:
    rows = SliceRows(provider.id, day, ctx.now(), {}, [], source=source.name)
    for number, boxes in source.boxes.get(day, {}).items():
        key = {"provider_id": provider.id, "po_id": f"auction:{number}", "slice_date": day}
        line = {"product_description": "Rose", "total_boxes": Decimal(boxes), "box_type": "HB"}
        head = {"number": number, "ship_date": day, "vendor_name": "Auction hall"}
        rows.orders[str(key["po_id"])] = make_bundle(key, head, [line], rows.requested_at, "1")
    return rows


@pytest.fixture
def auction(accounts: Accounts, monkeypatch: pytest.MonkeyPatch) -> Auction:
    source = Auction({accounts.today: {"A1": 3, "A2": 4}})
    monkeypatch.setitem(SOURCES, source.name, source)
    return source


def download(accounts: Accounts, source: Auction, first: date, last: date) -> str:
    plan = plan_days(accounts.ctx, [accounts.magnolia], first, last, source=source.name)
    run, _resumed = start_run(accounts.ctx, ANA, plan, source="app")
    execute(accounts.ctx, ANA, run.id)
    return run.id


def numbers(ctx: AppContext) -> dict[str, Decimal]:
    found = query.list_items(ctx, OrderFilter())
    return dict(zip(found["po_number"], found["boxes"], strict=True))


def test_its_orders_are_stored_listed_and_exported(
    accounts: Accounts, auction: Auction, tmp_path: Path
) -> None:
    plan = plan_days(accounts.ctx, [accounts.magnolia], accounts.today, accounts.today,
                   source=auction.name)  # fmt: skip
    assert plan.requests == 1  # its own cost: no list of Komet's is due for it
    report = show_run(accounts.ctx, download(accounts, auction, accounts.today, accounts.today))
    assert (report.run.source, report.run.who, report.run.state) == (
        "auction", "Ana", RunState.DONE,
    )  # fmt: skip
    assert report.summary["first"] == 2
    assert numbers(accounts.ctx) == {"A1": 3, "A2": 4}
    target = tmp_path / "orders.xlsx"
    totals = export_orders(accounts.ctx, SYSTEM, OrderFilter(), target)
    assert (totals.items, totals.boxes) == (2, 7)
    cells = [cell for sheet in openpyxl.load_workbook(target) for row in sheet for cell in row]
    assert "Auction hall" in {cell.value for cell in cells}


def test_a_changed_and_a_gone_order_are_told_and_the_failed_day_is_retried(
    accounts: Accounts, auction: Auction
) -> None:
    tomorrow = accounts.today + timedelta(days=1)
    auction.broken.add(tomorrow)
    first = show_run(accounts.ctx, download(accounts, auction, accounts.today, tomorrow))
    assert [s.slice_date for s in first.failed] == [tomorrow]
    assert "closed" in (first.failed[0].reason or "")
    assert last_downloads(accounts.ctx).filter(provider="Magnolia")["failed"].item() == 1
    auction.broken.clear()
    auction.boxes[tomorrow] = {"A3": 1}
    run, count = retry_run(accounts.ctx, ANA, first.run.id)
    assert (count, run.state) == (1, RunState.QUEUED)
    assert execute(accounts.ctx, ANA, run.id).state is RunState.DONE
    auction.boxes[accounts.today] = {"A1": 5}
    second = show_run(accounts.ctx, download(accounts, auction, accounts.today, accounts.today))
    assert (second.summary["changed"], second.summary["gone"]) == (1, 1)
    assert numbers(accounts.ctx) == {"A1": 5, "A3": 1}
    assert active_run(accounts.ctx) is None


def test_orders_of_two_sources_of_one_day_leave_each_other_alone(
    accounts: Accounts, auction: Auction
) -> None:
    accounts.download(accounts.today, accounts.today, [accounts.magnolia])
    from_komet = numbers(accounts.ctx)
    assert from_komet
    download(accounts, auction, accounts.today, accounts.today)
    assert numbers(accounts.ctx) == {**from_komet, "A1": 3, "A2": 4}
    accounts.download(accounts.today, accounts.today, [accounts.magnolia])
    assert numbers(accounts.ctx) == {**from_komet, "A1": 3, "A2": 4}


def test_a_source_that_hands_its_slices_over_stands_in_until_komet_answers(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, today = accounts.ctx, accounts.today
    source = Auction({today: {"A1": 3}}, stands_in=True, is_final=False)
    monkeypatch.setitem(SOURCES, source.name, source)
    run = import_slices(ctx, ANA, [slice_of(source, ctx, accounts.magnolia, today)], "by hand")
    report = show_run(ctx, run.id)
    assert [s.state for s in report.slices] == [SliceState.DONE]
    assert numbers(ctx) == {"A1": 3}
    komet = show_run(ctx, accounts.download(today, today, [accounts.magnolia]).id)
    assert komet.replaced == ("A1",)
    assert "A1" not in numbers(ctx)


def test_a_shipped_day_is_asked_for_again_where_its_source_is_never_final(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    past = accounts.today - timedelta(days=3)
    source = Auction({past: {}})
    monkeypatch.setitem(SOURCES, source.name, source)
    with accounts.ctx.db.write() as con:
        con.run("UPDATE providers SET days_back = 3, days_ahead = 0")
    download(accounts, source, past, past)
    assert plan_refresh(accounts.ctx, [accounts.magnolia]).left_alone == 1
    monkeypatch.setitem(SOURCES, source.name, Auction({past: {}}, is_final=False))
    assert plan_refresh(accounts.ctx, [accounts.magnolia]).left_alone == 0


def test_what_cannot_be_asked_is_refused(accounts: Accounts) -> None:
    with pytest.raises(TypeError, match="file"):
        plan_days(accounts.ctx, accounts.both, accounts.today, accounts.today, source="file")
    run, _resumed = start_run(
        accounts.ctx, SYSTEM, Plan(((accounts.magnolia.id, accounts.today),), ()), source="app"
    )
    assert run.source == "app"
