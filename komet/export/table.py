"""Stored export templates: a name and its definition as JSON."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from komet.db.database import Connection


def definitions(con: Connection) -> dict[str, Any]:
    """Name → definition as it is stored, by name; one that is no JSON as its text."""
    rows = con.rows("SELECT name, definition FROM export_templates ORDER BY lower(name)")
    return {row["name"]: _parsed(row["definition"]) for row in rows}


def _parsed(definition: str) -> Any:
    try:
        return json.loads(definition)
    except ValueError:
        return definition


def save(con: Connection, name: str, definition: dict[str, Any], now: datetime) -> None:
    """Store a definition; one of the same name, ignoring case, is replaced."""
    con.run("DELETE FROM export_templates WHERE lower(name) = lower($name)", {"name": name})
    con.run(
        "INSERT INTO export_templates VALUES ($id, $name, $definition, $now, $who)",
        {
            "id": str(uuid4()),
            "name": name,
            "definition": json.dumps(definition),
            "now": now,
            "who": con.actor,
        },
    )


def delete(con: Connection, name: str) -> None:
    """Forget a template; nothing happens where there is none of that name."""
    con.run("DELETE FROM export_templates WHERE lower(name) = lower($name)", {"name": name})
