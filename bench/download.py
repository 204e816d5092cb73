"""60 slices of 200 lines from a server that takes 200 ms an answer: `python bench/download.py`.

Prints the time of whole runs, first into an empty file, then again with everything unchanged, and
the ratio to the best possible with the same number of workers: slices ÷ workers × 200 ms. The
server runs in a process of its own, as Komet does.
"""

import multiprocessing
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from pydantic import SecretStr

from komet.catalogs import table
from komet.clients.model import Provider, ProviderFields, TokenFields
from komet.clients.providers import add_provider
from komet.clients.tokens import add_token
from komet.context import AppContext, open_context
from komet.ingest.engine import execute
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.permissions import SYSTEM
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY
from komet.settings import Settings

SLICES, WORKERS, DELAY = 60, 4, 0.2
TODAY = date(2026, 11, 20)


def serve(pipe: Connection) -> None:
    """A sandbox with 40 POs of 5 lines a day; says where it is, and ends with the pipe."""
    with Sandbox(
        today=TODAY, orders_per_day=40, lines_per_order=5, delay=DELAY, evolve=False
    ) as sandbox:
        for n in range(SLICES):
            sandbox.state.orders("magnolia", TODAY - timedelta(days=n))
        pipe.send(sandbox.base_url)
        pipe.recv()


def prepared(home: Path, base_url: str) -> tuple[AppContext, Provider]:
    """A context with one token and one provider, whose catalogs are there."""
    ctx = open_context(Settings(home=home, workers=WORKERS))
    token = add_token(
        ctx,
        SYSTEM,
        TokenFields(label="bench", kind="Company"),
        SecretStr(IMPORTER_A_COMPANY.secret),
    )
    fields = ProviderFields(name="Bench", token_id=token.id, base_url=base_url)
    provider = add_provider(ctx, SYSTEM, fields)
    with ctx.db.write() as con:
        for method in ("boxtype.list", "product.list"):
            table.record_daily(con, provider.id, method, "ok", ctx.now())
    return ctx, provider


def run(ctx: AppContext, provider: Provider) -> tuple[float, float]:
    """Seconds of one whole run, and CPU seconds."""
    plan = plan_days(ctx, [provider], TODAY - timedelta(days=SLICES - 1), TODAY)
    began, _resumed = start_run(ctx, SYSTEM, plan, source="bench")
    clock, cpu = time.perf_counter(), time.process_time()
    ended = execute(ctx, SYSTEM, began.id)
    taken = time.perf_counter() - clock, time.process_time() - cpu
    assert ended.state.value == "done", ended
    return taken


def main() -> None:
    """Measure and print."""
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(theirs,))
    server.start()
    base_url = ours.recv()
    first, again = [], []
    for _round in range(3):
        with tempfile.TemporaryDirectory() as folder:
            ctx, provider = prepared(Path(folder), base_url)
            first.append(run(ctx, provider))
            again.append(run(ctx, provider))
    ours.send("stop")
    server.join()
    best = SLICES / WORKERS * DELAY
    print(f"{SLICES} slices of 200 lines, {WORKERS} workers, {DELAY * 1000:.0f} ms an answer")
    for name, taken in (("first download", first), ("unchanged again", again)):
        median, cpu = (statistics.median(figures) for figures in zip(*taken, strict=True))
        print(f"{name:<16} {median:6.2f} s   ratio to the best possible ({best:.2f} s): "
              f"{median / best:.2f}   CPU {cpu:.2f} s")  # fmt: skip


if __name__ == "__main__":
    main()
