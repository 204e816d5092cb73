"""Sending what was planned: each write is committed as *sending* before its request leaves.

Komet has no idempotency key. What was being sent when the connection broke or the process died is
unknown from then on, and is never sent again by itself: `komet.dispatch.resolve` reads it back.
"""

import logging
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Event
from uuid import uuid4

from pydantic import SecretStr

from komet.api.client import KometClient
from komet.api.errors import (
    AuthenticationError,
    InvalidCall,
    KometError,
    PermissionDenied,
    QuotaExhausted,
    RateLimited,
)
from komet.api.methods import TokenKind
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for, load_secret, mask_secret
from komet.clients.model import Provider, Token
from komet.clients.table import calls, providers, tokens
from komet.context import AppContext
from komet.db import audit, process
from komet.db.database import Connection
from komet.dispatch import active
from komet.dispatch.follow import follow_splits, refresh_orders
from komet.dispatch.kinds import KINDS
from komet.dispatch.kinds.kind import Kind, Sender, split
from komet.dispatch.model import (
    DispatchLine,
    Outcome,
    Receipt,
    Write,
    WriteKind,
    WriteState,
)
from komet.dispatch.outbox import longest_request, settle_abandoned
from komet.dispatch.table import lines, outbox
from komet.errors import AppError, InvalidInput
from komet.language import _
from komet.messages import FAILURES
from komet.permissions import Actor, Permission

_log = logging.getLogger(__name__)
_LANES = 4
_TRIES, _PAUSE = 3, 1.0
_LOOK = 0.2
"""Seconds between two looks at what another is sending."""
Settled = list[tuple[str, Outcome]]


def send_batch(
    ctx: AppContext,
    actor: Actor,
    batch_id: str,
    *,
    on_progress: Callable[[int], None] | None = None,
    stop: Event | None = None,
) -> Receipt:
    """Send what is still planned of a batch, then read its orders again.

    Clients are served side by side, the requests of one after the other. `on_progress` is told how
    many writes have an outcome. Whoever `stop`s it leaves the rest planned. A refusal, a broken
    connection or a spent allowance is the outcome of writes, and raises nothing. Raises
    `NotPermitted`, and `StoreError` where the outbox cannot be read.
    """
    ctx.authorize(actor, Permission.WRITE_TO_KOMET)
    ctx = ctx.for_long_work()
    settle_abandoned(ctx)
    stop = stop or Event()
    with ctx.read() as con:
        planned = outbox.writes_by(con, batch_id=batch_id, states=[WriteState.PLANNED])
        clients = {one.id: one for one in providers.all_providers(con)}
        keys = {one.id: one for one in tokens.all_tokens(con)}
    done = _Progress(on_progress)
    lanes = []
    without: list[Write] = []
    for provider_id in dict.fromkeys(write.provider_id for write in planned):
        own = [write for write in planned if write.provider_id == provider_id]
        client = clients.get(provider_id)
        token = keys.get(client.token_id or "") if client else None
        if client is not None and token is not None:
            lanes.append(_Lane(ctx, actor, client, token, own, stop, done))
        else:
            without.extend(own)
    if without:
        missing = InvalidInput(_("This importer has no token in use."))
        waits = Outcome(WriteState.PLANNED, missing.code, missing.data)
        with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
            outcomes = [(write.id, waits) for write in without]
            outbox.settle(con, outcomes, ctx.now(), among=(WriteState.PLANNED,))
    with ThreadPoolExecutor(max_workers=_LANES, thread_name_prefix="dispatch") as pool:
        for future in [pool.submit(copy_context().run, lane.run) for lane in lanes]:
            future.result()
    return finish(ctx, actor, batch_id)


