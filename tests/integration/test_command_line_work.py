"""The command line at work: progress, Ctrl-C, quiet and verbose, dry runs, reports, wrong use."""

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from sample_accounts import ROOT, Accounts, Komet

from komet.ingest.model import RunState
from komet.ingest.table import runs


def _started(accounts: Accounts, *words: str, stderr: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "komet", *words],
        cwd=ROOT,
        env=os.environ
        | {"KOMET_HOME": str(accounts.ctx.settings.home), "TERM": "xterm", "COLUMNS": "100"},
        stdout=subprocess.PIPE,
        stderr=stderr,
    )


def _read_terminal(master: int, until: float) -> str:
    seen = b""
    while time.monotonic() < until:
        ready, _w, _x = select.select([master], [], [], 0.2)
        if not ready:
            continue
        try:
            part = os.read(master, 65_536)
        except OSError:
            break
        if not part:
            break
        seen += part
    return seen.decode("utf-8", "replace")


def test_a_terminal_gets_a_bar_and_a_pipe_gets_lines(accounts: Accounts, komet: Komet) -> None:
    begin, end = (str(day) for day in accounts.days(5, 5))
    words = ("download", "--all", "--from", begin, "--to", end)
    master, slave = pty.openpty()
    process = _started(accounts, *words, stderr=slave)
    os.close(slave)
    shown = _read_terminal(master, time.monotonic() + 90)
    assert process.wait(timeout=60) == 0
    assert "/22" in shown
    assert "days/s" in shown
    assert "━" in shown

    piped = komet(*words)
    lines = [line for line in piped.stderr.splitlines() if "of 22 days" in line]
    assert 1 < len(lines) <= 10
    assert lines[-1].startswith("22 of 22 days")
    assert "\x1b" not in piped.stderr
    quiet = komet(*words, "--quiet")
    assert quiet.returncode == 0
    assert quiet.stderr == ""
    verbose = komet("--verbose", *words)
    assert verbose.returncode == 0
    assert verbose.stderr.count(" POs, ") == 22
    assert komet(*words, "--quiet", "--verbose").returncode == 2


@pytest.mark.parametrize("command", ["download", "refresh", "retry"])
def test_ctrl_c_ends_with_130_and_the_run_can_go_on(
    accounts: Accounts, komet: Komet, command: str
) -> None:
    begin, end = accounts.days(3, 21)
    faults = accounts.sandbox.state.faults
    if command == "retry":
        faults.add("purchase.order.list", status=404, times=None)
        accounts.download(begin, end)
        faults.clear()
    faults.add("purchase.order.list", delay=0.4, times=None)
    words = {
        "download": ["download", "--all", "--from", str(begin), "--to", str(end)],
        "refresh": ["refresh"],
        "retry": ["retry"],
    }[command]
    process = _started(accounts, *words, stderr=subprocess.PIPE)

    def days_asked_for() -> int:
        counts = accounts.sandbox.state.requests.counts()
        return sum(n for (method, _day), n in counts.items() if method == "purchase.order.list")

    # with four at a time, the eighth request says that four days are there
    at_first = days_asked_for()
    deadline = time.monotonic() + 60
    while days_asked_for() < at_first + 8 and time.monotonic() < deadline:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, error = process.communicate(timeout=60)
    assert process.returncode == 130, (out, error)
    assert b"Traceback" not in error
    with accounts.ctx.db.read() as con:
        last = runs.latest_runs(con, accounts.ctx.now(), limit=1)[0]
        waiting = len(runs.slices_of(con, last.id, unfinished=True))
    assert last.state is RunState.CANCELLED
    assert 0 < waiting < 50
    faults.clear()
    again = komet("retry", "--json")
    assert again.returncode == 0, again.stderr
    assert json.loads(again.stdout)["state"] == "done"


def test_a_dry_run_asks_for_nothing_and_writes_nothing(accounts: Accounts, komet: Komet) -> None:
    begin, end = (str(day) for day in accounts.days(1, 1))
    asked = accounts.sandbox.state.requests.total()
    words = ("download", "--all", "--from", begin, "--to", end, "--dry-run")
    told = komet(*words)
    assert told.returncode == 0, told.stderr
    assert "Magnolia" in told.stdout
    assert "left today" in told.stdout
    planned = json.loads(komet(*words, "--json").stdout)
    assert len(planned["days"]) == 6
    assert planned["requests"] >= 6
    assert accounts.sandbox.state.requests.total() == asked
    assert json.loads(komet("runs", "--json").stdout) == []


