"""What was read is known to be old as soon as its tables were written, and not before."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import polars as pl
import pytest
import streamlit as st
from sample_accounts import ACTOR, ROOT, Accounts, Downloaded
from watched_writes import digests, watched_writes

from komet import demo, language
from komet.backup.archive import make_backup
from komet.backup.restore import restore_backup
from komet.context import AppContext
from komet.db import versions
from komet.db.versions import EVERYTHING, Followed
from komet.mapping import imports
from komet.orders import query, views
from komet.orders.filters import OrderFilter
from komet.web.shell import remembered as remembering
from komet.web.shell.remembered import remembered

_COUNT_UP = """
import sys, time
from pathlib import Path
from komet.db.database import Database
db, said = Database(Path(sys.argv[1])), Path(sys.argv[2])
for n in range(1, 41):
    time.sleep(0.05)  # else all are one turn at the file
    with db.write() as con:
        con.run("UPDATE commit_counter SET commits = $n", {"n": n})
    said.with_suffix(".new").write_text(str(n))
    said.with_suffix(".new").replace(said)
"""


def follow(ctx: AppContext, read: Callable[[], object]) -> Followed:
    with ctx.db.following() as followed:
        read()
    return followed


def orders_read(ctx: AppContext, *, rows: bool = False) -> Followed:
    """Sums and choices; with `rows` also items, which say when they were downloaded."""

    def read() -> None:
        if rows:
            query.list_items(ctx, OrderFilter())
        query.total_items(ctx, OrderFilter())
        query.list_choices(ctx)

    return follow(ctx, read)


def counter(ctx: AppContext) -> int:
    with ctx.read() as con:
        return int(con.value("SELECT commits FROM commit_counter"))


def test_a_run_that_brings_nothing_new_leaves_what_was_read_of_orders(
    downloaded: Downloaded,
) -> None:
    accounts = downloaded(1, 1)
    read = orders_read(accounts.ctx)
    ledger = follow(accounts.ctx, lambda: runs_of(accounts.ctx))
    accounts.download(*accounts.days(1, 1))
    assert read.is_current()
    assert not ledger.is_current()


def runs_of(ctx: AppContext) -> list[str]:
    with ctx.read() as con:
        return list(con.frame("SELECT id FROM runs")["id"])


def test_orders_are_read_anew_when_orders_or_mappings_change(downloaded: Downloaded) -> None:
    accounts = downloaded(3, 9)
    read, sums = orders_read(accounts.ctx, rows=True), orders_read(accounts.ctx)
    file = demo.sample_mapping(accounts.ctx, accounts.both)
    checked = imports.dry_run_file(accounts.ctx, file, "m.csv", None)
    assert imports.apply_import(accounts.ctx, ACTOR, checked).written
    assert not read.is_current()
    assert sums.is_current()  # a SKU changes no sum

    read = orders_read(accounts.ctx)
    with accounts.ctx.read() as con:
        before = digests(con)["order_items"]
    for _step in range(3):
        accounts.sandbox.state.advance()
    accounts.download(*accounts.days(3, 9))
    with accounts.ctx.read() as con:
        assert digests(con)["order_items"] != before
    assert not read.is_current()


def test_heartbeats_views_and_exports_leave_what_was_read_of_orders(
    downloaded: Downloaded,
) -> None:
    accounts = downloaded(0, 1)
    ctx = accounts.ctx
    read = orders_read(ctx, rows=True)
    with ctx.db.write() as con:
        con.run("UPDATE runs SET heartbeat_at = now()")
    views.save_view(ctx, ACTOR, "Mine", {}, sort="ship_date", shared=False)
    assert read.is_current()


def test_nothing_old_is_taken_for_current_while_a_thread_writes(ctx: AppContext) -> None:
    committed = [counter(ctx)]

    def write() -> None:
        for n in range(1, 301):
            with ctx.db.write() as con:
                con.run("UPDATE commit_counter SET commits = $n", {"n": n})
            committed[0] = n

    writer = threading.Thread(target=write)
    writer.start()
    kept = never_old(ctx, lambda: committed[0], writer.is_alive)
    writer.join()
    assert kept[-1] == 300
    assert len(set(kept)) > 5


def test_nothing_old_is_taken_for_current_while_a_process_writes(
    ctx: AppContext, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    said.write_text(str(counter(ctx)))
    other = subprocess.Popen(
        [sys.executable, "-c", _COUNT_UP, str(ctx.db.path), str(said)],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    kept = never_old(ctx, lambda: int(said.read_text()), lambda: other.poll() is None)
    assert other.returncode == 0
    assert kept[-1] == 40
    assert len(set(kept)) > 2


def never_old(
    ctx: AppContext, committed: Callable[[], int], goes_on: Callable[[], bool]
) -> list[int]:
    """Read as a cache does, until the writer has ended; what was given out, in order."""
    kept: list[int] = []
    followed: Followed | None = None
    value, more = -1, True
    while more:
        more = goes_on()
        least = committed()
        if followed is None or not followed.is_current():
            with ctx.db.following() as followed:
                value = counter(ctx)
        assert value >= least
        kept.append(value)
    return kept


def test_a_file_that_was_brought_back_is_read_anew(ctx: AppContext, tmp_path: Path) -> None:
    backup = tmp_path / "b.zip"
    make_backup(ctx, ACTOR, backup)
    with ctx.db.write() as con:
        con.run("UPDATE commit_counter SET commits = 7")
    seven = follow(ctx, lambda: counter(ctx))
    assert seven.is_current()
    restore_backup(ctx, ACTOR, backup)
    assert not seven.is_current()
    assert counter(ctx) == 0
    with ctx.db.write() as con:
        con.run("UPDATE commit_counter SET commits = 8")
    assert not seven.is_current()


def test_reading_and_failing_leave_all_stamps(ctx: AppContext) -> None:
    before = dict(ctx.db.stamps())
    with pytest.raises(ZeroDivisionError), ctx.db.write() as con:
        con.run("UPDATE commit_counter SET commits = 9")
        _ = 1 / 0
    with ctx.db.write() as con:
        con.frame("FROM runs")
        con.run("UPDATE runs SET state = 'done' WHERE id = 'none'")
        con.run("CREATE OR REPLACE TEMP TABLE chosen AS FROM runs")
        con.run("DROP TABLE chosen")
    assert dict(ctx.db.stamps()) == before


def test_the_file_is_not_opened_to_see_that_nothing_changed(
    ctx: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = follow(ctx, lambda: counter(ctx))
    ctx.db._lease.close_for_good()  # whoever opens it now fails
    monkeypatch.setattr(type(ctx.db), "read", lambda self: pytest.fail("it was opened"))
    assert followed.is_current()


@pytest.mark.parametrize(
    ("sql", "tables"),
    [
        ("SELECT 1", set()),
        ("  FROM runs", set()),
        ("WITH a AS (SELECT 1) INSERT INTO runs SELECT * FROM a", {"runs"}),
        ("insert into main.runs by name from x", {"runs"}),
        ("UPDATE run_slices s SET state = 'x' FROM runs r WHERE r.id = s.run_id", {"run_slices"}),
        ("MERGE INTO skus USING x ON true WHEN MATCHED THEN UPDATE SET a = 1", {"skus", "set"}),
        ("DELETE FROM a; INSERT OR REPLACE INTO b VALUES (1)", {"a", "b"}),
        ("CREATE TEMP TABLE t AS SELECT 1", set()),
        ("COPY runs FROM 'x'", EVERYTHING),
    ],
)
def test_what_a_statement_writes(sql: str, tables: set[str]) -> None:
    assert versions.written_by(sql) == tables


def test_no_write_of_a_days_work_goes_unseen(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx = accounts.ctx
    with watched_writes(monkeypatch) as changed:
        for provider in accounts.both:
            demo.catalogs.refresh_daily_lists(ctx, ACTOR, provider)
        demo.import_sample_mapping(ctx, ACTOR, accounts.both)
        accounts.download(*accounts.days(3, 9))
        for _step in range(3):
            accounts.sandbox.state.advance()
        accounts.download(*accounts.days(3, 9))
        imports.undo_import(ctx, ACTOR)
        views.save_view(ctx, ACTOR, "Mine", {}, sort="ship_date", shared=False)
    seen = set().union(*changed)
    assert {"order_items", "po_lines", "purchase_orders", "po_changes", "po_differences", "runs",
            "run_slices", "day_slices", "mappings", "mapping_changes", "komet_products",
            "box_types", "catalogs", "api_calls", "audit", "saved_views"} <= seen  # fmt: skip


# --- what screens remember ----------------------------------------------------------------------


@pytest.fixture
def times(ctx: AppContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The reads that `commits` and `skus` below have made, for a server with this data file."""
    monkeypatch.setattr(remembering, "context", lambda: ctx)
    made: list[str] = []
    monkeypatch.setattr(sys.modules[__name__], "_made", made)
    monkeypatch.setattr(sys.modules[__name__], "_ctx", [ctx])
    st.cache_resource.clear()
    yield made
    st.cache_resource.clear()


