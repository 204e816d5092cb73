"""A token check tells a refusal, a silence and a success apart, on every way it is told."""

import json
import socket
from dataclasses import replace
from datetime import timedelta

from pydantic import SecretStr
from sample_accounts import ACTOR, Accounts, Komet

from komet.clients import tokens
from komet.clients.check import UNREACHABLE, Outcome, check_token
from komet.clients.model import TokenFields
from komet.context import AppContext
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
