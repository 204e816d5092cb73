"""From the rows of a file to writes: the look at each row that all kinds have in common.

Komet gives no ID that could tell whether something was created already. A row is known by its
content and by how often it stood in the file before: the same file again finds every row sent,
and the second of two equal rows is a write of its own.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from komet.api.methods import TokenKind
from komet.clients.providers import get_provider
from komet.clients.tokens import get_token
from komet.context import AppContext
from komet.dispatch.known import Known
from komet.dispatch.model import Content, Draft, Preview, Remark, WriteKind
from komet.dispatch.preview import preview_writes
from komet.dispatch.row_fields import FIELDS
from komet.dispatch.row_file import Row, RowFile, Value, problems_of, subject_of
from komet.errors import InvalidInput
from komet.language import _


class Occurrences:
    """Gives equal contents different names: the first, the second … of a file."""

    def __init__(self) -> None:
        self._seen: Counter[str] = Counter()

    def name(self, label: str, content: Content) -> str:
        """The label, a digest of the content, and its number where it is not the first."""
        told = json.dumps(content, sort_keys=True, default=str)
        digest = hashlib.sha256(told.encode()).hexdigest()[:12]
        self._seen[digest] += 1
        count = self._seen[digest]
        name = f"{label} {digest}".strip()
        return name if count == 1 else f"{name} #{count}"


@dataclass
class Found:
    """What the rows of a file come to."""

    drafts: list[Draft] = field(default_factory=list)
    problems: list[Remark] = field(default_factory=list)
    left_out: list[Remark] = field(default_factory=list)
    questions: list[Remark] = field(default_factory=list)


class RowChecker:
    """Checks the rows of one file for one client. `vendor_token`: its token is a vendor's."""

    def __init__(self, ctx: AppContext, provider_id: str, file: RowFile, kind: WriteKind) -> None:
        self.ctx, self.provider_id, self.file, self.kind = ctx, provider_id, file, kind
        self.known = Known(ctx, provider_id)
        self.occurrences = Occurrences()
        self.found = Found(problems=problems_of(file, provider_id))
        token_id = get_provider(ctx, provider_id).token_id
        self.vendor_token = bool(token_id) and (
            get_token(ctx, token_id or "").kind == TokenKind.VENDOR
        )

    def each(self, rows: Iterable[Row], check: Callable[[Row], None]) -> None:
        """Check the rows that could be read; what is wrong with one is a problem of its own."""
        for row in rows:
            if row.problems:
                continue
            try:
                check(row)
            except InvalidInput as problem:
                self.found.problems.append(self.remark(row, str(problem)))

    def remark(self, row: Row, reason: str) -> Remark:
        """A remark on a row."""
        return Remark(row.number, subject_of(row), reason, self.provider_id)

    def ask_about_unlisted(self, row: Row, product_id: str) -> None:
        """Have a person say yes to a product that cannot be looked up."""
        said = _(
            "The product list of this client is not here, so nobody knows whether Komet has the"
            " product {id}; one that it has not is skipped without a word."
        ).format(id=product_id)
        self.found.questions.append(self.remark(row, said))

    def preview(self, *, again: bool) -> Preview:
        """What sending the file would do."""
        return preview_writes(
            self.ctx,
            self.file.name,
            self.found.drafts,
            problems=self.found.problems,
            left_out=self.found.left_out,
            questions=self.found.questions,
            again=again,
        )


def needed(row: Row, *names: str) -> None:
    """Raise `InvalidInput` for a column that is empty in a row, or counts nothing."""
    empty = [_(FIELDS[name].label) for name in names if _is_empty(row.values.get(name))]
    if empty:
        raise InvalidInput(
            _("Empty: {names}.").format(names=", ".join(f"“{name}”" for name in empty))
        )


def _is_empty(value: Value | None) -> bool:
    return value in {None, ""} or (isinstance(value, int) and value == 0)
