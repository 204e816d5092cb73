"""Any method from the shell, and by a client that an off-the-shelf generator has made."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from failure_messages import raises
from openapi_spec_validator import validate
from sample_accounts import ACTOR, ROOT, Accounts, Komet

from komet import __version__
from komet.api.checking import sample_parameters
from komet.api.client import KometClient
from komet.api.errors import InvalidCall
from komet.api.methods import registry
from komet.api.openapi import document, operation_id
from komet.clients.tokens import retire_token
from komet.errors import InvalidInput
from komet.explorer.calls import call_method, keep_call, list_calls
from komet.sandbox.tokens import IMPORTER_A_COMPANY


def test_the_shell_calls_a_method(accounts: Accounts, komet: Komet) -> None:
    day = accounts.today.isoformat()
    called = komet("call", "purchase.order.list", f"date={day}", "--provider", "Magnolia",
                   "--out", "json")  # fmt: skip
    assert called.returncode == 0, called.stderr
    expected = accounts.sandbox.state.totals("magnolia", accounts.today, accounts.today)
    assert len(json.loads(called.stdout)["purchaseOrders"]) == expected["purchase_orders"]
    shown = komet("call", "location.list", "--provider", "Magnolia")
    assert "Miami" in shown.stdout
    assert not shown.stdout.startswith("{")
    by_json = komet("call", "purchase.order.list", "--json", json.dumps({"date": day}),
                    "--provider", "Magnolia")  # fmt: skip
    assert by_json.returncode == 0
    assert IMPORTER_A_COMPANY.secret not in called.stdout + shown.stdout + by_json.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("purchase.order.lst", "date=2026-11-20"), "Did you mean purchase.order.list"),
        (("purchase.order.list",), "date is needed, or number"),
        (("purchase.order.list", "date"), "is not name=value"),
        (("purchase.order.list", "--json", "[1]"), "must be one object"),
        (("purchase.order.list", "--json", "{"), "is not JSON"),
        (("vendor.add", "name=Rosas"), "is not switched on"),
        (("login", "username=a", "password=b"), "Tokens page"),
        (("purchase.order.list", "authenticationToken=a"), "The token is not a parameter"),
    ],
)
def test_wrong_use(
    accounts: Accounts, komet: Komet, arguments: tuple[str, ...], words: str
) -> None:
    called = komet("call", *arguments, "--provider", "Magnolia")
    assert called.returncode in {1, 2}
    assert words in " ".join(called.stderr.split())
    assert "Traceback" not in called.stderr
    with accounts.ctx.db.read() as con:
        assert con.value("SELECT count(*) FROM api_calls") == 0


def test_a_call_is_remembered_without_the_token(accounts: Accounts) -> None:
    ctx, provider = accounts.ctx, accounts.magnolia
    secret = IMPORTER_A_COMPANY.secret
    outcome = call_method(
        ctx, ACTOR, provider, "product.list", {"name": "Rose", "remark": f"see {secret}"},
        writes_allowed=False,
    )  # fmt: skip
    assert outcome.error is None
    assert (outcome.http_status, outcome.tries) == (200, 1)
    assert "application/json" in outcome.headers["content-type"]
    call_method(
        ctx, ACTOR, provider, "vendor.add",
        sample_parameters(registry()["vendor.add"], accounts.today), writes_allowed=True,
    )  # fmt: skip
    keep_call(ctx, ACTOR, outcome.call_id, "roses")
    kept, newest = list_calls(ctx)
    with ctx.db.read() as con:
        ledger = con.value("SELECT count(*) FROM api_calls WHERE method = 'product.list'")
        audit = con.rows("FROM audit WHERE what = 'method called'")
        everything = str(con.rows("FROM method_calls")) + str(audit)
    assert [call.name for call in kept] == ["roses"]
    assert kept[0].params == {"name": "Rose", "remark": "see ••••"}
    assert outcome.call_id in {call.id for call in newest}
    assert ledger == 1
    assert [row["subject"] for row in audit] == ["vendor.add"]
    assert secret not in everything


def test_a_write_is_recorded_though_its_token_was_retired_meanwhile(
    accounts: Accounts, monkeypatch: pytest.MonkeyPatch
) -> None:
    ctx, provider = accounts.ctx, accounts.magnolia
    send = KometClient.call

    def retire_and_send(client: KometClient, method: str, /, **params: Any) -> dict[str, Any]:
        retire_token(ctx, ACTOR, provider.token_id or "", in_use_too=True)
        return send(client, method, **params)

    monkeypatch.setattr(KometClient, "call", retire_and_send)
    params = sample_parameters(registry()["vendor.add"], accounts.today)
    outcome = call_method(ctx, ACTOR, provider, "vendor.add", params, writes_allowed=True)
    assert outcome.error is None
    with ctx.db.read() as con:
        audit = con.rows("FROM audit WHERE what = 'method called'")
    assert [row["subject"] for row in audit] == ["vendor.add"]


def test_every_kept_call_is_listed(accounts: Accounts) -> None:
    ctx = accounts.ctx
    call = call_method(ctx, ACTOR, accounts.magnolia, "product.list", {}, writes_allowed=False)
    names = [f"call {n:02}" for n in range(60)]
    for name in names:
        keep_call(ctx, ACTOR, call.call_id, name)
    kept, _newest = list_calls(ctx)
    assert [call.name for call in kept] == names


def test_files_are_sent_and_not_kept_and_numbers_stay_numbers(accounts: Accounts) -> None:
    ctx = accounts.ctx
    call_method(
        ctx, ACTOR, accounts.magnolia, "v2/vendor/invoice",
        {"poNumber": "P123456", "attachment": b"%PDF" * 5_000}, writes_allowed=True,
    )  # fmt: skip
    listed = call_method(ctx, ACTOR, accounts.magnolia, "boxtype.list", {}, writes_allowed=False)
    assert listed.answer
    assert {type(row["fbe"]) for row in listed.answer["boxtypes"]} == {float}
    with ctx.db.read() as con:
        kept = str(con.rows("FROM method_calls")) + str(con.rows("FROM audit"))
    assert "P123456" in kept
    assert len(kept) < 5_000


def test_what_writes_is_locked(accounts: Accounts) -> None:
    with pytest.raises(InvalidInput, match="changes data in Komet"):
        call_method(accounts.ctx, ACTOR, accounts.magnolia, "vendor.add", {"name": "R"},
                    writes_allowed=False)  # fmt: skip
    with raises(InvalidCall, match="quantityConfirmed is needed"):
        call_method(accounts.ctx, ACTOR, accounts.magnolia, "purchase.order.item.confirm",
                    {"poItemId": 1}, writes_allowed=True)  # fmt: skip


def test_the_openapi_document_is_valid_and_complete(komet: Komet) -> None:
    printed = komet("openapi")
    written = json.loads(printed.stdout)
    assert written == document(version=__version__)
    validate(written)
    operations = {
        operation["operationId"]: (path, verb, operation)
        for path, verbs in written["paths"].items()
        for verb, operation in verbs.items()
    }
    assert len(operations) == len(registry()) == 113
    for spec in registry().values():
        path, verb, operation = operations[operation_id(spec)]
        assert (path, verb) == (f"/{spec.path}", spec.verb.lower())
        assert operation["x-komet-writes"] is spec.writes


def test_the_postman_collection_has_every_method_and_no_token(komet: Komet) -> None:
    written = json.loads(komet("postman").stdout)
    assert written["info"]["schema"].endswith("v2.1.0/collection.json")
    items = [item for folder in written["item"] for item in folder["item"]]
    assert {item["name"] for item in items} == set(registry())
    held = {variable["key"]: variable["value"] for variable in written["variable"]}
    tokens = {"token", "vendorToken", "customerToken", "userToken"}
    assert {held[name] for name in (*tokens, "username", "password")} == {""}
    for item in items:
        spec = registry()[item["name"]]
        assert item["request"]["method"] == spec.verb
        used = set(re.findall(r"\{\{(\w+)\}\}", json.dumps(item)))
        assert used <= held.keys(), item["name"]
        assert bool(used & tokens) == (spec.token_in != "none")
        guarded = any(event["listen"] == "prerequest" for event in item["event"])
        assert guarded == spec.writes
        if body := item["request"].get("body"):
            raw = body["raw"]
            for name in used:
                raw = raw.replace("{{" + name + "}}", held[name] or "x")
            assert isinstance(json.loads(raw), dict)


def test_a_generated_client_calls_the_sandbox(
    accounts: Accounts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = tmp_path / "komet.openapi.json"
    described.write_text(json.dumps(document(accounts.sandbox.base_url)))
    generated = tmp_path / "generated_komet"
    made = subprocess.run(
        [sys.executable, "-m", "openapi_python_client", "generate", "--path", str(described),
         "--output-path", str(generated), "--meta", "none"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert made.returncode == 0, made.stdout + made.stderr
    assert "WARNING parsing" not in made.stdout + made.stderr
    monkeypatch.syspath_prepend(tmp_path)
    # as the README tells it
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    told = next(code for code in re.findall(r"```python\n(.*?)```", readme, re.DOTALL)
                if "from generated_komet" in code)  # fmt: skip
    monkeypatch.setenv("KOMET_TOKEN", IMPORTER_A_COMPANY.secret)
    names: dict[str, Any] = {}
    exec(told.replace("https://api.kometsales.com/api", accounts.sandbox.base_url), names)
    answer = names["answer"]
    assert names["inventory"].additional_properties["inventoryItems"]
    expected = accounts.sandbox.state.totals("magnolia", accounts.today, accounts.today)
    assert len(answer.purchase_orders) == expected["purchase_orders"]
