"""Where a token is sent: to the address that its secret was entered for, and nowhere else."""

import pytest
from pydantic import SecretStr
from sample_accounts import ACTOR, Accounts, Komet

from komet import demo
from komet.api.base_url import DEFAULT_BASE_URL
from komet.api.errors import InvalidCall
from komet.clients import providers, tokens
from komet.clients.allowance import Ledger
from komet.clients.check import check_token, try_provider
from komet.clients.connect import address_of, client_for
from komet.clients.model import DEFAULT_ADDRESS, Provider, ProviderFields, TokenFields, same_origin
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY

ELSEWHERE = "https://elsewhere.example/api"
HOME = "https://komet.example/api"


def location(name: str) -> str | None:
    """A location for each name, so that no two providers overlap."""
    return None if name == "Whole" else str(sum(map(ord, name)))


def add_token(ctx: AppContext, label: str, base_url: str | None = None) -> str:
    fields = TokenFields(label=label, kind="Company", base_url=base_url)
    return tokens.add_token(ctx, ACTOR, fields, SecretStr("a-real-secret-1")).id


def save(
    ctx: AppContext, name: str, token_id: str, url: str | None, held: str | None = None
) -> Provider:
    fields = ProviderFields(name=name, token_id=token_id, base_url=url, location_id=location(name))
    if held:
        return providers.edit_provider(ctx, ACTOR, held, fields.model_dump())
    return providers.add_provider(ctx, ACTOR, fields)


def test_the_two_names_of_komets_own_address_are_one() -> None:
    assert DEFAULT_ADDRESS == DEFAULT_BASE_URL


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://a.example/api", "https://A.example:443/other", True),
        ("https://a.example/api", "https://a.example:8443/api", False),
        ("https://a.example/api", "https://a.example.evil.test/api", False),
        ("https://a.example/api", "http://127.0.0.1/api", False),
        ("http://127.0.0.1:5001/api", "http://localhost:6002/api", True),
        ("http://127.0.0.1:5001/api", "http://[::1]:6002/api", True),
        ("http://127.0.0.1:5001/api", "https://127.0.0.1.evil.test/api", False),
    ],
)
def test_same_place(one: str, other: str, same: bool) -> None:
    assert same_origin(one, other) is same


def test_a_provider_without_an_address_never_takes_another_providers(ctx: AppContext) -> None:
    token = add_token(ctx, "Shared")
    save(ctx, "One", token, HOME)
    with ctx.db.write() as con:  # as an older version left it: the token has no address
        con.run("UPDATE tokens SET base_url = NULL, may_move = true")
    without = save(ctx, "Two", add_token(ctx, "Other"), None)
    assert address_of(ctx, without) == DEFAULT_BASE_URL
    with ctx.db.write() as con:
        con.run("UPDATE providers SET token_id = $t WHERE id = $p", {"t": token, "p": without.id})
    moved = providers.get_provider(ctx, without.id)
    assert address_of(ctx, moved) == DEFAULT_BASE_URL


def test_a_provider_without_an_address_takes_its_tokens(ctx: AppContext) -> None:
    provider = save(ctx, "One", add_token(ctx, "T", HOME), None)
    assert address_of(ctx, provider) == HOME


def test_the_first_provider_of_a_fresh_token_sets_the_address(ctx: AppContext) -> None:
    token = add_token(ctx, "Fresh")
    save(ctx, "One", token, HOME)
    with pytest.raises(InvalidInput, match=r"komet\.example"):
        save(ctx, "Two", token, ELSEWHERE)
    with pytest.raises(InvalidInput, match="secret"):
        save(ctx, "One", token, ELSEWHERE, _id(ctx, "One"))
    assert address_of(ctx, save(ctx, "Two", token, None)) == HOME
    save(ctx, "Three", token, "https://KOMET.example/other/path")


def test_entering_the_secret_again_lets_it_move_once(ctx: AppContext) -> None:
    token = add_token(ctx, "T", HOME)
    save(ctx, "One", token, None)
    tokens.replace_secret(ctx, ACTOR, token, SecretStr("another-secret-2"))
    renamed = save(ctx, "One", token, None, _id(ctx, "One"))
    assert address_of(ctx, renamed) == HOME
    save(ctx, "One", token, ELSEWHERE, renamed.id)
    with pytest.raises(InvalidInput):
        save(ctx, "One", token, HOME, renamed.id)


