"""`komet dispatch` as a process of its own, against the sandbox."""

import json
import os
import pty
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

import openpyxl
import pytest
from sample_accounts import ROOT, Accounts, Downloaded, Komet
from warm_interpreter import WarmInterpreter, WarmProcess

from komet.dispatch.outbox import queue_writes
from komet.dispatch.sheet import write_template
from komet.dispatch.sheet_reading import check_file
from komet.permissions import Actor
from komet.sandbox.records import Line
from komet.sandbox.tokens import IMPORTER_A_COMPANY, IMPORTER_B_VENDOR

AWB = 72912345675  # 1234567 = 7 × 176366 + 5
Started = Callable[..., tuple[WarmProcess, IO[str]]]
ENGLISH = {"KOMET_LANGUAGE": "en", "KOMET_PERSON": "Ana"}


@pytest.fixture
def accounts(downloaded: Downloaded) -> Accounts:
    return downloaded(0, 2)


def template(accounts: Accounts, target: Path, *providers: str) -> None:
    write_template(accounts.ctx, Actor(name="Ana"), providers, *accounts.days(0, 2), target)


def pending(accounts: Accounts) -> dict[str, Line]:
    """Lines at Magnolia that nobody has confirmed."""
    return {
        str(line.id): line
        for order in accounts.sandbox.state.all_orders("magnolia")
        if order.status == "A"
        for line in order.lines
        if line.status == "Pending" and not line.unknown
    }


def now(accounts: Accounts, line_id: str) -> Line:
    return next(
        line
        for order in accounts.sandbox.state.known_orders("magnolia")
        for line in order.lines
        if line.id == int(line_id)
    )


@pytest.fixture
def started(
    accounts: Accounts, tmp_path: Path, _warm_command_line: WarmInterpreter
) -> Iterator[Started]:
    """A command that is at work: its process, and the file of its standard error."""
    told = (tmp_path / "told.txt").open("w+")

    def start(stdin: int, *words: str) -> tuple[WarmProcess, IO[str]]:
        with (tmp_path / "shown.txt").open("w") as shown:
            process = _warm_command_line.start(
                "komet",
                words,
                cwd=ROOT,
                env=os.environ | {"KOMET_HOME": str(accounts.ctx.settings.home)} | ENGLISH,
                streams=(stdin, shown.fileno(), told.fileno()),
            )
        return process, told

    yield start
    told.close()


def ended(process: WarmProcess, told: IO[str]) -> tuple[int, str]:
    """The exit code, and what was said on standard error."""
    code = process.wait(60)
    told.seek(0)
    return code, told.read()


