"""What the record holds: kinds of events with their sentences, filters, allowances."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from komet.clients.model import Token
from komet.language import _, _later

DOWNLOADED = "downloaded"
"""Our word for a run, which has no row in the audit."""

MAPPED = "mappings written"
"""Shown from the record of imports, which also knows how many, and whether it was undone."""

MAPPING_UNDONE = "import undone"
OF_A_MAPPING = (MAPPED, MAPPING_UNDONE)
"""Their detail is the import's source: a code, of which its name is made when it is read."""

WITH_A_RUN = ("orders refreshed by number", "file imported")
"""What is recorded together with a run, at the same moment: both are one event."""


DAYS = 30
"""The days of requests and failures that are looked at, today included."""


DAY, REQUEST, PAUSE = "day", "request", "pause"
"""Where a failure is recorded: by a day that failed, a request that did, or a run that paused."""

NOT_ASKED = ""
"""A day that failed before Komet was asked: no token, a key that does not fit."""

QUOTA = "QuotaExhausted"


class Kind(StrEnum):
    """What the time line can be narrowed to."""

    DOWNLOADS = "downloads"
    IMPORTS = "imports"
    TOKENS = "tokens"
    PROVIDERS = "providers"
    EXPORTS = "exports"
    DISPATCH = "dispatch"
    CALLS = "calls"
    VIEWS = "views"
    SCHEDULES = "schedules"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The kind in words."""
        return _(_KINDS[self])


_KINDS = {
    Kind.DOWNLOADS: _later("Downloads"),
    Kind.IMPORTS: _later("Imports and mapping"),
    Kind.TOKENS: _later("Tokens"),
    Kind.PROVIDERS: _later("Client providers"),
    Kind.EXPORTS: _later("Exports"),
    Kind.DISPATCH: _later("Dispatch"),
    Kind.CALLS: _later("Calls that write"),
    Kind.VIEWS: _later("Saved views"),
    Kind.SCHEDULES: _later("Schedules"),
    Kind.OTHER: _later("Other"),
}

_EVENTS = {
    DOWNLOADED: (Kind.DOWNLOADS, _later("POs downloaded: {subject}")),
    "orders refreshed by number": (Kind.DOWNLOADS, _later("POs refreshed by number: {subject}")),
    MAPPED: (Kind.IMPORTS, _later("SKU mapping written: {subject}")),
    MAPPING_UNDONE: (Kind.IMPORTS, _later("SKU mapping undone: {subject}")),
    "file imported": (Kind.IMPORTS, _later("Orders imported from a file: {subject}")),
    "token added": (Kind.TOKENS, _later("Token “{subject}” added")),
    "token changed": (Kind.TOKENS, _later("Token “{subject}” changed")),
    "token secret replaced": (Kind.TOKENS, _later("Secret of token “{subject}” replaced")),
    "token retired": (Kind.TOKENS, _later("Token “{subject}” retired")),
    "provider added": (Kind.PROVIDERS, _later("Client provider “{subject}” added")),
    "provider changed": (Kind.PROVIDERS, _later("Client provider “{subject}” changed")),
    "orders exported": (Kind.EXPORTS, _later("Orders exported: {subject}")),
    "changes exported": (Kind.EXPORTS, _later("Changes exported: {subject}")),
    "template exported": (Kind.EXPORTS, _later("Exported by template: {subject}")),
    "template saved": (Kind.EXPORTS, _later("Export template “{subject}” saved")),
    "template deleted": (Kind.EXPORTS, _later("Export template “{subject}” deleted")),
    "pivot exported": (Kind.EXPORTS, _later("Pivot exported: {subject}")),
    "dispatch file exported": (Kind.EXPORTS, _later("Dispatch file exported: {subject}")),
    "receipt exported": (Kind.EXPORTS, _later("Receipt of a dispatch exported: {subject}")),
    "confirmation sheet exported": (
        Kind.EXPORTS,
        _later("Confirmation sheet exported: {subject}"),
    ),
    "answer exported": (Kind.EXPORTS, _later("Answer of {subject} exported")),
    "writes planned": (Kind.DISPATCH, _later("Dispatch planned: {subject}")),
    "writes sent": (Kind.DISPATCH, _later("Dispatch sent: {subject}")),
    "writes withdrawn": (Kind.DISPATCH, _later("Planned dispatch withdrawn: {subject}")),
    "writes settled by hand": (Kind.DISPATCH, _later("Dispatch settled by hand: {subject}")),
    "unknown writes read back": (
        Kind.DISPATCH,
        _later("Unknown dispatch read back from Komet: {subject}"),
    ),
    "boxes packed": (Kind.DISPATCH, _later("Boxes packed: {subject}")),
    "box code pattern saved": (
        Kind.DISPATCH,
        _later("Pattern of box codes saved, next: {subject}"),
    ),
    "labels printed": (Kind.EXPORTS, _later("Labels printed: {subject}")),
    "label template saved": (Kind.EXPORTS, _later("Label template “{subject}” saved")),
    "label template deleted": (Kind.EXPORTS, _later("Label template “{subject}” deleted")),
    "in transit exported": (Kind.EXPORTS, _later("What is in transit exported: {subject}")),
    "method called": (Kind.CALLS, _later("Method that writes, called by hand: {subject}")),
    "view saved": (Kind.VIEWS, _later("View “{subject}” saved")),
    "view renamed": (Kind.VIEWS, _later("View “{subject}” renamed")),
    "views taken over": (Kind.VIEWS, _later("Views of {subject} taken over")),
    "view deleted": (Kind.VIEWS, _later("View “{subject}” deleted")),
    "backup restored": (Kind.OTHER, _later("Backup restored: {subject}")),
    "schedule saved": (Kind.SCHEDULES, _later("Schedule “{subject}” saved")),
    "schedule deleted": (Kind.SCHEDULES, _later("Schedule “{subject}” deleted")),
}


def describe_event(what: str, subject: str | None) -> str:
    """What happened, in words; a word that we do not know is shown as it is."""
    if what in _EVENTS:
        return _(_EVENTS[what][1]).format(subject=subject or "")
    return f"{what}: {subject}" if subject else what


def kinds_by_event() -> list[tuple[str, str]]:
    """The word of the audit and the kind, of every word that has a sentence."""
    return [(what, kind.value) for what, (kind, _words) in _EVENTS.items()]


class ActivityFilter(BaseModel):
    """Everything combines with *and*, the values of one list with *or*.

    Days are those of the time zone in force.
    """

    model_config = ConfigDict(frozen=True)

    kinds: tuple[Kind, ...] = ()
    people: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None


@dataclass(frozen=True)
class Pool:
    """Tokens that spend the same allowance: requests a day, and those spent today (UTC)."""

    tokens: tuple[Token, ...]
    allowance: int
    used_today: int

    @property
    def left_today(self) -> int:
        """Requests that our ledger leaves today."""
        return max(0, self.allowance - self.used_today)

    @property
    def name(self) -> str:
        """The tokens of the pool, as they may be shown."""
        return ", ".join(show_token(token.label, token.last_four) for token in self.tokens)


def show_token(label: str | None, last_four: str | None) -> str:
    """A token as it may be shown: its label and its last four characters."""
    if label is None:
        return _("a token that is not there any more")
    return f"{label} ••••{last_four}"