@pytest.mark.parametrize("wrong", ["http://elsewhere.example", "https://komet.example:99999/api"])
def test_a_slip_in_the_address_of_a_check_does_not_become_the_tokens(
    ctx: AppContext, sandbox: Sandbox, wrong: str
) -> None:
    token = add_token(ctx, "Fresh")
    with pytest.raises(InvalidCall):
        check_token(ctx, ACTOR, token, wrong)
    assert tokens.get_token(ctx, token).base_url is None
    check_token(ctx, ACTOR, token, sandbox.base_url)


def test_a_token_of_another_host_cannot_be_given_to_a_provider(ctx: AppContext) -> None:
    provider = save(ctx, "One", add_token(ctx, "First"), HOME)
    other = add_token(ctx, "Second", ELSEWHERE)
    with pytest.raises(InvalidInput):
        save(ctx, "One", other, HOME, provider.id)


def test_the_last_line_of_defence_is_where_the_client_is_made(
    ctx: AppContext, sandbox: Sandbox
) -> None:
    provider = save(ctx, "One", add_token(ctx, "T", HOME), None)
    with ctx.db.write() as con:  # whoever gets round the form
        con.run("UPDATE providers SET base_url = $url", {"url": sandbox.base_url})
    provider = providers.get_provider(ctx, provider.id)
    with pytest.raises(InvalidInput, match=r"komet\.example"):
        client_for(ctx, provider, Ledger(provider.token_id or "", provider.id))
    with pytest.raises(InvalidInput):
        check_token(ctx, ACTOR, provider.token_id or "", sandbox.base_url)
    assert sandbox.state.requests.total() == 0


def test_a_first_use_fixes_the_address(ctx: AppContext, sandbox: Sandbox) -> None:
    fields = TokenFields(label="T", kind="Company")
    token = tokens.add_token(ctx, ACTOR, fields, SecretStr(IMPORTER_A_COMPANY.secret)).id
    check_token(ctx, ACTOR, token, sandbox.base_url)
    with pytest.raises(InvalidInput):
        save(ctx, "One", token, ELSEWHERE)
    assert "answers" in try_provider(ctx, ACTOR, save(ctx, "Whole", token, None))


def test_a_provider_can_be_renamed_whatever_its_address(accounts: Accounts) -> None:
    with accounts.ctx.db.write() as con:
        con.run("UPDATE tokens SET base_url = $url", {"url": HOME})
    name = {"name": "Magnolia 2"}
    saved = providers.edit_provider(accounts.ctx, ACTOR, accounts.magnolia.id, name)
    assert saved.name == "Magnolia 2"


def test_the_sample_providers_follow_their_sandbox_to_another_port(ctx: AppContext) -> None:
    first = demo.start_sandbox(ctx)
    try:
        chosen = demo.add_samples(ctx, ACTOR, first)
        assert "answers" in try_provider(ctx, ACTOR, chosen[0])
    finally:
        first.stop()
    second = demo.start_sandbox(ctx)
    try:
        assert second.base_url != first.base_url
        found = demo.samples(providers.list_providers(ctx))
        assert all("answers" in try_provider(ctx, ACTOR, provider) for provider in found)
        assert all(check_token(ctx, ACTOR, provider.token_id or "").results for provider in found)
        addresses = {token.base_url for token in tokens.list_tokens(ctx)}
        assert addresses == {second.base_url}
    finally:
        second.stop()


def test_a_real_token_does_not_follow_the_samples_to_the_sandbox(ctx: AppContext) -> None:
    token = add_token(ctx, "Real", HOME)
    fields = ProviderFields(name="Sly", system=demo.SYSTEM, token_id=token)
    providers.add_provider(ctx, ACTOR, fields)
    sandbox = demo.start_sandbox(ctx)
    try:
        sly = providers.find_provider(ctx, "Sly")
        assert tokens.get_token(ctx, token).base_url == HOME
        with pytest.raises(InvalidInput):
            client_for(ctx, sly, Ledger(token, sly.id))
        assert sandbox.state.requests.total() == 0
    finally:
        sandbox.stop()


def test_the_command_line_refuses_and_lets_the_secret_be_entered_again(komet: Komet) -> None:
    assert komet("token", "add", "T", "--base-url", HOME, stdin="secret-one\n").returncode == 0
    refused = komet("provider", "add", "P", "--token", "T", "--base-url", ELSEWHERE)
    assert refused.returncode == 2
    assert "komet.example" in refused.stderr
    assert "secret-one" not in refused.stdout + refused.stderr
    assert komet("token", "replace", "T", stdin="secret-two\n").returncode == 0
    assert komet("provider", "add", "P", "--token", "T", "--base-url", ELSEWHERE).returncode == 0


def _id(ctx: AppContext, name: str) -> str:
    return providers.find_provider(ctx, name).id
