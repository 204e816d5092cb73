"""What somebody else has stored since a person looked is not overwritten, and is named."""

import threading

import pytest
from sample_accounts import ACTOR, Accounts

from komet.catalogs.lists import refresh_daily_lists
from komet.context import AppContext
from komet.mapping import imports, products
from komet.mapping.imports import dry_run_copy
from komet.mapping.suggestions import accept_suggestions


@pytest.fixture
def listed(accounts: Accounts) -> Accounts:
    for provider in accounts.both:
        refresh_daily_lists(accounts.ctx, ACTOR, provider)
    return accounts


def held(ctx: AppContext, provider_id: str) -> dict[str, str]:
    rows = imports.list_mappings(ctx).filter(provider_id=provider_id)
    return dict(rows.select("komet_id", "sku").rows())


def test_an_edit_writes_only_where_the_stored_code_is_the_one_shown(listed: Accounts) -> None:
    ctx, provider = listed.ctx, listed.magnolia.id
    one, two, three, four = products.list_known(ctx, provider)["komet_id"].to_list()[:4]
    imports.edit_cells(ctx, ACTOR, provider, {one: "A", two: "B"})

    shown = {one: "A", two: "B", three: None, four: None}
    imports.edit_cells(
        ctx, ACTOR, provider, {one: "THEIRS", three: "NEW", four: "SAME"}
    )  # another person
    done = imports.edit_cells(
        ctx, ACTOR, provider, {one: "OURS", two: "B2", three: "MINE", four: "SAME"}, shown=shown
    )

    assert (done.new, done.changed) == (0, 1)
    assert held(ctx, provider) == {one: "THEIRS", two: "B2", three: "NEW", four: "SAME"}
    rows = done.overtaken.select("komet_id", "shown", "stored", "typed").rows()
    assert sorted(rows) == sorted([(one, "A", "THEIRS", "OURS"), (three, None, "NEW", "MINE")])
    told = next(message for message in done.messages() if one in message)
    assert all(f"“{word}”" in told for word in ("A", "THEIRS", "OURS"))


def test_unmapping_what_somebody_has_changed_is_refused_too(listed: Accounts) -> None:
    ctx, provider = listed.ctx, listed.magnolia.id
    one = products.list_known(ctx, provider)["komet_id"][0]
    imports.edit_cells(ctx, ACTOR, provider, {one: "A"})
    imports.edit_cells(ctx, ACTOR, provider, {one: "B"})
    done = imports.edit_cells(ctx, ACTOR, provider, {one: None}, shown={one: "A"})
    assert (done.written, done.overtaken.height) == (0, 1)
    assert held(ctx, provider) == {one: "B"}
    assert imports.edit_cells(ctx, ACTOR, provider, {one: None}, shown={one: "B"}).written == 1


def test_an_accepted_suggestion_does_not_overwrite(listed: Accounts) -> None:
    ctx, provider = listed.ctx, listed.magnolia.id
    one, two = products.list_known(ctx, provider)["komet_id"].to_list()[:2]
    imports.edit_cells(ctx, ACTOR, provider, {one: "THEIRS"})
    done = accept_suggestions(ctx, ACTOR, provider, {one: "OURS", two: "OURS-2"})
    assert (done.written, done.overtaken["komet_id"].to_list()) == (1, [one])
    assert held(ctx, provider) == {one: "THEIRS", two: "OURS-2"}


def test_a_file_checked_before_does_not_overwrite(listed: Accounts) -> None:
    ctx, provider = listed.ctx, listed.magnolia.id
    one, two = products.list_known(ctx, provider)["komet_id"].to_list()[:2]
    checked = imports.dry_run_file(
        ctx, f"SKU;Komet ID\nA;{one}\nB;{two}\n".encode(), "m.csv", provider
    )
    imports.edit_cells(ctx, ACTOR, provider, {one: "THEIRS"})
    done = imports.apply_import(ctx, ACTOR, checked)
    assert (done.written, done.overtaken["komet_id"].to_list()) == (1, [one])
    assert held(ctx, provider) == {one: "THEIRS", two: "B"}
    assert imports.apply_import(ctx, ACTOR, checked).written == 0


def test_a_copy_looked_at_before_does_not_overwrite(listed: Accounts) -> None:
    ctx, (magnolia, petalo) = listed.ctx, listed.both
    with ctx.db.write() as con:
        con.run("UPDATE komet_products SET description = 'Same name'"
                " WHERE product_id IN (SELECT min(product_id) FROM komet_products"
                " GROUP BY provider_id)")  # fmt: skip
        con.run("DELETE FROM komet_products WHERE description <> 'Same name'")
    theirs, ours = (products.list_known(ctx, p.id)["komet_id"][0] for p in (magnolia, petalo))
    imports.edit_cells(ctx, ACTOR, magnolia.id, {theirs: "FROM"})
    checked = dry_run_copy(ctx, magnolia.id, petalo.id)
    imports.edit_cells(ctx, ACTOR, petalo.id, {ours: "THEIRS"})
    assert imports.apply_import(ctx, ACTOR, checked).overtaken.height == 1
    assert held(ctx, petalo.id) == {ours: "THEIRS"}


def test_of_many_who_saw_the_same_exactly_one_writes(listed: Accounts) -> None:
    ctx, provider = listed.ctx, listed.magnolia.id
    one = products.list_known(ctx, provider)["komet_id"][0]
    start, results = threading.Barrier(8), []

    def save(number: int) -> None:
        start.wait()
        results.append(
            imports.edit_cells(ctx, ACTOR, provider, {one: f"P{number}"}, shown={one: None})
        )

    people = [threading.Thread(target=save, args=(number,)) for number in range(8)]
    for thread in people:
        thread.start()
    for thread in people:
        thread.join()
    assert sorted(done.written for done in results) == [0] * 7 + [1]
    assert {done.overtaken.height for done in results if not done.written} == {1}
    assert imports.list_changes(ctx, one).height == 1
