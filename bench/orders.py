"""Filter + totals + one page over 1,000,000 lines: `python bench/orders.py [lines] [folder]`.

Prints the median and the 95th percentile of the query layer for a mix of everyday filters, next to
the limit, taken in turn with it: what DuckDB needs merely to sum one column of the same rows.
`open` is the time that an operation takes when the file was closed before it (once in a burst of
work). A folder that is named keeps the data file, and the next run uses it again.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from komet.db import lease
from komet.db.database import Database
from komet.orders.filters import Mapped, OrderFilter
from komet.orders.table import day_sums, pages, totals

RUNS = 15
FIRST = date(2024, 6, 1)


def build(db: Database, lines: int, first: date = FIRST) -> None:
    """Fill the file: 5 lines a PO, 15 % mixed with 3 breakdowns, 1,400 a day, in date order."""
    now = datetime(2026, 11, 20, tzinfo=UTC)
    with db.write() as con:
        con.run(
            "INSERT INTO providers BY NAME SELECT 'p' || n AS id, 'Provider ' || n AS name,"
            " 'G' || n % 3 AS komet_group, true AS active, $now AS created_at, $now AS updated_at"
            " FROM range(10) t(n)",
            {"now": now},
        )
        con.run(
            "INSERT INTO komet_products BY NAME SELECT 'p' || n % 10 AS provider_id,"
            " (n // 10)::VARCHAR AS product_id, 'Rosa Ñandú ' || n AS description,"
            " 'komet' AS source FROM range(20000) t(n)"
        )
        con.run(
            "INSERT INTO mappings BY NAME SELECT provider_id, 'product' AS kind,"
            " product_id AS komet_id, 'SKU-' || product_id AS code FROM komet_products"
            " WHERE product_id::INTEGER % 10 > 0"
        )
        con.run(
            "INSERT INTO skus SELECT DISTINCT code, 'Description ' || code, $now FROM mappings",
            {"now": now},
        )
        con.run(
            f"""
            INSERT INTO order_items BY NAME
            SELECT 'p' || (n // 5) % 10 AS provider_id, (n // 5)::VARCHAR AS po_id,
              n::VARCHAR AS po_item_id, CASE WHEN mixed THEN b ELSE 0 END AS item_no, mixed,
              ship_date AS slice_date, ship_date, 'P' || (100000 + n // 5) AS po_number,
              ['CF', 'A', 'PA', 'SC', 'CA'][(1 + hash(n // 5) % 5)::INTEGER] AS po_status,
              ['P', 'C', 'S'][(1 + hash(n) % 3)::INTEGER] AS line_status,
              'Finca ' || hash(n // 5) % 60 AS vendor_name,
              'Customer ' || hash(n) % 300 AS customer_name,
              'Location ' || n % 4 AS location_name, ['BOG', 'UIO', 'MDE'][1 + n % 3] AS origin,
              'Carrier ' || n % 12 AS carrier_name, 'MK' || hash(n) % 500 AS mark_code,
              (hash(n, b) % 2000)::VARCHAR AS product_id,
              ['Rosa Ñandú', 'Clavel Señorita', 'Hydrangea Blue', 'Alstroemeria Fuego']
                [(1 + hash(n, b) % 4)::INTEGER] || ' ' || (40 + hash(n, b) % 5 * 10) || ' cm'
                || ' #' || hash(n, b) % 2000 AS product,
              strip_accents(lower(product)) AS product_folded,
              ['FB', 'HB', 'QB', 'EB'][1 + n % 4] AS box_type, 1 + n % 9 AS boxes,
              12 AS bunches, 25 AS stems_bunch, CASE WHEN n % 3 = 0 THEN 'Bunch' ELSE 'Stem' END
              AS unit_type, boxes * 12 * 25 AS total_units, boxes * 12 * 25 AS stems,
              0.31 AS unit_cost, boxes * 93 AS total_cost, boxes AS quantity_confirmed,
              'P' AS order_type, (n // 7)::VARCHAR AS prebook, ship_date AS truck_date,
              $now AS first_seen_at, $now AS changed_at
            FROM (
              SELECT n, n % 100 < 15 AS mixed, DATE '{first}' + (n // 1400)::INTEGER AS ship_date,
                unnest(range(1, CASE WHEN n % 100 < 15 THEN 4 ELSE 2 END)) AS b
              FROM range({lines}) t(n)
            )
            """,
            {"now": now},
        )
        day_sums.refresh(con, con.frame("SELECT DISTINCT provider_id, slice_date FROM order_items"))


def filters(last: date) -> dict[str, OrderFilter]:
    """What analysts ask for, from the everyday to the heaviest."""
    week = last - timedelta(days=6)
    return {
        "a week": OrderFilter(ship_from=week, ship_to=last),
        "a week, one provider, confirmed": OrderFilter(
            ship_from=week, ship_to=last, providers=("p3",), statuses=("CF",)
        ),
        "a month, unmapped": OrderFilter(
            ship_from=last - timedelta(days=29), ship_to=last, mapped=Mapped.UNMAPPED
        ),
        "a quarter, product text": OrderFilter(
            ship_from=last - timedelta(days=90), ship_to=last, product="ñandu 60"
        ),
        "all days, two vendors": OrderFilter(vendors=("Finca 7", "Finca 12")),
        "all days, customer + box type": OrderFilter(
            customers=("Customer 17",), box_types=("QB", "HB")
        ),
        "all days, one PO": OrderFilter(po_numbers=("P150000",)),
        "all days, product text": OrderFilter(product="senorita 50"),
        "a month, search": OrderFilter(
            ship_from=last - timedelta(days=29), ship_to=last, search="rose 60"
        ),
        "all days, search": OrderFilter(search="carnation 50 customer"),
        "all days, one group, unmapped": OrderFilter(group="G1", mapped=Mapped.UNMAPPED),
        "everything": OrderFilter(),
    }


def timed(*works: Callable[[], object]) -> list[list[float]]:
    """Milliseconds of each of `RUNS` runs of each, in turn, after one that is not counted."""
    taken: list[list[float]] = [[] for _work in works]
    for run in range(RUNS + 1):
        for place, work in enumerate(works):
            start = time.perf_counter()
            work()
            if run:
                taken[place].append((time.perf_counter() - start) * 1000)
    return taken


def main(lines: int, kept: str = "") -> None:
    """Build, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(kept or folder) / "komet.duckdb"
        is_there = path.exists()
        db = Database(path)
        if not is_there:
            build(db, lines)
        measure(db, lines)


def measure(db: Database, lines: int) -> None:
    """Print what every filter takes, as it is and as a multiple of the limit."""
    last = FIRST + timedelta(days=lines // 1400)
    every: list[float] = []
    with db.read() as con:

        def row(name: str, items: str, taken: list[float], bare: list[float]) -> None:
            limit = statistics.median(bare)
            median, p95 = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
            print(
                f"{name:<34}{items:>10}{median:>9.1f}{p95:>9.1f}{limit:>9.1f}"
                f"{median / limit:>9.1f} ×{p95 / limit:>8.1f} ×"
            )

        items = con.value("SELECT count(*) FROM order_items")
        print(f"{lines:,} lines, {items:,} items, {RUNS} runs each, milliseconds")
        print(
            f"{'filter':<34}{'items':>10}{'median':>9}{'p95':>9}{'limit':>9}{'ratio':>11}{'p95':>10}"
        )
        limits: list[float] = []
        for name, chosen in filters(last).items():

            def work(chosen: OrderFilter = chosen) -> None:
                totals.totals(con, chosen)
                pages.page(con, chosen)

            taken, bare = timed(work, lambda: con.value("SELECT sum(boxes) FROM order_items"))
            every += taken
            limits += bare
            row(name, f"{totals.totals(con, chosen).items:,}", taken, bare)
        row("all filters", "", every, limits)

    opens: list[float] = []
    for _run in range(5):
        time.sleep(lease.LINGER + 0.2)
        start = time.perf_counter()
        with db.read() as con:
            con.value("SELECT 1")
        opens.append((time.perf_counter() - start) * 1000)
    print(f"{'open, after the file was closed':<34}{'':>10}{statistics.median(opens):>9.1f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, *sys.argv[2:3])
