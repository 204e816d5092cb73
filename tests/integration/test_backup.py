"""Backups: consistent while others write, checked before they replace anything, kept by days."""

import hashlib
import io
import json
import stat
import struct
import threading
import time
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.backup.archive import daily_backups, keep_daily_backup, make_backup
from komet.backup.restore import restore_backup
from komet.context import AppContext, open_context
from komet.dispatch.box_codes import Pattern, make_box_codes, save_pattern, show_pattern
from komet.dispatch.model import Draft, WriteKind
from komet.dispatch.outbox import list_writes, queue_writes
from komet.dispatch.preview import preview_writes
from komet.dispatch.table.outbox import file_by_digest
from komet.errors import InvalidInput
from komet.sandbox.tokens import IMPORTER_A_COMPANY
from komet.settings import Settings


def _orders(komet: Komet, folder: Path) -> bytes:
    """Everything that an export shows, as CSV."""
    out = folder / "all.csv"
    assert komet("export", str(out)).returncode == 0
    return out.read_bytes()


def test_a_backup_brings_everything_back(accounts: Accounts, komet: Komet, tmp_path: Path) -> None:
    accounts.download(*accounts.days(2, 2))
    before = _orders(komet, tmp_path)
    assert before.count(b"\n") > 20
    file = tmp_path / "b.zip"
    made = komet("backup", str(file))
    assert made.returncode == 0, made.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with zipfile.ZipFile(file) as archive:
        assert set(archive.namelist()) == {"komet.duckdb", "manifest.json"}
        told = json.loads(archive.read("manifest.json"))
        data = archive.read("komet.duckdb")
        assert told["sha256"] == {"komet.duckdb": hashlib.sha256(data).hexdigest()}
        assert IMPORTER_A_COMPANY.secret.encode() not in data

    with accounts.ctx.db.write() as con:
        con.run("DELETE FROM order_items")
        con.run("DELETE FROM po_lines")
    assert _orders(komet, tmp_path) != before
    done = komet("restore", str(file))
    assert done.returncode == 0, done.stderr
    assert _orders(komet, tmp_path) == before
    kept = list(accounts.ctx.settings.home.glob("komet.duckdb.replaced-*"))
    assert len(kept) == 1
    with duckdb.connect(str(kept[0]), read_only=True) as old:
        assert old.execute("SELECT count(*) FROM po_lines").fetchall() == [(0,)]
    checked = komet("token", "check", "Magnolia", "--json")
    assert json.loads(checked.stdout)["usable"] is True
    assert not [p.name for p in accounts.ctx.settings.home.iterdir() if p.name.startswith(".")]


def test_a_backup_carries_the_outbox(downloaded: Downloaded, tmp_path: Path) -> None:
    accounts = downloaded(0, 0)
    ctx, magnolia = accounts.ctx, accounts.magnolia.id
    with ctx.db.read() as con:
        line = con.value(
            "SELECT min(po_item_id) FROM po_lines WHERE provider_id = $id AND total_boxes > 2",
            {"id": magnolia},
        )
    invoice = Draft(
        magnolia, WriteKind.CONFIRM, line, {"boxes": 1}, po_item_id=line,
        files={"d": ("invoice.pdf", b"%PDF-")},
    )  # fmt: skip
    queue_writes(ctx, ACTOR, preview_writes(ctx, "test", [invoice]))
    save_pattern(ctx, ACTOR, magnolia, Pattern("B-", 3, 8))
    packed = make_box_codes(ctx, ACTOR, magnolia, [(line, 2)])
    before = list_writes(ctx)
    make_backup(ctx, ACTOR, tmp_path / "b.zip")
    with ctx.db.write() as con:
        for table in ("outbox", "outbox_files", "packed_boxes", "box_code_patterns"):
            con.run(f"DELETE FROM {table}")
    assert list_writes(ctx) == []
    restore_backup(ctx, ACTOR, tmp_path / "b.zip")
    assert list_writes(ctx) == before != []
    assert show_pattern(ctx, magnolia) == Pattern("B-", 5, 8)
    with ctx.db.read() as con:
        assert file_by_digest(con, "d") == b"%PDF-"
        codes = con.frame("SELECT box_code FROM packed_boxes ORDER BY position")
    assert tuple(codes["box_code"]) == packed[0].codes == ("B-000003", "B-000004")


