"""Workbooks written by ourselves: batches of rows become compressed XML in several threads.

A test holds every cell, format, width and filter of the result against XlsxWriter's.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from pathlib import Path

import polars as pl

from komet.export.writers.excel_cells import Part
from komet.export.writers.excel_markup import (
    Look,
    Looks,
    look_of,
    sheet_head,
    sheet_name,
    sheet_tail,
    totals_xml,
    workbook_parts,
)
from komet.export.writers.excel_rows import rows_xml
from komet.export.writers.zip_file import Piece, ZipWriter, pack

_BATCH = 2_500
"""Rows that are made at once: some 4 MB of XML. Fewer cost time, more cost memory."""
_MOST_WORKERS = 4


def write_excel_file(target: Path, parts: Sequence[Part]) -> None:
    """An `Engine`: memory holds a few batches for each of up to four threads."""
    workers = min(os.cpu_count() or 1, _MOST_WORKERS)
    looks = Looks()
    with target.open("wb") as file, ThreadPoolExecutor(workers, "excel") as pool:
        archive = ZipWriter(file)
        try:
            for index, part in enumerate(parts):
                head = sheet_head(part, looks, is_first=index == 0)
                work = _work(part, looks, pool, workers + 1)
                archive.add(sheet_name(index), _framed(head, work, sheet_tail(part)))
            for name, text in workbook_parts(parts, looks).items():
                archive.add(name, [pack(text.encode())])
            archive.finish()
        except BaseException:
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def _framed(head: str, rows: Iterator[Piece], tail: str) -> Iterator[Piece]:
    yield pack(head.encode())
    yield from rows
    yield pack(tail.encode())


def _work(part: Part, looks: Looks, pool: ThreadPoolExecutor, ahead: int) -> Iterator[Piece]:
    """The rows of a worksheet in their order; `ahead` batches are under way at most."""
    plain = [looks.number(look_of(column)) for column in part.columns]
    bold = [looks.number(look_of(column, bold=True)) for column in part.columns]
    heading = looks.number(Look(bold=True))
    names = {column.heading: [column.heading] for column in part.columns}
    yield pack(rows_xml(pl.DataFrame(names), 1, [heading] * len(plain)))
    under_way: deque[Future[Piece]] = deque()
    row = 2
    for batch in part.batches(_BATCH):
        # the language and the time zone in force are those of the thread that asked
        asked = copy_context().run
        under_way.append(pool.submit(asked, _rows, part, batch, row, plain))
        row += batch.height
        if len(under_way) > ahead:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
    if part.totals is not None:
        yield pack(totals_xml(part, bold).encode())


def _rows(part: Part, batch: pl.DataFrame, first_row: int, styles: Sequence[int]) -> Piece:
    return pack(rows_xml(part.cells(batch), first_row, styles))
