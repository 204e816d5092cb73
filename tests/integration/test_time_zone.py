"""What is stored is UTC; a day and a time are told in the zone of whoever looks."""

import csv
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import fastexcel
import polars as pl
import pytest
from sample_accounts import ACTOR, ROOT, Accounts, Komet

from komet import demo, language, messages, time_zone
from komet.activity.model import ActivityFilter
from komet.activity.timeline import list_entries
from komet.clients.check import try_provider
from komet.context import AppContext
from komet.db import audit
from komet.export.orders import export_orders
from komet.export.template import KOMET_DESK, ExportTemplate, Format, Level, TemplateColumn
from komet.export.templates import export_by_template, preview, target_name
from komet.ingest.plan import plan_refresh
from komet.ingest.worker import Worker
from komet.orders import changes
from komet.orders.filters import OrderFilter
from komet.permissions import SYSTEM
from komet.web.shell.preferences import with_locale

GUAYAQUIL = ZoneInfo("America/Guayaquil")
EVENING = datetime(2026, 11, 26, 1, 30, tzinfo=UTC)
"""20:30 on the 25th in Guayaquil."""

_ASK = """
from komet.context import open_context
ctx = open_context()
for _attempt in range(2):
    with ctx.db.read() as con:
        print(con.value("SELECT current_setting('TimeZone')"))
        print(con.value("SELECT TIMESTAMPTZ '2026-11-20 06:05:00+00'").strftime("%H:%M"))
"""


