"""A refresh of 10 providers × 25 days, nothing changed: `python bench/refresh.py`.

Prints the first download and then refreshes of the same slices, from a server of its own process
that answers without delay, and the store's peak. Aim: a refresh under 20 s.
"""

import multiprocessing
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from download import prepared

from komet.catalogs import table
from komet.clients.model import Provider, ProviderFields
from komet.clients.providers import add_provider
from komet.context import AppContext
from komet.ingest.engine import execute
from komet.ingest.plan import plan_refresh
from komet.ingest.runs import start_run
from komet.permissions import SYSTEM
from komet.sandbox.server import Sandbox

PROVIDERS, BACK, AHEAD = 10, 3, 21
TODAY = datetime.now(UTC).date()


def serve(pipe: Connection) -> None:
    """A sandbox with 20 POs of 5 lines a day that do not change."""
    with Sandbox(today=TODAY, orders_per_day=20, lines_per_order=5, evolve=False) as sandbox:
        for n in range(-AHEAD, BACK + 1):
            sandbox.state.orders("magnolia", TODAY - timedelta(days=n))
        pipe.send(sandbox.base_url)
        pipe.recv()


def ten(ctx: AppContext, first: Provider) -> list[Provider]:
    """Ten providers with the token and the address of the first."""
    found = [first]
    for n in range(2, PROVIDERS + 1):
        fields = ProviderFields(name=f"Bench {n}", token_id=first.token_id, base_url=first.base_url)
        found.append(add_provider(ctx, SYSTEM, fields, overlap_too=True))
        with ctx.db.write() as con:
            for method in ("boxtype.list", "product.list"):
                table.record_daily(con, found[-1].id, method, "ok", ctx.now())
    return found


def refresh(ctx: AppContext, chosen: list[Provider]) -> tuple[float, int]:
    """Seconds of one refresh from plan to end, and its slices."""
    clock = time.perf_counter()
    plan = plan_refresh(ctx, chosen)
    began, _resumed = start_run(ctx, SYSTEM, plan, source="bench")
    ended = execute(ctx, SYSTEM, began.id)
    taken = time.perf_counter() - clock
    assert ended.state.value == "done", ended
    return taken, len(plan.slices)


def main() -> None:
    """Measure and print."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    server.start()
    base_url = ours.recv()
    with tempfile.TemporaryDirectory() as folder:
        ctx, one = prepared(Path(folder), base_url)
        chosen = ten(ctx, one)
        first, slices = refresh(ctx, chosen)
        again = [refresh(ctx, chosen) for _round in range(3)]
    ours.send("stop")
    server.join()
    print(f"{PROVIDERS} providers × {BACK + AHEAD + 1} days = {slices} slices of 100 lines")
    print(f"first download  {first:6.2f} s")
    taken = statistics.median(seconds for seconds, _slices in again)
    print(f"unchanged again {taken:6.2f} s   ({again[0][1]} slices; aim: under 20 s)")


if __name__ == "__main__":
    main()
