"""Purchase orders in parts: a sorted table leaves the rest alone, unless the orders are others."""

from decimal import Decimal

import pytest
from playwright.sync_api import Locator, Page, expect
from running_app import App, settled

from komet.catalogs.lists import edit_fbe_factors
from komet.clients.providers import list_providers
from komet.context import open_context
from komet.permissions import SYSTEM
from komet.settings import Settings

pytestmark = pytest.mark.browser


def order(page: Page) -> Locator:
    bar = page.get_by_test_id("stMain").get_by_test_id("stSelectbox").nth(1)
    return bar.get_by_role("combobox")


def sort(page: Page, by: str) -> None:
    order(page).click()
    page.get_by_role("option", name=by, exact=True).click()
    settled(page)


def test_sums_are_drawn_anew_with_the_table_where_they_are_others(
    sample_app: App, page: Page
) -> None:
    page.goto(f"{sample_app.url}/purchase_orders?box_types=HB")
    settled(page)
    fbe = page.get_by_test_id("stMetric").filter(has_text="FBE").get_by_test_id("stMetricValue")
    before = fbe.inner_text()
    sort(page, "Most boxes first")
    expect(fbe).to_have_text(before)
    assert page.url.endswith("?box_types=HB")
    ctx = open_context(Settings(home=sample_app.home))
    for provider in list_providers(ctx):
        edit_fbe_factors(ctx, SYSTEM, provider.id, {"HB": Decimal(7)})
    sort(page, "Highest cost first")
    expect(fbe).not_to_have_text(before)
    assert page.url.endswith("?box_types=HB")
    expect(order(page)).to_have_value("Highest cost first")