_made: list[str] = []
_ctx: list[AppContext] = []


@remembered
def commits(plus: int = 0) -> list[int]:
    _made.append("commits")
    return [counter(_ctx[0]) + plus]


@remembered
def sku_codes() -> pl.DataFrame:
    _made.append("skus")
    with _ctx[0].read() as con:
        return con.frame("SELECT sku FROM skus")


@remembered
def both() -> tuple[list[int], int]:
    _made.append("both")
    return commits(), sku_codes().height


@remembered
def moment() -> object:
    _made.append("moment")
    with _ctx[0].read() as con:
        return con.value("SELECT now() > min(applied_at) FROM schema_migrations")


def bump(ctx: AppContext) -> None:
    with ctx.db.write() as con:
        con.run("UPDATE commit_counter SET commits = commits + 1")


def test_a_read_is_made_again_only_after_its_own_table_was_written(
    ctx: AppContext, times: list[str]
) -> None:
    first, codes = commits(), sku_codes()
    assert (commits(), sku_codes().rows()) == (first, codes.rows())
    assert commits(5) == [first[0] + 5]
    assert times == ["commits", "skus", "commits"]
    bump(ctx)
    assert commits() == [first[0] + 1]
    sku_codes()
    assert times == ["commits", "skus", "commits", "commits"]


