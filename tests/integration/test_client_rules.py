"""Rules of tokens and client providers, which are the operations' own; and who may do what."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from pydantic import SecretStr
from sample_accounts import ACTOR, Accounts, Komet, add_client

from komet.api.client import KometClient
from komet.catalogs.lists import edit_fbe_factors, fetch_list, refresh_daily_lists, view_list
from komet.clients import providers, tokens
from komet.clients.check import check_provider, check_token, list_locations, try_provider
from komet.clients.model import DuplicateOwner, ProviderFields, TokenFields
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.explorer.answers import export_answer
from komet.explorer.calls import call_method, forget_call, keep_call
from komet.permissions import GRANTS, NotPermitted, Permission, Role

SECRET = SecretStr("another-secret-of-a-test")
_TABLES = (
    "tokens", "providers", "box_types", "audit", "api_calls", "request_reservations",
    "catalog_rows", "catalog_tries", "catalogs", "komet_products", "method_calls",
    "provider_checks",
)  # fmt: skip


def stored(ctx: AppContext) -> dict[str, list[dict[str, Any]]]:
    """Everything that an operation on clients could write."""
    with ctx.read() as con:
        return {name: con.rows(f"SELECT * FROM {name} ORDER BY ALL") for name in _TABLES}


Operation = Callable[[Accounts], object]
_OPERATIONS: dict[str, tuple[Permission, Operation]] = {
    "add a token": (
        Permission.MANAGE_TOKENS,
        lambda a: tokens.add_token(a.ctx, ACTOR, TokenFields(label="New", kind="Vendor"), SECRET),
    ),
    "add a token by login": (
        Permission.MANAGE_TOKENS,
        lambda a: tokens.add_token_by_login(
            a.ctx, ACTOR, "New", "user", SECRET, base_url=a.sandbox.base_url
        ),
    ),
    "edit a token": (
        Permission.MANAGE_TOKENS,
        lambda a: tokens.edit_token(
            a.ctx, ACTOR, a.magnolia.token_id or "", label="Other", owner=None, users=2
        ),
    ),
    "replace a secret": (
        Permission.MANAGE_TOKENS,
        lambda a: tokens.replace_secret(a.ctx, ACTOR, a.magnolia.token_id or "", SECRET),
    ),
    "retire a token": (
        Permission.MANAGE_TOKENS,
        lambda a: tokens.retire_token(a.ctx, ACTOR, a.magnolia.token_id or "", in_use_too=True),
    ),
    "make a key": (Permission.MANAGE_TOKENS, lambda a: tokens.make_key(a.ctx, ACTOR)),
    "add a provider": (
        Permission.MANAGE_PROVIDERS,
        lambda a: providers.add_provider(
            a.ctx, ACTOR, ProviderFields(name="New", token_id=a.magnolia.token_id), overlap_too=True
        ),
    ),
    "edit a provider": (
        Permission.MANAGE_PROVIDERS,
        lambda a: providers.edit_provider(a.ctx, ACTOR, a.magnolia.id, {"name": "Other"}),
    ),
    "deactivate a provider": (
        Permission.MANAGE_PROVIDERS,
        lambda a: providers.deactivate_provider(a.ctx, ACTOR, a.magnolia.id),
    ),
    "activate a provider": (
        Permission.MANAGE_PROVIDERS,
        lambda a: providers.activate_provider(a.ctx, ACTOR, a.magnolia.id),
    ),
    "follow the sandbox": (
        Permission.MANAGE_PROVIDERS,
        lambda a: providers.follow_sandbox(a.ctx, ACTOR, [a.magnolia.id], "http://127.0.0.1:9/api"),
    ),
    "edit FBE factors": (
        Permission.MANAGE_PROVIDERS,
        lambda a: edit_fbe_factors(a.ctx, ACTOR, a.magnolia.id, {"HB": Decimal("0.4")}),
    ),
    "check a token": (
        Permission.READ_KOMET,
        lambda a: check_token(a.ctx, ACTOR, a.magnolia.token_id or ""),
    ),
    "list locations": (
        Permission.READ_KOMET,
        lambda a: list_locations(a.ctx, ACTOR, a.magnolia.token_id or "", a.sandbox.base_url),
    ),
    "test a provider": (Permission.READ_KOMET, lambda a: try_provider(a.ctx, ACTOR, a.magnolia)),
    "check a provider": (Permission.READ_KOMET, lambda a: check_provider(a.ctx, ACTOR, a.magnolia)),
    "fetch a list": (
        Permission.READ_KOMET,
        lambda a: fetch_list(a.ctx, ACTOR, a.magnolia, "carriers"),
    ),
    "fetch the daily lists": (
        Permission.READ_KOMET,
        lambda a: refresh_daily_lists(a.ctx, ACTOR, a.magnolia),
    ),
    "call a method that reads": (
        Permission.READ_KOMET,
        lambda a: call_method(a.ctx, ACTOR, a.magnolia, "carrier.list", {}, writes_allowed=True),
    ),
    "keep a call": (Permission.READ_KOMET, lambda a: keep_call(a.ctx, ACTOR, "1", "roses")),
    "forget a call": (Permission.READ_KOMET, lambda a: forget_call(a.ctx, ACTOR, "1")),
    "call a method that writes": (
        Permission.WRITE_TO_KOMET,
        lambda a: call_method(
            a.ctx, ACTOR, a.magnolia, "vendor.add", {"name": "Rosas"}, writes_allowed=True
        ),
    ),
    "export an answer": (
        Permission.EXPORT,
        lambda a: export_answer(
            a.ctx, ACTOR, "carrier.list", view_list(a.ctx, a.magnolia, "carriers").rows
        ),
    ),
}


@pytest.mark.parametrize("name", _OPERATIONS)
def test_a_role_without_the_permission_is_refused_and_nothing_is_written(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    needed, act = _OPERATIONS[name]
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, frozenset(Permission) - {needed})
    before = stored(accounts.ctx)
    with pytest.raises(NotPermitted, match="Tester may not do this") as refused:
        act(accounts)
    assert refused.value.permission is needed
    assert stored(accounts.ctx) == before
    assert accounts.sandbox.state.requests.total() == 0


def test_one_permission_is_enough_to_manage_tokens(
    ctx: AppContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(GRANTS, Role.ADMINISTRATOR, frozenset({Permission.MANAGE_TOKENS}))
    fields = TokenFields(label="New", kind="Vendor")
    assert tokens.add_token(ctx, ACTOR, fields, SECRET) == tokens.find_token(ctx, "new")


def test_a_client_provider_needs_a_token_in_use(ctx: AppContext, komet: Komet) -> None:
    with pytest.raises(InvalidInput, match="needs a token"):
        providers.add_provider(ctx, ACTOR, ProviderFields(name="Acme"))
    acme = add_client(ctx, "Acme")
    with pytest.raises(InvalidInput, match="needs a token"):
        providers.edit_provider(ctx, ACTOR, acme.id, {"token_id": None})
    tokens.retire_token(ctx, ACTOR, acme.token_id or "", in_use_too=True)
    with pytest.raises(InvalidInput, match="needs a token"):
        providers.edit_provider(ctx, ACTOR, acme.id, {"komet_group": "Miami"})
    refused = komet("provider", "edit", "Acme", "--group", "Miami")
    assert refused.returncode == 2
    assert "needs a token" in refused.stderr
    assert providers.get_provider(ctx, acme.id) == acme
    assert not providers.deactivate_provider(ctx, ACTOR, acme.id).active


def test_an_owner_has_one_token_of_a_kind_unless_it_is_agreed_to(
    ctx: AppContext, komet: Komet
) -> None:
    fields = TokenFields(label="One", kind="Vendor", owner="Our farm")
    tokens.add_token(ctx, ACTOR, fields, SECRET)
    again = fields.model_copy(update={"label": "Two", "owner": " our FARM "})
    with pytest.raises(DuplicateOwner, match="has a token already"):
        tokens.add_token(ctx, ACTOR, TokenFields.model_validate(again.model_dump()), SECRET)
    other_kind = again.model_copy(update={"kind": "Customer"})
    tokens.add_token(ctx, ACTOR, other_kind, SECRET)
    command = ("token", "add", "Three", "--owner", "Our farm")
    refused = komet(*command, stdin="a-third-secret\n")
    assert refused.returncode == 2
    assert "Add --yes to add another all the same." in " ".join(refused.stderr.split())
    assert [token.label for token in tokens.list_tokens(ctx)] == ["One", "Two"]
    assert komet(*command, "--yes", stdin="a-third-secret\n").returncode == 0


def test_the_name_of_a_location_goes_with_its_id(ctx: AppContext) -> None:
    acme = add_client(ctx, "Acme")
    here = {"location_id": "1", "location_name": "Miami"}
    assert providers.edit_provider(ctx, ACTOR, acme.id, here).location_name == "Miami"
    renamed = providers.edit_provider(ctx, ACTOR, acme.id, {"name": "Acme 2"})
    assert renamed.location_name == "Miami"
    moved = providers.edit_provider(ctx, ACTOR, acme.id, {"location_id": "2"})
    assert (moved.location_id, moved.location_name) == ("2", None)


def test_a_client_keeps_its_colour_and_a_new_one_gets_another(ctx: AppContext) -> None:
    one, two = add_client(ctx, "Zinnia"), add_client(ctx, "Acme")
    assert (one.colour, two.colour) == (0, 1)
    providers.edit_provider(ctx, ACTOR, one.id, {"name": "Aster"})
    providers.deactivate_provider(ctx, ACTOR, two.id)
    add_client(ctx, "Bouvardia")
    found = {provider.name: provider.colour for provider in providers.list_providers(ctx)}
    assert found == {"Aster": 0, "Acme": 1, "Bouvardia": 2}


def test_a_label_is_refused_before_the_login_goes_out(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = tokens.list_tokens(accounts.ctx)[0].label
    monkeypatch.setattr(KometClient, "login", lambda *_: pytest.fail("sent"))
    for wrong, words in (("", "needs a name"), (label, "already")):
        with pytest.raises(InvalidInput, match=words):
            tokens.add_token_by_login(
                accounts.ctx, ACTOR, wrong, "user", SECRET, base_url=accounts.sandbox.base_url
            )