def test_wrong_use_of_call_ends_with_2(accounts: Accounts, komet: Komet) -> None:
    asked = accounts.sandbox.state.requests.total()
    for words in (
        ["no.such.method"],
        ["purchase.order.list", "date=soon"],
        ["purchase.order.list"],
        ["purchase.order.list", "date"],
        ["purchase.order.list", "--json", "[1]"],
        ["purchase.order.item.confirm", "poItemId=1", "quantityConfirmed=1"],
        ["login", "username=a", "password=b"],
    ):
        done = komet("call", *words, "--provider", "Magnolia")
        assert done.returncode == 2, (words, done.stdout, done.stderr)
        assert done.stderr.strip()
        assert "Traceback" not in done.stderr
    assert komet("call", "location.list", "--provider", "Nobody").returncode == 2
    assert accounts.sandbox.state.requests.total() == asked
    refused = komet("call", "location.list", "--provider", "Pétalo")
    assert refused.returncode == 1


def test_a_provider_is_changed_and_taken_out(accounts: Accounts, komet: Komet) -> None:
    done = komet("provider", "edit", "Magnolia", "--new-name", "Magnolia 2", "--group", "",
                 "--days-back", "5", "--company-id", "77")  # fmt: skip
    assert done.returncode == 0, done.stderr
    listed = {p["name"]: p for p in json.loads(komet("provider", "list", "--json").stdout)}
    changed = listed["Magnolia 2"]
    assert (changed["komet_group"], changed["days_back"], changed["company_id"]) == (None, 5, "77")
    assert changed["token_id"] == accounts.magnolia.token_id
    assert changed["base_url"] == accounts.magnolia.base_url
    assert komet("provider", "edit", "Magnolia 2").returncode == 2
    assert komet("provider", "edit", "Magnolia 2", "--days-back", "999").returncode == 2
    assert komet("provider", "edit", "Magnolia 2", "--new-name", "Pétalo").returncode == 2
    assert komet("provider", "deactivate", "Magnolia 2").returncode == 0
    day = str(accounts.today)
    planned = komet("download", "--all", "--from", day, "--to", day, "--dry-run", "--json")
    assert [d["provider"] for d in json.loads(planned.stdout)["days"]] == ["Pétalo"]
    assert komet("provider", "activate", "Magnolia 2").returncode == 0
    planned = komet("download", "--all", "--from", day, "--to", day, "--dry-run", "--json")
    assert len(json.loads(planned.stdout)["days"]) == 2


def test_changes_and_planning_tell_what_the_sandbox_has(accounts: Accounts, komet: Komet) -> None:
    begin, end = accounts.days(3, 3)
    accounts.download(begin, end)
    sums = accounts.sandbox.state.totals("magnolia", begin, end)
    words = ("planning", "--provider", "Magnolia", "--from", str(begin), "--to", str(end))
    for measure, name in (("boxes", "boxes"), ("stems", "stems"), ("total_cost", "total_cost")):
        told = komet(*words, "--sum", measure, "--column", "none", "--cancelled", "--json")
        assert told.returncode == 0, told.stderr
        total = json.loads(told.stdout)["totals"]["total"]
        assert total == pytest.approx(float(sums[name]))
    shown = komet(*words, "--rows", "customer_name", "product")
    assert shown.returncode == 0
    assert "Total" in shown.stdout
    assert komet(*words, "--rows", "nonsense").returncode == 2

    accounts.sandbox.state.advance()
    accounts.download(begin, end)
    everything = json.loads(komet("changes", "--json", "--limit", "100000").stdout)
    assert everything["counts"]["all"] > 0
    kinds = {row["kind"] for row in everything["changes"]}
    one = sorted(kinds)[0]
    only = json.loads(komet("changes", "--kind", one, "--json").stdout)
    assert {row["kind"] for row in only["changes"]} == {one}
    told = komet("changes", "--by", "customer_name")
    assert told.returncode == 0, told.stderr
    assert everything["changes"][0]["po_number"] in told.stdout
    assert komet("changes", "--kind", "nonsense").returncode == 2


def test_completion_knows_the_commands(komet: Komet, tmp_path: Path) -> None:
    for shell in ("bash", "zsh", "fish"):
        script = komet("completion", shell)
        assert script.returncode == 0, script.stderr
        assert "download" in script.stdout
    file = tmp_path / "komet.bash"
    file.write_text(komet("completion", "bash").stdout)
    checked = subprocess.run(["bash", "-n", str(file)], capture_output=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_the_demo_prints_its_own_lines_only(komet: Komet, tmp_path: Path) -> None:
    done = komet("demo", "--home", str(tmp_path / "demo"))
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    assert "dtype" not in done.stdout
