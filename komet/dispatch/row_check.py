"""From the rows of a file to writes: the look at each row that all kinds have in common.

Komet gives no ID that could tell whether something was created already. A row is known by what it
says and by how often it stood in the file before: the same file again finds every row sent, and the
second of two equal rows is a write of its own. A row that says nearly the same as one that was sent
from another file, as a corrected cost does, is asked about.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from komet import time_zone
from komet.api.methods import TokenKind
from komet.clients.providers import get_provider
from komet.clients.tokens import get_token
from komet.context import AppContext
from komet.dispatch.known import Known
from komet.dispatch.model import Draft, Preview, Remark, WriteKind
from komet.dispatch.preview import describe, preview_writes, remark
from komet.dispatch.row_fields import FIELDS
from komet.dispatch.row_file import Row, RowFile, Value, problems_of, subject_of
from komet.dispatch.table import outbox
from komet.dispatch.values import LONGEST_PO_NUMBER
from komet.errors import InvalidInput
from komet.language import _, day, zoned_moment


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
        self._seen: Counter[str] = Counter()
        unread = _("This column is not known, so nothing in it is read.")
        self.found = Found(
            problems=problems_of(file, provider_id),
            left_out=[Remark(file.headings, name, unread, provider_id) for name in file.unused],
        )
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

    def target(self, label: str, rows: Sequence[Row], **found: object) -> str:
        """The name of what rows are to make: a label, a digest, its number if not the first.

        The digest is of what the rows say, with what was `found` in its place (the ID of a product
        however it is named), so that a list fetched meanwhile changes no name. Notes do not count.
        """
        said = [
            {name: value for name, value in row.values.items() if name not in _NO_NAME | set(found)}
            for row in rows
        ]
        told = json.dumps([self.kind, said, found], sort_keys=True, default=str)
        digest = hashlib.sha256(told.encode()).hexdigest()[:12]
        self._seen[digest] += 1
        count = self._seen[digest]
        return f"{label} {digest}" if count == 1 else f"{label} {digest} #{count}"

    def remark(self, row: Row, reason: str) -> Remark:
        """A remark on a row."""
        return Remark(row.number, subject_of(row), reason, self.provider_id)

    def ask_about_unlisted(self, row: Row, product_id: str) -> None:
        """Have a person say yes to a product that cannot be looked up."""
        said = _(
            "The product list of this importer is not here, so nobody knows whether Komet has the"
            " product {id}; one that it has not is skipped without a word."
        ).format(id=product_id)
        self.found.questions.append(self.remark(row, said))

    def preview(self, *, again: bool) -> Preview:
        """What sending the file would do."""
        if not again:
            self._ask_about_alike()
        return preview_writes(
            self.ctx,
            self.file.name,
            self.found.drafts,
            problems=self.found.problems,
            left_out=self.found.left_out,
            questions=self.found.questions,
            again=again,
        )

    def _ask_about_alike(self) -> None:
        """Have a person say yes to rows that say nearly the same as what was sent already."""
        drafts = self.found.drafts
        keys = {str(draft.found["alike"]) for draft in drafts if "alike" in draft.found}
        with self.ctx.read() as con:
            earlier = outbox.writes_alike(con, self.provider_id, self.kind, sorted(keys))
        own = {draft.target for draft in drafts}
        sent = {str(w.found["alike"]): w for w in earlier if w.target not in own}
        asked: set[int | None] = set()
        known = {write.target for write in earlier}
        for draft in drafts:
            write = sent.get(str(draft.found.get("alike")))
            if write is None or draft.target in known or draft.row in asked:
                continue
            asked.add(draft.row)
            said = _("Nearly the same was sent by {person} at {when}: {what}.").format(
                person=write.planned_by,
                when=zoned_moment(write.settled_at or write.planned_at),
                what=describe(write),
            )
            self.found.questions.append(remark(draft, said))


_NO_NAME = frozenset(
    {"product", "product_id", "product_code", "sku", "mixed_product", "notes", "comments"}
)


def ask_about_past(ctx: AppContext, ship_date: date) -> str | None:
    """What to ask a person about an order for a day that is over; None for any other day."""
    if ship_date >= time_zone.today(ctx.now()):
        return None
    return _("The ship date {day} is past.").format(day=day(ship_date))


def check_po_number(number: str) -> str:
    """The number of a PO that lines are added to. Raises `InvalidInput` where it is too long."""
    if len(number) > LONGEST_PO_NUMBER:
        raise InvalidInput(_("“{text}” is too long for a PO number.").format(text=number))
    return number


def needed(row: Row, *names: str) -> None:
    """Raise `InvalidInput` for a column that is empty in a row, or counts nothing."""
    empty = [_(FIELDS[name].label) for name in names if _is_empty(row.values.get(name))]
    if empty:
        raise InvalidInput(
            _("Empty: {names}.").format(names=", ".join(f"“{name}”" for name in empty))
        )


def _is_empty(value: Value | None) -> bool:
    return value in {None, ""} or (isinstance(value, int) and value == 0)
