"""One day of 20,000 lines, from the request to the commit: `python bench/big_day.py`.

In this process, start-up apart, from a server that answers at once; the median of three first
downloads into files of their own, and of one more of each that finds nothing changed. The limit is
`orjson.loads` of the same answer plus one bulk insert of its lines, in the rivals' environment.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from against import LAST_DAY, RIVALS, rivals_python, server
from download import prepared

from komet.clients.model import Provider
from komet.context import AppContext
from komet.ingest.engine import execute
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.permissions import SYSTEM

ORDERS, LINES_AN_ORDER, ROUNDS = 4_000, 5, 3


def download(ctx: AppContext, provider: Provider) -> tuple[float, float]:
    """Seconds from the request to the commit, and of CPU."""
    day = date.fromisoformat(LAST_DAY)
    run, _resumed = start_run(ctx, SYSTEM, plan_days(ctx, [provider], day, day), source="bench")
    clock, cpu = time.perf_counter(), time.process_time()
    ended = execute(ctx, SYSTEM, run.id)
    taken = time.perf_counter() - clock, time.process_time() - cpu
    assert ended.state.value == "done", ended
    return taken


def main() -> None:
    """Measure and print."""
    python = rivals_python()
    first, again = [], []
    with server(0, days=1, gzip=False, orders=ORDERS, lines=LINES_AN_ORDER) as (base_url, token):
        for n in range(ROUNDS + 1):
            with tempfile.TemporaryDirectory() as folder:
                ctx, provider = prepared(Path(folder), base_url)
                taken = download(ctx, provider), download(ctx, provider)
            if n:  # the first one also imports
                first.append(taken[0])
                again.append(taken[1])
        with tempfile.TemporaryDirectory() as folder:
            command = [python, RIVALS / "one_day.py", base_url, token, LAST_DAY, ROUNDS, folder]
            told = subprocess.check_output([str(word) for word in command], text=True)
    limit = json.loads(told)
    print(f"{limit['lines']:,} lines of one day, {limit['bytes'] / 1e6:.1f} MB")
    for place, clock in enumerate(("wall", "cpu")):
        loads, frame, insert = limit[clock].values()
        print(
            f"{clock:<4} s: orjson.loads {loads:.2f} + one insert {insert:.2f} ="
            f" {loads + insert:.2f} (making its frame {frame:.2f})"
        )
        for name, rounds in (("first download", first), ("unchanged again", again)):
            took = statistics.median(taken[place] for taken in rounds)
            print(
                f"    {name:<16} {took:5.2f}: {took / (loads + insert):.2f} ×,"
                f" with the frame {took / (loads + frame + insert):.2f} ×"
            )


if __name__ == "__main__":
    main()