def test_a_computer_in_ecuador(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASK],
        cwd=ROOT,
        env=os.environ | {"TZ": "America/Guayaquil", "KOMET_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["UTC", "06:05"] * 2


@pytest.fixture
def evening(accounts: Accounts) -> Iterator[Accounts]:
    """Half past eight in the evening, in Guayaquil."""
    with time_zone.using(GUAYAQUIL):
        yield replace(accounts, ctx=replace(accounts.ctx, now=lambda: EVENING))


def test_today_and_yesterday_are_the_persons() -> None:
    with time_zone.using(GUAYAQUIL):
        assert time_zone.today(EVENING) == date(2026, 11, 25)
        assert changes.since_yesterday(EVENING) == datetime(2026, 11, 24, 5, tzinfo=UTC)
        assert language.moment(EVENING) == "2026-11-25 20:30"
        assert language.zoned_moment(EVENING) == "2026-11-25 20:30 (Guayaquil)"
    assert time_zone.today(EVENING) == date(2026, 11, 26)


@pytest.mark.parametrize(
    ("zone", "day", "moment", "offset"),
    [
        ("America/Guayaquil", date(2026, 11, 25), "2026-11-25 20:30:00", "UTC−5"),
        ("UTC", date(2026, 11, 26), "2026-11-26 01:30:00", "UTC"),
        ("Asia/Kathmandu", date(2026, 11, 26), "2026-11-26 07:15:00", "UTC+5:45"),
        ("Pacific/Kiritimati", date(2026, 11, 26), "2026-11-26 15:30:00", "UTC+14"),
        ("America/St_Johns", date(2026, 11, 25), "2026-11-25 22:00:00", "UTC−3:30"),
    ],
)
def test_a_moment_is_told_with_what_it_is_in_utc(
    zone: str, day: date, moment: str, offset: str
) -> None:
    with time_zone.using(ZoneInfo(zone)):
        assert time_zone.today(EVENING) == day
        assert time_zone.offset(EVENING) == offset
        assert language.exact_moment(EVENING) == f"{moment} {zone} ({offset})"
        with language.using("es"):
            assert language.exact_moment(EVENING).startswith(f"{day:%d/%m/%Y} ")


def test_when_requests_are_left_again_is_told_in_the_persons_zone() -> None:
    resumes = {"resumes_at": "2026-11-26T00:00:00+00:00"}
    with time_zone.using(GUAYAQUIL):
        assert "2026-11-25 19:00 (Guayaquil)" in messages.code_message("allowance_spent", resumes)


def test_summer_time_and_a_zone_that_does_not_exist() -> None:
    with time_zone.using(ZoneInfo("Europe/Madrid")):
        assert time_zone.begin(date(2026, 7, 1)) == datetime(2026, 6, 30, 22, tzinfo=UTC)
        assert time_zone.begin(date(2026, 12, 1)) == datetime(2026, 11, 30, 23, tzinfo=UTC)
    for wrong in ("", None, "Mars/Olympus", "../etc/passwd", "America"):
        assert time_zone.zone_of(wrong) is None


def test_a_refresh_and_a_test_of_a_provider_ask_for_the_local_day(evening: Accounts) -> None:
    plan = plan_refresh(evening.ctx, evening.both)
    days = {day for _provider, day in plan.slices}
    assert min(days) == date(2026, 11, 25) - timedelta(days=evening.magnolia.days_back)
    assert max(days) == date(2026, 11, 25) + timedelta(days=evening.magnolia.days_ahead)
    assert demo.window(evening.ctx)[0] == date(2026, 11, 25) - timedelta(days=demo.DAYS_BACK)
    evening.sandbox.state.requests.clear()
    try_provider(evening.ctx, ACTOR, evening.magnolia)
    assert {day for _method, day in evening.sandbox.state.requests.counts()} == {"2026-11-25"}


def test_the_activity_of_a_day_is_of_the_local_day(ctx: AppContext) -> None:
    with ctx.db.write() as con:
        for hour in (4, 6):  # 23:00 on the 24th, 01:00 on the 25th
            at = datetime(2026, 11, 25, hour, tzinfo=UTC)
            audit.record(con, "orders exported", f"at {hour}", at)
    day = date(2026, 11, 25)
    with time_zone.using(GUAYAQUIL):
        found = list_entries(ctx, ActivityFilter(first=day, last=day))
    assert found["event"].to_list() == ["Orders exported: at 6"]


def test_a_bare_changed_since_is_read_in_the_zone() -> None:
    bare = {"changed_since": ["2026-11-25"]}
    with time_zone.using(GUAYAQUIL):
        assert OrderFilter.from_query(bare).changed_since == datetime(2026, 11, 25, 5, tzinfo=UTC)
        told = OrderFilter.from_query({"changed_since": ["2026-11-25T00:00:00Z"]})
        assert told.changed_since == datetime(2026, 11, 25, tzinfo=UTC)
    assert OrderFilter.from_query(bare).changed_since == datetime(2026, 11, 25, tzinfo=UTC)


def test_files_say_the_zone_of_their_times(evening: Accounts, tmp_path: Path) -> None:
    evening.download(*replace(evening, ctx=evening.ctx).days(1, 1), [evening.magnolia])
    export_orders(evening.ctx, ACTOR, OrderFilter(), tmp_path / "all.xlsx")
    book = fastexcel.read_excel(tmp_path / "all.xlsx")
    times = book.load_sheet("Items").to_polars()["Downloaded at (Guayaquil)"].drop_nulls()
    with evening.ctx.db.read() as con:
        stored = con.value("SELECT max(fetched_at) FROM day_slices")
    assert isinstance(stored, datetime)
    local = (stored.astimezone(UTC) - timedelta(hours=5)).replace(tzinfo=None)
    assert abs(times.max() - local) < timedelta(minutes=1)  # type: ignore[operator]
    info = dict(book.load_sheet("Info").to_polars().iter_rows())
    assert info["Times"] == "America/Guayaquil (UTC−5)"
    assert info["Exported at"] == "2026-11-25 20:30:00 America/Guayaquil (UTC−5)"
    export_orders(evening.ctx, ACTOR, OrderFilter(), tmp_path / "all.parquet")
    column = pl.read_parquet(tmp_path / "all.parquet")["Downloaded at (Guayaquil)"]
    assert column.dtype == pl.Datetime("us", "America/Guayaquil")
    assert column.max() == stored
    assert target_name(evening.ctx, KOMET_DESK, OrderFilter()) == "Komet Desk-2026-11-25.xlsx"
    path, _rows = export_by_template(evening.ctx, ACTOR, KOMET_DESK, OrderFilter(), tmp_path)
    assert "Downloaded at (Guayaquil)" in fastexcel.read_excel(path).load_sheet(0).to_polars()


def test_times_as_text_are_in_the_zone_that_their_heading_names(evening: Accounts) -> None:
    evening.download(*replace(evening, ctx=evening.ctx).days(1, 1), [evening.magnolia])
    names = ("created_on", "updated_on", "downloaded_at")
    template = ExportTemplate(
        name="Times", level=Level.PO,
        columns=tuple(
            TemplateColumn(source=name, heading=f"{name} {form}", format=form)
            for name in names for form in (Format.AUTO, Format.TEXT, Format.DAY_FIRST)
        ),
    )  # fmt: skip
    rows = preview(evening.ctx, template, OrderFilter(), 10_000)
    differs = False
    for name in names:
        columns = (rows[f"{name} {form}"] for form in (Format.AUTO, Format.TEXT, Format.DAY_FIRST))
        for moment, text, day in zip(*columns, strict=True):
            local = moment.astimezone(GUAYAQUIL)
            assert datetime.fromisoformat(text) == moment
            assert text.startswith(f"{local:%Y-%m-%d %H:%M:%S}")
            assert day == f"{local:%d/%m/%Y}"
            differs = differs or moment.date() != local.date()
    assert differs


def test_another_thread_keeps_the_zone(ctx: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    worked = threading.Event()

    def work(_worker: Worker, _job: object) -> None:
        seen.append(time_zone.name())
        worked.set()

    monkeypatch.setattr(Worker, "_work", work)
    with time_zone.using(GUAYAQUIL):
        Worker(ctx).submit(SYSTEM, "a run")
        later = with_locale(time_zone.name)
    assert worked.wait(10)
    assert time_zone.name() == "UTC"
    assert [*seen, later()] == ["America/Guayaquil"] * 2


def other_day() -> tuple[str, date]:
    """A zone in which it is another day than in UTC just now, and that day."""
    now = datetime.now(UTC)
    name, hours = ("Pacific/Kiritimati", 14) if now.hour >= 11 else ("Etc/GMT+12", -12)
    return name, (now + timedelta(hours=hours)).date()


def test_the_command_line_has_the_zone_of_its_setting(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    name, today = other_day()
    assert today != datetime.now(UTC).date()
    env = {"KOMET_TIME_ZONE": name}
    done = komet("refresh", "--provider", "Magnolia", "--json", env=env)
    run = json.loads(done.stdout)
    assert run["date_from"] == str(today - timedelta(days=3)), done.stderr
    assert run["date_to"] == str(today + timedelta(days=21))
    told = komet("runs", env=env).stdout
    assert f"Started ({name.split('/')[1]})" in told
    assert str(today) in told
    # all was seen on this day of the zone, and nothing before the next
    for since, some in ((today, True), (today + timedelta(days=1), False)):
        out = tmp_path / f"{since}.csv"
        done = komet("export", str(out), "--changed-since", str(since), env=env)
        assert done.returncode == 0, done.stderr
        with out.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert (len(rows) > 1) is some
        assert f"Downloaded at ({name.split('/')[1]})" in rows[0]
        assert all(row[-1].startswith(str(today)) for row in rows[1:])


def test_a_setting_that_is_no_zone_is_wrong_use(komet: Komet) -> None:
    done = komet("runs", env={"KOMET_TIME_ZONE": "Guayaquil"})
    assert done.returncode == 2
    assert "KOMET_TIME_ZONE" in done.stderr
    assert "America/Guayaquil" in done.stderr
    assert "Traceback" not in done.stderr
