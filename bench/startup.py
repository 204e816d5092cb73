"""What starting costs: `python bench/startup.py [--rounds N] [--against PATH] [--screen]`.

Commands in fresh processes, in turn, and the median of each: CPU seconds (user and system) and wall
seconds, beside a bare Python and beside the import of DuckDB and polars, which every command that
reads the data file needs. `--against`: another checkout, measured in the same rounds. `--screen`:
also the app, from `streamlit run` to the first settled screen in Chromium, and what it had used of
the CPU by then. Aim: a third of what commit e018a3f needs; the first screen under 3 s.
"""

import argparse
import contextlib
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HERE = Path(__file__).parents[1]
SETTLED = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  if (!app || app.dataset.testScriptState !== 'notRunning') {
    window.quietSince = undefined;
    return false;
  }
  window.quietSince ??= performance.now();
  return performance.now() - window.quietSince > 400;
}"""
QUIET = 0.4
"""Seconds for which nothing is drawn before a screen counts as settled; not counted."""
Measured = tuple[float, float]
"""CPU and wall seconds."""


def run(tree: Path, home: Path, *words: str) -> Measured:
    """What one process takes, from its start to its end."""
    clock = time.perf_counter()
    process = start(tree, home, *words)
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, words
    return used.ru_utime + used.ru_stime, time.perf_counter() - clock


def start(tree: Path, home: Path, *words: str) -> "subprocess.Popen[bytes]":
    """A fresh interpreter in a checkout, on a data folder."""
    return subprocess.Popen(
        [sys.executable, *words],
        cwd=tree,
        env=os.environ | {"KOMET_HOME": str(home), "KOMET_LANGUAGE": "en"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def first_screen(browser: "Browser", tree: Path, home: Path) -> Measured:
    """The app from its start to the first settled screen."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    clock = time.perf_counter()
    process = start(tree, home, "-m", "streamlit", "run", "app.py", "--server.port", port)
    try:
        with contextlib.closing(browser.new_context(locale="en-US")) as visit:
            url = f"http://127.0.0.1:{port}"
            wait_for(url + "/_stcore/health")
            page = visit.new_page()
            page.goto(url)
            page.locator("h1").first.wait_for(timeout=120_000)
            page.wait_for_function(SETTLED, timeout=120_000)
            wall = time.perf_counter() - clock - QUIET
            return cpu_so_far(process.pid), wall
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    """Wait until a server answers."""
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(url).close()
            return
        time.sleep(0.01)


def cpu_so_far(pid: int) -> float:
    """CPU seconds of a process that runs; not a number where the system has no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return float("nan")
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def chromium() -> Iterator[Any]:
    """A browser that has drawn a page already."""
    from playwright.sync_api import sync_playwright

    paths = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=next(filter(None, paths)), args=["--no-sandbox", "--disable-gpu"]
        )
        with contextlib.closing(browser.new_context()) as visit:
            visit.new_page().goto("about:blank")
        yield browser
        browser.close()


def cases_of(tree: Path, folder: Path, browser: Any) -> dict[str, Callable[[], Measured]]:
    """What is measured in a checkout: name → one process."""
    empty, filled = folder / "empty", folder / "filled"
    run(tree, empty, "-m", "komet", "provider", "list")
    run(tree, filled, "-m", "komet", "demo", "--home", str(filled))
    cases = {
        "komet --help": lambda: run(tree, empty, "-m", "komet", "--help"),
        "komet provider list": lambda: run(tree, empty, "-m", "komet", "provider", "list"),
        "the same, filled": lambda: run(tree, filled, "-m", "komet", "provider", "list"),
    }
    if browser:
        cases["first screen"] = lambda: first_screen(browser, tree, empty)
        cases["first screen, filled"] = lambda: first_screen(browser, tree, filled)
    return cases


def main() -> None:
    """Measure in turn, and print medians."""
    parser = argparse.ArgumentParser(description="What starting costs.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--screen", action="store_true")
    chosen = parser.parse_args()
    trees = {"": HERE} | ({"before": chosen.against.resolve()} if chosen.against else {})
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(chromium()) if chosen.screen else None
        cases: dict[tuple[str, str], Callable[[], Measured]] = {
            ("", "python -c pass"): lambda: run(HERE, folder, "-c", "pass"),
            ("", "import duckdb, polars"): lambda: run(HERE, folder, "-c", "import duckdb, polars"),
        }
        for which, tree in trees.items():
            made = cases_of(tree, folder / (which or "now"), browser)
            cases |= {(which, name): case for name, case in made.items()}
        measured: dict[tuple[str, str], list[Measured]] = {key: [] for key in cases}
        for _round in range(chosen.rounds):
            for key, case in cases.items():
                measured[key].append(case())
    medians = {
        key: [statistics.median(one) for one in zip(*found, strict=True)]
        for key, found in measured.items()
    }
    print(f"{'':24} {'CPU s':>7} {'wall s':>7}   times the CPU, the wall before")
    for (which, name), (cpu, wall) in medians.items():
        if which:
            continue
        before = medians.get(("before", name))
        ratio = f"   {cpu / before[0]:.2f}  {wall / before[1]:.2f}" if before else ""
        print(f"{name:24} {cpu:7.2f} {wall:7.2f}{ratio}")


if __name__ == "__main__":
    main()
