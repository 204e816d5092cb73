"""The root of every failure that a person is told about.

    AppError                  title, reason, next step
    ├── NotFound              nothing has that name or ID
    ├── InvalidInput          what was entered cannot be used
    │   ├── DuplicateOwner    komet.clients.model: may be confirmed
    │   └── Overlap           komet.clients.model: may be confirmed
    ├── NotPermitted          komet.permissions
    ├── StoreError            komet.db.errors: the data file, or a key that does not fit
    ├── TableError            komet.tabular.errors: a table file that cannot be read
    ├── MappingFileError      komet.mapping.problems
    ├── OrderFileError        komet.ingest.sources.portal_file.problems
    └── Cancelled             komet.ingest.engine: a run that was asked to stop

A page and the command line show the same three sentences. None of them ever holds a secret.
Failures of a call to Komet are no part of this tree: `komet.api.errors` stands alone.
"""

from typing import Any, ClassVar

from komet.language import to_json


class AppError(Exception):
    """What happened, why, and what to do next, in words for a person.

    `code` names the kind of failure, for good.
    """

    code: ClassVar[str] = "failed"

    def __init__(self, title: str, reason: str = "", next_step: str = "") -> None:
        super().__init__(title)
        self.title = title
        self.reason = reason
        self.next_step = next_step

    @property
    def data(self) -> dict[str, Any]:
        """Its sentences as JSON has them: what each was made of, see `komet.language.to_json`."""
        parts = {"title": self.title, "reason": self.reason, "next_step": self.next_step}
        return {name: to_json(text) for name, text in parts.items() if text}

    def __str__(self) -> str:
        more = " ".join(part for part in (self.reason, self.next_step) if part)
        # some titles are headings, and the reason is a sentence of its own
        ended = not more or self.title.endswith((".", ":", "!", "?", "…"))
        title = self.title if ended else f"{self.title}."
        return f"{title} {more}".strip()


class NotFound(AppError):
    """Nothing has the name or ID that was asked for."""

    code = "not_found"


class InvalidInput(AppError):
    """What was entered cannot be used."""

    code = "invalid_input"