def finish(ctx: AppContext, actor: Actor, batch_id: str) -> Receipt:
    """Read the orders of a batch again, follow the lines that were split, and say what became."""
    with ctx.read() as con:
        writes = outbox.writes_by(con, batch_id=batch_id)
    why = refresh_orders(ctx, actor, writes).why
    follow_splits(ctx, actor, writes)
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        receipt = Receipt(batch_id, outbox.writes_by(con, batch_id=batch_id), why)
        counted = {state.value: n for state in WriteState if (n := receipt.count(state))}
        name = outbox.batch_name(con, batch_id)
        clients = sorted({write.provider_id for write in receipt.writes})
        detail = {**counted, "providers": clients, "batch": batch_id}
        audit.record(con, "writes sent", name, ctx.now(), detail)
    return receipt


@dataclass
class _Progress:
    tell: Callable[[int], None] | None
    settled: int = 0

    def add(self, writes: int) -> None:
        self.settled += writes
        if self.tell:
            self.tell(self.settled)


def _changed(write: Write, line: DispatchLine | None) -> Outcome | None:
    """Why a write to a line is not to be sent, by what is stored of the line now."""
    if write.kind not in {WriteKind.CONFIRM, WriteKind.REFERENCE, WriteKind.SHIP}:
        return None
    if line is None or line.gone or line.cancelled:
        return Outcome(WriteState.NOT_SENT, "line_is_gone")
    if write.kind is WriteKind.REFERENCE:
        return None
    if line.shipped:
        return Outcome(WriteState.NOT_SENT, "line_is_shipped")
    then = Decimal(str(write.found.get("boxes", line.boxes)))
    wanted = write.content["boxes"]
    # whoever confirms more than was ordered has said yes to that
    reduced = line.boxes < wanted <= then
    if reduced or (write.kind is WriteKind.SHIP and line.boxes != then):
        return Outcome(WriteState.NOT_SENT, "boxes_changed", {"boxes": str(line.boxes)})
    return None