def test_a_remembered_read_within_another_counts_as_its_own(
    ctx: AppContext, times: list[str]
) -> None:
    start = commits()[0]
    sku_codes()
    assert both() == ([start], 0)
    bump(ctx)
    assert both() == ([start + 1], 0)
    with ctx.db.write() as con:
        con.run("INSERT INTO skus (sku) VALUES ('A')")
    assert both() == ([start + 1], 1)


def test_what_is_given_out_is_a_copy(times: list[str]) -> None:
    given = commits()
    given.append(99)
    sku_codes().insert_column(0, pl.Series("more", [], dtype=pl.String))
    assert len(commits()) == 1
    assert sku_codes().columns == ["sku"]
    assert times == ["commits", "skus"]


def test_each_language_and_day_has_its_own(
    ctx: AppContext, times: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    commits()
    with language.using("es"):
        commits()
        commits()
    assert len(times) == 2
    tomorrow = ctx.now() + timedelta(days=1)
    monkeypatch.setattr(remembering, "context", lambda: AppContext(
        ctx.settings, ctx.db, ctx.vault, lambda: tomorrow))  # fmt: skip
    commits()
    assert len(times) == 3


def test_what_the_clock_can_change_is_remembered_for_seconds(
    times: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moment()
    moment()
    assert times == ["moment"]
    monkeypatch.setattr(remembering, "_LONGEST", 0.0)
    moment()
    assert times == ["moment"] * 2


def test_what_is_remembered_has_an_end(times: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(remembering, "_MOST_BYTES", 1_000)
    for plus in range(100):
        commits(plus)
    commits(99)
    assert len(times) == 100  # the newest is there still
    commits(0)
    assert len(times) == 101  # the oldest is not
    assert remembering._memory()._size <= 1_000
