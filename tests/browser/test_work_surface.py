"""Purchase orders as the screen of the day: filters in a line, chips, rows in sight, columns."""

from urllib.parse import parse_qs, urlsplit

import pytest
from orders_screen import OrdersScreen
from playwright.sync_api import Browser, Page, expect
from running_app import App, settled

from komet import language
from komet.language import _

pytestmark = pytest.mark.browser


def link_of(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_the_bar_the_chips_and_the_columns(sample_app: App, page: Page) -> None:
    page.goto(f"{sample_app.url}/purchase_orders")
    settled(page)
    screen = OrdersScreen(page)
    # the start: two weeks, soonest first, nothing set
    assert link_of(page) == {"ships": ["next_14"]}
    expect(screen.order).to_have_value("Earliest ship date first")
    expect(page.get_by_role("button", name="Clear all")).to_have_count(0)
    assert screen.rows_in_sight() >= 15
    assert screen.headings() == [
        "PO", "Ships", "Product", "SKU", "Box", "Boxes", "Stems", "Cost", "Status", "Customer",
        "Importer",
    ]  # fmt: skip
    assert screen.hidden_width() == 0
    ahead = screen.sums()

    screen.open("Status").get_by_role("button", name="Pending", exact=True).click()
    expect(screen.chip("Line status: Pending")).to_be_visible()
    settled(page)
    screen.close()
    screen.open("Product").get_by_role("radio", name="Mapped", exact=True).click()
    expect(screen.chip("SKU: Mapped")).to_be_visible()
    settled(page)
    screen.close()
    screen.search("rose")
    expect(screen.chip("Search: rose")).to_be_visible()
    settled(page)
    assert link_of(page) == {
        "ships": ["next_14"], "line_statuses": ["Pending"], "search": ["rose"],
        "mapped": ["mapped"],
    }  # fmt: skip
    assert screen.rows_in_sight() >= 15
    narrowed = screen.sums()
    page.reload()
    settled(page)
    assert screen.sums() == narrowed
    # a closed popover knows what the link has set, after whatever was done meanwhile
    screen.sort("Most boxes first")
    mapped = screen.open("Product").get_by_role("radio", name="Mapped", exact=True)
    expect(mapped).to_be_checked()
    screen.close()

    screen.chip("Search: rose").click()
    expect(screen.chip("Search: rose")).to_have_count(0)
    expect(page.get_by_role("searchbox")).to_have_value("")
    screen.choose_days("this week")
    expect(screen.chip("Ships: this week")).to_be_visible()
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_role("button", name="Clear all")).to_have_count(0)
    settled(page)
    assert screen.sums() == ahead
    assert link_of(page) == {"ships": ["next_14"]}

    # columns: a checklist with an order, kept for the person
    columns = screen.open("Columns")
    columns.get_by_text("SKU", exact=True).click()
    settled(page)
    columns.get_by_text("Vendor", exact=True).click()
    settled(page)
    assert screen.headings()[-1] == "Vendor"
    assert "SKU" not in screen.headings()
    page.reload()
    settled(page)
    assert screen.headings()[-1] == "Vendor"
    screen.open("Columns").get_by_role("button", name="Standard columns").click()
    settled(page)
    assert screen.headings()[3] == "SKU"

    # days without a PO say so, and show the others
    page.goto(f"{sample_app.url}/purchase_orders?ship_from=2019-01-01&ship_to=2019-01-02")
    settled(page)
    page.get_by_role("button", name="Show all days").click()
    expect(screen.table).to_be_visible()
    settled(page)
    assert link_of(page) == {"ships": ["all"]}
    assert "Traceback" not in sample_app.log


@pytest.mark.parametrize(("code", "locale"), [("en", "en-US"), ("es", "es-EC")])
def test_on_a_phone_the_table_comes_first(
    sample_app: App, browser: Browser, code: str, locale: str
) -> None:
    context = browser.new_context(locale=locale, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_default_timeout(30_000)
    with language.using(code):
        page.goto(f"{sample_app.url}/purchase_orders?line_statuses=Pending&box_types=HB")
        settled(page)
        screen = OrdersScreen(page)
        button = page.get_by_role("button", name=_("Filters ({n})").format(n=2))
        expect(button).to_be_visible()
        expect(page.get_by_role("button", name=_("Status"), exact=True)).to_have_count(0)
        settled(page)
        assert screen.rows_in_sight() >= 1
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        button.click()
        screen.chip(f"{_('Box type')}: HB").click()
        expect(page.get_by_role("button", name=_("Filters ({n})").format(n=1))).to_be_visible()
        settled(page)
        assert link_of(page) == {"line_statuses": ["Pending"]}
    context.close()
