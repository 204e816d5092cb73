"""What stops a whole mapping file from being read.

    Exception
    └── MappingFileError    not a table, not text, no headings, two columns for one field …

A bad row is never an exception: it is a line of `MappingFile.problems`.
"""


class MappingFileError(Exception):
    """The file as a whole cannot be read; `str()` is the sentence that people see.

    Attributes: `title` (what happened), `reason` (why), `next_step` (what to do about it).
    """

    def __init__(self, title: str, reason: str, next_step: str) -> None:
        self.title = title
        self.reason = reason
        self.next_step = next_step
        super().__init__(f"{title}: {reason} {next_step}")
