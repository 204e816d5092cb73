"""Two client providers that get the same orders: asked about, and named where it has happened."""

from decimal import Decimal

import pytest
from sample_accounts import ACTOR, Accounts, Komet

from komet.clients import providers
from komet.clients.model import Overlap, Provider, ProviderFields
from komet.clients.overlaps import list_shared_orders
from komet.orders import query
from komet.orders.filters import OrderFilter
from komet.sandbox.tokens import IMPORTER_A_COMPANY


def add(accounts: Accounts, name: str, *, overlap_too: bool = False, **fields: object) -> Provider:
    chosen = {"token_id": accounts.magnolia.token_id} | fields
    return providers.add_provider(
        accounts.ctx,
        ACTOR,
        ProviderFields.model_validate({"name": name, **chosen}),
        overlap_too=overlap_too,
    )


def sandbox_boxes(accounts: Accounts, back: int, ahead: int) -> Decimal:
    totals = accounts.sandbox.state.totals(
        IMPORTER_A_COMPANY.company, *accounts.days(back, ahead), vendor_id=None, cancelled=False
    )
    return Decimal(str(totals["boxes"]))


@pytest.mark.parametrize(
    "fields",
    [
        {},  # no address of its own: its token's, which is the same
        {"location_id": "3"},  # the other one gets all locations
    ],
)
def test_the_same_token_again_is_asked_about(accounts: Accounts, fields: dict[str, str]) -> None:
    with pytest.raises(Overlap, match="Magnolia"):
        add(accounts, "Again", **fields)
    assert len(providers.list_providers(accounts.ctx)) == 2
    assert add(accounts, "Again", overlap_too=True, **fields).name == "Again"


def test_the_same_company_at_the_same_address_is_asked_about(accounts: Accounts) -> None:
    company = {"company_id": "501"}
    providers.edit_provider(accounts.ctx, ACTOR, accounts.magnolia.id, company)
    with pytest.raises(Overlap, match="Magnolia"):
        providers.edit_provider(accounts.ctx, ACTOR, accounts.petalo.id, company)


def test_two_locations_of_one_token_do_not_overlap(accounts: Accounts) -> None:
    providers.edit_provider(accounts.ctx, ACTOR, accounts.magnolia.id, {"location_id": "1"})
    add(accounts, "Other location", location_id="2")
    with pytest.raises(Overlap):
        add(accounts, "Same location", location_id="2")


def test_what_does_not_touch_the_orders_is_not_asked_about(accounts: Accounts) -> None:
    again = add(accounts, "Again", overlap_too=True)
    providers.edit_provider(accounts.ctx, ACTOR, again.id, {"name": "Renamed"})
    providers.deactivate_provider(accounts.ctx, ACTOR, again.id)
    with pytest.raises(Overlap):
        providers.activate_provider(accounts.ctx, ACTOR, again.id)


def test_the_orders_that_count_twice_are_named_with_their_boxes(accounts: Accounts) -> None:
    once = sandbox_boxes(accounts, 4, 4)
    assert once > 0
    accounts.download(*accounts.days(4, 4), [accounts.magnolia])
    assert list_shared_orders(accounts.ctx) == []
    again = add(accounts, "Again", overlap_too=True)
    accounts.download(*accounts.days(4, 4), [again])
    counted = query.total_items(accounts.ctx, OrderFilter()).boxes
    assert counted == 2 * once  # so it is, and so it is said:
    shared = list_shared_orders(accounts.ctx)
    with accounts.ctx.db.read() as con:
        held = con.value(
            "SELECT count(*) FROM purchase_orders WHERE provider_id = $id AND gone_at IS NULL",
            {"id": again.id},
        )
        numbers = {row["number"] for row in con.rows("SELECT number FROM purchase_orders")}
    assert len(shared) == 1
    assert set(shared[0].clients) == {"Again", "Magnolia"}
    assert (shared[0].orders, shared[0].boxes) == (held, once)
    assert set(shared[0].numbers) <= numbers
    assert counted is not None
    assert counted - shared[0].boxes == once
    assert "Again and Magnolia" in shared[0].message


def test_orders_of_other_companies_with_the_same_ids_are_not_named(accounts: Accounts) -> None:
    accounts.download(*accounts.days(8, 0))
    assert list_shared_orders(accounts.ctx) == []


def test_the_command_line_refuses_without_yes(komet: Komet, accounts: Accounts) -> None:
    command = ("provider", "add", "Again", "--token", "Magnolia")
    refused = komet(*command)
    assert refused.returncode == 2
    assert "Magnolia" in refused.stderr
    assert "--yes" in refused.stderr
    assert komet(*command, "--yes").returncode == 0
