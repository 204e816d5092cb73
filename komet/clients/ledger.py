"""Calls on their way into the ledger: gathered while a client works, written in one go."""

import threading

from komet.api.client import ApiCall
from komet.clients.allowance import Gate
from komet.clients.table import calls
from komet.context import AppContext
from komet.db.database import Connection


class Ledger:
    """Gathers the tries made with one token for one provider. Thread-safe.

    `gate`, which the client sets, is where they are let through.
    """

    def __init__(self, token_id: str, provider_id: str | None = None) -> None:
        self.gate: Gate | None = None
        self._token_id = token_id
        self._provider_id = provider_id
        self._rows: list[dict[str, object]] = []
        self._lock = threading.Lock()

    def note(self, call: ApiCall) -> None:
        """The client's `on_call`."""
        row: dict[str, object] = {
            "called_at": call.at,
            "token_id": self._token_id,
            "provider_id": self._provider_id,
            "method": call.method,
            "day": call.day,
            "attempt": call.attempt,
            "http_status": call.http_status,
            "outcome": call.outcome,
            "milliseconds": call.milliseconds,
            "bytes": call.size,
            "reservation_id": self.gate.reservation_id if self.gate else None,
        }
        with self._lock:
            self._rows.append(row)

    def take(self) -> list[dict[str, object]]:
        """What has been gathered since the last time; for a transaction that writes it."""
        with self._lock:
            rows, self._rows = self._rows, []
        return rows

    def close(self, con: Connection) -> None:
        """Write what has been gathered, and give back what was set aside and not sent."""
        if rows := self.take():
            calls.record(con, rows)
        if self.gate:
            self.gate.give_back(con)

    def save(self, ctx: AppContext) -> None:
        """`close` in a transaction of its own, once the client has nothing under way."""
        if self._rows or (self.gate and self.gate.holds):
            with ctx.db.write() as con:
                self.close(con)
