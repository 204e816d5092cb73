"""What can happen to the data file from outside: told in a sentence, and nothing made worse."""

import errno
import os
import resource
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr
from sample_accounts import ACTOR, ROOT, Accounts, Komet

from komet.clients import tokens
from komet.clients.connect import load_secret
from komet.clients.model import TokenFields
from komet.context import AppContext, open_context
from komet.db.database import Database
from komet.db.errors import (
    AlteredFile,
    DamagedFile,
    FileReplaced,
    StoreError,
    UnusableFile,
    WrongKey,
)
from komet.db.vault import Vault
from komet.ingest.engine import execute
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.permissions import SYSTEM
from komet.settings import Settings


def close(db: Database) -> None:
    db._lease.close_for_good()
    db._lease._opening = False


def made(home: Path) -> Database:
    db = Database(home / "komet.duckdb")
    with db.write() as con:
        con.run("INSERT INTO skus VALUES ('a', 'b', NULL)")
    close(db)
    return db


def add_token(ctx: AppContext, label: str) -> None:
    fields = TokenFields(label=label, kind="Company")
    tokens.add_token(ctx, ACTOR, fields, SecretStr("a-secret-of-a-test"))


def overwrite(path: Path, at: int, count: int) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\xff" * count)


@pytest.mark.parametrize("harm", ["cut short", "a block overwritten", "its head overwritten"])
def test_a_damaged_file_is_called_damaged(home: Path, komet: Komet, harm: str) -> None:
    db = made(home)
    if harm == "cut short":
        os.truncate(db.path, 14_000)
    else:
        overwrite(db.path, 4096 if "block" in harm else 0, 8192)
    with pytest.raises(DamagedFile, match="damaged"), db.read():
        pass
    told = komet("runs")
    assert told.returncode == 1
    assert "damaged" in told.stderr
    assert "komet restore" in told.stderr
    assert "in use" not in told.stderr
    assert "Traceback" not in told.stderr


