"""The history of the mapping is stored as codes and names, and told in the reader's language."""

import pytest
from sample_accounts import ACTOR, Accounts

from komet.activity.model import ActivityFilter
from komet.activity.timeline import list_entries
from komet.catalogs.lists import refresh_daily_lists
from komet.language import using
from komet.mapping import imports, products
from komet.mapping.suggestions import accept_suggestions
from komet.permissions import Permission

STORED = ("mapping_imports", "mapping_changes", "mappings")


@pytest.fixture
def written(accounts: Accounts) -> Accounts:
    """By a Spanish hand: a file, an edit, suggestions, a copy and an undo."""
    ctx, magnolia, petalo = accounts.ctx, accounts.magnolia.id, accounts.petalo.id
    for provider in accounts.both:
        refresh_daily_lists(ctx, ACTOR, provider)
    one, two, three = products.list_known(ctx, magnolia)["komet_id"].to_list()[:3]
    with using("es"):
        data = f"komet_product_id,sku\n{one},A\n".encode()
        checked = imports.dry_run_file(ctx, data, "códigos.csv", magnolia)
        imports.apply_import(ctx, ACTOR, checked)
        accept_suggestions(ctx, ACTOR, magnolia, {two: "B"})
        boxes = products.list_known(ctx, magnolia, kind="box_type")["komet_id"]
        imports.edit_cells(
            ctx, ACTOR, magnolia, {code: f"our-{code}" for code in boxes}, "box_type"
        )
        copied = imports.dry_run_copy(ctx, magnolia, petalo, "box_type")
        imports.apply_import(ctx, ACTOR, copied)
        imports.edit_cells(ctx, ACTOR, magnolia, {three: "C"})
        imports.undo_import(ctx, ACTOR)
    return accounts


def test_it_is_told_in_the_readers_language(written: Accounts) -> None:
    told = imports.list_changes(written.ctx)["source"].unique(maintain_order=True).to_list()
    assert told == [
        "undo of edited by hand",
        "by hand",
        "copied from Magnolia",
        "accepted suggestions",
        "file códigos.csv",
    ]
    titles = [done.title for done in imports.list_imports(written.ctx)]
    assert titles == [
        "edited by hand",
        "copied from Magnolia",
        "edited by hand",
        "accepted suggestions",
        "códigos.csv",
    ]
    with using("es"):
        spanish = imports.list_changes(written.ctx)["source"].unique(maintain_order=True).to_list()
        assert len(spanish) == len(told)
        assert not set(spanish) & set(told)
        assert imports.list_imports(written.ctx)[-1].title == "códigos.csv"


def test_the_grid_and_the_activity_tell_it_too(written: Accounts) -> None:
    grid = products.list_known(written.ctx, written.magnolia.id, only="mapped")
    assert set(grid["source"]) == {"file códigos.csv", "accepted suggestions"}
    events = list_entries(written.ctx, ActivityFilter())
    mapped = events.filter(events["event"].str.contains("mapping"))
    assert mapped["event"].to_list() == [
        "SKU mapping undone: edited by hand",
        "SKU mapping written: edited by hand",
        "SKU mapping written: copied from Magnolia",
        "SKU mapping written: edited by hand",
        "SKU mapping written: accepted suggestions",
        "SKU mapping written: códigos.csv",
    ]
    assert mapped["details"].to_list() == [""] * 6


def test_only_codes_and_names_are_stored(written: Accounts) -> None:
    with written.ctx.read() as con:
        for table in STORED:
            found = con.frame(f"SELECT DISTINCT source FROM {table}")["source"].to_list()
            assert set(found) <= {"file", "hand", "suggestions", "copy", "undo"}
        names = con.frame("SELECT file_name FROM mapping_imports ORDER BY applied_at")
        assert names["file_name"].to_list() == ["códigos.csv", "", "", "Magnolia", ""]


def test_what_older_programs_stored_is_told_as_it_is(written: Accounts) -> None:
    with written.ctx.write(ACTOR, Permission.EDIT_MAPPING) as con:
        con.run("UPDATE mapping_imports SET source = 'a mano', file_name = 'editado a mano'")
        con.run("UPDATE mapping_changes SET source = 'a mano' WHERE undone IS NULL")
    told = set(imports.list_changes(written.ctx)["source"])
    assert told == {"a mano", "undo of editado a mano"}
    assert {done.title for done in imports.list_imports(written.ctx)} == {"editado a mano"}
