"""Table files of any kind (CSV, XLSX, XLS, ODS): rows of text cells that know where they stood."""

import codecs

from komet.tabular.delimited import Likeness, read_delimited
from komet.tabular.errors import EmptyTable
from komet.tabular.model import TableFile
from komet.tabular.workbook import NEW, OLD, read_workbook

FILE_TYPES = ("xlsx", "xlsm", "xls", "ods", "csv", "tsv", "txt")
"""The endings of the files that can be read; the content decides, not the name."""


def read_table_file(data: bytes, file_name: str, likeness: Likeness) -> TableFile:
    """Read a workbook or a text with columns; the content decides which, not the name.

    `likeness` says how much some rows look like the table that is wanted, for the choice of a
    delimiter. Raises a TableError when the file as a whole cannot be read.
    """
    if _is_blank(data):
        raise EmptyTable(file_name)
    if data.startswith((NEW, OLD)):
        return read_workbook(data, file_name)
    return read_delimited(data, file_name, likeness)


def _is_blank(data: bytes) -> bool:
    """Whether a file holds nothing but white space, or a mark of its encoding."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        data = data.removeprefix(mark)
    return not data.translate(None, b"\x00 \t\n\r\v\f")
