"""The app open and the nightly command at once, and two commands side by side, on one file."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import duckdb
import pytest
from sample_accounts import ROOT, Accounts, Komet
from test_download import totals_equal_the_sandbox

from komet.db.database import Database
from komet.db.errors import DamagedFile, FileInUse, NewerFile
from komet.orders import query
from komet.orders.filters import OrderFilter


def test_a_command_downloads_while_this_process_reads_and_writes(
    accounts: Accounts, komet: Komet
) -> None:
    begin, end = accounts.days(8, 3)
    done = threading.Event()
    failures: list[BaseException] = []

    def app() -> None:
        try:
            while not done.is_set():
                query.list_items(accounts.ctx, OrderFilter())
                with accounts.ctx.db.write() as con:
                    con.run("DELETE FROM audit WHERE who = 'nobody'")
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=app)
    thread.start()
    try:
        nightly = komet("download", "--all", "--from", str(begin), "--to", str(end))
    finally:
        done.set()
        thread.join()
    assert nightly.returncode == 0, nightly.stderr
    assert not failures
    totals_equal_the_sandbox(accounts, 8, 3)


def test_two_commands_side_by_side(accounts: Accounts) -> None:
    begin, end = accounts.days(8, 3)
    arguments = ("--from", str(begin), "--to", str(end))
    both = [
        subprocess.Popen(
            [sys.executable, "-m", "komet", "download", "--provider", provider.name, *arguments],
            cwd=ROOT,
            env=os.environ | {"KOMET_HOME": str(accounts.ctx.settings.home)},
            stderr=subprocess.PIPE,
        )
        for provider in accounts.both
    ]
    for process in both:
        _out, err = process.communicate(timeout=100)
        assert process.returncode == 0, err.decode()
    totals_equal_the_sandbox(accounts, 8, 3)


_HOLD = """
import duckdb, sys
con = duckdb.connect(sys.argv[1]); con.execute('create table if not exists x(i int)')
print('held', flush=True); sys.stdin.read()
"""


def test_who_holds_the_file_is_named(home: Path) -> None:
    home.mkdir()
    path = home / "komet.duckdb"
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    try:
        with pytest.raises(FileInUse, match=str(holder.pid)), Database(path, lock_wait=0.3).read():
            pass
    finally:
        holder.communicate()


def test_a_file_that_is_no_database_is_a_sentence(home: Path) -> None:
    home.mkdir()
    (home / "komet.duckdb").write_bytes(b"PK\x03\x04 not a database" * 500)
    with (
        pytest.raises(DamagedFile, match="cannot be opened"),
        Database(home / "komet.duckdb").read(),
    ):
        pass


def test_an_older_program_refuses_a_newer_file(home: Path) -> None:
    db = Database(home / "komet.duckdb")
    with db.write() as con:
        con.run("INSERT INTO schema_migrations VALUES (9999, 'later', current_timestamp)")
    db._lease.close_for_good()
    db._lease._opening = False
    with pytest.raises(NewerFile, match="9999"), db.read():
        pass
    with duckdb.connect(str(db.path)) as raw:
        assert raw.execute("SELECT count(*) FROM tokens").fetchall() == [(0,)]


def test_writers_in_one_process_take_turns(home: Path) -> None:
    db = Database(home / "komet.duckdb")
    with db.write() as con:
        con.run("INSERT INTO skus VALUES ('n', '0', NULL)")

    def bump() -> None:
        for _n in range(25):
            with db.write() as con:
                con.run("UPDATE skus SET description = (description::INTEGER + 1)::VARCHAR")

    threads = [threading.Thread(target=bump) for _t in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with db.read() as con:
        assert con.value("SELECT description FROM skus") == "200"


def test_a_failed_write_leaves_nothing_behind(home: Path) -> None:
    db = Database(home / "komet.duckdb")
    with pytest.raises(RuntimeError), db.write() as con:
        con.run("INSERT INTO skus VALUES ('a', 'b', NULL)")
        raise RuntimeError
    with db.read() as con:
        assert con.value("SELECT count(*) FROM skus") == 0
