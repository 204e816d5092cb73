"""Who did what, when: one row a change of tokens, providers, mappings and exports."""

import json
from datetime import datetime
from typing import Any

from komet.db.database import Connection


def record(
    con: Connection, what: str, subject: str, now: datetime, detail: dict[str, Any] | None = None
) -> None:
    """Write one row, in the transaction of the change itself. No secret may be in `detail`."""
    con.run(
        "INSERT INTO audit VALUES ($now, $who, $what, $subject, $detail)",
        {
            "now": now,
            "who": con.actor,
            "what": what,
            "subject": subject,
            "detail": json.dumps(detail or {}, default=str),
        },
    )
