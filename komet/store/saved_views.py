"""Saved views of Purchase orders: a name for filters, columns and order; own or shared."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, field_validator

from komet import person
from komet.errors import InvalidInput, NotFound
from komet.language import _
from komet.store import audit
from komet.store.database import Connection


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
        {"me": person.current()},
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
    me = person.current()
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


def delete_view(con: Connection, view_id: str, now: datetime) -> None:
    """Raises `NotFound`, or `InvalidInput` for a view of somebody else."""
    held = view_by_id(con, view_id)
    if held.owner != person.current():
        raise InvalidInput(
            _("“{name}” belongs to {owner}.").format(name=held.name, owner=held.owner),
            next_step=_("Ask {owner} to delete it.").format(owner=held.owner),
        )
    con.run("DELETE FROM saved_views WHERE id = $id", {"id": view_id})
    audit.record(con, "view deleted", held.name, now)