class Sheet:
    """The first sheet of a workbook, filled in by openpyxl."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._book = openpyxl.load_workbook(path)
        self._sheet = self._book.worksheets[0]
        self._at = {cell.value: index for index, cell in enumerate(self._sheet[1], start=1)}
        # two importers may give lines the same ID: those of Magnolia are meant
        self.rows = {
            str(self._value(row, "Line ID")): row
            for row in range(2, self._sheet.max_row + 1)
            if self._value(row, "Importer") == "Magnolia"
        }

    def _value(self, row: int, heading: str) -> Any:
        return self._sheet.cell(row, self._at[heading]).value

    def fill(self, line_id: str, **values: Any) -> int:
        """Write under these headings, with _ for blanks; the row."""
        row = self.rows[line_id]
        for name, value in values.items():
            self._sheet.cell(row, self._at[name.replace("_", " ")]).value = value
        self._book.save(self.path)
        return row


def confirmations(accounts: Accounts) -> int:
    counts = accounts.sandbox.state.requests.counts()
    return counts.get(("purchase.order.item.confirm", None), 0)


def test_a_file_is_sent_once_and_never_twice(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    file, receipt = tmp_path / "day.xlsx", tmp_path / "receipt.xlsx"
    first, last = (str(day) for day in accounts.days(0, 2))
    done = komet("dispatch", "template", str(file), "--from", first, "--to", last, env=ENGLISH)
    assert done.stdout.startswith(f"Wrote {file}: ")
    sheet = Sheet(file)
    lines = pending(accounts)
    chosen = [line_id for line_id in sheet.rows if line_id in lines][:3]
    rows = [sheet.fill(one, Boxes_to_confirm=lines[one].boxes) for one in chosen]
    sheet.fill(chosen[0], AWB=AWB)

    checked = komet("dispatch", "check", str(file), env=ENGLISH)
    assert checked.returncode == 0
    assert "4 requests to Komet. Magnolia:" in checked.stdout
    assert "Confirm: Can be set back" in checked.stdout
    assert "Ship: Cannot be undone" in checked.stdout
    boxes = lines[chosen[0]].boxes
    assert f"Row {rows[0]}, " in checked.stdout
    assert f"ship {boxes} boxes under 729-1234 5675" in checked.stdout
    told = json.loads(komet("dispatch", "check", str(file), "--json", env=ENGLISH).stdout)
    assert told["requests"] == 4
    assert sorted(write["row"] for write in told["writes"]) == sorted([*rows, rows[0]])
    assert confirmations(accounts) == 0

    # nobody can be asked, and nobody has said yes
    refused = komet("dispatch", "send", str(file), env=ENGLISH)
    assert refused.returncode == 2
    assert "Nothing was sent." in refused.stderr
    assert "--yes" in refused.stderr
    assert confirmations(accounts) == 0

    sent = komet("dispatch", "send", str(file), "--yes", "--receipt", str(receipt), env=ENGLISH)
    assert sent.returncode == 0, sent.stderr
    assert "Sent 4" in sent.stdout
    for line_id in chosen:
        assert now(accounts, line_id).quantity_confirmed == lines[line_id].boxes
    assert {carton.awb for carton in now(accounts, chosen[0]).packed} == {"729-12345675"}
    cells = list(openpyxl.load_workbook(receipt)["Receipt"].iter_rows(2, values_only=True))
    assert sorted(int(float(str(row[0]))) for row in cells) == sorted([*rows, rows[0]])

    asked = accounts.sandbox.state.requests.total()
    again = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert again.returncode == 0
    assert "There is nothing to send." in again.stdout
    assert "Komet has it confirmed already." in again.stdout
    assert accounts.sandbox.state.requests.total() == asked

    shown = json.loads(komet("dispatch", "status", "--json").stdout)
    assert shown["counts"]["sent"] == 4
    assert {write["state"] for write in shown["writes"]} == {"sent"}
    with ZipFile(receipt) as parts:
        texts = [parts.read(name).decode("utf-8", "ignore") for name in parts.namelist()]
    texts += [checked.stdout, sent.stdout, sent.stderr, json.dumps(shown)]
    for token in (IMPORTER_A_COMPANY, IMPORTER_B_VENDOR):
        assert not any(token.secret in text for text in texts)


def test_rows_in_error_are_named_and_the_others_sent(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "day.xlsx"
    template(accounts, file)
    sheet = Sheet(file)
    lines = pending(accounts)
    good, bad, *_rest = [line_id for line_id in sheet.rows if line_id in lines]
    sheet.fill(good, Boxes_to_confirm=lines[good].boxes)
    row = sheet.fill(bad, AWB=AWB - 1)
    checked = komet("dispatch", "check", str(file), env=ENGLISH)
    assert checked.returncode == 1
    assert f"Row {row}, Magnolia · P" in checked.stderr
    assert "The AWB 729-1234 5674 has a wrong check digit." in checked.stderr
    sent = komet("dispatch", "send", str(file), "--yes", "--json", env=ENGLISH)
    assert sent.returncode == 1
    told = json.loads(sent.stdout)
    assert [problem["row"] for problem in told["problems"]] == [row]
    assert told["receipt"]["counts"] == {"sent": 1}
    assert now(accounts, good).quantity_confirmed == lines[good].boxes
    assert komet("dispatch", "check", str(tmp_path / "none.xlsx")).returncode == 2
    empty = tmp_path / "empty.xlsx"
    empty.write_bytes(b"")
    failed = komet("dispatch", "check", str(empty), env=ENGLISH)
    assert failed.returncode == 1
    assert "The file is empty" in failed.stderr


def test_what_is_unknown_is_not_sent_again_but_read_back(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "day.xlsx"
    template(accounts, file)
    sheet = Sheet(file)
    lines = pending(accounts)
    done, lost = [line_id for line_id in sheet.rows if line_id in lines][:2]
    for line_id in (done, lost):
        sheet.fill(line_id, Boxes_to_confirm=lines[line_id].boxes)
    faults = accounts.sandbox.state.faults
    faults.add("purchase.order.item.confirm", body="reset", effect="after")
    faults.add("purchase.order.item.confirm", body="drop", effect="before")
    sent = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert sent.returncode == 1
    assert "Unknown 2" in sent.stdout
    assert "komet dispatch resolve" in sent.stderr
    assert confirmations(accounts) == 2
    again = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert again.returncode == 1
    assert confirmations(accounts) == 2
    late = komet("dispatch", "resolve", "--json", env=ENGLISH | {"KOMET_LATE_EFFECT": "0"})
    told = json.loads(late.stdout)
    assert late.returncode == 0
    states = {write["po_item_id"]: write["state"] for write in told["writes"]}
    assert states == {done: "sent", lost: "not_sent"}
    # what certainly was not sent goes out with the same file
    third = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert third.returncode == 0, third.stdout + third.stderr
    assert confirmations(accounts) == 3
    assert now(accounts, lost).quantity_confirmed == lines[lost].boxes
    counts = json.loads(komet("dispatch", "status", "--json").stdout)["counts"]
    assert {state: n for state, n in counts.items() if n} == {"sent": 2}
    nothing = komet("dispatch", "resolve", env=ENGLISH)
    assert (nothing.returncode, nothing.stdout) == (0, "Nothing is unknown.\n")


def test_what_was_planned_and_never_sent_is_taken_up(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "day.xlsx"
    template(accounts, file, accounts.magnolia.id)
    sheet = Sheet(file)
    lines = pending(accounts)
    line_id = next(one for one in sheet.rows if one in lines)
    sheet.fill(line_id, Boxes_to_confirm=lines[line_id].boxes)
    preview = check_file(accounts.ctx, file.read_bytes(), file.name)
    queue_writes(accounts.ctx, Actor(name="Ana"), preview)  # and its process ended
    # somebody else's are left to them
    other = komet("dispatch", "send", str(file), "--yes", env=ENGLISH | {"KOMET_PERSON": "Bea"})
    assert (other.returncode, confirmations(accounts)) == (1, 0)
    assert "Planned by Ana since" in other.stdout
    sent = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert (sent.returncode, confirmations(accounts)) == (0, 1)
    assert now(accounts, line_id).quantity_confirmed == lines[line_id].boxes


def test_what_is_planned_and_the_file_does_not_say_is_left_alone(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    """A batch is sent whole: neither with another line, nor with boxes that were changed since."""
    file, both = tmp_path / "day.xlsx", tmp_path / "both.xlsx"
    template(accounts, both, accounts.magnolia.id)
    sheet = Sheet(both)
    lines = pending(accounts)
    first, second = [one for one in sheet.rows if one in lines and lines[one].boxes > 1][:2]
    for line_id in (first, second):
        sheet.fill(line_id, Boxes_to_confirm=lines[line_id].boxes)
    preview = check_file(accounts.ctx, both.read_bytes(), both.name)
    queue_writes(accounts.ctx, Actor(name="Ana"), preview)  # and its process ended
    template(accounts, file, accounts.magnolia.id)
    one = Sheet(file)
    one.fill(first, Boxes_to_confirm=lines[first].boxes)
    alone = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert (alone.returncode, confirmations(accounts)) == (1, 0)
    assert "Planned by Ana since" in alone.stdout
    one.fill(second, Boxes_to_confirm=lines[second].boxes - 1)
    changed = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert (changed.returncode, confirmations(accounts)) == (1, 0)
    one.fill(second, Boxes_to_confirm=lines[second].boxes)
    assert komet("dispatch", "send", str(file), "--yes", env=ENGLISH).returncode == 0
    assert confirmations(accounts) == 2


@pytest.mark.parametrize(("answers", "sent"), [("n\ny\n", 1), ("y\nn\n", 0)])
def test_a_person_is_asked_at_the_terminal(
    accounts: Accounts, started: Started, tmp_path: Path, answers: str, sent: int
) -> None:
    file = tmp_path / "day.xlsx"
    template(accounts, file)
    sheet = Sheet(file)
    lines = pending(accounts)
    certain, odd = [line_id for line_id in sheet.rows if line_id in lines][:2]
    sheet.fill(certain, Boxes_to_confirm=lines[certain].boxes)
    sheet.fill(odd, Reference="R-1", Ordered_boxes=lines[odd].boxes + 3)
    master, slave = pty.openpty()
    process, err = started(slave, "dispatch", "send", str(file))
    os.close(slave)
    os.write(master, answers.encode())
    code, told = ended(process, err)
    os.close(master)
    assert "Send the questionable rows as well? [y/N]" in told
    assert code == 1, told
    done = accounts.sandbox.state.requests.counts()
    written = confirmations(accounts) + done.get(("purchase.order.item.reference.update", None), 0)
    assert written == sent


def test_ctrl_c_leaves_the_rest_for_the_same_command(
    accounts: Accounts, komet: Komet, started: Started, tmp_path: Path
) -> None:
    file = tmp_path / "day.xlsx"
    template(accounts, file)
    sheet = Sheet(file)
    lines = pending(accounts)
    chosen = [line_id for line_id in sheet.rows if line_id in lines][:5]
    for line_id in chosen:
        sheet.fill(line_id, Boxes_to_confirm=lines[line_id].boxes)
    faults = accounts.sandbox.state.faults
    faults.add("purchase.order.item.confirm", delay=0.5, times=None)
    with Path(os.devnull).open() as nothing:
        words = ("dispatch", "send", str(file), "--yes")
        process, err = started(nothing.fileno(), *words)
    deadline = time.monotonic() + 60
    while not confirmations(accounts) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    code, told = ended(process, err)
    assert code == 130, told
    assert "What was not sent stays planned" in told
    faults.clear()
    counts = json.loads(komet("dispatch", "status", "--json").stdout)["counts"]
    assert counts["planned"] > 0
    assert counts["unknown"] == counts["sending"] == 0
    assert counts["sent"] == confirmations(accounts) == 5 - counts["planned"]
    sent = komet("dispatch", "send", str(file), "--yes", env=ENGLISH)
    assert sent.returncode == 0, sent.stdout + sent.stderr
    assert confirmations(accounts) == 5
    done = [now(accounts, line_id).quantity_confirmed for line_id in chosen]
    assert done == [lines[line_id].boxes for line_id in chosen]


def test_wrong_use_is_named_before_anything_is_sent(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    day = str(accounts.today)
    for words in (
        ("template", str(tmp_path / "out.csv"), "--from", day, "--to", day),
        ("template", str(tmp_path / "out.xlsx"), "--from", day, "--to", day, "--provider", "X"),
        ("send", str(tmp_path / "none.xlsx"), "--receipt", str(tmp_path / "no" / "r.xlsx")),
    ):
        assert komet("dispatch", *words).returncode == 2
