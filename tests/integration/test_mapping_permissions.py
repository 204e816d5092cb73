"""A role that may not edit the mapping, a row of the table of permissions, can write nothing."""

from collections.abc import Callable

import pytest
from sample_accounts import ACTOR, Accounts

from komet.catalogs.lists import refresh_daily_lists
from komet.mapping import imports, products
from komet.mapping.suggestions import accept_suggestions
from komet.permissions import GRANTS, Actor, NotPermitted, Permission, Role

FILE = b"komet_product_id,sku\n1,A\n"


@pytest.fixture
def mapped(accounts: Accounts) -> Accounts:
    refresh_daily_lists(accounts.ctx, ACTOR, accounts.magnolia)
    one = products.list_known(accounts.ctx, accounts.magnolia.id)["komet_id"][0]
    imports.edit_cells(accounts.ctx, ACTOR, accounts.magnolia.id, {one: "STORED"})
    return accounts


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Callable[[Permission], Actor]:
    def take_away(permission: Permission) -> Actor:
        monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, frozenset(Permission) - {permission})
        return Actor(name="Reader")

    return take_away


def apply_file(accounts: Accounts, actor: Actor) -> None:
    checked = imports.dry_run_file(accounts.ctx, FILE, "m.csv", accounts.magnolia.id)
    imports.apply_import(accounts.ctx, actor, checked)


WRITING: dict[str, Callable[[Accounts, Actor], object]] = {
    "apply_import": apply_file,
    "edit_cells": lambda a, actor: imports.edit_cells(a.ctx, actor, a.magnolia.id, {"1": "B"}),
    "accept_suggestions": lambda a, actor: accept_suggestions(
        a.ctx, actor, a.magnolia.id, {"1": "B"}
    ),
    "undo_import": lambda a, actor: imports.undo_import(a.ctx, actor),
}


@pytest.mark.parametrize("name", WRITING)
def test_a_role_that_may_not_edit_writes_nothing(
    mapped: Accounts, without: Callable[[Permission], Actor], name: str
) -> None:
    ctx = mapped.ctx
    before = ctx.db.data_version()
    told = imports.list_imports(ctx)
    with pytest.raises(NotPermitted):
        WRITING[name](mapped, without(Permission.EDIT_MAPPING))
    assert ctx.db.data_version() == before
    assert imports.list_imports(ctx) == told
    assert imports.list_mappings(ctx)["sku"].to_list() == ["STORED"]


def test_it_may_still_look_and_take_a_file_away(
    mapped: Accounts, without: Callable[[Permission], Actor]
) -> None:
    reader = without(Permission.EDIT_MAPPING)
    assert b"STORED" in imports.export_mapping(mapped.ctx, reader, [mapped.magnolia.id])
    checked = imports.dry_run_file(mapped.ctx, FILE, "m.csv", mapped.magnolia.id)
    assert checked.to_apply.height == 1


def test_a_role_that_may_not_export_takes_no_mapping_away(
    mapped: Accounts, without: Callable[[Permission], Actor]
) -> None:
    with pytest.raises(NotPermitted):
        imports.export_mapping(mapped.ctx, without(Permission.EXPORT), [mapped.magnolia.id])


def test_a_role_that_may_not_ask_komet_fetches_no_list(
    accounts: Accounts, without: Callable[[Permission], Actor]
) -> None:
    lists = products.find_missing_lists(accounts.ctx, [accounts.magnolia.id])
    assert lists
    with pytest.raises(NotPermitted):
        products.fetch_lists(accounts.ctx, without(Permission.READ_KOMET), lists)
    assert products.find_missing_lists(accounts.ctx, [accounts.magnolia.id]) == lists
