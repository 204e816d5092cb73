"""Which columns a person looks at: kept by the name, in an order of its own, never none."""

import pytest

from komet import permissions
from komet.context import AppContext
from komet.orders.column_choices import (
    list_visible,
    move_column,
    read_columns,
    save_columns,
    set_width,
    toggle_column,
)
from komet.orders.columns import shown, standard
from komet.orders.model import ColumnChoice
from komet.permissions import Actor, NotPermitted, Permission, Role

ANA, LUIS = Actor(name="Ana"), Actor(name="Luis")


def test_the_grid_begins_with_the_work() -> None:
    assert standard() == (
        "po_number", "ship_date", "product", "sku", "box_type", "boxes", "stems", "total_cost",
        "line_status", "customer_name", "provider",
    )  # fmt: skip
    assert tuple(column.name for column in shown())[: len(standard())] == standard()
    assert len({column.name for column in shown()}) == len(shown()) > len(standard())


def test_each_person_has_a_choice_of_their_own(ctx: AppContext) -> None:
    before = read_columns(ctx, ANA)
    assert before == ColumnChoice(columns=standard())
    hers = set_width(move_column(toggle_column(before, "notes"), "notes", -99), "notes", "large")
    save_columns(ctx, ANA, toggle_column(hers, "sku"))
    kept = read_columns(ctx, ANA)
    assert kept.columns == ("notes", *(name for name in standard() if name != "sku"))
    assert kept.widths == {"notes": "large"}
    assert read_columns(ctx, LUIS) == before
    save_columns(ctx, ANA, before)
    with ctx.read() as con:
        assert con.value("SELECT count(*) FROM column_choices") == 0


def test_columns_move_by_places_and_the_last_one_stays() -> None:
    choice = ColumnChoice(columns=("a", "b", "c"))
    assert move_column(choice, "a", 1).columns == ("b", "a", "c")
    assert move_column(choice, "c", 1).columns == ("a", "b", "c")
    assert set_width(set_width(choice, "a", "small"), "a", None) == choice
    only = ColumnChoice(columns=("a",))
    assert toggle_column(only, "a") == only


def test_the_importer_is_shown_where_there_are_several() -> None:
    assert list_visible(("product", "provider", "product", "no_more"), 2) == ("product", "provider")
    assert list_visible(("product", "provider"), 1) == ("product",)
    assert list_visible(("no_more",), 2) == standard()
    assert list_visible(("provider",), 1) == ("provider",)


def test_who_may_not_save_is_refused(ctx: AppContext, monkeypatch: pytest.MonkeyPatch) -> None:
    granted = permissions.GRANTS[Role.ADMINISTRATOR] - {Permission.SAVE_VIEWS}
    monkeypatch.setitem(permissions.GRANTS, Role.ADMINISTRATOR, granted)
    with pytest.raises(NotPermitted, match="save views"):
        save_columns(ctx, ANA, ColumnChoice(columns=("product",)))
    assert read_columns(ctx, ANA) == ColumnChoice(columns=standard())
