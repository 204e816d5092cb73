"""Saved views: another name, and another owner when a person's name changes."""

import pytest

from komet import person
from komet.context import Desk
from komet.errors import InvalidInput
from komet.orders.table import views as saved_views
from komet.orders.table.views import SavedView


def save(desk: Desk, owner: str, name: str) -> SavedView:
    with person.using(owner), desk.db.write() as con:
        return saved_views.save_view(
            con, name, {"q": ["x"]}, sort="newest", shared=False, now=desk.now()
        )


def names(desk: Desk, owner: str) -> set[str]:
    with person.using(owner), desk.db.read() as con:
        return {view.name for view in saved_views.views(con) if view.owner == owner}


def test_a_view_is_renamed_by_its_owner_alone(desk: Desk) -> None:
    view = save(desk, "Ana", "Mondays")
    save(desk, "Ana", "Tuesdays")
    with person.using("Ana"), desk.db.write() as con:
        saved_views.rename_view(con, view.id, " Weekly ", desk.now())
        saved_views.rename_view(con, view.id, "WEEKLY", desk.now())
        for bad in ("", "tuesdays"):
            with pytest.raises(InvalidInput):
                saved_views.rename_view(con, view.id, bad, desk.now())
        assert saved_views.view_by_id(con, view.id).query == {"q": ["x"]}
    assert names(desk, "Ana") == {"WEEKLY", "Tuesdays"}
    with person.using("Luis"), desk.db.write() as con, pytest.raises(InvalidInput, match="Ana"):
        saved_views.rename_view(con, view.id, "Mine", desk.now())


def test_views_are_taken_over_when_a_name_changes(desk: Desk) -> None:
    old = save(desk, "ana", "Mondays")
    save(desk, "ana", "Open")
    save(desk, "Ana Pérez", "Open")
    save(desk, "Luis", "His")
    with person.using("Ana Pérez"), desk.db.write() as con:
        assert saved_views.other_owners(con) == {"ana": 2, "Luis": 1}
        assert saved_views.take_over(con, "ana", desk.now()) == 2
        assert saved_views.view_by_id(con, old.id).owner == "Ana Pérez"
    assert names(desk, "Ana Pérez") == {"Mondays", "Open", "Open (ana)"}
    assert names(desk, "ana") == set()
    assert names(desk, "Luis") == {"His"}
