"""How far the cells of a workbook reach, found out before the reader makes room for all of them.

The reader lays out the whole rectangle up to the last cell: one stray cell in the last corner of a
sheet of a few rows asks for 500 GB, and takes the app down with it.
"""

import re
import zipfile

MOST_CELLS = 30_000_000
"""A million rows of thirty columns, about 1 GB in the reader."""
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_CELL = re.compile(rb"""\br=["']([A-Za-z]{1,3})(\d{1,7})["']""")
_CHUNK = 1 << 20
_OVERLAP = 32


def is_workbook(archive: zipfile.ZipFile) -> bool:
    """Whether an archive is an Excel workbook of the kind whose extent can be told."""
    return any(name.lower() == "xl/workbook.xml" for name in archive.namelist())


def most_cells(archive: zipfile.ZipFile) -> int:
    """Rows times columns of the largest sheet, blank cells included."""
    return max((_cells(archive, name) for name in archive.namelist() if _SHEET.fullmatch(name)),
               default=0)  # fmt: skip


def _cells(archive: zipfile.ZipFile, name: str) -> int:
    columns: set[bytes] = set()
    rows = 0
    rest = b""
    with archive.open(name) as sheet:
        while chunk := sheet.read(_CHUNK):
            found = _CELL.findall(rest + chunk)
            columns.update(column for column, _row in found)
            rows = max(rows, max((int(row) for _column, row in found), default=0))
            rest = chunk[-_OVERLAP:]
    return rows * max((_column_number(column) for column in columns), default=0)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - ord("A") + 1
    return number
