"""What a press of Send would do: the same look at every kind of write before it is stored."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from komet.clients.allowance import requests_left
from komet.clients.model import Provider, Token
from komet.clients.table import providers, tokens
from komet.context import AppContext
from komet.dispatch.kinds import KINDS
from komet.dispatch.kinds.kind import split
from komet.dispatch.model import (
    OPEN,
    STATES,
    Draft,
    Packing,
    Preview,
    Remark,
    RequestCount,
    Write,
    WriteKind,
    WriteState,
)
from komet.dispatch.table import outbox
from komet.language import _, zoned_moment

Key = tuple[str, WriteKind, str]
_One = TypeVar("_One", Draft, Write)


def preview_writes(
    ctx: AppContext,
    name: str,
    drafts: Sequence[Draft],
    *,
    problems: Sequence[Remark] = (),
    left_out: Sequence[Remark] = (),
    questions: Sequence[Remark] = (),
    packing: Sequence[Packing] = (),
    again: bool = False,
) -> Preview:
    """What is to be sent of these drafts, what not and why, and what it costs of the allowance.

    Left out is what was sent already (unless `again`), or is planned, being sent or unknown. Where
    the token may not: to do by hand, or a problem. Nothing is written.
    """
    with ctx.read() as con:
        clients = {provider.id: provider for provider in providers.all_providers(con)}
        keys = {token.id: token for token in tokens.all_tokens(con)}
        earlier = group_earlier(outbox.earlier_writes(con, drafts))
        refused = outbox.refused_methods(con)
    found = _Sorted(list(problems), list(left_out), [], [])
    seen: dict[Key, Draft] = {}
    held_up: list[tuple[Draft, Write]] = []
    for draft in drafts:
        key = key_of(draft)
        client = clients.get(draft.provider_id)
        token = keys.get(client.token_id or "") if client else None
        if (first := seen.get(key)) is not None and KINDS[draft.kind].exclusive:
            found.problems.append(
                remark(draft, _("Row {row} is about the same.").format(row=first.row))
            )
        elif client is None or token is None:
            found.problems.append(remark(draft, _("This importer has no token in use.")))
        elif why := hindrance(draft, earlier.get(key, ()), again=again):
            found.left_out.append(remark(draft, why))
            if (write := _find_open(draft, earlier.get(key, ()))) is not None:
                held_up.append((draft, write))
        else:
            seen[key] = draft
            found.place(draft, token, refused, earlier.get(key, ()))
    # rows of several files may come together, where writes are planned anew
    wrong = {place_of(problem) for problem in found.problems if problem.row is not None}
    live = {(one.provider_id, one.po_item_id) for one in (*found.drafts, *found.by_hand)}
    live |= {(one.provider_id, one.po_item_id) for one in packing}
    asked = tuple(
        question
        for question in questions
        if place_of(question) not in wrong and (question.provider_id, question.po_item_id) in live
    )
    counts = tuple(_counts(found.drafts, clients))
    return Preview(
        name=name,
        drafts=tuple(found.drafts),
        by_hand=tuple(found.by_hand),
        problems=tuple(sorted(found.problems, key=lambda one: one.row or 0)),
        left_out=tuple(found.left_out),
        questions=asked,
        counts=counts,
        left_today=requests_left(
            ctx, [clients[one] for one in {count.provider_id for count in counts}]
        ),
        packing=tuple(packing),
        again=again,
        held_up=tuple(held_up),
    )


class _Sorted:
    def __init__(
        self,
        problems: list[Remark],
        left_out: list[Remark],
        drafts: list[Draft],
        by_hand: list[Draft],
    ) -> None:
        self.problems, self.left_out = problems, left_out
        self.drafts, self.by_hand = drafts, by_hand

    def place(
        self, draft: Draft, token: Token, refused: set[tuple[str, str]], earlier: Sequence[Write]
    ) -> None:
        kind = KINDS[draft.kind]
        if kind.may_send(token.kind) and (token.id, draft.kind.value) not in refused:
            self.drafts.append(draft)
            return
        why = (
            _("{method} is not for {kind} tokens.").format(method=kind.method, kind=_(token.kind))
            if not kind.may_send(token.kind)
            else _("Komet has refused {method} to this token.").format(method=kind.method)
        )
        if not kind.by_hand:
            self.problems.append(remark(draft, why))
            return
        waiting = [write for write in earlier if write.state is WriteState.BY_HAND]
        if waiting and waiting[-1].digest == draft.digest:
            self.left_out.append(remark(draft, _("It is on the list to do by hand already.")))
        else:
            self.by_hand.append(draft)


def place_of(one: Draft | Remark) -> tuple[str, int | None, str]:
    """The row that a draft or a remark is about, and the line that the row is about."""
    return one.provider_id, one.row, one.po_item_id


def leave_out_questions(preview: Preview) -> Preview:
    """What a press of Send takes of a preview where nobody has said yes to its questions."""
    rows = {place_of(question) for question in preview.questions}
    lines = {(question.provider_id, question.po_item_id) for question in preview.questions}
    return replace(
        preview,
        drafts=tuple(draft for draft in preview.drafts if place_of(draft) not in rows),
        by_hand=tuple(draft for draft in preview.by_hand if place_of(draft) not in rows),
        packing=tuple(p for p in preview.packing if (p.provider_id, p.po_item_id) not in lines),
        questions=(),
    )


def key_of(draft: Draft | Write) -> Key:
    """What two writes have in common that are about the same."""
    return draft.provider_id, draft.kind, draft.target


def group_earlier(writes: Sequence[Write]) -> dict[Key, list[Write]]:
    """Earlier writes by what they are about, the newest last."""
    found: dict[Key, list[Write]] = {}
    for write in writes:
        found.setdefault(key_of(write), []).append(write)
    return found


def hindrance(draft: Draft, earlier: Sequence[Write], *, again: bool) -> str | None:
    """Why a draft is not to be sent now, beside earlier writes about the same; None if it may."""
    kind = KINDS[draft.kind]
    if (write := _find_open(draft, earlier)) is not None:
        return _("{state} by {person} since {when}.").format(
            state=_(STATES[write.state]),
            person=write.planned_by,
            when=zoned_moment(write.sending_at or write.planned_at),
        )
    sent = [write for write in earlier if write.state is WriteState.SENT]
    if kind.exclusive and not kind.once:
        sent = sent[-1:]  # what another write has changed since may be set once more
    same = [write for write in sent if kind.once or write.digest == draft.digest]
    if again or not same or (not kind.once and _changed_since(draft, same[-1])):
        return None
    return _("Sent already, by {person} at {when}.").format(
        person=same[-1].planned_by, when=zoned_moment(same[-1].settled_at or same[-1].planned_at)
    )


def _find_open(draft: Draft, earlier: Sequence[Write]) -> Write | None:
    """The first of these writes that excludes the draft as long as it is open."""
    for write in earlier:
        same = KINDS[draft.kind].exclusive or write.digest == draft.digest
        if write.state in OPEN and same:
            return write
    return None


def _changed_since(draft: Draft, write: Write) -> bool:
    """Whether Komet was seen to have changed the target after the write."""
    seen = draft.found.get("fetched_at")
    if not seen or not write.settled_at or seen == write.found.get("fetched_at"):
        return False
    return datetime.fromisoformat(str(seen)) > write.settled_at


def remark(draft: Draft, reason: str) -> Remark:
    """A remark on a draft."""
    product = draft.found.get("product")
    subject = " · ".join(part for part in (subject_of(draft), product) if part)
    return Remark(draft.row, subject, reason, draft.provider_id, draft.po_item_id)


def subject_of(write: Draft | Write) -> str:
    """The PO or box that a write is about; empty for one whose target is a name of ours only."""
    return write.po_number or ("" if KINDS[write.kind].nameless else write.target)


def describe(write: Draft | Write) -> str:
    """What a write does, in words."""
    return KINDS[write.kind].describe(write)


def undo_words(kinds: Sequence[WriteKind]) -> Mapping[WriteKind, str]:
    """How each kind of write can be undone, in words."""
    return {kind: _(KINDS[kind].undo) for kind in kinds}


def in_order(writes: Sequence[_One]) -> list[_One]:
    """The writes in the order in which they go out: by kind, then as they were planned."""
    return sorted(writes, key=lambda write: KINDS[write.kind].order)


def _counts(drafts: Sequence[Draft], clients: Mapping[str, Provider]) -> Iterator[RequestCount]:
    groups: dict[tuple[str, WriteKind], list[Draft]] = {}
    for draft in in_order(drafts):
        groups.setdefault((draft.provider_id, draft.kind), []).append(draft)
    for (provider_id, kind), writes in groups.items():
        yield RequestCount(
            provider_id,
            clients[provider_id].name,
            kind,
            KINDS[kind].method,
            len(writes),
            len(split(KINDS[kind], writes)),
        )
