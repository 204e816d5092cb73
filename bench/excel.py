"""How long an Excel export of the Items screen takes: `python bench/excel.py [rows]`.

Each run is a fresh process. Prints seconds (median of 3), peak memory of the
process, file size, and the longest time that another thread had to wait.
"""

from __future__ import annotations

import json
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import polars as pl  # noqa: E402

from komet.export.writers.xlsx import Column, ColumnKind, Sheet, write_workbook  # noqa: E402

KINDS = {
    "Ship date": ColumnKind.DATE,
    "Truck date": ColumnKind.DATE,
    "Downloaded at": ColumnKind.TIME,
    "Komet product ID": ColumnKind.INTEGER,
    "PO item ID": ColumnKind.INTEGER,
    "Boxes": ColumnKind.QUANTITY,
    "Bunches": ColumnKind.QUANTITY,
    "Stems per bunch": ColumnKind.QUANTITY,
    "Total units": ColumnKind.QUANTITY,
    "Stems": ColumnKind.QUANTITY,
    "Quantity confirmed": ColumnKind.QUANTITY,
    "FBE": ColumnKind.FACTOR,
    "Unit cost": ColumnKind.UNIT_COST,
    "Total cost": ColumnKind.MONEY,
}
TOTALS = ("Boxes", "Bunches", "Total units", "Stems", "FBE", "Total cost")


def items(rows: int) -> pl.DataFrame:
    """Return ``rows`` order lines with the 33 columns of the Items screen."""
    chance = random.Random(7)

    def pick(values: list[str]) -> list[str]:
        return chance.choices(values, k=rows)

    def decimals(highest: int, scale: int) -> pl.Series:
        values = [Decimal(chance.randint(1, highest)).scaleb(-scale) for _ in range(rows)]
        return pl.Series(values, dtype=pl.Decimal(18, scale))

    def whole(highest: int) -> list[int]:
        return [chance.randint(1, highest) for _ in range(rows)]

    first = date(2026, 1, 1)
    note = "Please keep cold & confirm before noon; lamar a la finca si falta algo"
    return pl.DataFrame(
        {
            "Provider": pick(["Rosaprima", "Esmeralda Farms", "Hoja Verde"]),
            "PO number": [str(4_000_000 + i // 8) for i in range(rows)],
            "Ship date": [first + timedelta(days=i * 300 // rows) for i in range(rows)],
            "PO status": pick(["Confirmed", "Pending"]),
            "Line status": pick(["Confirmed", "Pending", "Cancelled"]),
            "Vendor": pick([f"Florícola {k} S.A." for k in range(300)]),
            "Customer": pick([f"Customer & Sons {k}" for k in range(900)]),
            "Location": pick(["Miami", "Quito"]),
            "Origin": pick(["UIO", "BOG"]),
            "Carrier": pick([f"Carrier {k}" for k in range(40)]),
            "Mark code": pick([f"{k:06d}" for k in range(999)]),
            "Komet product ID": whole(900_000),
            "Product": pick([f"Rose Freedom Red {k} cm" for k in range(999)]),
            "SKU": pick([f"{k:07d}" for k in range(2_000)]),
            "SKU description": pick([f"Rose Freedom premium {k} cm × 25" for k in range(999)]),
            "Box type": pick(["QB", "HB", "FB"]),
            "Boxes": decimals(4_000, 2),
            "Bunches": whole(40),
            "Stems per bunch": whole(25),
            "Unit type": pick(["Stem", "Bunch"]),
            "Total units": whole(4_000),
            "Stems": whole(4_000),
            "FBE": decimals(40_000, 4),
            "Unit cost": decimals(40_000, 4),
            "Total cost": decimals(400_000, 2),
            "Quantity confirmed": whole(4_000),
            "Order type": pick(["Standing", "Open market"]),
            "Prebook": pick([f"PB{k}" for k in range(500)]),
            "Truck date": [first + timedelta(days=2 + i * 300 // rows) for i in range(rows)],
            "Reference": pick([f"Reference {k}" for k in range(5_000)]),
            "Notes": pick(["", note, "Short note"]),
            "PO item ID": [9_000_000 + i for i in range(rows)],
            "Downloaded at": [datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC)] * rows,
        }
    )


def measure(rows: int) -> dict[str, float]:
    """Write one workbook in this process; return what it took."""
    frame = items(rows)
    columns = tuple(Column(name, KINDS.get(name, ColumnKind.TEXT)) for name in frame.columns)
    totals = {name: frame.get_column(name).sum() for name in TOTALS}
    sheet = Sheet("Items", columns, frame, totals)
    longest, done = 0.0, threading.Event()

    def watch() -> None:
        nonlocal longest
        last = time.perf_counter()
        while not done.is_set():
            time.sleep(0.001)
            now = time.perf_counter()
            longest, last = max(longest, now - last), now

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    watcher = threading.Thread(target=watch)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "items.xlsx"
        watcher.start()
        start = time.perf_counter()
        write_workbook(target, [sheet])
        seconds = time.perf_counter() - start
        done.set()
        watcher.join()
        size = target.stat().st_size
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts ru_maxrss in kB.
    return {
        "seconds": seconds,
        "peak MB": peak / 1024,
        "before MB": before / 1024,
        "file MB": size / 1e6,
        "stall s": longest,
    }


def main() -> None:
    """Measure three times, each in a process of its own, and print the medians."""
    if "--once" in sys.argv:
        print(json.dumps(measure(int(sys.argv[1]))))
        return
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    runs = []
    for _ in range(3):
        command = [sys.executable, __file__, str(rows), "--once"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        runs.append(json.loads(done.stdout))
    print(f"{rows:,} rows × 33 columns, totals, median of 3")
    for figure in runs[0]:
        print(f"  {figure:<10} {statistics.median(run[figure] for run in runs):8.2f}")


if __name__ == "__main__":
    main()
