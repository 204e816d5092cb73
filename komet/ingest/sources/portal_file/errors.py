"""What stops a whole order file from being read.

    AppError
    └── OrderFileError
        ├── EmptyFile            nothing in it
        ├── NotATable            a PDF, a picture, a web page, a damaged workbook …
        ├── PasswordProtected    a workbook that only its password opens
        └── NoHeadings           no row that names a PO, a ship date and a product

A bad row or cell is never an exception: it is a line of `OrderFile.problems`.
"""

from komet.errors import AppError
from komet.language import _


class OrderFileError(AppError):
    """The file as a whole cannot be read."""


class EmptyFile(OrderFileError):
    """There is nothing in it."""

    def __init__(self, file_name: str) -> None:
        super().__init__(
            _("The file is empty"),
            _("{file_name} has no rows.").format(file_name=file_name),
            _("Export the purchase orders with their products again, and upload that file."),
        )


class NotATable(OrderFileError):
    """It is not a workbook, and not a text with columns."""


class PasswordProtected(OrderFileError):
    """Only its password opens it."""

    def __init__(self, file_name: str) -> None:
        super().__init__(
            _("The workbook has a password"),
            _("{file_name} is encrypted, so nothing can be read.").format(file_name=file_name),
            _("Open it in Excel, save it without a password, and upload the new file."),
        )


class NoHeadings(OrderFileError):
    """No row tells which column is which."""
