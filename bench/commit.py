"""What the store takes of slices that are fetched already: `python bench/commit.py`.

60 slices of 200 lines in transactions of four, first into an empty file, then unchanged, then with
every line changed; and one day of 20,000 lines from its JSON to committed. Each beside the limit of
the same machine: the same rows read by `json.loads` and inserted at once. Time and CPU seconds.
"""

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb
import polars as pl

from komet.api.answers import parse_rows
from komet.api.client import RawOrders
from komet.api.methods import registry
from komet.api.transport import Answer
from komet.db.database import Database
from komet.ingest.commit import write_slices
from komet.ingest.frames import SliceFrames
from komet.ingest.sources.komet_columns import read_slice

SLICES, TOGETHER, ORDERS, LINES = 60, 4, 40, 5
LARGE = 20_000
TODAY = date(2026, 11, 20)
NOW = datetime(2026, 11, 20, tzinfo=UTC)


def answer(day: date, orders: int, lines: int, boxes: int = 1) -> str:
    """An answer as Komet sends it."""
    found: list[dict[str, Any]] = [
        {"id": f"{day}-{po}", "number": f"P{po}", "shipDate": str(day), "status": "Pending",
         "vendorName": "Farm", "origin": "BOG", "locationName": "Miami",
         "details": [
             {"poItemId": f"{day}-{po}-{n}", "productId": f"{n % 300}",
              "productDescription": f"Rose {n % 300} 50 cm", "totalBoxes": boxes, "bunches": 10,
              "stemsBunch": 25, "unitType": "Stem", "totalUnits": 250, "unitCost": 0.31,
              "totalCost": 77.5, "boxType": "HB", "lineItemStatus": "P", "customerName": "Shop",
              "markCode": "SHOP", "carrierName": "Truck"} for n in range(lines)]}
        for po in range(orders)
    ]  # fmt: skip
    return json.dumps({"purchaseOrders": found})


def read(day: date, text: str) -> SliceFrames:
    """The slice of an answer."""
    answer = Answer(200, text.encode(), None, None)
    rows = parse_rows(registry()["purchase.order.list"], answer, token_has_worked=True)
    return read_slice("bench", day, RawOrders(rows, NOW))


@contextmanager
def measured(name: str) -> Iterator[Callable[[], float]]:
    """Print wall and CPU seconds of what is inside."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield lambda: time.perf_counter() - wall
    print(f"{name:<40} {time.perf_counter() - wall:7.3f} s   CPU {time.process_time() - cpu:7.3f}")


def write(db: Database, slices: list[SliceFrames], together: int = TOGETHER) -> None:
    """Write slices, so many in each transaction."""
    for start in range(0, len(slices), together):
        with db.write() as con:
            write_slices(con, slices[start : start + together], "run")


def main() -> None:
    """Measure and print."""
    days = [TODAY - timedelta(days=n) for n in range(SLICES)]
    slices = [read(day, answer(day, ORDERS, LINES)) for day in days]
    changed = [read(day, answer(day, ORDERS, LINES, boxes=2)) for day in days]
    with tempfile.TemporaryDirectory() as folder:
        db = Database(Path(folder) / "a.duckdb")
        # what a process does once
        write(db, [read(TODAY + timedelta(days=9), answer(TODAY + timedelta(days=9), 1, 1))])
        raw = duckdb.connect(str(Path(folder) / "limit.duckdb"))
        with measured("limit: one insert"):
            frame = pl.concat([one.orders.po_lines for one in slices])
            raw.register("frame", frame.to_arrow())
            raw.execute("CREATE TABLE t AS FROM frame")
        with measured("first"):
            write(db, slices)
        with measured("unchanged"):
            write(db, slices)
        with measured("everything changed"):
            write(db, changed)
        day = TODAY + timedelta(days=1)
        text = answer(day, LARGE // 10, 10)
        with measured(f"{LARGE} lines: limit"):
            rows = [line for po in json.loads(text)["purchaseOrders"] for line in po["details"]]
            raw.register("frame", pl.DataFrame(rows).to_arrow())
            raw.execute("CREATE TABLE large AS FROM frame")
        with measured(f"{LARGE} lines: read"):
            large = read(day, text)
        for name in ("first", "unchanged"):
            with measured(f"{LARGE} lines: {name}"):
                write(db, [large])
        text = answer(day, LARGE // 10, 10, boxes=2)
        large = read(day, text)
        with measured(f"{LARGE} lines: everything changed"):
            write(db, [large])


if __name__ == "__main__":
    main()