def test_a_backup_with_the_key_opens_the_tokens_elsewhere(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    with_key, without = tmp_path / "with.zip", tmp_path / "without.zip"
    assert komet("backup", str(with_key), "--with-key").returncode == 0
    assert komet("backup", str(without)).returncode == 0
    for file, usable in ((with_key, True), (without, False)):
        elsewhere = {"KOMET_HOME": str(tmp_path / file.stem)}
        restored = komet("restore", str(file), env=elsewhere)
        assert restored.returncode == 0, restored.stderr
        assert ("key does not fit" in restored.stderr) is not usable
        checked = komet("token", "check", "Magnolia", "--json", env=elsewhere)
        assert (checked.returncode == 0) is usable
        assert "Traceback" not in checked.stderr


def test_a_backup_is_of_one_moment_while_others_write(ctx: AppContext, tmp_path: Path) -> None:
    with ctx.db.write() as con:
        con.run("CREATE TABLE pair_a (n INTEGER); CREATE TABLE pair_b (n INTEGER)")
    stop = threading.Event()
    before = 0

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            with ctx.db.write() as con:
                con.run(f"INSERT INTO pair_a VALUES ({n})")
                con.run(f"INSERT INTO pair_b VALUES ({n})")

    def last_pair() -> int:
        with ctx.db.read() as con:
            return int(con.value("SELECT coalesce(max(n), 0) FROM pair_b"))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts: list[int] = []
        for at in range(5):
            # Each backup has something to tell from the one before, however slow the writer is.
            while last_pair() == before:
                time.sleep(0.01)
            before = last_pair()
            file = tmp_path / f"{at}.zip"
            make_backup(ctx, ACTOR, file)
            with zipfile.ZipFile(file) as archive:
                archive.extract("komet.duckdb", tmp_path / str(at))
            with duckdb.connect(str(tmp_path / str(at) / "komet.duckdb"), read_only=True) as copy:
                (a, b) = copy.execute(
                    "SELECT (SELECT sum(n) FROM pair_a), (SELECT sum(n) FROM pair_b)"
                ).fetchall()[0]
            assert a == b
            counts.append(a)
    finally:
        stop.set()
        writer.join()
    assert counts[0] < counts[-1]


def _tampered(good: bytes, member: str, data: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(good)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            new.writestr(name, data if name == member else old.read(name))
    return out.getvalue()


def _overwritten(backup: bytes, member: str) -> bytes:
    """The backup with a member's packed bytes overwritten where they lie, as a bad disk does."""
    with zipfile.ZipFile(io.BytesIO(backup)) as archive:
        found = archive.getinfo(member)
    name_length, extra_length = struct.unpack_from("<HH", backup, found.header_offset + 26)
    begin = found.header_offset + 30 + name_length + extra_length
    return backup[:begin] + b"\xff" * 40 + backup[begin + 40 :]


def test_what_is_no_sound_backup_changes_nothing(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    good_file = tmp_path / "good.zip"
    make_backup(accounts.ctx, ACTOR, good_file, with_key=True)
    good = good_file.read_bytes()
    with zipfile.ZipFile(good_file) as archive:
        told = json.loads(archive.read("manifest.json"))
        data = archive.read("komet.duckdb")
    newer = json.dumps({**told, "schema_version": 9_999}).encode()
    noise = b"not a database" * 1000
    lying = json.dumps(
        {**told, "sha256": {**told["sha256"], "komet.duckdb": hashlib.sha256(noise).hexdigest()}}
    ).encode()
    broken = {
        "empty": b"",
        "text": b"no zip at all",
        "cut": good[: len(good) // 2],
        "other zip": _tampered(good, "manifest.json", b"{}"),
        "changed data": _tampered(good, "komet.duckdb", data[:-1] + b"\x00\x01"),
        "changed key": _tampered(good, "secret.key", b"another"),
        "newer": _tampered(good, "manifest.json", newer),
        "no database": _tampered(_tampered(good, "komet.duckdb", noise), "manifest.json", lying),
    }
    for member in ("komet.duckdb", "manifest.json"):
        broken[f"bytes of {member} lost"] = _overwritten(good, member)
    home = accounts.ctx.settings.home
    with accounts.ctx.db.read() as con:
        providers = con.value("SELECT count(*) FROM providers")
    for name, content in broken.items():
        file = tmp_path / "broken.zip"
        file.write_bytes(content)
        done = komet("restore", str(file))
        assert done.returncode == 2, (name, done.stdout, done.stderr)
        assert "broken.zip" in done.stderr, name
        assert "Traceback" not in done.stderr, name
        assert not list(home.glob("*.replaced-*")), name
        assert not [p.name for p in home.iterdir() if p.name.startswith(".")], name
    with accounts.ctx.db.read() as con:
        assert con.value("SELECT count(*) FROM providers") == providers
    assert komet("restore", str(tmp_path / "not-there.zip")).returncode == 2


def test_a_restore_keeps_a_new_data_folder_to_its_owner(ctx: AppContext, tmp_path: Path) -> None:
    make_backup(ctx, ACTOR, tmp_path / "b.zip")
    home = tmp_path / "elsewhere" / "komet"
    restore_backup(open_context(Settings(home=home)), ACTOR, tmp_path / "b.zip")
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert stat.S_IMODE((home / "komet.duckdb").stat().st_mode) == 0o600


def test_a_restore_is_refused_while_another_process_has_the_file(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "b.zip"
    make_backup(accounts.ctx, ACTOR, file)
    with accounts.ctx.db.read() as con:
        done = komet("restore", str(file), env={"KOMET_LOCK_WAIT": "1"})
        assert done.returncode == 1
        assert "in use" in done.stderr
        assert con.value("SELECT count(*) FROM providers") == 2
    assert not list(accounts.ctx.settings.home.glob("*.replaced-*"))


def test_a_damaged_file_is_replaced_and_kept(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "b.zip"
    assert komet("backup", str(file)).returncode == 0
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    (fresh / "komet.duckdb").write_bytes(b"no database " * 4096)
    elsewhere = {"KOMET_HOME": str(fresh)}
    assert komet("provider", "list", env=elsewhere).returncode == 1
    assert komet("restore", str(file), env=elsewhere).returncode == 0
    listed = json.loads(komet("provider", "list", "--json", env=elsewhere).stdout)
    assert {provider["name"] for provider in listed} == {"Magnolia", "Pétalo"}
    kept = list(fresh.glob("komet.duckdb.replaced-*"))
    assert [path.read_bytes()[:11] for path in kept] == [b"no database"]


def test_daily_backups_are_kept_by_days(accounts: Accounts) -> None:
    ctx = replace(
        accounts.ctx,
        settings=Settings(home=accounts.ctx.settings.home, backup_days=3),
    )
    first = keep_daily_backup(ctx)
    assert first is not None
    assert keep_daily_backup(ctx) is None
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    now = ctx.now()
    for day in range(1, 6):
        later = replace(ctx, now=lambda day=day: now + timedelta(days=day))
        assert keep_daily_backup(later) is not None
    today = now.date()
    assert sorted(daily_backups(ctx)) == [today + timedelta(days=n) for n in (3, 4, 5)]
    off = replace(ctx, settings=Settings(home=ctx.settings.home, backup_days=0))
    assert keep_daily_backup(off) is None
    assert len(daily_backups(ctx)) == 3


def test_an_unattended_command_makes_the_days_backup(accounts: Accounts, komet: Komet) -> None:
    day = str(accounts.today)
    assert komet("download", "--all", "--from", day, "--to", day).returncode == 0
    made = daily_backups(accounts.ctx)
    assert list(made) == [accounts.today]
    with zipfile.ZipFile(made[accounts.today]) as archive:
        assert "secret.key" not in archive.namelist()


def test_a_backup_that_cannot_be_written_is_a_sentence(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    done = komet("backup", str(tmp_path / "no-such-folder" / "b.zip"))
    assert done.returncode == 2
    assert "b.zip" in done.stderr
    assert "Traceback" not in done.stderr
    env = {"KOMET_SECRET_KEY": "A" * 43 + "="}
    keyed = komet("backup", str(tmp_path / "b.zip"), "--with-key", env=env)
    assert keyed.returncode == 2
    assert not (tmp_path / "b.zip").exists()
    with pytest.raises(InvalidInput):
        restore_backup(open_context(accounts.ctx.settings), ACTOR, tmp_path / "b.zip")
