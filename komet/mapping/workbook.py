"""Excel workbooks: the first sheet, every cell as text."""

import io
import zipfile
import zlib

import fastexcel

from komet.language import _
from komet.mapping.dialect import Table
from komet.mapping.errors import MappingFileError
from komet.mapping.extent import MOST_CELLS, most_cells

# A small archive can unpack to fill the memory; a sheet of a million rows stays under this.
MOST_UNPACKED_BYTES = 1_000_000_000

# How the reader names the error values of cells, and how people know them.
_CELL_ERRORS = {
    "NA": "#N/A",
    "Ref": "#REF!",
    "Name": "#NAME?",
    "Value": "#VALUE!",
    "Div0": "#DIV/0!",
    "Null": "#NULL!",
    "Num": "#NUM!",
}


def read_workbook_table(data: bytes) -> Table:
    """The first sheet of an .xlsx file; raises MappingFileError when it is none."""
    _refuse_bomb(data)
    try:
        sheet = fastexcel.read_excel(data).load_sheet(
            0,
            header_row=None,
            skip_rows=0,  # keeps blank leading rows, and so the row numbers that Excel shows
            dtypes="string",
        )
        batch, cell_errors = sheet.to_arrow_with_errors()
    except BaseException as error:
        # A panic of the Rust reader on a damaged sheet does not derive from Exception.
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise _unreadable() from error
    columns = [[cell or "" for cell in column.to_pylist()] for column in batch.columns]
    # Error values come as nulls: unseen, "#N/A" for a SKU would pass for an empty cell.
    for cell_error in cell_errors.errors if cell_errors else ():
        row, column = cell_error.offset_position
        kind = cell_error.detail.partition("Error(")[2].partition(")")[0]
        if kind:
            columns[column][row] = _CELL_ERRORS.get(kind, "#N/A")
    records = [list(record) for record in zip(*columns, strict=True)]
    return Table(records, encoding=None, delimiter=None)


def _refuse_bomb(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
            cells = most_cells(archive) if unpacked <= MOST_UNPACKED_BYTES else 0
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        NotImplementedError,
        OSError,
    ) as error:
        raise _unreadable() from error
    if unpacked > MOST_UNPACKED_BYTES:
        raise MappingFileError(
            _("The workbook is too big"),
            _("Unpacked it has {size} MB.").format(size=unpacked // 1_000_000),
            _("Keep only the mapping sheet, or save it as CSV, and upload it again."),
        )

    if cells > MOST_CELLS:
        raise MappingFileError(
            _("The workbook is too big"),
            _("A cell far from the others makes a sheet of {n:,} cells.").format(n=cells),
            _("Delete the empty rows and columns round the table, and upload it again."),
        )


def _unreadable() -> MappingFileError:
    return MappingFileError(
        _("The workbook cannot be opened"),
        _("It is damaged, or it is not an Excel workbook (.xlsx)."),
        _("Open it in Excel, save it as .xlsx or CSV UTF-8, and upload the new file."),
    )
