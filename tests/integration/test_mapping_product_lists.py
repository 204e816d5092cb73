"""A mapping file for a client whose product list is not here: it is fetched first."""

import json
from pathlib import Path

import pytest
from sample_accounts import ACTOR, Accounts, Komet

from komet.mapping import imports, products
from komet.mapping.model import KINDS


@pytest.fixture
def by_code(accounts: Accounts) -> bytes:
    """A file of legacy codes, as the sandbox itself has them."""
    rows = accounts.sandbox.state.companies["magnolia"].products
    codes = [row.legacy_code for row in rows if row.legacy_code]
    unique = [code for code in codes if codes.count(code) == 1][:25]
    return ("SKU;Código de producto de Komet\n" + "".join(
        f"F-{n};{code}\n" for n, code in enumerate(unique)
    )).encode()  # fmt: skip


def requests(accounts: Accounts) -> list[str]:
    with accounts.ctx.db.read() as con:
        return [row["method"] for row in con.rows("SELECT method FROM api_calls ORDER BY ALL")]


def test_the_list_is_fetched_and_codes_are_found(accounts: Accounts, by_code: bytes) -> None:
    ctx, magnolia = accounts.ctx, accounts.magnolia
    assert imports.dry_run_file(ctx, by_code, "m.csv", magnolia.id).counts["new"] == 0
    lists = products.find_missing_lists_for_file(ctx, by_code, "m.csv", magnolia.id)
    assert "Magnolia" in products.announce_lists(lists)
    assert "2 requests" in products.announce_lists(lists)
    assert products.fetch_lists(ctx, ACTOR, lists) == {}
    assert requests(accounts) == ["boxtype.list", "product.list"]
    checked = imports.dry_run_file(ctx, by_code, "m.csv", magnolia.id)
    assert (checked.counts["new"], checked.counts["error"]) == (25, 0)
    assert products.find_missing_lists_for_file(ctx, by_code, "m.csv", magnolia.id) == []


def test_only_clients_that_the_file_names_and_only_kinds_that_have_a_list(
    accounts: Accounts,
) -> None:
    ctx = accounts.ctx
    text = b"Cliente;SKU;Komet ID\npetalo;A;1\n"
    lists = products.find_missing_lists_for_file(ctx, text, "m.csv", accounts.magnolia.id)
    assert [entry.provider.name for entry in lists] == ["Pétalo"]
    every = [provider.id for provider in accounts.both]
    asked = {kind: len(products.find_missing_lists(ctx, every, kind)) for kind in KINDS}
    assert asked == {"product": 2, "box_type": 2, "carrier": 0, "customer": 0, "location": 0}


def test_a_failure_is_told_and_the_import_goes_on_by_id(accounts: Accounts) -> None:
    ctx, magnolia = accounts.ctx, accounts.magnolia
    accounts.sandbox.state.faults.add("product.list", status=500, times=None)
    text = b"SKU;Product code\nA;10003\n"
    lists = products.find_missing_lists_for_file(ctx, text, "m.csv", magnolia.id)
    failed = products.fetch_lists(ctx, ACTOR, lists)
    assert "could not be fetched" in failed["Magnolia"]
    checked = imports.dry_run_file(ctx, text, "m.csv", magnolia.id)
    assert (checked.counts["new"], checked.counts["unknown"]) == (1, 0)
    assert "no product list" in checked.notes[0]


def test_a_token_that_may_not_list_is_asked_once_a_day(accounts: Accounts) -> None:
    ctx, magnolia = accounts.ctx, accounts.magnolia
    accounts.sandbox.state.faults.add("product.list", status=403, times=None)
    lists = products.find_missing_lists(ctx, [magnolia.id])
    assert "may not list" in products.fetch_lists(ctx, ACTOR, lists)["Magnolia"]
    assert products.find_missing_lists(ctx, [magnolia.id]) == []


def test_a_used_up_allowance_is_told_and_nothing_is_sent(accounts: Accounts) -> None:
    ctx, magnolia = accounts.ctx, accounts.magnolia
    with ctx.db.write() as con:
        con.run(
            "INSERT INTO api_calls BY NAME SELECT $token AS token_id, $now AS called_at,"
            " 'purchase.order.list' AS method FROM range(1000)",
            {"token": magnolia.token_id, "now": ctx.now()},
        )
    failed = products.fetch_lists(ctx, ACTOR, products.find_missing_lists(ctx, [magnolia.id]))
    assert "could not be fetched" in failed["Magnolia"]
    assert set(requests(accounts)) == {"purchase.order.list"}


def test_the_command_line_fetches_unless_offline(
    accounts: Accounts, by_code: bytes, komet: Komet, tmp_path: Path
) -> None:
    file = tmp_path / "mapping.csv"
    file.write_bytes(by_code)
    command = ("mapping", "import", str(file), "--provider", "Magnolia", "--json")
    offline = komet(*command, "--offline")
    assert offline.returncode == 1
    assert json.loads(offline.stdout)["counts"]["error"] == 25
    assert requests(accounts) == []
    online = komet(*command)
    assert "product list of Magnolia is not here yet" in online.stderr.replace("\n", " ")
    told = json.loads(online.stdout)
    assert (online.returncode, told["counts"]["new"]) == (0, 25)
    assert told["lists_not_fetched"] == {}
    assert "25 of 25 values match" in told["notes"][0]
    assert requests(accounts) == ["boxtype.list", "product.list"]


def test_the_command_line_counts_unknown_ids_apart(
    accounts: Accounts, komet: Komet, tmp_path: Path
) -> None:
    known = [str(row.id) for row in accounts.sandbox.state.companies["magnolia"].products[:3]]
    file = tmp_path / "mapping.csv"
    file.write_text("SKU,Komet\n" + "".join(f"F-{i},{i}\n" for i in [*known, "9900001"]))
    done = komet("mapping", "import", str(file), "--provider", "Magnolia")
    assert "3 new" in done.stdout
    assert "1 with a product ID that the importer's list does not have" in done.stdout
    again = komet("mapping", "import", str(file), "--provider", "Magnolia", "--json")
    counts = json.loads(again.stdout)["counts"]
    assert (counts["unchanged"], counts["unknown"], counts["new"]) == (4, 0, 0)
