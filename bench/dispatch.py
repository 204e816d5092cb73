"""A dispatch file of 2,000 filled rows, read and previewed: `python bench/dispatch.py`.

Through the same calls that the page makes, on a data file with 200,000 lines of two clients. Prints
the median of five runs of each step, and the ratio of the whole to a bare script that reads the
same file with the same reader and does nothing else.
"""

import io
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import openpyxl
from pydantic import SecretStr

from komet.clients.model import ProviderFields, TokenFields
from komet.clients.providers import add_provider
from komet.clients.tokens import add_token
from komet.context import AppContext, open_context
from komet.dispatch.check import check_lines
from komet.dispatch.outbox import queue_writes
from komet.dispatch.sheet import template_bytes
from komet.dispatch.sheet_reading import check_file, read_entries
from komet.permissions import SYSTEM
from komet.settings import Settings
from komet.tabular.file import read_table_file

ROWS, LINES, PER_PO = 2_000, 200_000, 10
DAY = date(2026, 11, 28)


def prepared(home: Path) -> AppContext:
    """A context with two clients and their lines, one in a hundred on the day."""
    ctx = open_context(Settings(home=home))
    for client in ("Acme", "Bloom"):
        token = add_token(
            ctx, SYSTEM, TokenFields(label=client, kind="Company"), SecretStr(f"secret-of-{client}")
        )
        provider = add_provider(ctx, SYSTEM, ProviderFields(name=client, token_id=token.id))
        with ctx.db.write() as con:
            con.run(
                "INSERT INTO po_lines BY NAME SELECT $provider AS provider_id,"
                " (n // $per)::VARCHAR AS po_id, 'P' || (n // $per) AS po_number,"
                " $start::DATE + (n % 100)::INTEGER AS ship_date,"
                " $start::DATE + (n % 100)::INTEGER AS slice_date,"
                " ($provider[:4] || n) AS po_item_id, n::INTEGER AS position, 'P' AS"
                " line_item_status, 'A' AS po_status, 'prod' || n % 300 AS product_id,"
                " 'Rosa Freedom ' || n % 300 || ' · 50 cm' AS product_description, 'QB' AS"
                " box_type, 4 AS total_boxes, 100 AS total_cost, now() AS fetched_at"
                " FROM range($lines) t(n)",
                {
                    "provider": provider.id,
                    "per": PER_PO,
                    "start": DAY - timedelta(days=50),
                    "lines": LINES // 2,
                },
            )
    return ctx


def filled(ctx: AppContext) -> bytes:
    """The template of the day, its rows filled in as people do."""
    book = openpyxl.load_workbook(io.BytesIO(template_bytes(ctx, SYSTEM, [], DAY, DAY)))
    sheet = book.worksheets[0]
    at = {cell.value: index for index, cell in enumerate(sheet[1], start=1)}
    assert sheet.max_row == ROWS + 1
    for row in range(2, ROWS + 2):
        sheet.cell(row, at["Boxes to confirm"]).value = 4
        sheet.cell(row, at["AWB"]).value = "729-1234 5675"
        sheet.cell(row, at["Box codes"]).value = f"R-{row}-1..R-{row}-4"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def median(work: Callable[[], object]) -> float:
    """Seconds of the middle one of five runs."""
    taken = []
    for _run in range(5):
        begin = time.perf_counter()
        work()
        taken.append(time.perf_counter() - begin)
    return statistics.median(taken)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        ctx = prepared(Path(folder))
        data = filled(ctx)
        entries, problems = read_entries(ctx, data, "day.xlsx")
        assert (len(entries), problems) == (ROWS, [])
        preview = check_lines(ctx, "day.xlsx", entries)
        assert (len(preview.drafts), preview.problems) == (2 * ROWS, ())
        bare = median(lambda: read_table_file(data, "day.xlsx", len))
        whole = median(lambda: check_file(ctx, data, "day.xlsx"))
        print(f"template      {median(lambda: template_bytes(ctx, SYSTEM, [], DAY, DAY)):6.2f} s")
        print(f"bare reader   {bare:6.2f} s")
        print(f"read          {median(lambda: read_entries(ctx, data, 'day.xlsx')):6.2f} s")
        print(f"check_lines   {median(lambda: check_lines(ctx, 'day.xlsx', entries)):6.2f} s")
        print(f"check_file    {whole:6.2f} s, {whole / bare:.1f} times the bare reader")
        begin = time.perf_counter()
        queue_writes(ctx, SYSTEM, preview)
        print(f"queue_writes  {time.perf_counter() - begin:6.2f} s, {len(preview.drafts)} writes")
        print(f"check again   {median(lambda: check_file(ctx, data, 'day.xlsx')):6.2f} s")


if __name__ == "__main__":
    main()
