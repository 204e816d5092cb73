"""Excel workbooks, new (.xlsx, .xlsm) and old (.xls): every sheet, every cell as text."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Sequence

import fastexcel

from komet.language import _
from komet.mapping.extent import MOST_CELLS, is_workbook, most_cells
from komet.orderfile import old_workbook
from komet.orderfile.errors import EmptyFile, NotATable, PasswordProtected
from komet.orderfile.sheet import NumberCells, Sheet

NEW = b"PK\x03\x04"
OLD = old_workbook.MARK
MOST_UNPACKED_BYTES = 1_000_000_000
"""A small archive can unpack to fill the memory; a sheet of a million rows stays under this."""

# A new workbook with a password is kept in the shell of an old one, as this one stream.
_ENCRYPTED = "EncryptedPackage"
_CELL_ERROR = re.compile(r"Error\((\w+)\)")
# How the reader names the error values of cells, and how people know them.
_CELL_ERRORS = {
    "NA": "#N/A", "Ref": "#REF!", "Name": "#NAME?", "Value": "#VALUE!", "Div0": "#DIV/0!",
    "Null": "#NULL!", "Num": "#NUM!",
}  # fmt: skip


def read_workbook(data: bytes, file_name: str) -> list[Sheet]:
    """All sheets that have cells. Raises an OrderFileError when there is none to read."""
    if data.startswith(NEW):
        _refuse_bomb(data, file_name)
    else:
        _look_over(data, file_name)
    try:
        book = fastexcel.read_excel(data)
    except BaseException as error:
        _only_the_readers_own(error)
        if "assword" in str(error):
            raise PasswordProtected(file_name) from error
        raise _unreadable(file_name) from error
    sheets: list[Sheet] = []
    failed: BaseException | None = None
    for name in book.sheet_names:
        try:
            sheet = _sheet(book, name)
        except BaseException as error:  # noqa: BLE001  a chart, or a damaged sheet
            _only_the_readers_own(error)
            failed = error
            continue
        if sheet is not None:
            sheets.append(sheet)
    if not sheets:
        raise EmptyFile(file_name) if failed is None else _unreadable(file_name) from failed
    return sheets


def _sheet(book: fastexcel.ExcelReader, name: str) -> Sheet | None:
    sheet = book.load_sheet(
        name,
        header_row=None,
        skip_rows=0,  # keeps blank leading rows, and so the row numbers that Excel shows
        dtypes="string",
    )
    if not sheet.width or not sheet.height:
        return None
    batch, cell_errors = sheet.to_arrow_with_errors()
    columns = [[cell or "" for cell in column.to_pylist()] for column in batch.columns]
    # Error values come as nulls: unseen, "#N/A" would pass for an empty cell.
    for cell_error in cell_errors.errors if cell_errors else ():
        row, column = cell_error.offset_position
        if kind := _CELL_ERROR.search(cell_error.detail):
            columns[column][row] = _CELL_ERRORS.get(kind.group(1), "#N/A")
    records = [list(record) for record in zip(*columns, strict=True)]
    places = [column.absolute_index for column in sheet.selected_columns]
    return Sheet(name, records, sheet.visible != "visible", _number_cells(book, name, places))


def _number_cells(book: fastexcel.ExcelReader, name: str, places: Sequence[int]) -> NumberCells:
    def number_cells(positions: Sequence[int]) -> dict[int, frozenset[int]]:
        wanted = sorted(set(positions))
        if not wanted:
            return {}
        # The reader does not tell the kind of a cell, but of all that is not empty it takes
        # numbers alone for a yes or no; texts and dates it reports.
        sheet = book.load_sheet(
            name, header_row=None, skip_rows=0, dtypes="boolean",
            use_columns=[places[position] for position in wanted],
        )  # fmt: skip
        batch = sheet.to_arrow_with_errors()[0]
        return {
            position: frozenset(
                row for row, cell in enumerate(column.to_pylist()) if cell is not None
            )
            for position, column in zip(wanted, batch.columns, strict=True)
        }

    return number_cells


def _only_the_readers_own(error: BaseException) -> None:
    """Passes on what is no failure of the reader: a damaged sheet makes its Rust part panic."""
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error


def _look_over(data: bytes, file_name: str) -> None:
    try:
        names = old_workbook.stream_names(data)
    except (old_workbook.Damaged, struct.error) as error:
        raise _unreadable(file_name) from error
    if _ENCRYPTED in names:
        raise PasswordProtected(file_name)


def _refuse_bomb(data: bytes, file_name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if not is_workbook(archive):
                raise _unreadable(file_name)
            unpacked = sum(member.file_size for member in archive.infolist())
            if unpacked > MOST_UNPACKED_BYTES:
                raise _too_big(_("Unpacked it has {size} MB.").format(size=unpacked // 1_000_000))
            if most_cells(archive) > MOST_CELLS:
                raise _too_big(_("One stray cell makes a sheet larger than any list of orders."))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError, OSError) as error:
        raise _unreadable(file_name) from error


def _too_big(reason: str) -> NotATable:
    return NotATable(
        _("The workbook is too big"),
        reason,
        _("Copy the orders to a new workbook, or export fewer days, and upload that file."),
    )


def _unreadable(file_name: str) -> NotATable:
    return NotATable(
        _("The workbook cannot be opened"),
        _("{file_name} is damaged, or it is not an Excel workbook.").format(file_name=file_name),
        _("Open it in Excel, save it as .xlsx, and upload the new file."),
    )
