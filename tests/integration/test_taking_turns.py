"""Processes that queue for the data file: in order, past the dead, and without anyone starving."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sample_accounts import ROOT

from komet.db import turns
from komet.db.database import Database
from komet.db.errors import FileInUse
from komet.db.turns import Priority

_QUEUE = """
import sys
from pathlib import Path
from komet.db import turns
ticket = turns.join(Path(sys.argv[1]), turns.Priority[sys.argv[2]])
print('in', flush=True); sys.stdin.read()
"""
_BUSY = """
import sys, time
from pathlib import Path
from komet.db.database import Database
db = Database(Path(sys.argv[1]), lock_wait=30)
with db.read() as con:  # what has to be imported is imported
    con.value("SELECT count(*) FROM skus")
print('ready', flush=True); sys.stdin.readline()
until, done = time.monotonic() + float(sys.argv[2]), 0
while time.monotonic() < until:
    with db.write() as con:
        con.run("UPDATE skus SET description = (description::INTEGER + 1)::VARCHAR")
    done += 1
print(done)
"""


def process(code: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def in_the_queue(path: Path, priority: Priority) -> subprocess.Popen[str]:
    waiting = process(_QUEUE, path, priority.name)
    assert waiting.stdout is not None
    assert waiting.stdout.readline() == "in\n"
    return waiting


def test_first_come_first_served(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    first = in_the_queue(path, Priority.COMMAND)
    mine = turns.join(path, Priority.COMMAND)
    later = turns.join(path, Priority.COMMAND)
    assert mine
    assert later
    assert mine.first_ahead()
    first.communicate()  # ends, and its ticket with it
    assert mine.first_ahead() is None
    assert later.first_ahead()
    mine.leave()
    assert later.first_ahead() is None
    later.leave()
    assert not list(turns.folder_of(path).iterdir())


def test_a_killed_process_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    dead = in_the_queue(path, Priority.SCREEN)
    mine = turns.join(path, Priority.COMMAND)
    assert mine
    assert mine.first_ahead()
    dead.send_signal(signal.SIGKILL)
    dead.wait()
    assert mine.first_ahead() is None
    mine.leave()


def test_a_screen_goes_before_a_download_that_has_just_come_but_not_for_ever(
    tmp_path: Path,
) -> None:
    path = tmp_path / "a.duckdb"
    download = turns.join(path, Priority.UNATTENDED)
    screen = turns.join(path, Priority.SCREEN)
    assert download
    assert screen
    assert screen.first_ahead() is None
    assert download.first_ahead()
    screen.leave()
    time.sleep(Priority.UNATTENDED / 1000 + 0.05)
    again = turns.join(path, Priority.SCREEN)
    assert again
    assert download.first_ahead() is None
    assert again.first_ahead()


def test_who_has_the_turn_keeps_it_until_he_leaves(tmp_path: Path) -> None:
    path = tmp_path / "a.duckdb"
    download = turns.join(path, Priority.UNATTENDED)
    assert download
    download.hold()
    screen = turns.join(path, Priority.SCREEN)
    assert screen
    assert screen.first_ahead()
    assert download.first_ahead() is None
    assert download.others_wait()
    download.leave()
    assert screen.first_ahead() is None


def test_nobody_starves(home: Path) -> None:
    """Four processes that never rest: each has its share, and no update is lost."""
    db = Database(home / "komet.duckdb")
    with db.write() as con:
        con.run("INSERT INTO skus VALUES ('n', '0', NULL)")
    crowd = [process(_BUSY, db.path, 6) for _n in range(4)]
    for busy in crowd:
        assert busy.stdout is not None
        assert busy.stdout.readline() == "ready\n"
    for busy in crowd:
        assert busy.stdin is not None
        busy.stdin.write("go\n")
        busy.stdin.flush()
    done = [int(busy.communicate(timeout=90)[0]) for busy in crowd]
    assert all(busy.returncode == 0 for busy in crowd)
    assert min(done) * 8 > max(done), done
    with db.read() as con:
        assert con.value("SELECT description FROM skus") == str(sum(done))


def test_who_waits_in_the_queue_says_who_is_in_the_way(home: Path) -> None:
    db = Database(home / "komet.duckdb", lock_wait=0.3)
    hold = process(
        "import sys; from pathlib import Path; from komet.db.database import Database\n"
        "with Database(Path(sys.argv[1])).read(): print('held', flush=True); sys.stdin.read()",
        db.path,
    )
    assert hold.stdout is not None
    hold.stdout.readline()
    try:
        with pytest.raises(FileInUse, match=str(hold.pid)), db.read():
            pass
    finally:
        hold.communicate()
    with db.read() as con:  # and has its turn as soon as that is gone
        assert con.value("SELECT count(*) FROM skus") == 0
