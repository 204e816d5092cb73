"""Calls on their way into the ledger: gathered while a client works, written in one go."""

import threading

from komet.api.client import ApiCall
from komet.desk import Desk
from komet.store import calls


class Ledger:
    """Gathers the tries made with one token for one provider. Thread-safe."""

    def __init__(self, token_id: str, provider_id: str | None = None) -> None:
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
        }
        with self._lock:
            self._rows.append(row)

    def take(self) -> list[dict[str, object]]:
        """What has been gathered since the last time; for a transaction that writes it."""
        with self._lock:
            rows, self._rows = self._rows, []
        return rows

    def save(self, desk: Desk) -> None:
        """Write what has been gathered in a transaction of its own."""
        rows = self.take()
        if rows:
            with desk.db.write() as con:
                calls.record(con, rows)
