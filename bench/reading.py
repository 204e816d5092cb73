"""One answer of 20,000 lines, from its bytes to columns: `python bench/reading.py`.

Prints the CPU time of reading it, of recognising it as the one that is known, and of the limit:
decoding alone and one bulk insert of its lines. With orjson on the path (`PYTHONPATH`, from an
environment of its own) the limit is orjson's.
"""

import importlib
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb
import httpx

from komet.api.answers import RowsAnswer, parse_rows
from komet.api.client import RawOrders
from komet.api.methods import registry
from komet.api.transport import Answer
from komet.ingest.sources.komet_columns import read_slice
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY

ORDERS, LINES, ROUNDS = 4_000, 5, 5
TODAY = date(2026, 11, 20)
SPEC = registry()["purchase.order.list"]


def answer() -> Answer:
    """The sandbox's answer for one large day."""
    with Sandbox(
        today=TODAY, orders_per_day=ORDERS, lines_per_order=LINES, delay=0, evolve=False
    ) as sandbox:
        response = httpx.get(
            f"{sandbox.base_url}/{SPEC.path}",
            params={
                "authenticationToken": IMPORTER_A_COMPANY.secret,
                "date": TODAY.isoformat(),
            },
            timeout=300,
        )
    return Answer(response.status_code, response.content, None, None)


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of the fastest round."""
    taken = []
    for _round in range(ROUNDS):
        clock = time.process_time()
        work()
        taken.append(time.process_time() - clock)
    return min(taken)


def main() -> None:
    """Measure and print."""
    whole = answer()
    body = whole.content
    rows: RowsAnswer = parse_rows(SPEC, whole, token_has_worked=True)
    at = datetime.now(UTC)
    lines = read_slice("provider", TODAY, RawOrders(rows, at)).orders.po_lines

    def read() -> object:
        found = parse_rows(SPEC, whole, token_has_worked=True)
        return read_slice("provider", TODAY, RawOrders(found, at))

    def insert() -> None:
        with duckdb.connect() as con:
            con.register("incoming", lines.to_arrow())
            con.execute("CREATE TABLE po_lines AS FROM incoming")

    name = "orjson" if importlib.util.find_spec("orjson") else "json"
    decode = importlib.import_module(name).loads
    found = {
        f"{name}.loads": lambda: decode(body),
        "json.loads": lambda: json.loads(body),
        "one bulk insert of the lines": insert,
        "decoding, with the text of each order": lambda: parse_rows(
            SPEC, whole, token_has_worked=True
        ),
        "decoding and reading into columns": read,
        "the known answer": lambda: parse_rows(
            SPEC, whole, token_has_worked=True, known=rows.digest
        ),
    }
    taken = {label: seconds(work) for label, work in found.items()}
    limit = taken[f"{name}.loads"] + taken["one bulk insert of the lines"]
    print(f"{lines.height:,} lines, {len(body) / 1e6:.1f} MB; CPU, and ratio to {name}.loads with "
          f"one bulk insert ({limit * 1000:.0f} ms)")  # fmt: skip
    for label, of_it in taken.items():
        print(f"{label:<40} {of_it * 1000:7.1f} ms {of_it / limit:6.2f}")


if __name__ == "__main__":
    main()
