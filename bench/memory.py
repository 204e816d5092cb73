"""A thousand day slices in one process, then 20 downloads of nothing new: `python bench/memory.py`.

Prints this process's memory after 200 slices and after all, and the size of the data file after
the first of the downloads that bring nothing new and after the last.
"""

import os
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from against import LAST_DAY, server
from download import prepared

from komet.clients.model import Provider
from komet.context import AppContext
from komet.db import lease
from komet.ingest.engine import execute
from komet.ingest.model import RunSlice
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.permissions import SYSTEM

SLICES, EARLY, SHORT, TIMES = 1_000, 200, 40, 20
END = date.fromisoformat(LAST_DAY)


def megabytes() -> float:
    """Resident memory of this process, of which only Linux tells the present amount."""
    resident = int(Path("/proc/self/statm").read_text().split()[1])
    return resident * os.sysconf("SC_PAGE_SIZE") / 2**20


def download(ctx: AppContext, provider: Provider, days: int) -> list[float]:
    """Download so many days; the memory after each slice."""
    after: list[float] = []

    def note(_slice: RunSlice) -> None:
        after.append(megabytes())

    plan = plan_days(ctx, [provider], END - timedelta(days=days - 1), END)
    run, _resumed = start_run(ctx, SYSTEM, plan, source="bench")
    ended = execute(ctx, SYSTEM, run.id, on_slice=note)
    assert ended.state.value == "done", ended
    return after


def main() -> None:
    """Measure and print."""
    with server(0, days=SLICES, gzip=False) as (base_url, _token):
        # a home of its own for each: a day's allowance is 1,000 requests
        with tempfile.TemporaryDirectory() as folder:
            ctx, provider = prepared(Path(folder), base_url)
            after = download(ctx, provider, SLICES)
        early, late = after[EARLY - 1], max(after[EARLY:])
        steps = ", ".join(f"{after[n - 1]:.0f}" for n in range(100, SLICES + 1, 100))
        print(f"megabytes after every 100 slices: {steps}")
        print(f"after {EARLY}: {early:.0f}, most until {SLICES}: {late:.0f} ({late / early:.2f} ×)")
        with tempfile.TemporaryDirectory() as folder:
            ctx, provider = prepared(Path(folder), base_url)
            sizes = []
            for _time in range(TIMES + 1):
                download(ctx, provider, SHORT)
                time.sleep(lease.LINGER + 0.5)  # nobody holds the file: it is whole, with no log
                sizes.append(ctx.db.path.stat().st_size / 2**20)
    print(f"data file after a first download of {SHORT} days: {sizes[0]:.2f} MB, after {TIMES} more"
          f" that bring nothing new: {sizes[-1]:.2f} MB (most {max(sizes):.2f})")  # fmt: skip


if __name__ == "__main__":
    main()
