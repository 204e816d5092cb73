"""An export of 100,000 items beside the limit: `python bench/export.py [lines]`.

In one run, each in processes of its own: the Rust library that writes a frame of the Items sheet
without any formats (`bare`); the same frame by us, as it looks in the export (`items`); the Items
sheet with its queries, from a real data file; and all sheets with theirs. 847000 lines are
1,100,000 items, measured once. With BENCH_HOME the data stay there for another run.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from zipfile import ZipFile

sys.path.insert(0, str(Path(__file__).parents[1]))

import polars as pl

from komet.context import open_context
from komet.db.opening import warm_up
from komet.export import table
from komet.export.layout import heading_of, layout_of, sheet_of
from komet.export.orders import export_orders
from komet.export.sheet import Column, Sheet
from komet.export.template import KOMET_DESK
from komet.export.templates import export_by_template
from komet.export.writers.excel_cells import excel_frame
from komet.export.writers.xlsx import EXCEL_ROWS, write_workbook
from komet.orders.column import Grain
from komet.orders.filters import OrderFilter
from komet.orders.table import day_sums
from komet.orders.table.items import derive_items
from komet.permissions import SYSTEM
from komet.settings import Settings

LINES = 77_000


def build(home: Path, lines: int) -> None:
    """5 lines a PO, 15 % mixed with 3 breakdowns, cartons for a fifth of the lines."""
    ctx = open_context(Settings(home=home))
    with ctx.db.write() as con:
        con.run(
            "INSERT INTO providers BY NAME SELECT 'p' AS id, 'Magnolia Imports' AS name,"
            " 'Bench' AS system, 'https://api.kometsales.com/api/' AS base_url,"
            " true AS active, 3 AS days_back, 21 AS days_ahead,"
            " current_timestamp AS created_at, current_timestamp AS updated_at"
        )
        con.run(
            f"""
            INSERT INTO po_lines BY NAME
            SELECT 'p' AS provider_id, (n // 5)::VARCHAR AS po_id, n::VARCHAR AS po_item_id,
              DATE '2026-01-01' + (n // 1400)::INTEGER AS slice_date, n % 5 AS position,
              'P' || (100000 + n // 5) AS po_number, 'UIO' AS origin,
              'Finca ' || n % 60 AS vendor_name, 'Miami' AS location_name,
              DATE '2026-01-01' + (n // 1400)::INTEGER AS ship_date, 'CF' AS po_status,
              (n % 2000)::VARCHAR AS product_id, 'Rosa Ñandú ' || n % 2000 || ' 60 cm'
              AS product_description, ['FB', 'HB', 'QB', 'EB'][1 + n % 4] AS box_type,
              1 + n % 9 AS total_boxes, 12 AS bunches, 25 AS stems_bunch, 'Stem' AS unit_type,
              300 * (1 + n % 9) AS total_units, 0.31 AS unit_cost, 93 * (1 + n % 9) AS total_cost,
              1 + n % 9 AS quantity_confirmed, 'C' AS line_item_status, 'P' AS order_type,
              n::VARCHAR AS prebook, DATE '2026-01-04' + (n // 1400)::INTEGER AS prebook_truck_date,
              'Customer ' || n % 300 AS customer_name, 'Carrier ' || n % 12 AS carrier_name,
              'MK' || n % 500 AS mark_code, 'Deliver before five' AS notes,
              current_timestamp AS first_seen_at FROM range({lines}) t(n)
            """
        )
        con.run(
            "INSERT INTO po_breakdowns BY NAME SELECT provider_id, po_id, po_item_id, slice_date,"
            " unnest([1, 2, 3]) AS position, product_id, product_description, 4 AS bunches,"
            " 25 AS stems_bunch, 9.5 AS cost FROM po_lines WHERE po_item_id::INTEGER % 100 < 15"
        )
        con.run(
            "INSERT INTO purchase_orders BY NAME SELECT provider_id, po_id, slice_date,"
            " any_value(po_number) AS number, any_value(vendor_name) AS vendor_name,"
            " any_value(ship_date) AS ship_date, 'CF' AS status, sum(total_boxes) AS total_boxes,"
            " sum(total_cost) AS total_cost FROM po_lines GROUP BY ALL"
        )
        con.run(
            "INSERT INTO po_boxes BY NAME SELECT provider_id, po_id, po_item_id, slice_date,"
            " po_item_id || '001' AS box_code FROM po_lines WHERE po_item_id::INTEGER % 5 = 0"
        )
        con.run(
            "WITH lines AS (FROM po_lines), breakdowns AS (FROM po_breakdowns)"
            f" INSERT INTO order_items BY NAME {derive_items()}"
        )
        day_sums.refresh(con, con.frame("SELECT DISTINCT provider_id, slice_date FROM po_lines"))


def bare(home: Path) -> None:
    """The Items sheet by rustpy-xlsxwriter from a frame in memory, without any formats."""
    from rustpy_xlsxwriter import write_worksheets

    frame = pl.read_ipc(home / "bare.arrow")
    with measured(home / "orders.xlsx"):
        parts = enumerate(frame.iter_slices(EXCEL_ROWS - 1), start=1)
        write_worksheets([(f"Items {n}", part) for n, part in parts], str(home / "orders.xlsx"))


def items(home: Path) -> None:
    """The Items sheet by us from the same frame, with formats, widths and totals."""
    frame = pl.read_ipc(home / "items.arrow")
    kinds = {heading_of(heading, kind): kind for _name, heading, kind in layout_of(Grain.ITEM)}
    columns = tuple(Column(heading, kinds[heading]) for heading in frame.columns)
    totals = {"Boxes": frame["Boxes"].sum(), "Stems": frame["Stems"].sum()}
    with measured(home / "orders.xlsx"):
        write_workbook(home / "orders.xlsx", [Sheet("Items", columns, frame, totals)])


def whole(home: Path) -> None:
    """All seven sheets and Info with their queries, as the page and the command line do it."""
    ctx = open_context(Settings(home=home))
    warm_up()
    with measured(home / "orders.xlsx"):
        export_orders(ctx, SYSTEM, OrderFilter(), home / "orders.xlsx")


def items_with_queries(home: Path) -> None:
    """The Items sheet from the data file, by a template."""
    ctx = open_context(Settings(home=home))
    warm_up()
    with measured(home / "orders.xlsx"):
        export_by_template(ctx, SYSTEM, KOMET_DESK, OrderFilter(), home / "orders.xlsx")


CASES = {case.__name__: case for case in (bare, items, items_with_queries, whole)}


@contextmanager
def measured(target: Path) -> Iterator[None]:
    """Print wall and CPU seconds of the block, the peak of the process, and the file's cells."""
    before, start = os.times(), time.perf_counter()
    yield
    wall, after = time.perf_counter() - start, os.times()
    cpu = after.user + after.system - before.user - before.system
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"wall": wall, "cpu": cpu, "peak": peak, "file": target.stat().st_size / 1e6}))


def cells_of(target: Path) -> int:
    """How many cells a workbook holds; empty ones are none."""
    count = 0
    with ZipFile(target) as book:
        for name in book.namelist():
            if name.startswith("xl/worksheets/"):
                with book.open(name) as sheet:
                    tail = b""
                    while chunk := sheet.read(1 << 20):
                        count += (tail + chunk).count(b"<c r=")
                        tail = chunk[-4:]
    return count


def prepare(home: Path) -> None:
    """The frame of the Items sheet, and the same in types that the Rust library knows."""
    ctx = open_context(Settings(home=home))
    with ctx.read() as con:
        found = pl.concat(table.items(con, OrderFilter()))
    sheet = sheet_of("Items", layout_of(Grain.ITEM), found)
    sheet.frame.write_ipc(home / "items.arrow")
    excel_frame(sheet).write_ipc(home / "bare.arrow")


def main(lines: int, rounds: int) -> None:
    """Build once, measure each case in processes of its own, and print medians and ratios."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(os.environ.get("BENCH_HOME") or folder)
        if not (home / "items.arrow").exists():
            build(home, lines)
            prepare(home)
        runs: dict[str, list[dict[str, float]]] = {name: [] for name in CASES}
        cells: dict[str, int] = {}
        for _round in range(rounds):
            for name, found in runs.items():
                command = [sys.executable, __file__, "--measure", name, str(home)]
                done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
                found.append(json.loads(done.stdout))
                cells[name] = cells.get(name) or cells_of(home / "orders.xlsx")
    rows = round(lines * 1.3)
    print(f"{rows:,} items, medians of {rounds}")
    print(f"{'':<20}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}{'file MB':>9}{'1,000 cells':>13}"
          f"{'µs a cell':>11}{'× bare':>8}{'× Items':>9}")  # fmt: skip
    middle = {
        name: {key: statistics.median(run[key] for run in found) for key in found[0]}
        for name, found in runs.items()
    }
    for name, one in middle.items():
        print(f"{name:<20}{one['wall']:>8.2f}{one['cpu']:>8.2f}{one['peak']:>9.0f}"
              f"{one['file']:>9.1f}{cells[name] / 1e3:>13,.0f}"
              f"{one['wall'] / cells[name] * 1e6:>11.2f}"
              f"{one['wall'] / middle['bare']['wall']:>8.2f}"
              f"{one['wall'] / middle['items_with_queries']['wall']:>9.2f}")  # fmt: skip


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        CASES[sys.argv[2]](Path(sys.argv[3]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES, 1 if len(sys.argv) > 1 else 3)
