"""What one day costs at least: `orjson.loads`, one polars frame, one bulk insert into DuckDB.

`one_day.py URL TOKEN DAY ROUNDS FOLDER` prints the seconds and the CPU seconds of the three steps,
the median of so many rounds after one that is not counted, and how many lines it stored.
"""

import json
import statistics
import sys
import time
from pathlib import Path

import duckdb
import httpx
import orjson
import polars as pl

STEPS = ("loads", "frame", "insert")


def clocks() -> tuple[float, float]:
    """Seconds by the clock, and of CPU."""
    return time.perf_counter(), time.process_time()


def medians(taken: dict[str, list[float]]) -> dict[str, float]:
    """The median of each step."""
    return {step: statistics.median(rounds) for step, rounds in taken.items()}


def flatten(orders: list[dict]) -> list[dict]:
    """A row a line, under the members of its PO."""
    return [
        {f"po_{name}": value for name, value in order.items() if name != "details"} | line
        for order in orders
        for line in order["details"]
    ]


def main() -> None:
    """Fetch once, then do the rest as often as asked."""
    base_url, token, day, rounds, folder = sys.argv[1:]
    asked = {"date": day, "authenticationToken": token}
    answer = httpx.get(f"{base_url}/purchase.order.list", params=asked, timeout=600).content
    wall: dict[str, list[float]] = {step: [] for step in STEPS}
    cpu: dict[str, list[float]] = {step: [] for step in STEPS}
    for n in range(int(rounds) + 1):
        marks = [clocks()]
        orders = orjson.loads(answer)["purchaseOrders"]
        marks.append(clocks())
        frame = pl.DataFrame(flatten(orders), infer_schema_length=None, strict=False)
        marks.append(clocks())
        with duckdb.connect(Path(folder) / f"{n}.duckdb") as con:
            con.register("frame", frame)
            con.sql("CREATE TABLE lines AS FROM frame")
        marks.append(clocks())
        for step, begun, ended in zip(STEPS, marks, marks[1:], strict=False):
            if n:
                wall[step].append(ended[0] - begun[0])
                cpu[step].append(ended[1] - begun[1])
    told = {"wall": medians(wall), "cpu": medians(cpu)}
    print(json.dumps(told | {"lines": frame.height, "bytes": len(answer)}))


main()
