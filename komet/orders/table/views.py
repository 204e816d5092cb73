"""The table of saved views."""

import json
from datetime import datetime

from komet.db.database import Connection
from komet.orders.model import SavedView

_COLUMNS = ", ".join(SavedView.model_fields)


def views(con: Connection, owner: str) -> list[SavedView]:
    """The views of an owner and those that others share, by name."""
    rows = con.rows(
        f"SELECT {_COLUMNS} FROM saved_views WHERE owner = $owner OR shared ORDER BY lower(name)",
        {"owner": owner},
    )
    return [SavedView.model_validate(row) for row in rows]


def view_by_id(con: Connection, view_id: str) -> SavedView | None:
    """A view by its ID, whoever owns it; None where there is none."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM saved_views WHERE id = $id", {"id": view_id})
    return SavedView.model_validate(rows[0]) if rows else None


def owners(con: Connection) -> dict[str, int]:
    """Who owns views, with how many each has."""
    rows = con.rows(
        "SELECT owner, count(*) AS n FROM saved_views GROUP BY owner ORDER BY lower(owner)"
    )
    return {row["owner"]: int(row["n"]) for row in rows}


def write(con: Connection, view: SavedView) -> None:
    """Write a view in the place of the one of its ID."""
    delete(con, view.id)
    con.run(
        "INSERT INTO saved_views VALUES"
        " ($id, $name, $owner, $shared, $query, $columns, $sort, $now, $now)",
        {
            "id": view.id,
            "name": view.name,
            "owner": view.owner,
            "shared": view.shared,
            "query": json.dumps(view.query),
            "columns": list(view.columns),
            "sort": view.sort,
            "now": view.updated_at,
        },
    )


def rename(con: Connection, view_id: str, name: str, owner: str, now: datetime) -> None:
    """Give a view its name and its owner."""
    con.run(
        "UPDATE saved_views SET name = $name, owner = $owner, updated_at = $now WHERE id = $id",
        {"id": view_id, "name": name, "owner": owner, "now": now},
    )


def delete(con: Connection, view_id: str) -> None:
    """Delete the view of that ID."""
    con.run("DELETE FROM saved_views WHERE id = $id", {"id": view_id})


def owned_by(con: Connection, owner: str) -> dict[str, str]:
    """The names of an owner's views by ID."""
    rows = con.rows("SELECT id, name FROM saved_views WHERE owner = $owner", {"owner": owner})
    return {row["id"]: row["name"] for row in rows}
