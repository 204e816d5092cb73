"""Saved views of Purchase orders: a name for filters, columns and order; own or shared."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, field_validator

from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.language import _


class SavedView(BaseModel):
    """`query` is the filter as URL parameters; no `columns` means all of them."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    owner: str
    shared: bool
    query: dict[str, list[str]]
    columns: tuple[str, ...] = ()
    sort: str
    updated_at: datetime

    @field_validator("query", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value


_COLUMNS = ", ".join(SavedView.model_fields)


def views(con: Connection) -> list[SavedView]:
    """One's own views and those that others share, by name."""
    rows = con.rows(
        f"SELECT {_COLUMNS} FROM saved_views WHERE owner = $me OR shared ORDER BY lower(name)",
        {"me": con.actor},
    )
    return [SavedView.model_validate(row) for row in rows]


def view_by_id(con: Connection, view_id: str) -> SavedView:
    """A view by its ID, whoever owns it: a link is as good as sharing. Raises `NotFound`."""
    rows = con.rows(f"SELECT {_COLUMNS} FROM saved_views WHERE id = $id", {"id": view_id})
    if not rows:
        raise NotFound(
            _("That view is not there any more."), next_step=_("Ask its owner for a new link.")
        )
    return SavedView.model_validate(rows[0])


def save_view(
    con: Connection,
    name: str,
    query: Mapping[str, Sequence[str]],
    *,
    columns: Sequence[str] = (),
    sort: str,
    shared: bool,
    now: datetime,
) -> SavedView:
    """Save under a name; a view of one's own of that name is replaced. Raises `InvalidInput`."""
    name = name.strip()
    if not name:
        raise InvalidInput(_("A view needs a name."))
    me = con.actor
    mine = [v for v in views(con) if v.owner == me and v.name.casefold() == name.casefold()]
    view_id = mine[0].id if mine else str(uuid4())
    con.run("DELETE FROM saved_views WHERE id = $id", {"id": view_id})
    con.run(
        "INSERT INTO saved_views VALUES"
        " ($id, $name, $owner, $shared, $query, $columns, $sort, $now, $now)",
        {
            "id": view_id,
            "name": name,
            "owner": me,
            "shared": shared,
            "query": json.dumps({key: list(values) for key, values in query.items()}),
            "columns": list(columns),
            "sort": sort,
            "now": now,
        },
    )
    audit.record(con, "view saved", name, now)
    return view_by_id(con, view_id)


def rename_view(con: Connection, view_id: str, name: str, now: datetime) -> None:
    """Another name for a view of one's own. Raises `NotFound` or `InvalidInput`."""
    held, name = _mine(con, view_id), name.strip()
    if not name:
        raise InvalidInput(_("A view needs a name."))
    if name.casefold() in {n.casefold() for i, n in _own_names(con).items() if i != view_id}:
        raise InvalidInput(
            _("You have a view “{name}” already.").format(name=name),
            next_step=_("Choose another name."),
        )
    con.run(
        "UPDATE saved_views SET name = $name, updated_at = $now WHERE id = $id",
        {"id": view_id, "name": name, "now": now},
    )
    audit.record(con, "view renamed", held.name, now, {"name": name})


def other_owners(con: Connection) -> dict[str, int]:
    """Owners of views other than whoever is at work, with how many each has."""
    rows = con.rows(
        "SELECT owner, count(*) AS n FROM saved_views WHERE owner <> $me GROUP BY owner"
        " ORDER BY lower(owner)",
        {"me": con.actor},
    )
    return {row["owner"]: int(row["n"]) for row in rows}


def take_over(con: Connection, owner: str, now: datetime) -> int:
    """Make the views of another name one's own, as after a change of name; returns how many.

    A view called like one that is there already has its former owner's name added.
    """
    own = {name.casefold() for name in _own_names(con).values()}
    rows = con.rows("SELECT id, name FROM saved_views WHERE owner = $owner", {"owner": owner})
    for row in rows:
        name = row["name"]
        if name.casefold() in own:
            name = f"{name} ({owner})"
        con.run(
            "UPDATE saved_views SET owner = $me, name = $name, updated_at = $now WHERE id = $id",
            {"me": con.actor, "name": name, "now": now, "id": row["id"]},
        )
    audit.record(con, "views taken over", owner, now, {"views": len(rows)})
    return len(rows)


def delete_view(con: Connection, view_id: str, now: datetime) -> None:
    """Raises `NotFound`, or `InvalidInput` for a view of somebody else."""
    held = _mine(con, view_id)
    con.run("DELETE FROM saved_views WHERE id = $id", {"id": view_id})
    audit.record(con, "view deleted", held.name, now)


def _own_names(con: Connection) -> dict[str, str]:
    me = con.actor
    return {view.id: view.name for view in views(con) if view.owner == me}


def _mine(con: Connection, view_id: str) -> SavedView:
    held = view_by_id(con, view_id)
    if held.owner != con.actor:
        raise InvalidInput(
            _("“{name}” belongs to {owner}.").format(name=held.name, owner=held.owner),
            next_step=_("If you are {owner} under a new name, take the views over.").format(
                owner=held.owner
            ),
        )
    return held
