"""What became of writes that are unknown: Komet is read, and compared with what was planned."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from komet.api.client import KometClient
from komet.api.errors import KometError
from komet.api.reading import Unreadable
from komet.clients.allowance import Ledger
from komet.clients.connect import client_for
from komet.clients.model import Provider
from komet.clients.table import providers
from komet.context import AppContext
from komet.db import audit
from komet.dispatch.follow import Refreshed, follow_splits, refresh_orders
from komet.dispatch.kinds import KINDS
from komet.dispatch.model import DispatchLine, Outcome, Write, WriteState
from komet.dispatch.outbox import longest_request, settle_abandoned
from komet.dispatch.table import lines, outbox
from komet.messages import FAILURES
from komet.permissions import Actor, Permission


@dataclass
class Resolution:
    """Writes that were unknown, as they are now; `not_refreshed`: why POs could not be read."""

    writes: Sequence[Write]
    not_refreshed: str | None = None

    @property
    def unknown(self) -> list[Write]:
        """Those of which reading could not tell: a person has to say."""
        return [write for write in self.writes if write.state is WriteState.UNKNOWN]


def resolve_unknown(ctx: AppContext, actor: Actor, ids: Sequence[str] | None = None) -> Resolution:
    """Find out by reading what became of unknown writes: of these, or of all.

    A write that Komet does not show is taken for not sent only some time after its request
    (`KOMET_LATE_EFFECT`), because its effect may still come. Where reading cannot tell, it stays
    unknown. Raises `NotPermitted`.
    """
    ctx.authorize(actor, Permission.WRITE_TO_KOMET)
    settle_abandoned(ctx)
    with ctx.read() as con:
        unknown = outbox.writes_by(con, ids=ids, states=[WriteState.UNKNOWN])
        clients = {one.id: one for one in providers.all_providers(con)}
    if not unknown:
        return Resolution([])
    refreshed = refresh_orders(ctx, actor, unknown)
    settled: list[tuple[str, Outcome]] = []
    for provider_id in dict.fromkeys(write.provider_id for write in unknown):
        own = [write for write in unknown if write.provider_id == provider_id]
        client = clients.get(provider_id)
        if client is not None:
            settled += _read_back(ctx, client, own, refreshed)
    with ctx.write(actor, Permission.WRITE_TO_KOMET) as con:
        now = ctx.now()
        # another window may have said what became of one meanwhile
        still = {
            write.id
            for write in outbox.writes_by(
                con, ids=[write.id for write in unknown], states=[WriteState.UNKNOWN]
            )
        }
        outbox.settle(con, [(id_, outcome) for id_, outcome in settled if id_ in still], now)
        found = outbox.writes_by(con, ids=[write.id for write in unknown])
        counted = Counter(write.state.value for write in found)
        detail = {**counted, "providers": sorted({write.provider_id for write in found})}
        audit.record(con, "unknown writes read back", str(len(found)), now, detail)
    follow_splits(ctx, actor, found)
    with ctx.read() as con:
        found = outbox.writes_by(con, ids=[write.id for write in unknown])
    return Resolution(found, refreshed.why)


def _read_back(
    ctx: AppContext, client: Provider, writes: Sequence[Write], refreshed: Refreshed
) -> list[tuple[str, Outcome]]:
    with _KometNow(ctx, client, refreshed) as komet:
        return [(write.id, _outcome(ctx, write, komet)) for write in writes]


def _outcome(ctx: AppContext, write: Write, komet: "_KometNow") -> Outcome:
    try:
        found = KINDS[write.kind].read_back(write, komet)
    except (LookupError, Unreadable):  # one odd answer must not keep the others from being told
        return Outcome(WriteState.UNKNOWN, "not_readable")
    if found is None:
        return Outcome(WriteState.UNKNOWN, "cannot_tell")
    late = timedelta(seconds=ctx.settings.late_effect)
    if found.state is WriteState.NOT_SENT and ctx.now() - _ended_at(ctx, write) < late:
        return Outcome(WriteState.UNKNOWN, "too_early_to_tell", {"seconds": late.seconds})
    return found


def _ended_at(ctx: AppContext, write: Write) -> datetime:
    """When its request had ended at the latest: it may have been under way for minutes."""
    settled = write.settled_at or ctx.now()
    begun = write.sending_at or write.planned_at
    return min(settled, begun + longest_request(ctx))


@dataclass
class _KometNow:
    """What Komet says now: orders from the store, which has just read them; other methods asked."""

    ctx: AppContext
    provider: Provider
    refreshed: Refreshed
    _orders: dict[str, list[DispatchLine]] = field(default_factory=dict)
    _answers: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    _ledger: Ledger | None = None
    _client: KometClient | None = None

    def __enter__(self) -> "_KometNow":
        return self

    def __exit__(self, *exc_info: object) -> None:
        if self._client is not None:
            self._client.close()
        if self._ledger is not None:
            self._ledger.save(self.ctx)

    def line(self, write: Write) -> DispatchLine | None:
        found = [one for one in self._lines(write) if one.po_item_id == write.po_item_id]
        return found[0] if found else None

    def codes(self, write: Write) -> Mapping[str, str]:
        return {code: one.po_item_id for one in self._lines(write) for code in one.codes}

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        key = f"{method} {sorted(params.items())}"
        if key not in self._answers:
            self._answers[key] = self._asked(method, params)
        answer = self._answers[key]
        if answer is None:
            raise LookupError(method)
        return answer

    def _asked(self, method: str, params: dict[str, Any]) -> dict[str, Any] | None:
        try:
            if self._client is None:
                self._ledger = Ledger(self.provider.token_id or "", self.provider.id)
                self._client = client_for(self.ctx, self.provider, self._ledger)
            return self._client.call(method, **params)
        except (KometError, *FAILURES):
            return None

    def _lines(self, write: Write) -> list[DispatchLine]:
        unread = (write.provider_id, write.po_number) in self.refreshed.unread
        if unread or not write.po_number:
            raise LookupError(write.po_number)
        if write.po_id not in self._orders:
            with self.ctx.read() as con:
                self._orders[write.po_id] = lines.lines_of_order(
                    con, write.provider_id, write.po_id
                )
        return self._orders[write.po_id]
