"""The outbox: what is to be written to Komet, by whom it was planned, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import NamedTuple

from komet.api.transport import Timeouts
from komet.clients.table import providers
from komet.context import AppContext
from komet.db import audit, process
from komet.db.database import Connection
from komet.dispatch.active import is_active
from komet.dispatch.kinds import KINDS
from komet.dispatch.model import (
    Draft,
    Outcome,
    Packing,
    Preview,
    Queued,
    Remark,
    Write,
    WriteKind,
    WriteState,
)
from komet.dispatch.preview import (
    Key,
    group_earlier,
    hindrance,
    in_order,
    key_of,
    leave_out_questions,
    remark,
)
from komet.dispatch.table import boxes, lines, outbox
from komet.errors import InvalidInput
from komet.language import _
from komet.permissions import SYSTEM, Actor, Permission

AGAIN = (WriteState.REFUSED, WriteState.NOT_SENT, WriteState.WITHDRAWN)
"""What a person may plan anew."""
_MARGIN = timedelta(minutes=1)


def queue_writes(
    ctx: AppContext, actor: Actor, preview: Preview, *, accepted: bool = False
) -> Queued:
    """Store what a preview shows, in one transaction; `send_batch` sends it.

    `accepted`: a person has said yes to the questions; without, their rows are left out. What
    somebody else has planned or sent since is left out, and named. Raises `InvalidInput` where
    nothing is left, `NotPermitted`.
    """
    preview = preview if accepted else leave_out_questions(preview)
    wanted, by_hand = preview.drafts, preview.by_hand
    if preview.is_empty:
        raise InvalidInput(_("There is nothing to send."))
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        now = ctx.now()
        tokens = {one.id: one.token_id for one in providers.all_providers(con)}
        earlier = group_earlier(outbox.earlier_writes(con, [*wanted, *by_hand]))
        taken = _taken_codes(con, wanted)
        overtaken: list[Remark] = []
        kept: list[tuple[Draft, str | None, WriteState]] = []
        for draft in in_order(wanted):
            why = hindrance(draft, earlier.get(key_of(draft), ()), again=preview.again)
            why = why or taken.get(key_of(draft))
            if why:
                overtaken.append(remark(draft, why))
            else:
                kept.append((draft, tokens.get(draft.provider_id), WriteState.PLANNED))
        kept += [(d, tokens.get(d.provider_id), WriteState.BY_HAND) for d in by_hand]
        replaced = _find_replaced(con, [draft for draft, _token, _state in kept])
        batch_id = outbox.insert_batch(con, preview.name, kept, now) if kept else ""
        keys = {key_of(draft) for draft, _token, _state in kept}
        former = outbox.writes_by(con, ids=preview.resends) if preview.resends else []
        replaced += [write.id for write in former if key_of(write) in keys]
        outbox.mark_resent(con, replaced, batch_id)
        packings = _free_packings(con, preview.packing)
        overtaken += packings.taken
        if packings.free:
            boxes.replace_packed(con, packings.free, now)
        counted = {
            "writes": len(kept) - len(by_hand),
            "by_hand": len(by_hand),
            "packed": len(packings.free),
        }
        about = {draft.provider_id for draft, _token, _state in kept}
        about |= {packing.provider_id for packing in packings.free}
        said = {name: n for name, n in counted.items() if n}
        detail = {**said, "providers": sorted(about), "batch": batch_id}
        audit.record(con, "writes planned", preview.name, now, detail)
    return Queued(batch_id, len(kept) - len(by_hand), len(by_hand), tuple(overtaken))


def _find_replaced(con: Connection, drafts: Sequence[Draft]) -> list[str]:
    """IDs of writes that had no effect, or wait for a person, in the place of which these are."""
    digests = {draft.digest for draft in drafts}
    return [
        write.id
        for write in outbox.earlier_writes(con, drafts, (*AGAIN, WriteState.BY_HAND))
        if write.resent_as is None and (KINDS[write.kind].exclusive or write.digest in digests)
    ]


class _Packings(NamedTuple):
    free: list[Packing]
    taken: list[Remark]


def _free_packings(con: Connection, wanted: Sequence[Packing]) -> _Packings:
    """Of packed boxes those that are kept, and those with a code that another line has got."""
    free, taken = list[Packing](), list[Remark]()
    used = boxes.codes_in_use(
        con, [(one.provider_id, code) for one in wanted for code in one.codes]
    )
    for packing in wanted:
        others = [
            code
            for code in packing.codes
            if used.get((packing.provider_id, code), set()) - {packing.po_item_id}
        ]
        if others:
            said = _("The box code {code} belongs to another line already.").format(code=others[0])
            subject = packing.po_item_id
            taken.append(Remark(None, subject, said, packing.provider_id, packing.po_item_id))
        else:
            free.append(packing)
    return _Packings(free, taken)


def _taken_codes(con: Connection, drafts: Sequence[Draft]) -> dict[Key, str]:
    """Shipments with a box code that another line has got since the preview → the reason."""
    shipments = [draft for draft in drafts if draft.kind is WriteKind.SHIP]
    wanted = {
        (draft.provider_id, code): draft
        for draft in shipments
        for code in draft.content.get("box_codes") or ()
    }
    found: dict[Key, str] = {}
    for (provider_id, code), held in sorted(boxes.codes_in_use(con, list(wanted)).items()):
        draft = wanted[provider_id, code]
        if held - {draft.po_item_id}:
            said = _("The box code {code} belongs to another line already.").format(code=code)
            found.setdefault(key_of(draft), said)
    return found


def list_writes(
    ctx: AppContext,
    *,
    states: Sequence[WriteState] | None = None,
    batch_id: str | None = None,
    provider_id: str | None = None,
    limit: int = 2_000,
) -> list[Write]:
    """The writes that meet all that is given, in the order in which they were planned.

    What a process that is gone was sending is shown as unknown, and what was to be done by hand as
    done once the stored orders show it. At most the newest `limit`.
    """
    asked = list(states) if states else None
    if asked and WriteState.UNKNOWN in asked:
        asked.append(WriteState.SENDING)
    if asked and {WriteState.SENT, WriteState.NOT_SENT} & set(asked):
        asked.append(WriteState.BY_HAND)
    with ctx.read() as con:
        found = outbox.writes_by(
            con, states=asked, batch_id=batch_id, provider_id=provider_id, limit=limit
        )
        by_hand = any(write.state is WriteState.BY_HAND for write in found)
        settled = lines.settled_by_hand(con) if by_hand else {}
    shown = [_shown(ctx, write, settled) for write in found]
    return [write for write in shown if states is None or write.state in states]


def count_writes(ctx: AppContext) -> dict[WriteState, int]:
    """State → writes in it; those that were planned anew are counted once, as they are now."""
    with ctx.read() as con:
        found = outbox.counts(con)
        sending = outbox.writes_by(con, states=[WriteState.SENDING])
        settled = lines.settled_by_hand(con) if found.get(WriteState.BY_HAND) else {}
    counts = {state: found.get(state.value, 0) for state in WriteState}
    abandoned = sum(_is_abandoned(ctx, write) for write in sending)
    counts[WriteState.SENDING] -= abandoned
    counts[WriteState.UNKNOWN] += abandoned
    for state, _code in settled.values():
        counts[WriteState.BY_HAND] -= 1
        counts[state] += 1
    return counts


def withdraw_writes(ctx: AppContext, actor: Actor, ids: Sequence[str]) -> int:
    """Take back writes that were planned, or are to be done by hand; returns how many.

    What is being sent or was sent stays. Raises `NotPermitted`.
    """
    states = (WriteState.PLANNED, WriteState.BY_HAND)
    return _settle_all(ctx, actor, ids, states, Outcome(WriteState.WITHDRAWN), "writes withdrawn")


def settle_by_person(ctx: AppContext, actor: Actor, ids: Sequence[str], *, sent: bool) -> int:
    """What a person says of writes that are unknown, or to do by hand: done, or not done.

    Returns how many. Raises `NotPermitted`.
    """
    settle_abandoned(ctx)
    outcome = (
        Outcome(WriteState.SENT, "said_to_be_done", {"person": actor.name})
        if sent
        else Outcome(WriteState.NOT_SENT, "said_not_to_be_done", {"person": actor.name})
    )
    states = (WriteState.UNKNOWN, WriteState.BY_HAND)
    return _settle_all(ctx, actor, ids, states, outcome, "writes settled by hand")


def _settle_all(  # noqa: PLR0917
    ctx: AppContext,
    actor: Actor,
    ids: Sequence[str],
    states: Sequence[WriteState],
    outcome: Outcome,
    what: str,
) -> int:
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        found = outbox.writes_by(con, ids=ids, states=states)
        outbox.settle(con, [(write.id, outcome) for write in found], ctx.now())
        if found:
            detail = {
                outcome.state.value: len(found),
                "providers": sorted({write.provider_id for write in found}),
                "ids": [write.id for write in found],
            }
            audit.record(con, what, str(len(found)), ctx.now(), detail)
    return len(found)


def settle_abandoned(ctx: AppContext) -> int:
    """Mark as unknown what a process was sending that is gone; returns how many writes."""
    with ctx.read() as con:
        sending = outbox.writes_by(con, states=[WriteState.SENDING])
    abandoned = [write.id for write in sending if _is_abandoned(ctx, write)]
    if abandoned:
        with ctx.write(SYSTEM, Permission.WRITE_TO_KOMET) as con:
            # asked once more: a request may have left it planned, and another have begun
            still = [
                write
                for write in outbox.writes_by(con, ids=abandoned, states=[WriteState.SENDING])
                if _is_abandoned(ctx, write)
            ]
            settled = [(write.id, _abandonment(write)) for write in still]
            outbox.settle(con, settled, ctx.now())
        return len(still)
    return 0


def _abandonment(write: Write) -> Outcome:
    """The outcome of a write that nobody is sending any more."""
    if write.process == process.current():
        return Outcome(WriteState.UNKNOWN, "outcome_not_stored")
    return Outcome(WriteState.UNKNOWN, "process_ended")


def _shown(ctx: AppContext, write: Write, settled: Mapping[str, tuple[WriteState, str]]) -> Write:
    if write.id in settled:
        state, code = settled[write.id]
        told = {"state": state, "outcome_code": code, "outcome_data": "{}"}
        return write.model_copy(update=told)
    if write.state is WriteState.SENDING and _is_abandoned(ctx, write):
        return write.model_copy(
            update={
                "state": WriteState.UNKNOWN,
                "outcome_code": _abandonment(write).code,
                "outcome_data": "{}",
            }
        )
    return write


def _is_abandoned(ctx: AppContext, write: Write) -> bool:
    """Whether nobody is sending it any more, and nobody has said what became of it."""
    if write.process == process.current():
        return not is_active(write.request_id)
    alive = process.is_alive(write.process)
    if alive is None:  # on another machine
        since = write.sending_at or write.planned_at
        return ctx.now() - since > longest_request(ctx) + _MARGIN
    return not alive


def longest_request(ctx: AppContext) -> timedelta:
    """From the claim of a write to the last moment at which Komet may still be asked.

    A request waits for the data file to count it, then as long as it takes to connect and answer.
    """
    chosen = ctx.settings
    timeouts = Timeouts(chosen.connect_timeout, chosen.read_timeout, chosen.answer_timeout)
    return timedelta(seconds=chosen.unattended_wait + timeouts.connect + timeouts.deadline)
