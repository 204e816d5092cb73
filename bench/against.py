"""This product beside dlt, the usual script and the bare limit: `python bench/against.py`.

Each is a whole process, start-up included, on 60 day slices of some 154 lines from a server that
answers in 200 ms, 4 requests at once; wall time, CPU time (user and system) and peak memory are
the operating system's, the median of three rounds in which all take turns, with answers as they
are and gzipped. Every ratio is to the bare limit of the same run. The server's work is not counted.

    python bench/against.py --only komet                 # beside the limit alone
    python bench/against.py --workers 16 --latency 0     # throughput
    python bench/against.py --gzip on --rounds 1

The rivals live in an environment of their own, `.cache/against`, made at the first run.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

# The standard library alone: a child's peak memory counts what its parent held when it was born.

ROOT = Path(__file__).parents[1]
RIVALS = Path(__file__).parent / "rivals"
ENVIRONMENT = ROOT / ".cache" / "against"
SHARED = ("duckdb", "httpx", "pandas", "polars", "pyarrow", "requests")
"""What the rivals use in the very versions that are locked for this product."""
OWN = ("dlt[duckdb]==1.31.0", "openpyxl==3.1.5", "orjson==3.13.0")

LAST_DAY, DAYS, ORDERS_A_DAY = "2026-11-20", 60, 52
NAMES = {
    "komet": ("`komet download`, first", "`komet download`, unchanged", "`komet provider list`"),
    "dlt": ("dlt 1.31, parallel, merge into DuckDB",),
    "dlt-parquet": ("dlt 1.31, the same through Parquet files",),
    "usual": ("requests in a loop, pandas, openpyxl to Excel",),
    "bare": ("bare limit: httpx threads, orjson, polars, one bulk insert",),
}
SCRIPTS = {
    "dlt": "with_dlt.py",
    "dlt-parquet": "with_dlt.py",
    "usual": "usual.py",
    "bare": "bare.py",
}


@dataclass(frozen=True)
class Taken:
    """What one process took: seconds, seconds of CPU, megabytes."""

    wall: float
    cpu: float
    peak: float


def rivals_python() -> str:
    """The interpreter of the rivals' environment, which is made where it is not there."""
    locked = {}
    for line in (ROOT / "requirements-dev.lock").read_text().splitlines():
        name, equal, version = line.partition("==")
        if equal and not line.startswith(" "):
            locked[name] = version.split()[0]
    wanted = [*OWN, *(f"{name}=={locked[name]}" for name in SHARED if name in locked)]
    python = ENVIRONMENT / "bin" / "python"
    made_of = ENVIRONMENT / "made-of.txt"
    if not made_of.exists() or made_of.read_text().split() != wanted:
        print(f"Making the rivals' environment in {ENVIRONMENT} ...", file=sys.stderr)
        venv.create(ENVIRONMENT, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "-qq", *wanted], check=True)
        subprocess.run([python, "-m", "compileall", "-q", ENVIRONMENT / "lib"], check=False)
        made_of.write_text("\n".join(wanted))
    return str(python)


