"""An export of 100,000 items with all sheets, end to end: `python bench/export.py [lines]`.

Queries, frames and workbook, as the page and the command line do it, from a real data file; in a
process of its own, so that the peak of memory is the export's. `bench/excel.py` measures the writer
of the Items sheet alone.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from komet.context import open_context
from komet.export.orders import export_orders
from komet.orders.filters import OrderFilter
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


def measure(home: Path) -> None:
    """One export; prints seconds and the peak of memory."""
    ctx = open_context(Settings(home=home))
    start = time.perf_counter()
    totals = export_orders(ctx, SYSTEM, OrderFilter(), home / "orders.xlsx")
    taken = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(totals.items, taken, peak, (home / "orders.xlsx").stat().st_size / 1e6)


def main(lines: int) -> None:
    """Build once, measure three times."""
    with tempfile.TemporaryDirectory() as folder:
        build(Path(folder), lines)
        command = [sys.executable, __file__, "--measure", folder]
        runs = [
            [
                float(x)
                for x in subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout.split()
            ]
            for _run in range(3)
        ]
    items, taken, peak, size = (statistics.median(column) for column in zip(*runs, strict=True))
    print(
        f"{items:,.0f} items and six more sheets: {taken:.2f} s, peak {peak:.0f} MB, {size:.1f} MB"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--measure"]:
        measure(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else LINES)
