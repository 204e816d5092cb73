"""A check of a token or a client tells a refusal, a silence and a success apart, and stays."""

import json
import socket
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sample_accounts import ACTOR, Accounts, Komet

from komet.api.errors import InvalidCall
from komet.clients import tokens
from komet.clients.check import UNREACHABLE, check_provider, check_token, load_provider_checks
from komet.clients.model import Outcome, ProviderFields, Token, TokenFields
from komet.clients.providers import add_provider, edit_provider, get_provider
from komet.context import AppContext
from komet.errors import InvalidInput
from komet.language import using
from komet.sandbox.tokens import IMPORTER_A_COMPANY


def nowhere() -> str:
    """An address where nothing listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/api"


def add(ctx: AppContext, secret: str, url: str) -> str:
    fields = TokenFields(label="T", kind="Company", base_url=url)
    return tokens.add_token(ctx, ACTOR, fields, SecretStr(secret)).id


def test_an_unreachable_komet_says_nothing_of_the_token(ctx: AppContext) -> None:
    token = add(ctx, IMPORTER_A_COMPANY.secret, nowhere())
    result = check_token(ctx, ACTOR, token)
    assert result.outcome is Outcome.UNREACHABLE
    assert "could not be reached" in result.message
    assert "of 7" not in result.message
    stored = tokens.get_token(ctx, token).check_result
    with ctx.db.read() as con:
        tried = con.value("SELECT count(DISTINCT method) FROM api_calls")
    assert stored["purchase.order.list"] == UNREACHABLE
    assert "ok" not in stored.values()
    assert "refused" not in stored.values()
    assert tried == 1  # a silence is not asked for seven times


def test_a_refused_token_fails(ctx: AppContext, accounts: Accounts) -> None:
    token = add(ctx, "not-a-known-secret", accounts.sandbox.base_url)
    result = check_token(ctx, ACTOR, token)
    assert result.outcome is Outcome.REFUSED
    assert not result.usable


def test_komet_falling_silent_in_the_middle_keeps_what_is_known(accounts: Accounts) -> None:
    accounts.sandbox.state.faults.add("boxtype.list", status=503, times=None)
    result = check_token(accounts.ctx, ACTOR, accounts.magnolia.token_id or "")
    assert result.outcome is Outcome.WORKS
    assert result.results["product.list"] == "ok"
    assert result.results["boxtype.list"] == UNREACHABLE
    assert "carrier.list" not in result.results
    assert "could not be reached" in result.message


def test_a_check_stands_in_the_ledger_by_the_clock_of_the_context(accounts: Accounts) -> None:
    now = accounts.ctx.now() - timedelta(days=2)
    check_token(replace(accounts.ctx, now=lambda: now), ACTOR, accounts.magnolia.token_id or "")
    with accounts.ctx.db.read() as con:
        called = con.rows("SELECT DISTINCT called_at FROM api_calls")
    assert called == [{"called_at": now}]


def test_a_provider_s_last_check_stays_until_the_next(accounts: Accounts) -> None:
    ctx, sandbox, magnolia = accounts.ctx, accounts.sandbox, accounts.magnolia
    assert load_provider_checks(ctx) == {}
    day = accounts.today
    sent = [order for order in sandbox.state.all_orders("magnolia") if order.ship_date == day]
    found = check_provider(ctx, ACTOR, magnolia)
    assert (found.outcome, found.orders) == (Outcome.WORKS, len(sent))
    assert str(len(sent)) in found.message
    assert load_provider_checks(ctx) == {magnolia.id: found}

    sandbox.state.faults.add("purchase.order.list", status=403, times=None, message="Not yours.")
    refused = check_provider(ctx, ACTOR, magnolia)
    assert refused.outcome is Outcome.REFUSED
    english = refused.message
    assert "Not yours." in english
    sandbox.state.faults.clear()
    assert load_provider_checks(ctx)[magnolia.id] == refused  # until somebody asks again
    with using("es"):
        assert load_provider_checks(ctx)[magnolia.id].message not in {"", english}

    sandbox.state.faults.add("purchase.order.list", status=503, times=None)
    assert check_provider(ctx, ACTOR, magnolia).outcome is Outcome.UNREACHABLE
    edit_provider(ctx, ACTOR, magnolia.id, {"komet_group": "Other"})
    assert magnolia.id in load_provider_checks(ctx)
    edit_provider(ctx, ACTOR, magnolia.id, {"location_id": "1"})
    assert load_provider_checks(ctx) == {}


def test_a_wrong_address_is_corrected_with_the_secret(accounts: Accounts) -> None:
    ctx, right = accounts.ctx, accounts.sandbox.base_url
    token = add(ctx, IMPORTER_A_COMPANY.secret, "https://komet.example/ap")
    fields = ProviderFields(name="T", token_id=token, base_url="https://komet.example/ap")
    provider = add_provider(ctx, ACTOR, fields, overlap_too=True)

    def edit(url: str) -> Token:
        return tokens.edit_token(ctx, ACTOR, token, label="T", owner=None, users=1, base_url=url)

    # within its host, a slip is corrected without more ado
    assert edit("https://komet.example/api").base_url == "https://komet.example/api"
    with pytest.raises(InvalidInput, match="secret"):
        edit(right)
    with pytest.raises(InvalidCall):
        edit("http://komet.example/api")
    secret = SecretStr(IMPORTER_A_COMPANY.secret)
    moved = tokens.replace_secret(ctx, ACTOR, token, secret, base_url=right)
    assert (moved.base_url, moved.may_move) == (right, False)
    assert check_token(ctx, ACTOR, token).outcome is Outcome.WORKS
    provider = get_provider(ctx, provider.id)
    assert provider.base_url is None
    assert check_provider(ctx, ACTOR, provider).outcome is Outcome.WORKS
    with pytest.raises(InvalidInput):
        edit("https://elsewhere.example/api")


def test_the_command_line_tells_the_three_apart(komet: Komet, accounts: Accounts) -> None:
    url = accounts.sandbox.base_url
    secrets = {"Good": (IMPORTER_A_COMPANY.secret, url), "Bad": ("not-a-known-secret", url)}
    secrets["Silent"] = (IMPORTER_A_COMPANY.secret, nowhere())
    codes, outcomes = {}, {}
    for label, (secret, where) in secrets.items():
        add_one = ("token", "add", label, "--kind", "company", "--base-url", where)
        assert komet(*add_one, stdin=secret + "\n").returncode == 0
        done = komet("token", "check", label, "--json")
        told = json.loads(done.stdout)
        codes[label], outcomes[label] = done.returncode, told["outcome"]
        assert told["usable"] is (label == "Good")
    assert codes == {"Good": 0, "Bad": 1, "Silent": 3}
    assert outcomes == {"Good": "works", "Bad": "refused", "Silent": "unreachable"}


def test_retiring_a_token_in_use_names_its_clients_and_asks(
    komet: Komet, accounts: Accounts
) -> None:
    refused = komet("token", "retire", "Magnolia")
    assert refused.returncode == 2
    assert "Magnolia" in refused.stderr
    assert "--yes" in refused.stderr
    assert "retired" not in komet("provider", "list").stdout
    assert komet("token", "retire", "Magnolia", "--yes").returncode == 0
    listed = komet("provider", "list").stdout.splitlines()
    assert [line.split()[0] for line in listed if "retired" in line] == ["Magnolia"]
    told = {row["name"]: row for row in json.loads(komet("provider", "list", "--json").stdout)}
    assert told["Magnolia"]["token_retired"] is True
    assert told["Pétalo"]["token_retired"] is False