def measure(
    command: list[str], folder: Path, variables: dict[str, str] | None = None
) -> tuple[Taken, str]:
    """Run a command to its end, as a process of its own: what it took, and what it said."""
    with tempfile.TemporaryFile("w+") as said:
        clock = time.perf_counter()
        process = subprocess.Popen(
            command, cwd=folder, env=os.environ | (variables or {}), stdout=said
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - clock
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if process.returncode:
        sys.exit(f"{' '.join(command)} ended with {process.returncode}.\n{text}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return Taken(wall, usage.ru_utime + usage.ru_stime, kilobytes / 1024), text


@contextmanager
def server(
    latency: float, *, days: int, gzip: bool, orders: int = ORDERS_A_DAY, lines: int = 0
) -> Iterator[list[str]]:
    """The sandbox with prepared answers in a process of its own; its base URL and its token."""
    command = [sys.executable, RIVALS / "server.py", LAST_DAY, days, orders, lines, latency,
               "on" if gzip else "off"]  # fmt: skip
    with subprocess.Popen(
        [str(word) for word in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().split()
        process.communicate()


class Contest:
    """One server, and the contestants that are measured on it."""

    def __init__(self, chosen: argparse.Namespace, python: str, where: list[str]) -> None:
        self._chosen = chosen
        self._python = python
        self._base_url, self._token = where
        self.taken: dict[str, list[Taken]] = {}
        self._counts: dict[str, dict[str, int]] = {}

    def round(self, folder: Path) -> None:
        """Let each contestant run once, one after the other, in a folder of its own."""
        for name in self._chosen.only:
            own = folder / name
            own.mkdir()
            if name == "komet":
                self._run_komet(own)
            else:
                self._run_rival(name, own)
        if len({tuple(counts.items()) for counts in self._counts.values()}) > 1:
            sys.exit(f"They did not store the same: {self._counts}")

    def say(self) -> None:
        """Print the medians as a table, with ratios to the bare limit."""
        print("\n| | wall s | × | CPU s | × | peak MB |\n|---|---:|---:|---:|---:|---:|")
        limit = self._median(NAMES["bare"][0])
        for title in (title for name in self._chosen.only for title in NAMES[name]):
            took = self._median(title)
            print(
                f"| {title} | {took.wall:.1f} | {took.wall / limit.wall:.2f}"
                f" | {took.cpu:.1f} | {took.cpu / limit.cpu:.2f} | {took.peak:.0f} |"
            )

    def _run_komet(self, own: Path) -> None:
        home = own / "home"
        subprocess.run([sys.executable, RIVALS / "home.py", home, self._base_url], check=True)
        variables = {"KOMET_HOME": str(home), "KOMET_WORKERS": str(self._chosen.workers),
                     "KOMET_LANGUAGE": "en", "PYTHONPATH": str(ROOT)}  # fmt: skip
        komet = [sys.executable, "-m", "komet", "--quiet"]
        first, last = self._window()
        download = [*komet, "download", "--all", "--from", first, "--to", last, "--json"]
        for title, command in zip(
            NAMES["komet"], (download, download, [*komet, "provider", "list"]), strict=True
        ):
            took, _ = measure(command, own, variables)
            self.taken.setdefault(title, []).append(took)
        _, said = measure([*komet, "runs", "--last", "--json"], own, variables)
        days = json.loads(said)["slices"]
        self._counts["komet"] = {
            key: sum(day[key] or 0 for day in days) for key in ("orders", "lines")
        }

    def _run_rival(self, name: str, own: Path) -> None:
        out = own / ("orders.xlsx" if name == "usual" else "orders.duckdb")
        command = [self._python, RIVALS / SCRIPTS[name], self._base_url, self._token,
                   LAST_DAY, self._chosen.days, self._chosen.workers, out]  # fmt: skip
        files = {"FILES": "parquet"} if name == "dlt-parquet" else {}
        took, said = measure([str(word) for word in command], own, files)
        self.taken.setdefault(NAMES[name][0], []).append(took)
        self._counts[name] = json.loads(said.splitlines()[-1])

    def _window(self) -> tuple[str, str]:
        last = date.fromisoformat(LAST_DAY)
        return str(last - timedelta(days=self._chosen.days - 1)), LAST_DAY

    def _median(self, title: str) -> Taken:
        rounds = self.taken[title]
        return Taken(
            *(statistics.median(getattr(took, field) for took in rounds)
              for field in ("wall", "cpu", "peak"))
        )  # fmt: skip


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--days", type=int, default=DAYS)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--latency", type=float, default=0.2, help="seconds")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--gzip", choices=("off", "on", "both"), default="both")
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(NAMES))
    chosen = parser.parse_args()
    if unknown := set(chosen.only) - set(NAMES):
        parser.error(f"--only takes {', '.join(NAMES)}, not {', '.join(sorted(unknown))}")
    chosen.only = [name for name in NAMES if name in {*chosen.only, "bare"}]
    python = rivals_python()
    for packed in {"off": [False], "on": [True], "both": [False, True]}[chosen.gzip]:
        print(
            f"\n{chosen.days} days, {chosen.workers} workers, {chosen.latency * 1000:.0f} ms an"
            f" answer, gzip {'on' if packed else 'off'}, median of {chosen.rounds}; the network"
            f" alone: {chosen.days / chosen.workers * chosen.latency:.1f} s"
        )
        with server(chosen.latency, days=chosen.days, gzip=packed) as where:
            contest = Contest(chosen, python, where)
            for _round in range(chosen.rounds):
                with tempfile.TemporaryDirectory() as folder:
                    contest.round(Path(folder))
        contest.say()


if __name__ == "__main__":
    main()
