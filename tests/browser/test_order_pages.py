"""Purchase orders: bar, strip and table are drawn together, and nothing around them."""

from decimal import Decimal

import pytest
from orders_screen import OrdersScreen
from playwright.sync_api import Page, expect
from running_app import App, settled

from komet.catalogs.lists import edit_fbe_factors
from komet.clients.providers import list_providers
from komet.context import open_context
from komet.permissions import SYSTEM
from komet.settings import Settings

pytestmark = pytest.mark.browser


def test_sums_are_drawn_anew_with_the_table_where_they_are_others(
    sample_app: App, page: Page
) -> None:
    page.goto(f"{sample_app.url}/purchase_orders?box_types=HB")
    settled(page)
    screen = OrdersScreen(page)
    before = screen.strip.inner_text()
    screen.sort("Most boxes first")
    expect(screen.strip).to_have_text(before)
    assert page.url.endswith("?box_types=HB")
    ctx = open_context(Settings(home=sample_app.home))
    for provider in list_providers(ctx):
        edit_fbe_factors(ctx, SYSTEM, provider.id, {"HB": Decimal(7)})
    screen.sort("Highest cost first")
    expect(screen.strip).not_to_have_text(before)
    assert page.url.endswith("?box_types=HB")
    expect(screen.order).to_have_value("Highest cost first")
