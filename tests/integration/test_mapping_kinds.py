"""Mappings of every kind: files out and in, copying, suggestions, history, undo of any import."""

from pathlib import Path

import fastexcel
import pytest
from sample_accounts import ACTOR, Accounts, Downloaded

from komet.errors import InvalidInput
from komet.export.orders import export_orders
from komet.mapping import imports, products
from komet.mapping.imports import dry_run_copy
from komet.mapping.model import KINDS
from komet.mapping.suggestions import accept_suggestions, suggest_skus
from komet.orders.filters import OrderFilter
from komet.permissions import Actor


@pytest.fixture
def filled(downloaded: Downloaded) -> Accounts:
    accounts = downloaded(3, 9)
    return accounts


def codes(accounts: Accounts, kind: str) -> dict[tuple[str, str], str]:
    rows = imports.list_mappings(accounts.ctx, kind).rows(named=True)
    return {(row["provider_id"], row["komet_id"]): row["sku"] for row in rows}


def map_all(accounts: Accounts, kind: str) -> int:
    known = products.list_known(accounts.ctx, accounts.magnolia.id, kind=kind)
    given = {row["komet_id"]: f"our-{row['komet_id']}" for row in known.rows(named=True)}
    return imports.edit_cells(accounts.ctx, ACTOR, accounts.magnolia.id, given, kind).written


@pytest.mark.parametrize("kind", KINDS)
def test_export_and_import_again_is_the_identity(filled: Accounts, kind: str) -> None:
    assert map_all(filled, kind) > 0
    before = codes(filled, kind)
    file = imports.export_mapping(filled.ctx, ACTOR, [filled.magnolia.id], kind)
    unchanged = imports.dry_run_file(filled.ctx, file, "again.csv", None, kind)
    assert unchanged.to_apply.is_empty()
    assert unchanged.counts["error"] == 0
    imports.undo_import(filled.ctx, ACTOR)
    assert codes(filled, kind) == {}
    again = imports.dry_run_file(filled.ctx, file, "m.csv", None, kind)
    imports.apply_import(filled.ctx, ACTOR, again)
    assert codes(filled, kind) == before


def test_our_codes_are_columns_of_the_export(filled: Accounts, tmp_path: Path) -> None:
    for kind in ("box_type", "carrier", "customer", "location"):
        map_all(filled, kind)
    chosen = OrderFilter(providers=(filled.magnolia.id,))
    export_orders(filled.ctx, ACTOR, chosen, tmp_path / "out.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "out.xlsx").load_sheet("Items").to_polars()
    rows = sheet.filter(sheet["Importer"] != "Total").rows(named=True)
    assert rows
    assert {row["Our box type"] for row in rows} == {f"our-{row['Box type']}" for row in rows}
    for heading, name in (("Our customer", "Customer"), ("Our location", "Location")):
        pairs = {(row[name], row[heading]) for row in rows if row[name]}
        assert len(pairs) == len({name for name, _code in pairs})
        assert all(code and code.startswith("our-") for _name, code in pairs)


def test_copying_finds_the_same_names(filled: Accounts) -> None:
    map_all(filled, "box_type")
    checked = dry_run_copy(filled.ctx, filled.magnolia.id, filled.petalo.id, "box_type")
    assert checked.counts["error"] == 0
    done = imports.apply_import(filled.ctx, ACTOR, checked)
    copied = {k: v for k, v in codes(filled, "box_type").items() if k[0] == filled.petalo.id}
    assert len(copied) == done.new > 0
    assert all(code == f"our-{komet_id}" for (_p, komet_id), code in copied.items())
    with pytest.raises(InvalidInput):
        dry_run_copy(filled.ctx, filled.magnolia.id, filled.petalo.id, "box_type")


def test_suggestions_accepted_and_in_the_history(filled: Accounts) -> None:
    ctx, provider = filled.ctx, filled.magnolia.id
    known = products.list_known(ctx, provider).rows(named=True)
    described = {row["komet_id"]: row["description"] for row in known}
    map_all(filled, "product")
    with ctx.db.write() as con:
        con.run("UPDATE skus SET description = k.description FROM komet_products k"
                " WHERE skus.sku = 'our-' || k.product_id AND k.provider_id = $p",
                {"p": provider})  # fmt: skip
    imports.undo_import(ctx, ACTOR)
    with ctx.db.write() as con:
        for komet_id, text in described.items():
            con.run("INSERT INTO skus VALUES ($sku, $text, now()::TIMESTAMPTZ)",
                    {"sku": f"new-{komet_id}", "text": f"{text}"})  # fmt: skip
        con.run("DELETE FROM skus WHERE starts_with(sku, 'our-')")
    found = suggest_skus(ctx, provider)
    sure = found.filter(found["score"] >= 85)
    assert sure.height > 0.8 * len(described)
    assert all(row["sku"] == f"new-{row['komet_id']}" for row in sure.rows(named=True))
    accepted = dict(zip(sure["komet_id"], sure["sku"], strict=True))
    done = accept_suggestions(ctx, Actor(name="Ana"), provider, accepted)
    assert done.written == sure.height
    newest = imports.list_changes(ctx, sure["komet_id"][0]).row(0, named=True)
    assert (newest["who"], newest["source"]) == ("Ana", "accepted suggestions")
    assert newest["after"] == sure["sku"][0]
    assert newest["before"] is None


def test_any_import_can_be_undone_and_later_ones_stay(filled: Accounts) -> None:
    ctx, provider = filled.ctx, filled.magnolia.id
    ids = products.list_known(ctx, provider)["komet_id"].to_list()[:3]
    imports.edit_cells(ctx, ACTOR, provider, {ids[0]: "A", ids[1]: "B"})
    imports.edit_cells(ctx, ACTOR, provider, {ids[1]: "C"})
    imports.edit_cells(ctx, ACTOR, provider, {ids[2]: "D"})
    first = imports.list_imports(ctx)[-1]
    imports.undo_import(ctx, ACTOR, first.id)
    assert codes(filled, "product") == {(provider, ids[1]): "C", (provider, ids[2]): "D"}
    told = imports.list_changes(ctx, ids[0]).rows(named=True)
    assert [(row["before"], row["after"]) for row in told] == [("A", None), (None, "A")]
    with pytest.raises(InvalidInput):
        imports.undo_import(ctx, ACTOR, first.id)
