"""Catalogs: every list is fetched from the sandbox, filtered, and knows where it is used."""

import pytest
from sample_accounts import ANA, Accounts

from komet.catalogs import browse as catalog
from komet.catalogs.kinds import KINDS
from komet.clients.model import Provider
from komet.clients.providers import edit_provider
from komet.explorer.answers import export_answer


@pytest.fixture
def magnolia(accounts: Accounts) -> Provider:
    return edit_provider(accounts.ctx, ANA, accounts.magnolia.id, {"company_id": "501"})


@pytest.mark.parametrize("kind", KINDS)
def test_each_list_is_fetched_or_said_to_be_refused(
    accounts: Accounts, magnolia: Provider, kind: str
) -> None:
    ctx = accounts.ctx
    customer = str(accounts.sandbox.state.companies["magnolia"].customers[0].id)
    given = customer if KINDS[kind].needs_customer else None
    assert catalog.table(ctx, magnolia, kind).tried_at is None
    said = catalog.refresh(ctx, magnolia, kind, customer_id=given)
    found = catalog.table(ctx, magnolia, kind)
    assert found.tried_at is not None
    if found.refused:
        assert "may not list these" in said
        assert found.rows.is_empty()
    else:
        assert f"{found.rows.height:,} row" in said
        if kind != "awbs":  # nothing of today has flown yet
            assert found.rows.height
            assert export_answer(ctx, ANA, KINDS[kind].method, found.rows).startswith(b"PK")


def test_what_is_used_and_what_contains_a_text(accounts: Accounts, magnolia: Provider) -> None:
    ctx = accounts.ctx
    accounts.download(*accounts.days(3, 6), [magnolia])
    catalog.refresh(ctx, magnolia, "products")
    every = catalog.table(ctx, magnolia, "products").rows
    with ctx.db.read() as con:
        lines = con.value(
            "SELECT count(*) FROM po_lines WHERE product_id IN (SELECT unnest($ids))",
            {"ids": every["id"].to_list()},
        )
    assert every[catalog.USED].sum() == lines > 0
    roses = catalog.table(ctx, magnolia, "products", "FREEDOM").rows
    assert 0 < roses.height < every.height
    assert all("Freedom" in name for name in roses["description"])


def test_a_vendor_token_is_refused_in_a_line(accounts: Accounts) -> None:
    said = catalog.refresh(accounts.ctx, accounts.petalo, "payments")
    assert "Pétalo may not list these" in said
    assert catalog.table(accounts.ctx, accounts.petalo, "payments").refused
