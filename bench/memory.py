"""A thousand day slices in one process, then 20 downloads of nothing new: `python bench/memory.py`.

Prints this process's memory after 200 slices and after all, and the size of the data file after
the first of the downloads that bring nothing new and after the last.
"""

import os
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from against import LAST_DAY, server
from download import prepared

from komet.catalogs import table
from komet.clients.model import Provider, ProviderFields
from komet.clients.providers import add_provider
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


def second(ctx: AppContext, first: Provider) -> Provider:
    """Another provider with the same orders: a run asks for two years of each at most."""
    fields = ProviderFields(name="Again", token_id=first.token_id, base_url=first.base_url)
    provider = add_provider(ctx, SYSTEM, fields, overlap_too=True)
    with ctx.db.write() as con:
        for method in ("boxtype.list", "product.list"):
            table.record_daily(con, provider.id, method, "ok", ctx.now())
    return provider


def download(ctx: AppContext, chosen: list[Provider], days: int) -> list[float]:
    """Download so many days of each provider; the memory after each slice."""
    after: list[float] = []

    def note(_slice: RunSlice) -> None:
        after.append(megabytes())

    plan = plan_days(ctx, chosen, END - timedelta(days=days - 1), END)
    run, _resumed = start_run(ctx, SYSTEM, plan, source="bench")
    ended = execute(ctx, SYSTEM, run.id, on_slice=note)
    assert ended.state.value == "done", ended
    return after


def main() -> None:
    """Measure and print."""
    with server(0, days=SLICES // 2, gzip=False) as (base_url, _token):
        # a home of its own for each: a day's allowance is 1,000 requests
        with tempfile.TemporaryDirectory() as folder:
            ctx, provider = prepared(Path(folder), base_url)
            after = download(ctx, [provider, second(ctx, provider)], SLICES // 2)
        # memory breathes with what arrives at once: the median of each hundred slices
        steps = [statistics.median(after[n : n + 100]) for n in range(0, SLICES, 100)]
        print("megabytes, slices by the hundred:", ", ".join(f"{step:.0f}" for step in steps))
        early, last = steps[EARLY // 100], steps[-1]
        print(
            f"after {EARLY} slices {early:.0f}, of the last hundred {last:.0f}"
            f" ({last / early:.2f} ×); the most at any moment since: {max(after[EARLY:]):.0f}"
        )
        with tempfile.TemporaryDirectory() as folder:
            ctx, provider = prepared(Path(folder), base_url)
            sizes = []
            for _time in range(TIMES + 1):
                download(ctx, [provider], SHORT)
                time.sleep(lease.LINGER + 1)  # nobody holds the file: it is whole, with no log
                sizes.append(ctx.db.path.stat().st_size / 2**20)
    # DuckDB writes beside what it replaces: the first few commits find no room to write in again
    print(
        f"data file after a first download of {SHORT} days {sizes[0]:.2f} MB; at most"
        f" {max(sizes[1:6]):.2f} after 1 to 5 that bring nothing new, {max(sizes[6:]):.2f} after 6"
        f" to {TIMES}"
    )


if __name__ == "__main__":
    main()