@dataclass
class _Lane:
    """The writes to one client, a request at a time."""

    ctx: AppContext
    actor: Actor
    provider: Provider
    token: Token
    writes: Sequence[Write]
    stop: Event
    done: _Progress
    settled: Settled = field(default_factory=list)
    """Outcomes of requests that are not stored yet; they are with the next claim."""
    unsent: Settled = field(default_factory=list)
    """The same of writes that are not to be sent. Where another sends them, that counts."""
    unconfirmed: set[str] = field(default_factory=set)
    refused: dict[WriteKind, Outcome] = field(default_factory=dict)
    ended: bool = False
    why: Outcome | None = None
    """Why it has ended before its time."""

    def run(self) -> None:
        ledger = Ledger(self.token.id, self.provider.id)
        try:
            self._leave_out_changed()
            requests = [
                (kind, request)
                for kind in sorted(KINDS.values(), key=lambda one: one.order)
                for request in split(kind, [w for w in self.writes if w.kind is kind.name])
            ]
            secret = load_secret(self.ctx, self.token.id)
            with client_for(
                self.ctx, self.provider, ledger, expected=len(requests), unattended=True
            ) as client:
                for kind, request in requests:
                    if self.ended or self.stop.is_set():
                        break
                    self._send(client, ledger, kind, request, secret)
            if self.why:
                self._leave_planned(self.why)
        except FAILURES as error:
            _log.warning("dispatch to %s ended early: %s", self.provider.name, error)
            self._leave_planned(Outcome(WriteState.PLANNED, error.code, error.data))
        finally:
            self._store_settled(ledger)
            try:
                ledger.save(self.ctx)
            except FAILURES as error:
                _log.warning("the ledger was not saved: %s", error)

    def _leave_out_changed(self) -> None:
        """What has gone, left or changed in Komet since it was planned is not sent."""
        keys = [(write.provider_id, write.po_item_id) for write in self.writes if write.po_item_id]
        with self.ctx.read() as con:
            now = lines.load_lines(con, keys)
        kept = []
        for write in self.writes:
            why = _changed(write, now.get((write.provider_id, write.po_item_id)))
            if why:
                self.unsent.append((write.id, why))
            else:
                kept.append(write)
        self.writes = kept

    def _send(
        self,
        client: KometClient,
        ledger: Ledger,
        kind: Kind,
        request: Sequence[Write],
        secret: SecretStr,
    ) -> None:
        if kind.name is WriteKind.SHIP and not self._await_confirmations(request):
            return
        sendable = [write for write in request if not self._settle_unsent(kind, write)]
        request_id = str(uuid4())
        with active.sending(request_id):
            with self.ctx.write(self.actor, Permission.WRITE_TO_KOMET) as con:
                now = self.ctx.now()
                self._check_token(con)
                self._settle(con)
                claimed = outbox.claim(
                    con,
                    [write.id for write in sendable],
                    request_id=request_id,
                    process=process.current(),
                    token_id=self.token.id,
                    now=now,
                )
            self._forget_settled()
            if claimed:
                outcomes = self._call(client, kind, claimed)
                for write in claimed:
                    self._note(write, outcomes[write.id], secret)
            # within the block: until it is stored, nobody else may say what became of it
            self._store_settled(ledger)

    def _await_confirmations(self, request: Sequence[Write]) -> bool:
        """Wait for confirmations of the same lines that another process or window is sending.

        A line that has left cannot be confirmed any more. False where it was stopped meanwhile.
        """
        ids = [write.id for write in request]
        until = time.monotonic() + longest_request(self.ctx).total_seconds()
        while True:
            settle_abandoned(self.ctx)
            with self.ctx.read() as con:
                under_way = outbox.confirmations_under_way(con, ids)
                failed = outbox.failed_confirmations(con, ids)
            if not under_way or time.monotonic() > until:
                self.unconfirmed |= failed | under_way
                return True
            if self.stop.wait(_LOOK):
                return False

    def _check_token(self, con: Connection) -> None:
        """Raise `AppError` where the token was retired meanwhile, or the client has another."""
        tokens.secret_of(con, self.ctx.vault, self.token.id)
        if providers.provider_by_id(con, self.provider.id).token_id != self.token.id:
            raise InvalidInput(
                _("{provider} has another token now.").format(provider=self.provider.name),
                next_step=_("Send the rest with it."),
            )

    def _leave_planned(self, why: Outcome) -> None:
        """Note why what has not been sent waits."""
        settled = {write_id for write_id, _outcome in self.unsent}
        self.unsent += [(write.id, why) for write in self.writes if write.id not in settled]

    def _settle_unsent(self, kind: Kind, write: Write) -> bool:
        """Settle a write that is not to be sent after what became of those before it."""
        if outcome := self.refused.get(kind.name):
            self.unsent.append((write.id, outcome))
            return True
        if kind.name is WriteKind.SHIP and write.po_item_id in self.unconfirmed:
            self.unsent.append((write.id, Outcome(WriteState.NOT_SENT, "confirmation_failed")))
            return True
        return False

    def _call(
        self, client: KometClient, kind: Kind, claimed: Sequence[Write]
    ) -> dict[str, Outcome]:
        try:
            name, params = kind.request(claimed, self._sender())
        except Exception:  # noqa: BLE001 - nothing has been sent yet
            _log.exception("a request to %s could not be made", kind.method)
            unmade = Outcome(WriteState.REFUSED, "unsendable")
            return dict.fromkeys((write.id for write in claimed), unmade)
        try:
            answer = client.call(name, **params)
            return dict(kind.read_answer(claimed, answer))
        except KometError as error:
            return self._failed(client, kind, claimed, error)
        except AppError as error:
            # the data file: a request of the allowance is reserved there before anything leaves
            _log.warning("a request to %s was not sent: %s", kind.method, error)
            waits = Outcome(WriteState.PLANNED, error.code, error.data)
            self.ended, self.why = True, waits
            return dict.fromkeys((write.id for write in claimed), waits)
        except Exception:  # noqa: BLE001 - it was sent, whatever its answer is
            _log.exception("an answer to %s could not be read", kind.method)
            unread = Outcome(WriteState.UNKNOWN, "malformed_answer")
            return dict.fromkeys((write.id for write in claimed), unread)

    def _sender(self) -> Sender:
        def load_file(digest: str) -> bytes:
            with self.ctx.read() as con:
                return outbox.file_by_digest(con, digest)

        return Sender(TokenKind(self.token.kind), self.provider, load_file)

    def _failed(
        self, client: KometClient, kind: Kind, claimed: Sequence[Write], error: KometError
    ) -> dict[str, Outcome]:
        """What a failure means for the writes of the request, and for those that come after it."""
        data = {name: value for name, value in error.data.items() if name != "provider"}
        outcome = Outcome(WriteState.REFUSED, error.code, data, error.answer)
        if isinstance(error, AuthenticationError) and self._token_works(client, claimed):
            # a token's first call: only another one tells which of the two was refused
            outcome = Outcome(WriteState.REFUSED, "method_not_allowed", data)
            self.refused[kind.name] = outcome
            return dict.fromkeys((write.id for write in claimed), outcome)
        waits = Outcome(WriteState.PLANNED, error.code, data)
        match error:
            case QuotaExhausted():
                self.ended, self.why = True, waits
                outcome = waits
            case RateLimited():
                self.ended, self.why = True, waits
                outcome = Outcome(WriteState.NOT_SENT, error.code, data)
            case _ if error.maybe_done:
                outcome = Outcome(WriteState.UNKNOWN, error.code, data)
            case _ if error.never_left:
                self.ended, self.why = True, waits
                outcome = waits
            case AuthenticationError():
                self.ended, self.why = True, waits
            case PermissionDenied():
                self.refused[kind.name] = outcome
            case InvalidCall():
                pass
        return dict(kind.read_refusal(claimed, error.answer, outcome))

    @staticmethod
    def _token_works(client: KometClient, claimed: Sequence[Write]) -> bool:
        """Whether Komet takes the token for reading the PO of a write."""
        numbers = [write.po_number for write in claimed if write.po_number][:1]
        try:
            client.purchase_orders_by_number(numbers)
        except (AppError, KometError):
            return False
        return bool(numbers)

    def _note(self, write: Write, outcome: Outcome, secret: SecretStr) -> None:
        data = mask_secret(secret, dict(outcome.data))
        answer = None if outcome.answer is None else mask_secret(secret, outcome.answer)
        outcome = Outcome(outcome.state, outcome.code, data, answer)
        if write.kind is WriteKind.CONFIRM and outcome.state is not WriteState.SENT:
            self.unconfirmed.add(write.po_item_id)
        self.settled.append((write.id, outcome))

    def _store_settled(self, ledger: Ledger) -> None:
        """Store outcomes, trying again for a while: what is not stored becomes unknown."""
        called = ledger.drain()
        for left in reversed(range(_TRIES)):
            if not (self.settled or self.unsent or called):
                return
            try:
                with self.ctx.write(self.actor, Permission.WRITE_TO_KOMET) as con:
                    self._settle(con)
                    calls.record(con, called)
            except AppError as error:
                _log.warning("outcomes were not stored: %s", error)
                if left:
                    time.sleep(_PAUSE)
            else:
                self._forget_settled()
                called = []
        ledger.put_back(called)

    def _settle(self, con: Connection) -> None:
        now = self.ctx.now()
        outbox.settle(con, self.settled, now, among=(WriteState.SENDING, WriteState.UNKNOWN))
        outbox.settle(con, self.unsent, now, among=(WriteState.PLANNED,))

    def _forget_settled(self) -> None:
        stored = (*self.settled, *self.unsent)
        self.done.add(sum(outcome.state is not WriteState.PLANNED for _id, outcome in stored))
        self.settled, self.unsent = [], []
