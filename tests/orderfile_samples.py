"""Workbooks and CSV files as people have them, made on the spot."""

import io
from collections.abc import Sequence
from typing import Any

import openpyxl

from komet.ingest.sources.portal_file.file import OrderFile

HEADINGS = [
    "PO #", "Vendor", "Ship Date", "Origin", "Status", "Customer", "Mark Code", "Product", "B/T",
    "Qty PO", "Total U", "Cost", "Notes for the vendor",
]  # fmt: skip


def workbook(
    rows: Sequence[Sequence[Any]], merged: Sequence[str] = (), title: str = "Purchase Orders"
) -> bytes:
    """One sheet; `merged` are ranges such as A5:A7, whose first cell keeps its value."""
    return workbooks({title: (rows, merged)})


def workbooks(sheets: dict[str, tuple[Sequence[Sequence[Any]], Sequence[str]]]) -> bytes:
    """Several sheets by name."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, (rows, merged) in sheets.items():
        sheet = book.create_sheet(title)
        for row, cells in enumerate(rows, start=1):
            for column, value in enumerate(cells, start=1):
                if value is not None:
                    sheet.cell(row, column, value)
        for area in merged:
            sheet.merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def as_csv(rows: Sequence[Sequence[str]], delimiter: str = ",") -> str:
    """Every cell quoted."""
    quoted = [['"' + cell.replace('"', '""') + '"' for cell in row] for row in rows]
    return "".join(delimiter.join(row) + "\r\n" for row in quoted)


def problems(file: OrderFile, severity: str | None = None) -> list[tuple[Any, ...]]:
    """(row, column, value) of each problem."""
    frame = file.problems if severity is None else file.problems.filter(severity=severity)
    return frame.select("row", "column", "value").rows()
