"""What stops a whole table file from being read.

    AppError
    └── TableError
        ├── EmptyTable           nothing in it
        ├── NotATable            a PDF, a picture, a web page, a damaged workbook …
        ├── TableTooBig          more rows, columns or cells than a table may have, or a trap
        ├── PasswordProtected    a workbook that only its password opens
        └── OpenQuotation        a quotation mark that has swallowed the rest of the file

Each says for itself what happened, why, and what to do next.
"""

from komet.errors import AppError
from komet.language import _
from komet.tabular.sheet_rows import WORKER_SECONDS


class TableError(AppError):
    """The file as a whole cannot be read."""

    code = "table_error"


class EmptyTable(TableError):
    """There is nothing in it."""

    code = "empty_table"

    def __init__(self, file_name: str) -> None:
        super().__init__(
            _("The file is empty"),
            _("{file_name} has no rows.").format(file_name=file_name),
            _("Fill it in, save it again, and upload that file."),
        )


class NotATable(TableError):
    """It is not a workbook, and not a text with columns."""

    code = "not_a_table"


class TableTooBig(TableError):
    """Reading all of it would cost more than a file may."""

    code = "table_too_big"


class PasswordProtected(TableError):
    """Only its password opens it."""

    code = "password_protected"

    def __init__(self, file_name: str) -> None:
        super().__init__(
            _("The workbook has a password"),
            _("{file_name} is encrypted, so nothing can be read.").format(file_name=file_name),
            _("Open it in Excel, save it without a password, and upload the new file."),
        )


class OpenQuotation(TableError):
    """Nobody can tell where its rows end."""

    code = "open_quotation"

    def __init__(self, row: int) -> None:
        super().__init__(
            _("A quotation mark is not closed"),
            _("In row {row} a cell begins with a quotation mark that has no partner.").format(
                row=row
            ),
            _("Correct that cell, or save the file as an Excel workbook, and upload it again."),
        )


def damaged(file_name: str) -> NotATable:
    """A workbook that is broken, or only named like one."""
    return NotATable(
        _("The workbook cannot be opened"),
        _("{file_name} is damaged, or it is not a workbook.").format(file_name=file_name),
        _("Open it in Excel, save it as .xlsx or CSV UTF-8, and upload the new file."),
    )


def damaged_old_workbook(file_name: str) -> NotATable:
    """The shell of an .xls file with nothing readable in it."""
    return NotATable(
        _("This workbook of an old kind cannot be opened"),
        _("{file_name} is in the format of Excel 97 (.xls), and damaged.").format(
            file_name=file_name
        ),
        _("Open it in Excel, save it as .xlsx without a password, and upload the new file."),
    )


def no_table(file_name: str) -> NotATable:
    """Bytes that are no text."""
    return NotATable(
        _("This file is not a table"),
        _("{file_name} is neither a workbook nor a text in UTF-8, UTF-16 or Windows-1252.").format(
            file_name=file_name
        ),
        _("Save it as CSV UTF-8 or as an Excel workbook (.xlsx), and upload it again."),
    )


def pdf(file_name: str) -> NotATable:
    """A picture of a table."""
    return NotATable(
        _("A PDF cannot be imported"),
        _("{file_name} is a PDF: a picture of a table.").format(file_name=file_name),
        _("Ask for the same list as an Excel workbook (.xlsx) or CSV."),
    )


def web_page(file_name: str) -> NotATable:
    """HTML or XML under the name of a workbook, as some portals export."""
    return NotATable(
        _("This file is a web page"),
        _("{file_name} is named like a table, but holds HTML or XML.").format(file_name=file_name),
        _("Open it in Excel, save it as .xlsx, and upload the new file."),
    )


def workbook_too_big() -> TableTooBig:
    """Cells without end, an archive that unpacks without end, or one cell far from the others."""
    return TableTooBig(
        _("The workbook is too big"),
        _("Reading it would take more memory than a table needs. A cell far from the others, or "
          "very many of them, can be the cause."),
        _("Copy the table alone to a new workbook, or save it as CSV UTF-8, and upload that file."),
    )  # fmt: skip


def workbook_too_slow() -> TableTooBig:
    """It was not read in time."""
    return TableTooBig(
        _("The workbook takes too long to read"),
        _("It was not read within {n:.0f} seconds.").format(n=WORKER_SECONDS),
        _("Copy the table alone to a new workbook, or save it as CSV UTF-8, and upload that file."),
    )


def too_many(count: int, rows: bool) -> TableTooBig:
    """More rows or columns than a sheet of Excel has."""
    what = (
        _("It has more than {n:,} rows.") if rows else _("A row has more than {n:,} columns.")
    ).format(n=count)
    return TableTooBig(
        _("The table is too big"),
        what,
        _("Leave out what is not needed, or split the file, and upload it again."),
    )


def too_many_cells(count: int) -> TableTooBig:
    """More than is read at once."""
    return TableTooBig(
        _("The table is too big"),
        _("It has more than {n:,} cells.").format(n=count),
        _("Leave out what is not needed, or split the file, and upload it again."),
    )


def cell_too_long(row: int, count: int) -> TableTooBig:
    """One cell as long as a book."""
    return TableTooBig(
        _("The table is too big"),
        _("A cell in row {row} has more than {n:,} characters.").format(row=row, n=count),
        _("Shorten that cell, and upload the file again."),
    )
