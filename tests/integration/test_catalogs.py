"""Catalogs: every list is fetched from the sandbox, filtered, and knows where it is used."""

import pytest
from sample_accounts import ACTOR, Accounts

from komet.catalogs.headings import headings_of
from komet.catalogs.lists import count_rows, fetch_list, list_box_types, view_list
from komet.catalogs.model import KINDS, USED
from komet.clients.model import Provider
from komet.clients.providers import edit_provider
from komet.explorer.answers import export_answer
from komet.language import languages, using
from komet.mapping import products


@pytest.fixture
def magnolia(accounts: Accounts) -> Provider:
    return edit_provider(accounts.ctx, ACTOR, accounts.magnolia.id, {"company_id": "501"})


@pytest.mark.parametrize("kind", KINDS)
def test_each_list_is_fetched_or_said_to_be_refused(
    accounts: Accounts, magnolia: Provider, kind: str
) -> None:
    ctx = accounts.ctx
    customer = str(accounts.sandbox.state.companies["magnolia"].customers[0].id)
    given = customer if KINDS[kind].needs_customer else None
    assert view_list(ctx, magnolia, kind).tried_at is None
    said = fetch_list(ctx, ACTOR, magnolia, kind, customer_id=given)
    found = view_list(ctx, magnolia, kind)
    assert found.tried_at is not None
    if found.refused:
        assert "may not list these" in said
        assert found.rows.is_empty()
    else:
        assert f"{found.rows.height:,} row" in said
        if kind != "awbs":  # nothing of today has flown yet
            assert found.rows.height
            assert export_answer(ctx, ACTOR, KINDS[kind].method, found.rows).startswith(b"PK")


def test_what_is_used_and_what_contains_a_text(accounts: Accounts, magnolia: Provider) -> None:
    ctx = accounts.ctx
    accounts.download(*accounts.days(3, 6), [magnolia])
    fetch_list(ctx, ACTOR, magnolia, "products")
    every = view_list(ctx, magnolia, "products").rows
    with ctx.db.read() as con:
        lines = con.value(
            "SELECT count(*) FROM po_lines WHERE product_id IN (SELECT unnest($ids))",
            {"ids": every["id"].to_list()},
        )
    assert every[USED].sum() == lines > 0
    roses = view_list(ctx, magnolia, "products", "FREEDOM").rows
    assert 0 < roses.height < every.height
    assert all("Freedom" in name for name in roses["description"])


def test_what_a_download_has_brought_is_there_before_komet_is_asked(accounts: Accounts) -> None:
    """Products and box types are fetched with it; of the others the orders name what they use."""
    ctx, petalo = accounts.ctx, accounts.petalo
    assert not view_list(ctx, petalo, "products").learnt
    for method in ("product.list", "boxtype.list"):
        accounts.sandbox.state.faults.add(method, status=403, times=None)
    accounts.download(*accounts.days(3, 6), [petalo])
    lines, breakdowns = "FROM po_lines", "UNION SELECT product_id FROM po_breakdowns"
    for kind, named, member in (
        ("products", f"product_id {lines} {breakdowns}", "id"),
        ("box_types", f"DISTINCT upper(box_type) {lines}", "code"),
        ("customers", f"DISTINCT customer_id {lines}", "id"),
        ("carriers", f"DISTINCT carrier_id {lines}", "id"),
    ):
        found = view_list(ctx, petalo, kind)
        with ctx.db.read() as con:
            expected = set(con.frame(f"SELECT {named}").to_series().drop_nulls())
        assert found.learnt, kind
        assert set(found.rows[member]) == expected != set(), kind
    accounts.sandbox.state.faults.clear()
    listed = fetch_list(ctx, ACTOR, petalo, "products")
    found = view_list(ctx, petalo, "products")
    assert (found.learnt, f"{found.rows.height:,} row" in listed) == (False, True)
    assert count_rows(ctx, petalo.id)["products"] == found.rows.height
    freedom = view_list(ctx, petalo, "products", found.rows["description"][0].upper())
    backwards = " ".join(reversed(found.rows["description"][0].split()))
    assert 0 < freedom.rows.height < found.rows.height
    assert view_list(ctx, petalo, "products", backwards).rows.equals(freedom.rows)


@pytest.mark.parametrize("code", languages())
def test_headings_are_words(code: str) -> None:
    with using(code):
        found = headings_of(["id", "legacyCode", "companyProductId", "kometNetworkName",
                             "mainColorId", "SKU", "updatedOn", "updatedAsOf"])  # fmt: skip
        assert len(set(found.values())) == len(found)
        assert found["mainColorId"] == "Main color ID"
        assert found["SKU"] == "SKU"
        assert (found["legacyCode"] == "Komet code") is (code == "en")
        assert "updatedAsOf" in found["updatedAsOf"]


def test_a_vendor_token_is_refused_in_a_line(accounts: Accounts) -> None:
    said = fetch_list(accounts.ctx, ACTOR, accounts.petalo, "payments")
    assert "Pétalo may not list these" in said
    assert view_list(accounts.ctx, accounts.petalo, "payments").refused


def test_the_lists_of_a_download_are_the_lists_of_catalogs(
    accounts: Accounts, magnolia: Provider
) -> None:
    ctx = accounts.ctx
    fetch_list(ctx, ACTOR, magnolia, "products")
    listed = view_list(ctx, magnolia, "products").rows
    assert set(products.list_known(ctx, magnolia.id)["komet_id"]) == set(listed["id"])
    accounts.sandbox.state.requests.clear()
    accounts.download(accounts.today, accounts.today, [magnolia])
    asked = {method for method, _day in accounts.sandbox.state.requests.counts()}
    assert "product.list" not in asked  # it was fetched today
    assert "boxtype.list" in asked
    codes = view_list(ctx, magnolia, "box_types").rows["code"]
    assert set(codes.str.to_uppercase()) <= set(list_box_types(ctx, magnolia.id)["code"])
