"""From the click to the settled screen, in a browser: `python bench/screens.py [--home FOLDER]`.

Builds a store of 1,000,000 lines (kept in `--home`, and used again), starts the app on it, drives
it by Playwright with Debian's Chromium, and measures in the page: from the click to the moment when
Streamlit is at rest and the screen shows what was asked for. Prints the median and the 95th
percentile beside the limit: a minimal Streamlit app whose button shows a frame of 100 rows,
measured the same way. Also the server's CPU time for each step, what it sent, and its memory.
"""

import argparse
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, Error, Locator, Page, Position, sync_playwright
from pydantic import SecretStr

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench import orders
from komet.backup.archive import keep_daily_backup
from komet.clients.model import TokenFields
from komet.clients.tokens import add_token
from komet.context import open_context
from komet.permissions import SYSTEM
from komet.settings import Settings

HERE = Path(__file__).parent
ROOT = HERE.parent
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LIMIT_APP = """
import polars as pl
import streamlit as st

st.title("Limit")
st.session_state["n"] = n = st.session_state.get("n", 0) + st.button("Next")
st.dataframe(pl.DataFrame({f"c{c}": [f"cell {n} {c} {row}" for row in range(100)]
                           for c in range(10)}))
"""
EXPORTED_DAYS = 55
"""Days of orders in the Excel file: some 100,000 items."""
PARTS = ("limit", "cold", "warm", "memory")
_TICKS = os.sysconf("SC_CLK_TCK")


class Step(NamedTuple):
    """One click: milliseconds until the screen was settled, CPU of the server, what it sent."""

    wall: float
    cpu: float
    messages: float
    kilobytes: float


Steps = dict[str, list[Step]]


