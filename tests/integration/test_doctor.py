"""`komet doctor`: silent about what is well, exit 1 and a next step for what is not."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sample_accounts import ACTOR, Accounts, Downloaded, Komet

from komet.backup.archive import keep_daily_backup
from komet.backup.doctor import check_health
from komet.context import open_context
from komet.db import process
from komet.settings import Settings


def _private(home: Path) -> None:
    for path in (home, *home.rglob("*")):
        path.chmod(0o700 if path.is_dir() else 0o600)


def _wrong(accounts: Accounts) -> dict[str, str]:
    findings = check_health(open_context(Settings(home=accounts.ctx.settings.home)), ACTOR)
    assert all(finding.ok or finding.next_step for finding in findings)
    return {finding.check: finding.message for finding in findings if not finding.ok}


def _sql(statement: str) -> Callable[[Accounts], None]:
    def damage(accounts: Accounts) -> None:
        with accounts.ctx.db.write() as con:
            con.run(statement)

    return damage


_PLACE = "/".join(process.current().split("/")[:-2])
_ENDED = f"{_PLACE}/4194300/1"
"""A process of this machine whose number no process has."""


def _write(*states: str, **columns: str) -> Callable[[Accounts], None]:
    """Rows of the outbox in these states; values are SQL."""
    given = {"batch_id": "'b'", "kind": "'confirm'", "content": "'{}'", **columns}

    def damage(accounts: Accounts) -> None:
        with accounts.ctx.db.write() as con:
            con.run("INSERT INTO outbox_batches VALUES ('b', 'test', now(), 'Tester')")
            for at, state in enumerate(states):
                con.run(
                    f"INSERT INTO outbox (id, provider_id, target, po_number, digest, state,"
                    f" {', '.join(given)}) VALUES ('{at}', $provider, '1', 'P1', '{at}', {state},"
                    f" {', '.join(given.values())})",
                    {"provider": accounts.magnolia.id},
                )

    return damage


def _old_backup(accounts: Accounts) -> None:
    made = keep_daily_backup(accounts.ctx)
    assert made is not None
    old = accounts.today - timedelta(days=9)
    made.rename(made.with_name(f"komet-{old.isoformat()}.zip"))


DAMAGES: dict[str, tuple[Callable[[Accounts], None], str, str]] = {
    "an item is missing": (
        _sql("DELETE FROM order_items WHERE rowid = (SELECT max(rowid) FROM order_items)"),
        "sums", "1 line",
    ),
    "boxes were changed": (
        _sql("UPDATE order_items SET boxes = boxes + 1 WHERE po_item_id ="
             " (SELECT min(po_item_id) FROM order_items)"),
        "sums", "1 line",
    ),
    "stems were changed": (
        _sql("UPDATE order_items SET stems = stems * 2 WHERE po_item_id ="
             " (SELECT min(po_item_id) FROM order_items WHERE stems > 0)"),
        "sums", "1 line",
    ),
    "the sums of a day are not its own": (
        _sql("UPDATE day_sums SET boxes = boxes + 1 WHERE rowid = (SELECT min(rowid) FROM day_sums"
             " WHERE boxes > 0)"),
        "sums", "1 day",
    ),
    "a PO is counted twice": (
        _sql("UPDATE day_orders SET purchase_orders = purchase_orders + 1"
             " WHERE rowid = (SELECT min(rowid) FROM day_orders)"),
        "sums", "1 day",
    ),
    "a line without its PO": (
        _sql("DELETE FROM purchase_orders WHERE po_id = (SELECT min(po_id) FROM po_lines)"),
        "sums", "line",
    ),
    "a table is missing": (_sql("DROP TABLE saved_views"), "schema", "saved_views"),
    "a column is missing": (_sql("ALTER TABLE runs DROP COLUMN who"), "schema", "runs.who"),
    "the key was replaced": (
        lambda accounts: accounts.ctx.settings.key_path.write_bytes(Fernet.generate_key())
        and None,
        "key", "Magnolia",
    ),
    "the key is missing": (
        lambda accounts: accounts.ctx.settings.key_path.unlink(), "key", "secret.key",
    ),
    "others may read": (
        lambda accounts: accounts.ctx.settings.key_path.chmod(0o644), "modes", "secret.key",
    ),
    "the last backup is old": (_old_backup, "backups", "newest"),
}  # fmt: skip


@pytest.mark.parametrize("name", list(DAMAGES))
def test_what_is_wrong_is_found(downloaded: Downloaded, name: str) -> None:
    accounts = downloaded(1, 1)
    _private(accounts.ctx.settings.home)
    assert _wrong(accounts) == {}
    damage, check, words = DAMAGES[name]
    damage(accounts)
    if check != "modes":
        _private(accounts.ctx.settings.home)
    found = _wrong(accounts)
    assert list(found) == [check]
    assert words in found[check]


ODD_WRITES: dict[str, tuple[Callable[[Accounts], None], str]] = {
    "a write is being sent without a request": (
        _write("'sending'"), "being sent without a request",
    ),
    "a write is being sent by a process that has ended": (
        _write("'sending'", request_id="'r'", sending_at="now()", process=f"'{_ENDED}'"),
        "by a process that has ended",
    ),
    "a write was sent without a request": (
        _write("'sent'", settled_at="now()"), "confirm P1: sent without a request",
    ),
    "a write ended at no time": (
        _write("'refused'", request_id="'r'"), "at no known time",
    ),
    "two writes to one target are open": (
        _write("'planned'", "'planned'"), "confirm 1: open twice on one target",
    ),
    "a line was shipped twice": (
        _write("'sent'", "'sent'", kind="'ship'", request_id="'r'", settled_at="now()"),
        "ship 1: shipped twice",
    ),
    "a write is of no batch": (
        _write("'planned'", batch_id="'other'"), "of no batch",
    ),
    "a write lacks its file": (
        _write("'planned'", kind="'invoice'", content="""'{"file_digest": "d"}'"""),
        "without the file",
    ),
}  # fmt: skip


def test_writes_that_cannot_be_so_are_found(downloaded: Downloaded) -> None:
    accounts = downloaded(1, 1)
    _private(accounts.ctx.settings.home)
    for name, (damage, words) in ODD_WRITES.items():
        with accounts.ctx.db.write() as con:
            con.run("DELETE FROM outbox")
        damage(accounts)
        found = _wrong(accounts)
        assert list(found) == ["outbox"], name
        assert words in found["outbox"]


def test_sound_writes_are_no_finding(downloaded: Downloaded) -> None:
    accounts = downloaded(1, 1)
    _private(accounts.ctx.settings.home)
    alive = f"'{process.current()}'"
    for states, columns in (
        (("'sent'", "'planned'"), {"request_id": "'r'", "settled_at": "now()"}),
        (("'sending'",), {"request_id": "'r'", "sending_at": "now()", "process": alive}),
        (("'sent'",), {"outcome_code": "'said_to_be_done'", "settled_at": "now()"}),
        (("'by_hand'", "'withdrawn'"), {}),
        (("'planned'",), {"kind": "'invoice'", "content": """'{"file_digest": "d"}'"""}),
    ):
        with accounts.ctx.db.write() as con:
            con.run("DELETE FROM outbox; DELETE FROM outbox_files")
            con.run("INSERT INTO outbox_files VALUES ('d', 'invoice.pdf', 1, 'x'::BLOB)")
        _write(*states, **columns)(accounts)
        assert _wrong(accounts) == {}, states


def test_the_command_says_it_and_ends_with_1(downloaded: Downloaded, komet: Komet) -> None:
    accounts = downloaded(0, 0)
    home = accounts.ctx.settings.home
    _private(home)
    well = komet("doctor")
    assert well.returncode == 0, well.stdout
    assert "WRONG" not in well.stdout
    accounts.ctx.settings.key_path.unlink()
    ill = komet("doctor", "--json")
    assert ill.returncode == 1
    assert [f["check"] for f in json.loads(ill.stdout) if not f["ok"]] == ["key"]
    assert not accounts.ctx.settings.key_path.exists()


def test_a_damaged_file_is_a_finding(komet: Komet, home: Path) -> None:
    home.mkdir()
    (home / "komet.duckdb").write_bytes(b"no database " * 4096)
    done = komet("doctor")
    assert done.returncode == 1
    assert "WRONG" in done.stdout
    assert "Traceback" not in done.stderr
