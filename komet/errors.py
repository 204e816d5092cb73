"""The root of every failure that a person is told about.

    AppError                    title, reason, next step
    ├── komet.api.errors         what Komet or the network answered
    ├── komet.db.errors       the data file: in use, newer, or a key that does not fit
    ├── komet.tabular.errors     a table file that cannot be read
    ├── komet.mapping.problems   a mapping file that cannot be used
    └── komet.ingest.sources.portal_file.problems   an order file that cannot be used

A page and the command line show the same three sentences. None of them ever holds a secret.
"""


class AppError(Exception):
    """What happened, why, and what to do next, in words for a person."""

    def __init__(self, title: str, reason: str = "", next_step: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.reason = reason
        self.next_step = next_step

    def __str__(self) -> str:
        return " ".join(part for part in (self.title, self.reason, self.next_step) if part)


class NotFound(AppError):
    """Something that was asked for by name is not there."""


class InvalidInput(AppError):
    """What was entered cannot be used, and why."""