def build(home: Path, lines: int) -> None:
    """A store with everything that the screens read, its ship dates up to three weeks from now."""
    ctx = open_context(Settings(home=home))
    today = datetime.now(UTC).date()
    orders.build(ctx.db, lines, today + timedelta(days=21 - lines // 1400))
    for n in range(10):
        fields = TokenFields(label=f"Token {n}", kind="Company")
        token = add_token(ctx, SYSTEM, fields, SecretStr(f"made-up-for-the-bench-{n}"))
        with ctx.db.write() as con:
            con.run(
                "UPDATE providers SET token_id = $token WHERE id = $id",
                {"token": token.id, "id": f"p{n}"},
            )
    with ctx.db.write() as con:
        for statement in (HERE / "screens.sql").read_text().strip().removesuffix(";").split(";\n"):
            asks = "$today" in statement
            con.run(statement, {"today": today} if asks else None)
    keep_daily_backup(ctx)  # else the first server would do it
    ctx.db._lease.close_for_good()


class Server:
    """A Streamlit server of its own, as a user starts one."""

    def __init__(self, script: Path, home: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        began = time.perf_counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", script.name, "--server.port", str(port),
             "--server.headless", "true", "--browser.gatherUsageStats", "false"],
            cwd=script.parent,
            env=os.environ | {"KOMET_HOME": str(home)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health").close()
                break
            except OSError:
                assert self.process.poll() is None, "The server did not start."
                time.sleep(0.01)
        self.start = (time.perf_counter() - began) * 1000

    @property
    def cpu(self) -> float:
        """Milliseconds of CPU until now."""
        parts = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(parts[11]) + int(parts[12])) * 1000 / _TICKS

    def memory(self, of: str = "VmRSS") -> float:
        """Megabytes that it holds now, or has held at most (`VmHWM`)."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(status.split(f"{of}:")[1].split()[0]) / 1024

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)


@contextmanager
def serving(script: Path, home: Path) -> Iterator[Server]:
    """A server, for the block."""
    server = Server(script, home)
    try:
        yield server
    finally:
        server.stop()


class Session:
    """A browser of its own at a server; every step is measured into `steps`."""

    def __init__(self, browser: Browser, server: Server, steps: Steps) -> None:
        self._context = browser.new_context(
            viewport={"width": 1440, "height": 900}, accept_downloads=True, locale="en-US"
        )
        self._context.add_init_script(path=HERE / "screens.js")
        self.page: Page = self._context.new_page()
        self.page.set_default_timeout(60_000)
        self.server = server
        self._steps = steps

    def load(self, name: str, path: str, shows: str) -> None:
        """Open an address; counted from the begin of the navigation."""
        cpu = self.server.cpu
        self.page.goto(f"{self.server.url}/{path}", wait_until="commit")
        self.page.evaluate(f"bench.await({shows}, {{loading: true}})")
        self._keep(name, cpu)

    def click(self, name: str, shows: str, target: Locator, at: Position | None = None) -> None:
        """Click something, and wait until the screen shows what follows from it."""
        self._do(name, shows, lambda: target.click(position=at), "{}")

    def press(self, name: str, shows: str, key: str, target: Locator | None = None) -> None:
        """Press a key (in a field), and wait until the screen shows what follows from it."""
        self._do(name, shows, lambda: (target or self.page.locator("body")).press(key), "{}")

    def open(self, name: str, title: str, shows: str) -> None:
        """Go to a screen by its link in the navigation."""
        link = self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=title, exact=True)
        heading = "Komet Desk" if title == "Overview" else title
        self._do(name, _titled(heading, shows), link.click, "{opening: true}")

    def close(self) -> None:
        """Close the browser's window."""
        self._context.close()

    def _do(self, name: str, shows: str, act: Callable[[], None], options: str) -> None:
        self.page.evaluate(f"bench.await({shows}, {options})")
        cpu = self.server.cpu
        act()
        self._keep(name, cpu)

    def _keep(self, name: str, cpu: float) -> None:
        try:
            wall, messages, sent = self.page.evaluate("bench.settled")
        except Error:
            self.page.screenshot(path=Path(tempfile.gettempdir()) / "bench-screens.png")
            raise
        used = self.server.cpu - cpu
        self._steps[name].append(Step(wall, used, messages, sent / 1024))


def _titled(title: str, shows: str) -> str:
    heading = f"document.querySelector('h1')?.innerText === '{title}'"
    return f"(at, seen) => {heading} && ({shows})(at, seen)"


ROWS = "at => bench.rows(at)"
NEW_ROWS = "(at, seen) => bench.rows(at, seen)"
ANY_CHART = "() => document.querySelector('[data-testid=stVegaLiteChart] :is(canvas, svg.marks)')"
CHART = f"at => bench.rows(at) && ({ANY_CHART})()"
OVERVIEW = _titled("Komet Desk", CHART)
NO_DIALOG = "() => !document.querySelector('[role=dialog]')"
DIALOG = "at => document.querySelector('[role=dialog] canvas') && bench.rows(at)"


def measure_limit(browser: Browser, folder: Path, steps: Steps, rounds: int) -> None:
    """What Streamlit itself needs here: to load a page, and to show a frame after a click."""
    script = folder / "limit.py"
    script.write_text(LIMIT_APP)
    for n in range(max(3, rounds // 3)):
        with serving(script, folder) as server:
            session = Session(browser, server, steps)
            session.load("limit: cold load", "", ROWS)
            button = session.page.get_by_role("button", name="Next")
            for _n in range(rounds if n == 0 else 0):
                session.click("limit: a click, 100 rows", NEW_ROWS, button)
            session.close()


def measure_cold(browser: Browser, home: Path, steps: Steps, rounds: int) -> None:
    """The first screen of a fresh server, and SKU mapping opened first in it."""
    for _n in range(rounds):
        with serving(ROOT / "app.py", home) as server:
            session = Session(browser, server, steps)
            session.load("cold load: Overview", "", OVERVIEW)
            session.open("SKU mapping, first", "SKU mapping", ROWS)
            session.close()


def measure_warm(browser: Browser, home: Path, steps: Steps, rounds: int) -> None:
    """A day of clicks in one session; what they ask for is new each time."""
    with serving(ROOT / "app.py", home) as server:
        session = Session(browser, server, steps)
        page = session.page
        buttons = page.get_by_role("button")
        session.load("", "", OVERVIEW)
        for n in range(rounds):
            first = ", first in the server" if n == 0 else ""
            session.open(f"Purchase orders{first}", "Purchase orders", CHART)
            buttons.filter(has_text="Ships:").click()
            every_day = page.get_by_test_id("stPopoverBody").get_by_text("all days", exact=True)
            session.click("filter: all days" if n else "", ROWS, every_day)
            page.keyboard.press("Escape")
            session.click("next page", NEW_ROWS, page.get_by_test_id("stPaginationNext"))
            row = Position(x=40, y=36 + 35 * (n % 10) + 17)
            grid = page.get_by_test_id("stDataFrame").first
            grid.hover(position=row)  # a grid takes no click where no mouse has come
            session.click("open a PO", DIALOG, grid, row)
            session.press("close the PO", NO_DIALOG, "Escape")
            buttons.filter(has_text="More filters").click()
            vendor = page.get_by_label("Vendor").first
            vendor.click()
            name = f"Finca {n % 50 + 10}"
            vendor.press_sequentially(name)
            option = page.get_by_role("option", name=name, exact=True)
            session.click("filter: a vendor", NEW_ROWS, option)
            page.keyboard.press("Escape")
            page.get_by_test_id("stPopover").get_by_role("button", name="Product").click()
            unmapped = page.get_by_role("radio", name="Unmapped", exact=True)
            session.click("filter: unmapped too", NEW_ROWS, unmapped)
            page.keyboard.press("Escape")
            product = page.get_by_role("searchbox")
            product.fill("hydrangea")
            session.press("filter: product too", ROWS, "Enter", product)
            session.click("clear the filters", ROWS, buttons.filter(has_text="Clear all"))
            session.open(f"Changes{first}", "Changes", ROWS)
            session.open(f"Planning{first}", "Planning", ANY_CHART)
            session.open("SKU mapping, again" if n else "", "SKU mapping", ROWS)
            session.open(f"Overview, again{first}", "Overview", CHART)
        session.close()


def measure_memory(browser: Browser, home: Path) -> list[tuple[str, float]]:
    """Megabytes of the server as sessions come, and after an export to Excel."""
    unused: Steps = defaultdict(list)
    held = []
    with serving(ROOT / "app.py", home) as server:
        held.append(("started", server.memory()))
        sessions = [Session(browser, server, unused) for _n in range(2)]
        for n, session in enumerate(sessions, 1):
            session.load("", "", OVERVIEW)
            for title, shows in (("Purchase orders", CHART), ("Changes", ROWS),
                                 ("Planning", ANY_CHART), ("SKU mapping", ROWS)):  # fmt: skip
                session.open("", title, shows)
            held.append((f"{n} session(s), five screens each", server.memory()))
        until = datetime.now(UTC).date()
        begin = until - timedelta(days=EXPORTED_DAYS)
        page = sessions[0].page
        query = f"purchase_orders?ship_from={begin}&ship_to={until}"
        sessions[0].load("", query, _titled("Purchase orders", ROWS))
        page.get_by_test_id("stMain").get_by_role("button", name="Export").click()
        with page.expect_download(timeout=300_000) as download:
            page.get_by_role("button", name="Excel").first.click()
        Path(download.value.path()).stat()
        held.append(("after an export of 100,000 items", server.memory()))
        time.sleep(3)
        held.append(("three seconds later", server.memory()))
        held.append(("at most", server.memory("VmHWM")))
        held.append(("CPU seconds in all", server.cpu / 1000))
    return held


def show(steps: Steps) -> None:
    """Print the table, with ratios to the limit that belongs to each step."""
    limits = {
        name: statistics.median(step.wall for step in found)
        for name, found in steps.items()
        if name.startswith("limit") and found
    }
    print(f"{'milliseconds':<42}{'n':>4}{'median':>9}{'p95':>8}{'worst':>8}{'× limit':>9}"
          f"{'CPU':>8}{'messages':>10}{'kB':>8}")  # fmt: skip
    for name, found in steps.items():
        if not name:
            continue
        walls = [step.wall for step in found]
        middle, worst = statistics.median(walls), max(walls)
        p95 = statistics.quantiles(walls, n=20, method="inclusive")[-1] if walls[1:] else worst
        limit = limits.get("limit: cold load" if "cold" in name else "limit: a click, 100 rows")
        ratio = f"{middle / limit:.1f}" if limit else ""
        cpu, messages, sent = (
            statistics.median(column) for column in [*zip(*found, strict=True)][1:]
        )
        print(f"{name:<42}{len(walls):>4}{middle:>9.0f}{p95:>8.0f}{worst:>8.0f}{ratio:>9}"
              f"{cpu:>8.0f}{messages:>10.0f}{sent:>8.1f}")  # fmt: skip


def main() -> None:
    """Build what is not there, measure, print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--home", type=Path, help="keep the store there, and use it again")
    asked.add_argument("--lines", type=int, default=1_000_000)
    asked.add_argument("--rounds", type=int, default=10)
    asked.add_argument("--only", nargs="+", choices=PARTS, default=PARTS)
    asked.add_argument("--build", action="store_true", help="build the store, and measure nothing")
    given = asked.parse_args()
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        home = given.home or Path(folder) / "home"
        if not (home / "komet.duckdb").exists():
            began = time.perf_counter()
            build(home, given.lines)
            print(f"{given.lines:,} lines built in {time.perf_counter() - began:.0f} s")
        if given.build:
            return
        steps: Steps = defaultdict(list)
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        if "limit" in given.only:
            measure_limit(browser, Path(folder), steps, given.rounds)
        if "cold" in given.only:
            measure_cold(browser, home, steps, given.rounds)
        if "warm" in given.only:
            measure_warm(browser, home, steps, given.rounds)
        show(steps)
        if "memory" in given.only:
            for name, figure in measure_memory(browser, home):
                print(f"{name:<42}{figure:>12.0f}{'' if 'CPU' in name else ' MB'}")
        browser.close()


if __name__ == "__main__":
    main()