def test_a_block_that_is_found_damaged_later_is_a_sentence_too(home: Path, komet: Komet) -> None:
    db = made(home)
    with db.write() as con:
        con.run("INSERT INTO runs (id, who) SELECT range::VARCHAR, md5(range::VARCHAR)"
                " FROM range(100000)")  # fmt: skip
    close(db)
    size = db.path.stat().st_size
    overwrite(db.path, size // 4, size // 2)
    told = komet("runs")
    assert told.returncode == 1
    assert "damaged" in told.stderr
    assert "Traceback" not in told.stderr


def test_a_folder_in_its_place(home: Path) -> None:
    (home / "komet.duckdb").mkdir(parents=True)
    with pytest.raises(UnusableFile, match="folder"), Database(home / "komet.duckdb").read():
        pass


def test_a_table_that_is_missing_is_named(home: Path, komet: Komet) -> None:
    db = made(home)
    with duckdb.connect(str(db.path)) as raw:
        raw.execute("DROP TABLE po_breakdowns; ALTER TABLE skus DROP COLUMN description")
    told = komet("runs")
    assert told.returncode == 1
    assert "po_breakdowns, skus.description" in told.stderr
    assert "Traceback" not in told.stderr
    db._lease.identity = None  # as a process that has not seen it
    with pytest.raises(AlteredFile), db.read():
        pass


def test_a_full_disk_is_a_sentence_and_what_was_there_is_there(home: Path, ctx: AppContext) -> None:
    made(home)
    limit = (home / "komet.duckdb").stat().st_size + 500_000
    code = (
        "import resource; from komet.context import open_context\n"
        "from komet.errors import AppError\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))\n"
        "ctx = open_context()\n"
        "try:\n"
        "    with ctx.db.write() as con:\n"
        "        con.run('INSERT INTO skus SELECT md5(range::VARCHAR), md5((range + 7)::VARCHAR),"
        " NULL FROM range(200000)')\n"
        "except AppError as error: print(error)\n"
        "with ctx.db.read() as con: print('then', con.value('SELECT count(*) FROM skus'))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=os.environ | {"KOMET_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "The disk is full" in told.stdout, told.stderr
    assert "then 1" in told.stdout, told.stderr
    with ctx.db.read() as con:
        assert con.value("SELECT count(*) FROM skus") == 1
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


@contextmanager
def after_two_days(accounts: Accounts, harm: object) -> Iterator[None]:
    """Download, and do the harm when two days are there."""
    begin, end = accounts.days(8, 3)
    run, _resumed = start_run(
        accounts.ctx, SYSTEM, plan_days(accounts.ctx, accounts.both, begin, end), source="t"
    )
    ended = 0

    def on_slice(_slice: object) -> None:
        nonlocal ended
        ended += 1
        if ended == 2:
            harm()  # type: ignore[operator]

    with pytest.raises(FileReplaced) as told:
        execute(accounts.ctx, SYSTEM, run.id, on_slice=on_slice)
    assert "while Komet Desk was at work" in str(told.value)
    yield


def test_a_file_replaced_during_a_run_is_noticed_before_the_next_commit(
    accounts: Accounts, home: Path, tmp_path: Path
) -> None:
    other = made(tmp_path / "other")
    before = other.path.read_bytes()

    def replace() -> None:
        other.path.replace(home / "komet.duckdb")

    with after_two_days(accounts, replace):
        assert (home / "komet.duckdb").read_bytes() == before
    with accounts.ctx.db.read() as con:  # the app goes on, with the file that is there now
        assert con.value("SELECT count(*) FROM day_slices") == 0
        assert con.value("SELECT sku FROM skus") == "a"


def test_a_file_of_another_store_is_noticed_when_it_was_closed_meanwhile(
    accounts: Accounts, home: Path, tmp_path: Path
) -> None:
    other = made(tmp_path / "other")

    def replace() -> None:
        close(accounts.ctx.db)
        (home / "komet.duckdb").unlink()
        shutil.copy(other.path, home / "komet.duckdb")  # may well have the same inode

    with after_two_days(accounts, replace):
        pass


def test_a_home_removed_during_a_run_is_not_begun_anew(accounts: Accounts, home: Path) -> None:
    with after_two_days(accounts, lambda: shutil.rmtree(home)):
        assert not home.exists()
    with pytest.raises(FileReplaced, match="removed"), accounts.ctx.db.read():
        pass
    assert not home.exists()


def test_a_missing_key_is_never_replaced_in_silence(home: Path) -> None:
    ctx = open_context(Settings(home=home))
    add_token(ctx, "first")  # a fresh store makes its key
    key = home / "secret.key"
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(WrongKey, match=r"secret\.key"):
        add_token(ctx, "second")
    held = tokens.list_tokens(ctx)
    with pytest.raises(WrongKey, match=r"secret\.key"):
        load_secret(ctx, held[0].id)
    assert [token.label for token in held] == ["first"]
    assert not key.exists()
    key.write_bytes(kept)
    add_token(ctx, "second")


def test_a_key_that_cannot_be_written_leaves_no_draft(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full() -> bytes:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Fernet, "generate_key", full)
    with pytest.raises(WrongKey, match="cannot be written"):
        Vault(tmp_path / "secret.key").make_key()
    assert not list(tmp_path.iterdir())


def test_a_lost_key_is_replaced_on_request_only(home: Path, komet: Komet) -> None:
    ctx = open_context(Settings(home=home))
    add_token(ctx, "first")
    close(ctx.db)
    assert komet("token", "new-key").returncode == 2  # there is one
    (home / "secret.key").unlink()
    assert komet("token", "new-key").returncode == 0
    add_token(ctx, "second")
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600


def test_no_statement_reaches_another_file_or_the_network(home: Path, tmp_path: Path) -> None:
    db = made(home)
    foreign = tmp_path / "foreign.csv"
    foreign.write_text("secret\n42\n")
    with duckdb.connect(str(tmp_path / "foreign.duckdb")) as raw:
        raw.execute("CREATE TABLE t AS SELECT 1 AS n")
    for statement in (
        f"SELECT * FROM read_csv('{foreign}')",
        f"SELECT * FROM '{foreign}'",
        f"SELECT * FROM read_text('{foreign}')",
        f"SELECT * FROM glob('{tmp_path}/*')",
        f"COPY skus TO '{tmp_path}/out.csv'",
        f"EXPORT DATABASE '{tmp_path}/out'",
        f"ATTACH '{tmp_path}/foreign.duckdb' AS other",
        "INSTALL httpfs",
        "LOAD httpfs",
        "INSTALL h3 FROM community",
        "SELECT * FROM 'https://example.com/a.parquet'",
        "SET enable_external_access = true",
        "SET autoinstall_known_extensions = true",
        "SET GLOBAL lock_configuration = false",
    ):
        with pytest.raises((duckdb.Error, StoreError)), db.write() as con:
            con.raw.execute(statement).fetchall()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["foreign.csv", "foreign.duckdb", "home"]
    with db.read() as con:
        assert con.value("SELECT count(*) FROM skus") == 1


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_folder_and_files_are_their_owners_alone(home: Path) -> None:
    home.mkdir(mode=0o755)
    home.chmod(0o755)
    ctx = open_context(Settings(home=home))
    add_token(ctx, "first")
    assert modes(home) == {".": 0o700} | dict.fromkeys(everything(home), 0o600)
    assert "komet.duckdb.wal" in everything(home)
    close(ctx.db)
    for path in (home, *home.iterdir()):
        path.chmod(0o777 if path.is_dir() else 0o644)
    with ctx.db.write() as con:
        con.run("INSERT INTO skus VALUES ('a', 'b', NULL)")
    assert modes(home) == {".": 0o700} | dict.fromkeys(everything(home), 0o600)


@pytest.mark.skipif(os.name != "posix", reason="modes are a matter of POSIX")
def test_a_folder_with_other_things_keeps_its_mode(home: Path) -> None:
    home.mkdir()
    home.chmod(0o755)
    (home / "letters.txt").touch()
    made(home)
    assert stat.S_IMODE(home.stat().st_mode) == 0o755
    assert stat.S_IMODE((home / "komet.duckdb").stat().st_mode) == 0o600


def everything(home: Path) -> list[str]:
    return [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]


def modes(home: Path) -> dict[str, int]:
    return {
        str(path.relative_to(home)): stat.S_IMODE(path.stat().st_mode)
        for path in (home, *(home / name for name in everything(home)))
    }
