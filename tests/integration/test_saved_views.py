"""Saved views: another name, and another owner when a person's name changes."""

import pytest

from komet import person
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.orders.table import views as saved_views
from komet.orders.table.views import SavedView


def save(ctx: AppContext, owner: str, name: str) -> SavedView:
    with person.using(owner), ctx.db.write() as con:
        return saved_views.save_view(
            con, name, {"q": ["x"]}, sort="newest", shared=False, now=ctx.now()
        )


def names(ctx: AppContext, owner: str) -> set[str]:
    with person.using(owner), ctx.db.read() as con:
        return {view.name for view in saved_views.views(con) if view.owner == owner}


def test_a_view_is_renamed_by_its_owner_alone(ctx: AppContext) -> None:
    view = save(ctx, "Ana", "Mondays")
    save(ctx, "Ana", "Tuesdays")
    with person.using("Ana"), ctx.db.write() as con:
        saved_views.rename_view(con, view.id, " Weekly ", ctx.now())
        saved_views.rename_view(con, view.id, "WEEKLY", ctx.now())
        for bad in ("", "tuesdays"):
            with pytest.raises(InvalidInput):
                saved_views.rename_view(con, view.id, bad, ctx.now())
        assert saved_views.view_by_id(con, view.id).query == {"q": ["x"]}
    assert names(ctx, "Ana") == {"WEEKLY", "Tuesdays"}
    with person.using("Luis"), ctx.db.write() as con, pytest.raises(InvalidInput, match="Ana"):
        saved_views.rename_view(con, view.id, "Mine", ctx.now())


def test_views_are_taken_over_when_a_name_changes(ctx: AppContext) -> None:
    old = save(ctx, "ana", "Mondays")
    save(ctx, "ana", "Open")
    save(ctx, "Ana Pérez", "Open")
    save(ctx, "Luis", "His")
    with person.using("Ana Pérez"), ctx.db.write() as con:
        assert saved_views.other_owners(con) == {"ana": 2, "Luis": 1}
        assert saved_views.take_over(con, "ana", ctx.now()) == 2
        assert saved_views.view_by_id(con, old.id).owner == "Ana Pérez"
    assert names(ctx, "Ana Pérez") == {"Mondays", "Open", "Open (ana)"}
    assert names(ctx, "ana") == set()
    assert names(ctx, "Luis") == {"His"}
