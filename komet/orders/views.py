"""Saved views of Purchase orders: a name for filters, columns and order; own or shared."""

from collections.abc import Mapping, Sequence
from uuid import uuid4

from komet.context import AppContext
from komet.db import audit
from komet.db.database import Connection
from komet.errors import InvalidInput, NotFound
from komet.language import _
from komet.orders.model import SavedView
from komet.orders.table import views as table
from komet.permissions import Actor, Permission


def list_views(ctx: AppContext, actor: Actor) -> list[SavedView]:
    """One's own views and those that others share, by name."""
    with ctx.read() as con:
        return table.views(con, actor.name)


def read_view(ctx: AppContext, view_id: str) -> SavedView:
    """A view by its ID, whoever owns it: a link is as good as sharing. Raises `NotFound`."""
    with ctx.read() as con:
        return _find_view(con, view_id)


def list_other_owners(ctx: AppContext, actor: Actor) -> dict[str, int]:
    """Owners of views other than whoever is at work, with how many each has."""
    with ctx.read() as con:
        return {owner: n for owner, n in table.owners(con).items() if owner != actor.name}


def save_view(
    ctx: AppContext,
    actor: Actor,
    name: str,
    query: Mapping[str, Sequence[str]],
    *,
    columns: Sequence[str] = (),
    sort: str,
    shared: bool,
) -> SavedView:
    """Save under a name; a view of one's own of that name is replaced. Raises `InvalidInput`."""
    name, now = _checked_name(name), ctx.now()
    with ctx.write(actor, Permission.SAVE_VIEWS) as con:
        own = table.owned_by(con, actor.name)
        same = [view_id for view_id, n in own.items() if n.casefold() == name.casefold()]
        view = SavedView(
            id=same[0] if same else str(uuid4()),
            name=name,
            owner=actor.name,
            shared=shared,
            query={key: list(values) for key, values in query.items()},
            columns=tuple(columns),
            sort=sort,
            updated_at=now,
        )
        table.write(con, view)
        audit.record(con, "view saved", name, now)
    return view


def rename_view(ctx: AppContext, actor: Actor, view_id: str, name: str) -> None:
    """Another name for a view of one's own. Raises `NotFound` or `InvalidInput`."""
    now = ctx.now()
    with ctx.write(actor, Permission.SAVE_VIEWS) as con:
        view, name = _own(con, actor, view_id), _checked_name(name)
        others = {n.casefold() for i, n in table.owned_by(con, actor.name).items() if i != view_id}
        if name.casefold() in others:
            raise InvalidInput(
                _("You have a view “{name}” already.").format(name=name),
                next_step=_("Choose another name."),
            )
        table.rename(con, view_id, name, view.owner, now)
        audit.record(con, "view renamed", view.name, now, {"name": name})


def take_views_over(ctx: AppContext, actor: Actor, owner: str) -> int:
    """Make the views of another name one's own, as after a change of name; returns how many.

    A view called like one that is there already has its former owner's name added.
    """
    now = ctx.now()
    with ctx.write(actor, Permission.SAVE_VIEWS) as con:
        own = {name.casefold() for name in table.owned_by(con, actor.name).values()}
        theirs = table.owned_by(con, owner)
        for view_id, name in theirs.items():
            unique = f"{name} ({owner})" if name.casefold() in own else name
            table.rename(con, view_id, unique, actor.name, now)
        audit.record(con, "views taken over", owner, now, {"views": len(theirs)})
        return len(theirs)


def delete_view(ctx: AppContext, actor: Actor, view_id: str) -> None:
    """Raises `NotFound`, or `InvalidInput` for a view of somebody else."""
    with ctx.write(actor, Permission.SAVE_VIEWS) as con:
        view = _own(con, actor, view_id)
        table.delete(con, view_id)
        audit.record(con, "view deleted", view.name, ctx.now())


def _checked_name(name: str) -> str:
    if not name.strip():
        raise InvalidInput(_("A view needs a name."))
    return name.strip()


def _find_view(con: Connection, view_id: str) -> SavedView:
    view = table.view_by_id(con, view_id)
    if view is None:
        raise NotFound(
            _("That view is not there any more."), next_step=_("Ask its owner for a new link.")
        )
    return view


def _own(con: Connection, actor: Actor, view_id: str) -> SavedView:
    view = _find_view(con, view_id)
    if view.owner != actor.name:
        raise InvalidInput(
            _("“{name}” belongs to {owner}.").format(name=view.name, owner=view.owner),
            next_step=_("If you are {owner} under a new name, take the views over.").format(
                owner=view.owner
            ),
        )
    return view
