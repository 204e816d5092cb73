"""A large export says before how large it is, how far it has come, and stops when it is told to."""

import tempfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from sample_accounts import ACTOR, Accounts

from komet.context import AppContext
from komet.export import table
from komet.export.estimate import SMALL, describe_size, estimate_orders, estimate_template
from komet.export.jobs import ExportJob, JobState
from komet.export.orders import export_orders
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.template import AS_KOMET, KOMET_DESK, PLAIN_ERP
from komet.export.templates import export_by_template, list_templates_by_use
from komet.export.watch import ExportCancelled, ExportWatch
from komet.export.writers import WRITERS
from komet.export.writers.xlsx import write_workbook
from komet.orders.filters import OrderFilter
from komet.orders.query import total_items
from komet.permissions import Actor

EVERYTHING = OrderFilter()


class StopsAfter(ExportWatch):
    """Somebody presses Cancel when so many rows have been read, or are on their way to the file."""

    def __init__(self, rows: int, *, writing: bool) -> None:
        super().__init__(1_000)
        self.rows, self.writing, self.seen = rows, writing, [0.0]

    def check(self) -> None:
        self.seen.append(self.progress)
        if self.progress > 0.4 if self.writing else self.rows_read > self.rows:
            self.cancel()
        super().check()


@pytest.fixture
def filled(accounts: Accounts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Accounts:
    """Several days, read in stretches of a few rows; temporary files go to a folder of our own."""
    accounts.download(*accounts.days(0, 6))
    monkeypatch.setattr(table, "STRETCH", 40)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return accounts


def audited(ctx: AppContext) -> int:
    with ctx.read() as con:
        return int(con.value("SELECT count(*) FROM audit WHERE what LIKE '%exported'"))


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("writing", [False, True])
def test_a_cancelled_export_leaves_no_file(
    filled: Accounts, tmp_path: Path, suffix: str, writing: bool
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    watch = StopsAfter(50, writing=writing)

    def write(target: Path, watch: ExportWatch) -> None:
        export_orders(filled.ctx, ACTOR, EVERYTHING, out / target.name, watch=watch)

    job = ExportJob(f"o{suffix}", write, watch)
    job.wait(60)
    assert (job.state, job.size) == (JobState.CANCELLED, 0)
    assert watch.seen == sorted(watch.seen)
    assert list(out.iterdir()) == []
    assert list((tmp_path / "temporary").iterdir()) == []
    assert audited(filled.ctx) == 0


def test_a_job_that_goes_through_has_the_file_until_it_is_discarded(
    filled: Accounts, tmp_path: Path
) -> None:
    watch = ExportWatch(1_000)

    def write(target: Path, watch: ExportWatch) -> None:
        export_orders(filled.ctx, ACTOR, EVERYTHING, target, watch=watch)

    job = ExportJob("o.xlsx", write, watch)
    job.wait(60)
    assert (job.state, watch.progress) == (JobState.DONE, 1.0)
    assert job.read_bytes().startswith(b"PK")
    assert len(job.read_bytes()) == job.size
    job.discard()
    assert list((tmp_path / "temporary").iterdir()) == []
    failed = ExportJob("o.nothing", write, ExportWatch())
    failed.wait(60)
    assert failed.state is JobState.FAILED
    assert "ending" in failed.reason
    with pytest.raises(ExportCancelled):
        export_by_template(
            filled.ctx, ACTOR, AS_KOMET, EVERYTHING, tmp_path, watch=StopsAfter(10, writing=False)
        )


@pytest.mark.parametrize("suffix", WRITERS)
def test_rows_and_size_are_said_before(filled: Accounts, tmp_path: Path, suffix: str) -> None:
    ctx = filled.ctx
    totals = total_items(ctx, EVERYTHING)
    found = estimate_orders(totals, suffix)
    export_orders(ctx, ACTOR, EVERYTHING, tmp_path / f"o{suffix}")
    size = (tmp_path / f"o{suffix}").stat().st_size
    assert found.rows == totals.items
    assert size / 3 < found.size < size * 3
    assert found.is_small
    many = replace(totals, items=SMALL + 1)
    assert not estimate_orders(many, suffix).is_small
    assert (estimate_orders(many, suffix, most_rows=10_000).sheets > 1) is (suffix == ".xlsx")
    assert estimate_template(totals, AS_KOMET).rows == totals.lines
    assert estimate_template(many, PLAIN_ERP, most_rows=10_000).sheets == 1


@pytest.mark.parametrize("rows", [1, 3, 4, 5, 8, 9])
def test_the_sheets_that_are_said_are_those_that_are_written(
    accounts: Accounts, tmp_path: Path, rows: int
) -> None:
    totals = replace(total_items(accounts.ctx, EVERYTHING), items=rows)
    frame = pl.DataFrame({"Name": ["a"] * rows, "N": range(rows)})
    columns = (Column("Name", ColumnKind.TEXT), Column("N", ColumnKind.INTEGER))
    write_workbook(tmp_path / "o.xlsx", [Sheet("L", columns, frame, {"N": 1})], max_rows=5)
    written = openpyxl.load_workbook(tmp_path / "o.xlsx").sheetnames
    assert estimate_orders(totals, ".xlsx", most_rows=5).sheets == len(written)


def test_sizes_are_in_the_unit_that_fits() -> None:
    shown = [describe_size(size) for size in (0, 5, 600_000, 1_500_000, 12_000_000, 3 << 30)]
    assert shown == ["1 KB", "1 KB", "586 KB", "1.4 MB", "11 MB", "3.0 GB"]


def test_the_template_that_somebody_has_used_last_comes_first(
    filled: Accounts, tmp_path: Path
) -> None:
    ctx, ana = filled.ctx, Actor(name="Ana")
    usual, last = list_templates_by_use(ctx, ana)
    assert (next(iter(usual.usable)), last) == (KOMET_DESK.name, None)
    at = ctx.now()
    for minutes, template in enumerate((PLAIN_ERP, AS_KOMET)):
        later = replace(ctx, now=lambda m=minutes: at + timedelta(minutes=m))
        export_by_template(later, ana, template, EVERYTHING, tmp_path)
    found, last = list_templates_by_use(ctx, ana)
    assert last == AS_KOMET.name
    assert list(found.usable)[:2] == [AS_KOMET.name, PLAIN_ERP.name]
    assert set(found.usable) == set(usual.usable)
    assert list_templates_by_use(ctx, ACTOR)[1] is None
