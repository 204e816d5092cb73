"""What stops a whole mapping file from being read.

    AppError
    └── MappingFileError    not a table, not text, no headings, two columns for one field …

A bad row is never an exception: it is a line of `MappingFile.problems`.
"""

from komet.errors import AppError


class MappingFileError(AppError):
    """The file as a whole cannot be read."""

    def __str__(self) -> str:
        return f"{self.title}: {self.reason} {self.next_step}"
