"""Workbooks by the Rust library: fast, and finished by hand where it falls short.

The library can only write totals as formulas without a value (which
readers that do not calculate show as empty), or as one more data row, which a
filter would then hide and a sort would move. So we write the row as data and
correct three details in the parts of the file: the filter's range, twice, and
the row's styles. The library's own ``row_formats`` is no way out: on the last
row it writes the row twice and Excel calls the file damaged.

The library colours a column as a whole, down to row 1,048,576. Its cells carry the same format
themselves: we take it from the columns of a sheet that has marked cells.

A test holds every cell, format, width and filter of the result against XlsxWriter's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import polars as pl
from rustpy_xlsxwriter import Format, write_worksheets

from komet.export.writers.excel_cells import MARK, TO_FILL, Part, PartColumn
from komet.replacing import replacing

_CHUNK = 1 << 20
# Level 2 for 5 saves 0.5 s of 3.5 s for 100,000 rows, for a file 18 % larger.
_LEVEL = 2
_WORKBOOK = "xl/workbook.xml"
_STYLES = "xl/styles.xml"


def write_with_rust(target: Path, parts: Sequence[Part]) -> None:
    """An `Engine`: 100,000 rows of 33 columns in about 3 s and a few MB."""
    formats: dict[str, list[Format] | dict[str, Format]] = {
        part.name: [_format(column) for column in part.columns] for part in parts
    }
    widths: dict[str, list[float] | dict[str, float]] = {
        part.name: [column.width for column in part.columns] for part in parts
    }
    write_worksheets(
        [(part.name, _records(part)) for part in parts],
        str(target),
        freeze_panes={part.name: {"row": 1, "col": 0} for part in parts},
        header_format={part.name: Format().set_bold() for part in parts},
        column_formats=formats,
        column_widths=widths,
        autofilter={part.name: True for part in parts},
        # Codes are digits kept as text on purpose; no green triangles on them.
        ignore_errors={part.name: [c.heading for c in part.columns if c.is_text] for part in parts},
    )
    rows = {i: part.frame.height + 2 for i, part in enumerate(parts) if part.totals is not None}
    marked = [i for i, part in enumerate(parts) if part.marked]
    if rows or marked:
        with replacing(target) as finished:
            finish_workbook(target, finished, rows, marked)


def _records(part: Part) -> pl.DataFrame | Iterator[dict[str, Any]]:
    if part.frame.is_empty() and part.totals is None:
        # The library learns the headings from the first record; a generator
        # without any would give a sheet without headings.
        return part.frame.select(column.heading for column in part.columns)
    return _stream(part)


def _stream(part: Part) -> Iterator[dict[str, Any]]:
    yield from part.records()
    if (totals := part.totals_record()) is not None:
        yield totals


def _format(column: PartColumn) -> Format:
    shown = Format().set_num_format(column.number_format) if column.number_format else Format()
    colour = MARK if column.marked else TO_FILL if column.to_fill else None
    return shown.set_background_color(colour) if colour else shown


def finish_workbook(
    source: Path, target: Path, rows: Mapping[int, int], marked: Collection[int] = ()
) -> None:
    """Copy workbook ``source`` to ``target`` with finished totals rows and marks.

    ``rows`` maps a sheet's position, from 0, to the Excel number of its totals
    row, which is its last. ``marked`` are the positions of sheets with marked
    cells. Sheets are streamed: memory stays at a few MB.
    Raises ``ValueError`` if the library's output is not as we know it, rather
    than handing out a file that is subtly wrong.
    """
    sheets = {_part_of(index): row for index, row in rows.items()}
    without = {_part_of(index) for index in marked}
    with (
        ZipFile(source) as old,
        ZipFile(target, "w", ZIP_DEFLATED, compresslevel=_LEVEL) as new,
    ):
        styles, offset = _with_bold_styles(old.read(_STYLES).decode())
        for info in old.infolist():
            if info.filename == _STYLES:
                new.writestr(_STYLES, styles)
            elif info.filename == _WORKBOOK:
                new.writestr(_WORKBOOK, _with_short_filters(old.read(info).decode(), rows))
            else:
                first = _without_column_styles if info.filename in without else bytes
                _copy_sheet(old, new, info.filename, first, sheets.get(info.filename), offset)


def _part_of(index: int) -> str:
    return f"xl/worksheets/sheet{index + 1}.xml"


def _copy_sheet(  # noqa: PLR0917
    old: ZipFile,
    new: ZipFile,
    name: str,
    first: Callable[[bytes], bytes],
    row: int | None,
    offset: int,
) -> None:
    large = old.getinfo(name).file_size > 1 << 31
    with old.open(name) as reader, new.open(name, "w", force_zip64=large) as writer:
        # The totals row and the filter are in the last few kB; hold back two
        # chunks, since the very last one may be a few bytes only.
        pending = first(reader.read(_CHUNK))
        while chunk := reader.read(_CHUNK):
            writer.write(pending[:-_CHUNK])
            pending = pending[-_CHUNK:] + chunk
        writer.write(
            pending
            if row is None
            else _finished(pending.decode("utf-8", "surrogateescape"), row, offset)
        )


def _without_column_styles(start: bytes) -> bytes:
    """The first part of a sheet, in which its columns are described, without their formats."""
    head, mark, rest = start.partition(b"</cols>")
    if not mark:
        raise ValueError("The Excel library's columns are not where we expect them.")
    return re.sub(rb'(<col [^>]*?) style="\d+"', rb"\1", head) + mark + rest


def _finished(tail: str, row: int, offset: int) -> bytes:
    head, mark, rest = tail.rpartition(f'<row r="{row}"')
    cells, end, rest = rest.partition("</row>")
    rest, filters = re.subn(rf'(<autoFilter ref="A1:[A-Z]+){row}"', rf'\g<1>{row - 1}"', rest)
    if not (mark and end and filters == 1):
        raise ValueError("The Excel library's totals row is not where we expect it.")
    cells = re.sub(r'<c r="([A-Z]+\d+)"(?: s="(\d+)")?', lambda c: _bold_cell(c, offset), cells)
    return (head + mark + cells + end + rest).encode("utf-8", "surrogateescape")


def _bold_cell(cell: re.Match[str], offset: int) -> str:
    return f'<c r="{cell[1]}" s="{int(cell[2] or 0) + offset}"'


def _with_bold_styles(styles: str) -> tuple[str, int]:
    """Append a bold twin of every cell style; its number is the style's plus the offset."""
    found = re.search(r'<cellXfs count="(\d+)">(.*?)</cellXfs>', styles)
    bold = re.search(r'fontId="([1-9]\d*)"', found[2]) if found else None
    if not (found and bold):
        raise ValueError("The Excel library's styles are not as we expect them.")
    twins = re.sub(r'fontId="\d+"', f'fontId="{bold[1]}"', found[2])
    twins = re.sub(r"<xf (?![^>]*applyFont)", '<xf applyFont="1" ', twins)
    count = int(found[1])
    both = f'<cellXfs count="{2 * count}">{found[2]}{twins}</cellXfs>'
    return styles[: found.start()] + both + styles[found.end() :], count


def _with_short_filters(workbook: str, rows: Mapping[int, int]) -> str:
    for index, row in rows.items():
        workbook, changed = re.subn(
            rf'(_FilterDatabase" localSheetId="{index}" [^>]*>[^<]*\$){row}<',
            rf"\g<1>{row - 1}<",
            workbook,
        )
        if changed != 1:
            raise ValueError("The Excel library's filter is not where we expect it.")
    return workbook
