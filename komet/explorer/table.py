"""The SQL of calls made by hand, and of those kept under a name. No answer is kept."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from komet.db.database import Connection
from komet.errors import NotFound
from komet.explorer.model import MethodCall
from komet.language import _

_COLUMNS = ", ".join(MethodCall.model_fields)


def record(
    con: Connection,
    *,
    provider_id: str | None,
    method: str,
    params: dict[str, Any],
    outcome: str,
    http_status: int | None,
    milliseconds: int | None,
    answer_rows: int | None,
    now: datetime,
) -> str:
    """Store a call, and return its ID."""
    call_id = str(uuid4())
    con.run(
        f"INSERT INTO method_calls ({_COLUMNS}) VALUES ($id, $now, $who, $provider, $method,"
        " $params, $outcome, $status, $milliseconds, $rows, NULL)",
        {
            "id": call_id, "now": now, "who": con.actor, "provider": provider_id,
            "method": method, "params": json.dumps(params, ensure_ascii=False),
            "outcome": outcome, "status": http_status, "milliseconds": milliseconds,
            "rows": answer_rows,
        },
    )  # fmt: skip
    return call_id


def list_kept(con: Connection) -> list[MethodCall]:
    """Every call that is kept under a name, by name."""
    rows = con.rows(
        f"SELECT {_COLUMNS} FROM method_calls WHERE name IS NOT NULL ORDER BY lower(name)"
    )
    return [MethodCall.model_validate(row) for row in rows]


def list_newest(con: Connection, limit: int) -> list[MethodCall]:
    """The newest calls without a name."""
    rows = con.rows(
        f"SELECT {_COLUMNS} FROM method_calls WHERE name IS NULL ORDER BY called_at DESC"
        " LIMIT $limit",
        {"limit": limit},
    )
    return [MethodCall.model_validate(row) for row in rows]


def keep(con: Connection, call_id: str, name: str, now: datetime) -> None:
    """Keep a copy of a call under a name; one of that name is replaced. Raises `NotFound`."""
    found = con.rows("SELECT id FROM method_calls WHERE id = $id", {"id": call_id})
    if not found:
        raise NotFound(_("That call is not there any more."))
    con.run("DELETE FROM method_calls WHERE lower(name) = lower($name)", {"name": name})
    con.run(
        "INSERT INTO method_calls BY NAME SELECT * REPLACE ($new AS id, $name AS name, $now AS"
        " called_at) FROM method_calls WHERE id = $id",
        {"id": call_id, "new": str(uuid4()), "name": name, "now": now},
    )


def forget(con: Connection, call_id: str) -> None:
    """Delete a call, if it is there."""
    con.run("DELETE FROM method_calls WHERE id = $id", {"id": call_id})
