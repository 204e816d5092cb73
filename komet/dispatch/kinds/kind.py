"""What a kind of write is to the outbox: how it is sent, how its answer is read, how it is found
again in Komet when nobody knows what became of it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from komet.api.methods import TokenKind, method
from komet.api.reading import Unreadable, flag
from komet.clients.model import Provider
from komet.dispatch.model import DispatchLine, Draft, Outcome, Write, WriteKind, WriteState

Request = tuple[str, dict[str, Any]]
"""A method of Komet and its parameters."""
_One = TypeVar("_One", Draft, Write)
SEEN = Outcome(WriteState.SENT, "seen_in_komet")
NOT_SEEN = Outcome(WriteState.NOT_SENT, "not_seen_in_komet")
"""What reading back tells of a write that Komet shows, and of one that it does not."""
LARGEST = 40_000
"""Bytes of content in one request: Komet takes 64 kB, and each member's name is in it as well."""


@dataclass(frozen=True)
class Sender:
    """On whose behalf a request goes out. `load_file` gives the bytes of a file by its digest."""

    token_kind: TokenKind
    provider: Provider
    load_file: Callable[[str], bytes]


class ReadBack(Protocol):
    """What Komet says now, for finding out what became of a write."""

    def line(self, write: Write) -> DispatchLine | None:
        """The line that the write is about; None where Komet was read and has no such line.

        Raises `LookupError` where the PO could not be read.
        """

    def codes(self, write: Write) -> Mapping[str, str]:
        """Box code → PO item ID, over all lines of the PO. Raises `LookupError` likewise."""

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """The answer of a reading method. Raises `LookupError` where there is none."""


@dataclass(frozen=True)
class Kind:
    """One kind of write.

    `most`: writes that one request may carry. `order`: what of one batch goes first. `describe`:
    the write in words. `undo`: how it can be undone, in words marked by `_later`. `exclusive`: two
    different writes of the kind to one target exclude each other; else only equal ones do.
    `read_back`: the outcome that reading Komet tells, None where it cannot tell.
    """

    name: WriteKind
    label: str
    method: str
    undo: str
    request: Callable[[Sequence[Write], Sender], Request]
    describe: Callable[[Draft | Write], str]
    read_back: Callable[[Write, ReadBack], Outcome | None]
    outcomes: Callable[[Sequence[Write], Mapping[str, Any]], Mapping[str, Outcome]] | None = None
    """What an answer says of single writes, whatever `status` says on top of it."""
    most: int = 1
    together: Callable[[Draft | Write], object] = lambda _write: None
    """Writes for which it says the same may share a request."""
    told_apart: bool = False
    """Whether the answer has an outcome for each write: some are done where others fail."""
    order: int = 50
    exclusive: bool = True
    once: bool = False
    """Whether what was sent to a target once is never sent to it again, whatever its content."""
    nameless: bool = False
    """Whether its target says nothing to people, as what is created has no name yet."""
    by_hand: bool = False
    """Whether a person can do it in Komet's portal where the token may not."""

    def may_send(self, token_kind: str) -> bool:
        """Whether Komet's page names this kind of token for the method."""
        kinds = method(self.method).token_kinds
        return kinds is None or token_kind in kinds

    def read_answer(
        self, writes: Sequence[Write], answer: Mapping[str, Any]
    ) -> Mapping[str, Outcome]:
        """Write ID → outcome, as a good answer says it; what it does not mention is unknown.

        One that says neither success nor failure, as a body without members, mentions nothing.
        """
        unmentioned = Outcome(WriteState.UNKNOWN, "not_mentioned", answer=dict(answer))
        if self.outcomes is not None:
            found = self.outcomes(writes, answer)
        elif outcome_told(answer):
            found = {write.id: Outcome(WriteState.SENT, answer=dict(answer)) for write in writes}
        else:
            found = {}
        return {write.id: found.get(write.id, unmentioned) for write in writes}

    def read_refusal(
        self, writes: Sequence[Write], answer: Mapping[str, Any] | None, refusal: Outcome
    ) -> Mapping[str, Outcome]:
        """Write ID → outcome, where `status` on top says failure: single rows count all the same.

        Of writes that are `told_apart`, those that such an answer does not mention may have been
        done: they are unknown. Without an answer, all were refused.
        """
        if answer is None:
            return {write.id: refusal for write in writes}
        found = self.outcomes(writes, answer) if self.outcomes is not None else {}
        unmentioned = (
            Outcome(WriteState.UNKNOWN, "not_mentioned", refusal.data, refusal.answer)
            if self.told_apart
            else refusal
        )
        return {write.id: found.get(write.id, unmentioned) for write in writes}


def split(kind: Kind, writes: Sequence[_One]) -> list[list[_One]]:
    """The writes as they go out together: at most `most`, and not too large, in a request."""
    requests: list[list[_One]] = []
    size = 0
    for write in writes:
        own = len(json.dumps(write.content, default=str))
        last = requests[-1] if requests else []
        full = len(last) >= kind.most or size + own > LARGEST
        if not last or full or kind.together(last[0]) != kind.together(write):
            requests.append([])
            size = 0
        requests[-1].append(write)
        size += own
    return requests


def outcome_told(row: Mapping[str, Any]) -> bool | None:
    """Whether one row of an answer says success; None where it does not say."""
    try:
        return flag(row.get("status"))
    except Unreadable:
        return None


def rows_of(answer: Mapping[str, Any], member: str) -> list[Mapping[str, Any]]:
    """The objects in a list of an answer, and nothing else that it may hold in their place."""
    found = answer.get(member)
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


def named_members(content: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The members of a request: `names` maps what they are called here to Komet's names."""
    return {wire: content[own] for own, wire in names.items() if content.get(own) is not None}
