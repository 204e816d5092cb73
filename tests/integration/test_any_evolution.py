"""Random evolutions of several companies: store, changes, differences and files are plain truth.

Each day is asked for over HTTP, read, compared and committed as downloads do it; `evolving_world`
computes in plain Python what must come of it. KOMET_EXAMPLES raises the number of evolutions.
"""

import csv
import json
import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import parse_qs, urlsplit

import evolving_world as plainly
import hypothesis
import pytest
from evolving_world import DAYS, MAPPED, PRODUCTS, Evolution, Expected
from hypothesis import strategies as st
from sample_accounts import ACTOR, add_client
from scripted_server import Asked, Reply, ScriptedServer

from komet.api.client import KometClient
from komet.api.errors import KometError
from komet.clients.model import Provider
from komet.context import AppContext
from komet.export.orders import export_orders
from komet.ingest import commit_clock
from komet.ingest.commit import write_slices
from komet.ingest.sources.komet import ask_for_day
from komet.ingest.table import slices
from komet.orders import changes, query
from komet.orders.filters import Cancelled, Mapped, OrderFilter
from komet.orders.model import ChangeFilter, ChangeKind, ChangeSums, Download

_EXAMPLES = int(os.environ.get("KOMET_EXAMPLES", "12"))
_numbers = count()
_COLUMNS = ("boxes", "stems", "total_cost")


class Company:
    """One client: its Komet, our client for it, and what must be held of it."""

    def __init__(self, ctx: AppContext, dice: Random, base_url: str, *, texts: bool) -> None:
        self.texts = texts
        self.dice = dice
        self.evolution = Evolution(dice)
        self.expected = Expected()
        self.token = f"token-{next(_numbers)}"
        self.middle: tuple[Download, plainly.Figures] | None = None
        clock = datetime(2026, 11, 20, tzinfo=UTC)

        def now() -> datetime:
            """A clock that jumps: no order of events may depend on it."""
            return clock + timedelta(minutes=dice.randint(-600_000, 600_000))

        self.client = KometClient(base_url, self.token, now=now, sleep=lambda _s: None)
        self.provider: Provider = add_client(ctx, f"Client {self.token}", base_url)
        with ctx.db.write() as con:
            con.run(
                "INSERT INTO box_types (provider_id, code, fbe) VALUES ($p, 'HB', 0.45)",
                {"p": self.provider.id},
            )
            for product, code in MAPPED.items():
                con.run(
                    "INSERT INTO mappings (provider_id, kind, komet_id, code)"
                    " VALUES ($p, 'product', $product, $code)",
                    {"p": self.provider.id, "product": product, "code": code},
                )

    def answer(self, day: int) -> dict[str, Any]:
        return plainly.answer_of(self.evolution.world, day, self.dice, texts=self.texts)


class Komet:
    """An HTTP server that answers for every company of the test; it fails where it is told to."""

    def __init__(self) -> None:
        self.companies: dict[str, Company] = {}
        self.failing: str | None = None
        self.server = ScriptedServer(self._reply)

    def _reply(self, asked: Asked) -> Reply:
        given = {k: v[0] for k, v in parse_qs(urlsplit(asked.path).query).items()}
        if self.failing == "http":
            return Reply(400, b'{"message": "Bad day."}')
        if self.failing:
            return Reply(body=json.dumps({"status": 0, "message": self.failing}).encode())
        company = self.companies[given["authenticationToken"]]
        day = [str(d) for d in DAYS].index(given["date"])
        return Reply(body=json.dumps(company.answer(day)).encode())


def download(ctx: AppContext, komet: Komet, company: Company, day: int, run: str) -> None:
    """One day as the engine fetches and settles it; what fails leaves everything as it was."""
    try:
        with ctx.db.read() as con:
            stored = slices.stored_digests(con, company.provider.id).get(DAYS[day])
        answer = ask_for_day(ctx, company.client, company.provider, DAYS[day], stored)
    except KometError:
        assert komet.failing
        return
    assert not komet.failing
    with ctx.db.write() as con:
        (result,) = write_slices(con, [answer], run)
        commit = slices.newest_commit(con)
    commit_clock.observe_commit(ctx.db.path, commit)
    counted = company.expected.record_answer(company.evolution.world, day, run)
    assert (result.orders, result.lines) == counted


