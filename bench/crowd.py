"""Everybody at one data file: `python bench/crowd.py [--seconds 600]`.

A process that reads as the app with two open sessions does, and five loops of commands, each a
process of its own: download, refresh, mapping import, export, and the lists. Prints how many
commands ran and failed, and how long the reads took. The aim: none fails, and 95 of 100 reads take
less than a second.
"""

import argparse
import json
import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from komet import demo
from komet.clients.providers import list_providers
from komet.clients.tokens import edit_token, list_tokens
from komet.context import open_context
from komet.ingest.runs import last_downloads
from komet.ingest.table import runs
from komet.orders import changes, query
from komet.orders.filters import OrderFilter
from komet.orders.model import ChangeFilter
from komet.permissions import SYSTEM
from komet.sandbox.server import Sandbox
from komet.settings import Settings

ROOT = Path(__file__).parents[1]
THINKING = 0.3
"""Seconds between two screens of one session."""


def serve(pipe: Connection) -> None:
    """The sandbox in a process of its own; says where it is, and ends with the pipe."""
    with Sandbox(delay=0.05) as sandbox:
        pipe.send(sandbox.base_url)
        pipe.recv()


def prepared(home: Path, base_url: str) -> None:
    """The sample clients with an allowance that lasts, their mapping, and a month of orders."""
    environment = os.environ | {"KOMET_HOME": str(home)}
    subprocess.run(
        [sys.executable, "-m", "komet", "demo"],
        cwd=home.parent,
        env=environment | {"PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.DEVNULL,
    )
    ctx = open_context(Settings(home=home))
    for token in list_tokens(ctx):
        edit_token(ctx, SYSTEM, token.id, label=token.label, owner=token.owner, users=500)
    with ctx.db.write() as con:
        con.run("UPDATE providers SET base_url = $url", {"url": base_url})
        con.run("UPDATE tokens SET base_url = $url WHERE base_url IS NOT NULL", {"url": base_url})
    chosen = demo.samples(list_providers(ctx))
    (home.parent / "mapping.csv").write_bytes(demo.sample_mapping(ctx, chosen))


def app(home: str, seconds: float, answers: Connection) -> None:
    """Two sessions that go from screen to screen; sends what each read took, and what failed."""
    ctx = open_context(Settings(home=Path(home))).for_screens()
    taken: list[float] = []
    failed: list[str] = []
    until = time.monotonic() + seconds

    def screens() -> Iterator[object]:
        while True:
            yield lambda: (
                query.total_items(ctx, OrderFilter()),
                query.list_items(ctx, OrderFilter()),
            )
            yield lambda: last_downloads(ctx)
            yield lambda: read(lambda con: runs.latest_runs(con, ctx.now()))
            yield lambda: query.list_choices(ctx)
            yield lambda: changes.count_changes(ctx, ChangeFilter())
            yield lambda: query.sum_boxes_by_day(ctx, OrderFilter())

    def read(ask):  # type: ignore[no-untyped-def]
        with ctx.db.read() as con:
            return ask(con)

    def session() -> None:
        for screen in screens():
            if time.monotonic() > until:
                return
            began = time.monotonic()
            try:
                screen()  # type: ignore[operator]
                taken.append(time.monotonic() - began)
            except Exception as error:  # noqa: BLE001 - whatever fails is counted
                failed.append(f"{type(error).__name__}: {error}")
            time.sleep(THINKING)

    both = [threading.Thread(target=session) for _n in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    answers.send((taken, failed))


def command_loops(home: Path) -> list[list[list[str]]]:
    """Five loops, each of one or more commands."""
    today = date.today()  # noqa: DTZ011 - any day will do
    begin, end = str(today - timedelta(days=20)), str(today - timedelta(days=5))
    beside = home.parent
    one = "Magnolia Imports"
    return [
        [["download", "--all", "--from", begin, "--to", end]],
        [["refresh"]],
        [["mapping", "import", str(beside / "mapping.csv")]],
        [
            ["export", str(beside / "all.xlsx")],
            ["export", str(beside / "one.csv"), "--provider", one],
        ],
        [["runs", "--last"], ["provider", "list"], ["token", "list"]],
    ]


def loop(
    home: Path, commands: list[list[str]], until: float, ended: list[tuple[str, float, int, str]]
) -> None:
    """Run the commands one after the other, again and again."""
    for command in cycle(commands):
        if time.monotonic() > until:
            return
        began = time.monotonic()
        done = subprocess.run(
            [sys.executable, "-m", "komet", *command],
            cwd=ROOT,
            env=os.environ | {"KOMET_HOME": str(home)},
            capture_output=True,
            text=True,
            check=False,
        )
        name = (
            " ".join(command[:2]) if command[0] in {"mapping", "provider", "token"} else command[0]
        )
        ended.append((name, time.monotonic() - began, done.returncode, done.stderr[-400:]))


def main() -> int:
    """Run the crowd and print what came of it; 1 where something failed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    spawn = multiprocessing.get_context("spawn")
    ours, theirs = spawn.Pipe()
    server = spawn.Process(target=serve, args=(theirs,))
    server.start()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        prepared(home, ours.recv())
        until = time.monotonic() + chosen.seconds
        answers, told = spawn.Pipe()
        reader = spawn.Process(target=app, args=(str(home), chosen.seconds, told))
        reader.start()
        ended: list[tuple[str, float, int, str]] = []
        loops = [
            threading.Thread(target=loop, args=(home, commands, until, ended))
            for commands in command_loops(home)
        ]
        for thread in loops:
            thread.start()
        taken, failed_reads = answers.recv()
        reader.join()
        for thread in loops:
            thread.join()
    ours.send("stop")
    server.join()
    return report(chosen.seconds, sorted(taken), failed_reads, ended, as_json=chosen.json)


def report(
    seconds: float,
    taken: list[float],
    failed_reads: list[str],
    ended: list[tuple[str, float, int, str]],
    *,
    as_json: bool,
) -> int:
    """Print the figures; 1 where a command or a read failed."""
    failed = [(name, err) for name, _took, code, err in ended if code]
    figures = {
        "seconds": seconds,
        "commands": len(ended),
        "failed commands": len(failed),
        "reads": len(taken),
        "failed reads": len(failed_reads),
        "read p50 s": round(statistics.median(taken), 3),
        "read p95 s": round(taken[int(len(taken) * 0.95)], 3),
        "read max s": round(taken[-1], 3),
    }
    if as_json:
        print(json.dumps(figures))
    else:
        for name, value in figures.items():
            print(f"{name:<18} {value}")
    counts = Counter(name for name, *_rest in ended)
    for name, count in counts.items():
        each = sorted(took for n, took, *_rest in ended if n == name)
        print(
            f"  {name:<16} {count:4}  median {statistics.median(each):6.2f} s"
            f"  max {each[-1]:6.2f} s"
        )
    for name, err in failed[:10]:
        print(f"  FAILED {name}: {err.strip()}")
    for text in failed_reads[:10]:
        print(f"  FAILED read: {text}")
    return 1 if failed or failed_reads else 0


if __name__ == "__main__":
    sys.exit(main())
