"""Any slices in any order: the last state is kept, and changes lead from one to the next."""

import os
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import hypothesis
import replayed_changes
from hypothesis import strategies as st
from record_rows import slice_rows
from replayed_changes import Store
from sample_accounts import add_client

from komet.api.client import Slice
from komet.api.models import PurchaseOrder
from komet.context import AppContext
from komet.ingest import commit_clock
from komet.ingest.commit import write_slices
from komet.ingest.commit_clock import RequestMark
from komet.ingest.frames import to_frames
from komet.orders.changes import find_changes
from komet.orders.model import ChangeFilter
from komet.orders.table.items import ASKED

World = dict[str, tuple[int, dict[str, int]]]
"""Each PO with its day, and its lines with their boxes."""


def each_line_once(world: World) -> World:
    """A line belongs to one PO at a time."""
    taken: set[str] = set()
    for po_id in sorted(world):
        day, lines = world[po_id]
        world[po_id] = (day, {line: n for line, n in lines.items() if line not in taken})
        taken |= lines.keys()
    return world


_DAYS = (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 25))
_START = datetime(2026, 11, 20, tzinfo=UTC)
_LINES = st.dictionaries(st.sampled_from(["l1", "l2", "l3", "l4"]), st.integers(1, 3), max_size=3)
_WORLD = st.dictionaries(
    st.sampled_from(["p1", "p2", "p3"]), st.tuples(st.integers(0, 2), _LINES)
).map(each_line_once)
_STEPS = st.lists(st.tuples(_WORLD, st.lists(st.integers(0, 2), max_size=4)), max_size=5)
_OWN = {"provider_id", "run_id", "first_seen_at", "changed_at", "fetched_at", "gone_at", *ASKED}
_TABLES = ("purchase_orders", "po_lines", "po_breakdowns", "order_items")
_numbers = count()
_MANY = hypothesis.settings(
    max_examples=int(os.environ.get("KOMET_EXAMPLES", "12")),
    suppress_health_check=[hypothesis.HealthCheck.function_scoped_fixture],
)


def order(po_id: str, day: date, lines: dict[str, int]) -> PurchaseOrder:
    details = [
        {"poItemId": line, "productId": line, "productDescription": f"Rose {line}",
         "totalBoxes": boxes, "totalUnits": boxes * 100, "totalCost": boxes * 30,
         "breakdowns": [{"productId": "r", "bunches": boxes, "stemsBunch": 25}] if boxes > 2
         else []}
        for line, boxes in lines.items()
    ]  # fmt: skip
    return PurchaseOrder.model_validate(
        {"id": po_id, "number": po_id.upper(), "shipDate": str(day), "status": "Pending",
         "totalBoxes": sum(lines.values()), "details": details}
    )  # fmt: skip


def ask(
    ctx: AppContext,
    provider: str,
    world: World,
    day: int,
    at: datetime,
    sent: RequestMark | None = None,
) -> None:
    """The slice of that day, asked for at that time, into the store; `sent`: before others."""
    found = [order(po, _DAYS[day], lines) for po, (on, lines) in world.items() if on == day]
    rows = slice_rows(provider, _DAYS[day], Slice(found, [], at), sent)
    with ctx.db.write() as con:
        write_slices(con, [to_frames(rows)], f"run-{provider}")


def kept(ctx: AppContext, provider: str) -> dict[str, list[dict[str, Any]]]:
    """What the store holds of a provider, without what is gone and without times."""
    tables = {}
    with ctx.db.read() as con:
        for table in _TABLES:
            rows = con.rows(f"SELECT * FROM {table} WHERE provider_id = $p", {"p": provider})
            here = [row for row in rows if row.get("gone_at") is None]
            shown = [{k: v for k, v in row.items() if k not in _OWN} for row in here]
            tables[table] = sorted(shown, key=str)
    gone = {row["po_item_id"] for row in rows if row.get("gone_at") is not None}
    tables["po_breakdowns"] = [r for r in tables["po_breakdowns"] if r["po_item_id"] not in gone]
    return tables


@_MANY
@hypothesis.given(steps=_STEPS, last=_WORLD, order_of_days=st.permutations([0, 1, 2]))
def test_the_last_state_is_what_is_kept(
    ctx: AppContext, steps: list[tuple[World, list[int]]], last: World, order_of_days: list[int]
) -> None:
    provider, alone = f"a{next(_numbers)}", f"b{next(_numbers)}"
    late: list[tuple[World, int, datetime, RequestMark]] = []
    moment = _START
    for world, days in steps:
        for n, day in enumerate(days):
            moment += timedelta(minutes=1)
            if n == 2:
                # answered now, written when all is over
                late.append((world, day, moment, commit_clock.mark_request(ctx.db.path)))
            else:
                ask(ctx, provider, world, day, moment)
    for day in order_of_days:
        moment += timedelta(minutes=1)
        ask(ctx, provider, last, day, moment)
        ask(ctx, alone, last, day, moment)
    for world, day, asked_at, sent in late:
        ask(ctx, provider, world, day, asked_at, sent)
    assert kept(ctx, provider) == kept(ctx, alone)


@_MANY
@hypothesis.given(first=_WORLD, second=_WORLD, days=st.permutations([0, 1, 2]))
@hypothesis.example(  # p1 goes with its lines, p2 takes them, p1 comes back without
    first={"p1": (2, {"l1": 1, "l2": 1}), "p2": (0, {}), "p3": (0, {})},
    second={"p1": (0, {}), "p2": (1, {"l1": 1, "l2": 1, "l3": 1}), "p3": (0, {})},
    days=[2, 1, 0],
)
def test_changes_lead_from_one_download_to_the_next(
    ctx: AppContext, first: World, second: World, days: list[int]
) -> None:
    provider = add_client(ctx, f"Client {next(_numbers)}").id
    for n, day in enumerate(days):
        ask(ctx, provider, first, day, _START + timedelta(minutes=n))
    before = of_provider(ctx, provider)
    since = _START + timedelta(hours=1)
    for n, day in enumerate(days):
        ask(ctx, provider, second, day, since + timedelta(minutes=n))
    after = of_provider(ctx, provider)
    found = find_changes(ctx, ChangeFilter(since=since, providers=(provider,))).rows(named=True)
    # a line that went to another PO is that PO's now, and no longer kept with the first
    told = replayed_changes.applied(before, reversed(found), after)
    assert here(told) == here(after)


def of_provider(ctx: AppContext, provider: str) -> Store:
    with ctx.db.read() as con:
        return {k: v for k, v in replayed_changes.state(con).items() if k[0] == provider}


def here(store: Store) -> Store:
    return {key: fields for key, fields in store.items() if not fields["gone"]}