def check_store(ctx: AppContext, company: Company) -> None:
    there = company.expected.there()
    chosen = OrderFilter(providers=(company.provider.id,), cancelled=Cancelled.SHOW)
    with ctx.db.read() as con:
        totals = query.total_items(ctx, chosen)
        unmapped = query.total_items(ctx, chosen.model_copy(update={"mapped": Mapped.UNMAPPED}))
        rows = con.rows(
            "SELECT po_id, po_item_id, item_no, product, stems, slice_date FROM order_items"
            " WHERE provider_id = $p AND gone_at IS NULL", {"p": company.provider.id},
        )  # fmt: skip
        slices = con.rows(
            "SELECT slice_date, orders, lines FROM day_slices WHERE provider_id = $p",
            {"p": company.provider.id},
        )
        doubled = con.value(
            "SELECT count(*) FROM (SELECT 1 FROM po_lines WHERE provider_id = $p"
            " GROUP BY po_item_id HAVING count(*) > 1)", {"p": company.provider.id},
        )  # fmt: skip
    assert doubled == 0
    items = [
        (po, item, number, PRODUCTS[product], stems, DAYS[order.day], boxes, cost, fbe, product)
        for po, order in there.items()
        for item, line in order.lines.items()
        for product, boxes, stems, cost, fbe, number in line.items()
    ]
    found = {
        (r["po_id"], r["po_item_id"], r["item_no"], r["product"], r["stems"], r["slice_date"])
        for r in rows
    }
    assert found == {item[:6] for item in items}
    assert len(rows) == len(items)
    assert totals.items == len(items)
    assert totals.purchase_orders == len({po for po, *_rest in items})
    assert totals.lines == len({item[1] for item in items})
    for name, place in (("boxes", 6), ("stems", 4), ("total_cost", 7), ("fbe", 8)):
        assert (getattr(totals, name) or 0) == sum(item[place] or 0 for item in items), name
    standing = query.total_items(ctx, chosen.model_copy(update={"cancelled": Cancelled.HIDE}))
    assert standing.lines == sum(
        not plainly.is_cancelled(order, line)
        for order in there.values()
        for line in order.lines.values()
    )
    assert unmapped.items == sum(
        product not in MAPPED
        for order in there.values()
        for line in order.lines.values()
        if not plainly.is_cancelled(order, line)
        for product, *_figures in line.items()
    )
    for row in slices:
        of_day = [order for order in there.values() if DAYS[order.day] == row["slice_date"]]
        if len(slices) == len(DAYS):  # a PO that moved leaves the day that it was counted on
            continue
        assert row["orders"] >= len(of_day)


def check_changes(ctx: AppContext, company: Company) -> None:
    told = ChangeFilter(providers=(company.provider.id,))
    found = changes.find_changes(ctx, told)
    hidden = changes.find_changes(ctx, told.model_copy(update={"first_downloads": False}))
    rows = Counter(
        (
            row["po_id"], row["po_item_id"], row["kind"], row["field"],
            *((None, None) if row["field"] == "breakdowns" else (row["before"], row["after"])),
        )
        for row in found.iter_rows(named=True)
    )  # fmt: skip
    assert rows == company.expected.all_changes()
    assert Counter(found["kind"]) - Counter(hidden["kind"]) == (
        Counter({"first": n}) if (n := Counter(found["kind"])["first"]) else Counter()
    )


def grouped(figures: plainly.Figures, by: int) -> dict[str, tuple[Decimal, ...]]:
    sums: dict[str, list[Decimal]] = {}
    for key, values in figures.items():
        held = sums.setdefault(key[by], [Decimal(0)] * 3)
        sums[key[by]] = [a + b for a, b in zip(held, values, strict=True)]
    return {key: tuple(values) for key, values in sums.items() if any(values)}


