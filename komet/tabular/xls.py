"""Workbooks of Excel 97 to 2003 (.xls), by xlrd."""

import io
import struct
from typing import Any

import xlrd  # type: ignore[import-untyped]

from komet.tabular.cell_text import moment_text, number_text, shown_number
from komet.tabular.sheet_rows import Budget, NeedsPassword, Rows, Send, Unreadable

# A new workbook with a password is kept in the shell of an old one, as this one stream.
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")

# What the library raises on damaged files besides its own error.
_DAMAGE = (xlrd.XLRDError, xlrd.compdoc.CompDocError, AssertionError, AttributeError, IndexError,
           KeyError, LookupError, NameError, OverflowError, TypeError, ValueError, EOFError,
           ZeroDivisionError, RecursionError, NotImplementedError, struct.error)  # fmt: skip
_TEXT, _NUMBER, _MOMENT, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5


def read_xls(data: bytes, send: Send) -> None:
    """Send every worksheet, damaged ones by name only.

    Raises `Unreadable`, `NeedsPassword` or `TooBig`.
    """
    if _ENCRYPTED in data:
        raise NeedsPassword
    try:
        book = xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, logfile=io.StringIO()
        )
    except _DAMAGE as error:
        if "encrypted" in str(error):
            raise NeedsPassword from error
        raise Unreadable from error
    budget = Budget()
    for index, name in enumerate(book.sheet_names()):
        rows = None
        try:
            sheet = book.sheet_by_index(index)
            rows = Rows(str(name), bool(sheet.visibility), send, budget)
            for row in range(sheet.nrows):
                _send_row(book, sheet, row, rows)
            for first_row, end_row, first_column, end_column in sheet.merged_cells:
                rows.merge(first_row, first_column, end_row - 1, end_column - 1)
        except _DAMAGE:
            if rows is None:
                Rows(str(name), False, send, budget)
            send({"unreadable": str(name)})
        book.unload_sheet(index)


def _send_row(book: Any, sheet: Any, row: int, rows: Rows) -> None:
    texts: list[str] = []
    mask = 0
    shown: dict[int, str] = {}
    unshown: list[int] = []
    kinds, values = sheet.row_types(row), sheet.row_values(row)
    for column, (kind, value) in enumerate(zip(kinds, values, strict=True)):
        text = ""
        if kind == _TEXT:
            text = str(value)
        elif kind == _MOMENT:
            text = moment_text(float(value), from_1904=bool(book.datemode))
        elif kind == _BOOLEAN:
            text = "true" if value else "false"
        elif kind == _ERROR:
            text = str(xlrd.error_text_from_code.get(value, "#N/A"))
        elif kind == _NUMBER:
            text = number_text(float(value))
            mask |= 1 << column
            code = _code(book, sheet, row, column)
            if code is not None:
                try:
                    as_shown = shown_number(float(value), code)
                except ValueError:
                    unshown.append(column)
                else:
                    if as_shown is not None:
                        shown[column] = as_shown
        texts.append(text)
    rows.add(row, texts, mask, shown or None, unshown or None)


def _code(book: Any, sheet: Any, row: int, column: int) -> str | None:
    style = book.xf_list[sheet.cell_xf_index(row, column)]
    code = str(book.format_map[style.format_key].format_str)
    return None if code.casefold() == "general" else code
