"""Saved views: another name, and another owner when a person's name changes."""

import pytest

from komet import permissions
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.orders import views
from komet.orders.model import SavedView
from komet.permissions import Actor, NotPermitted, Permission, Role


def save(ctx: AppContext, owner: str, name: str) -> SavedView:
    return views.save_view(ctx, Actor(name=owner), name, {"q": ["x"]}, sort="newest", shared=False)


def names(ctx: AppContext, owner: str) -> set[str]:
    return {view.name for view in views.list_views(ctx, Actor(name=owner)) if view.owner == owner}


def test_a_view_is_renamed_by_its_owner_alone(ctx: AppContext) -> None:
    view, ana = save(ctx, "Ana", "Mondays"), Actor(name="Ana")
    save(ctx, "Ana", "Tuesdays")
    views.rename_view(ctx, ana, view.id, " Weekly ")
    views.rename_view(ctx, ana, view.id, "WEEKLY")
    for bad in ("", "tuesdays"):
        with pytest.raises(InvalidInput):
            views.rename_view(ctx, ana, view.id, bad)
    assert views.read_view(ctx, view.id).query == {"q": ["x"]}
    assert names(ctx, "Ana") == {"WEEKLY", "Tuesdays"}
    with pytest.raises(InvalidInput, match="Ana"):
        views.rename_view(ctx, Actor(name="Luis"), view.id, "Mine")


def test_views_are_taken_over_when_a_name_changes(ctx: AppContext) -> None:
    old = save(ctx, "ana", "Mondays")
    save(ctx, "ana", "Open")
    save(ctx, "Ana Pérez", "Open")
    save(ctx, "Luis", "His")
    ana = Actor(name="Ana Pérez")
    assert views.list_other_owners(ctx, ana) == {"ana": 2, "Luis": 1}
    assert views.take_views_over(ctx, ana, "ana") == 2
    assert views.read_view(ctx, old.id).owner == "Ana Pérez"
    assert names(ctx, "Ana Pérez") == {"Mondays", "Open", "Open (ana)"}
    assert names(ctx, "ana") == set()
    assert names(ctx, "Luis") == {"His"}


def test_who_may_not_save_views_is_refused_and_nothing_is_written(
    ctx: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = save(ctx, "Ana", "Mondays")
    with ctx.read() as con:
        recorded = con.value("SELECT count(*) FROM audit")
    granted = permissions.GRANTS[Role.ADMINISTRATOR] - {Permission.SAVE_VIEWS}
    monkeypatch.setitem(permissions.GRANTS, Role.ADMINISTRATOR, granted)
    ana = Actor(name="Ana")
    for refused in (
        lambda: save(ctx, "Ana", "Tuesdays"),
        lambda: views.rename_view(ctx, ana, view.id, "Weekly"),
        lambda: views.take_views_over(ctx, Actor(name="Luis"), "Ana"),
        lambda: views.delete_view(ctx, ana, view.id),
    ):
        with pytest.raises(NotPermitted, match="save views"):
            refused()
    assert views.list_views(ctx, ana) == [view]
    with ctx.read() as con:
        assert con.value("SELECT count(*) FROM audit") == recorded