def check_differences(ctx: AppContext, company: Company) -> None:
    now = plainly.figures(company.expected.there())
    every = ChangeFilter(providers=(company.provider.id,))
    expected = [(every, now)]
    shown = dict(now)
    plainly.add(shown, company.expected.first_figures, sign=-1)
    expected.append((every.model_copy(update={"first_downloads": False}), shown))
    if company.middle:
        since, then = company.middle
        moved = dict(now)
        plainly.add(moved, then, sign=-1)
        expected.append((every.model_copy(update={"since": since}), moved))
    for chosen, figures in expected:
        for by, place in (("product", 0), ("customer_name", 1)):
            frame = changes.sum_differences(ctx, chosen, by)
            found = {
                row["group"]: tuple(row[name] for name in _COLUMNS)
                for row in frame.iter_rows(named=True)
            }
            assert found == grouped(figures, place)
        sums = changes.sum_kinds(ctx, chosen)
        together = [sum((values[n] for values in figures.values()), Decimal(0)) for n in range(3)]
        assert [getattr(sums[None], name) for name in _COLUMNS] == together
        check_kinds(ctx, chosen, sums)


def check_kinds(
    ctx: AppContext, chosen: ChangeFilter, sums: dict[ChangeKind | None, ChangeSums]
) -> None:
    """A tile says what is found once it is pressed."""
    if not chosen.first_downloads:
        assert sums.pop(ChangeKind.FIRST) == ChangeSums()
    for kind, found in sums.items():
        only = chosen.model_copy(update={"kinds": (kind,)} if kind else {})
        frame = changes.sum_differences(ctx, only)
        rows = changes.find_changes(ctx, only)
        assert found.purchase_orders == rows.select("provider_id", "po_id").n_unique()
        for name in _COLUMNS:
            assert getattr(found, name) == (frame[name].sum() or 0), (kind, name)
        assert found.boxes_more + found.boxes_less == found.boxes
        assert found.boxes_more >= 0 >= found.boxes_less


def check_file(ctx: AppContext, company: Company, folder: Path) -> None:
    target = folder / "orders.csv"
    chosen = OrderFilter(providers=(company.provider.id,), cancelled=Cancelled.SHOW)
    export_orders(ctx, ACTOR, chosen, target)
    with target.open(encoding="utf-8-sig", newline="") as opened:
        dialect = csv.Sniffer().sniff(opened.readline(), ",;")
        opened.seek(0)
        rows = list(csv.DictReader(opened, dialect=dialect))
    found = sorted(
        (
            row["PO number"], row["PO item ID"], row["Ship date"], row["Product"], row["SKU"],
            *(Decimal(row[name].replace(",", ".") or 0).quantize(Decimal("0.0001"))
              for name in ("Boxes", "Stems", "FBE", "Total cost")),
        )
        for row in rows
    )  # fmt: skip
    expected = sorted(
        (
            f"P{po}", item, str(DAYS[order.day]), PRODUCTS[product], MAPPED.get(product, ""),
            *(Decimal(value or 0).quantize(Decimal("0.0001"))
              for value in (boxes, stems, fbe, cost)),
        )
        for po, order in company.expected.there().items()
        for item, line in order.lines.items()
        for product, boxes, stems, cost, fbe, _number in line.items()
    )  # fmt: skip
    assert found == expected


@pytest.mark.parametrize("examples", [_EXAMPLES])
def test_store_changes_differences_and_files_are_what_plain_python_says(
    ctx: AppContext, tmp_path: Path, examples: int
) -> None:
    komet = Komet()

    @hypothesis.settings(max_examples=examples, database=None)
    @hypothesis.given(seed=st.integers(0, 2**32))
    def evolve(seed: int) -> None:
        dice = Random(seed)
        both = [Company(ctx, dice, komet.server.base_url, texts=texts) for texts in (False, True)]
        komet.companies = {company.token: company for company in both}
        steps = dice.randint(1, 4)
        for step in range(steps):
            for company in both:
                run = f"{company.token}-{step}"
                days = [0, 1, 2] * 2
                dice.shuffle(days)
                for day in days[: dice.randint(1, 4)]:
                    broken = ("http", "Location not found.", "API key not found")
                    komet.failing = dice.choice(broken) if dice.random() < 0.1 else None
                    download(ctx, komet, company, day, run)
                komet.failing = None
                if step == steps // 2:
                    with ctx.db.read() as con:
                        mark = Download(
                            at=datetime(2030, 1, 1, tzinfo=UTC), commit=slices.newest_commit(con)
                        )
                    company.middle = (mark, plainly.figures(company.expected.there()))
                company.evolution.happen()
        for company in both:
            check_store(ctx, company)
            check_changes(ctx, company)
            check_differences(ctx, company)
        check_file(ctx, both[0], tmp_path)
        for company in both:
            company.client.close()

    evolve()
