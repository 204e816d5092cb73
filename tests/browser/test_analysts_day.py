"""The analyst's day in English and in Spanish: refresh, changes, suggestions, view, export."""

import re
from pathlib import Path

import fastexcel
import pytest
from orders_screen import OrdersScreen
from playwright.sync_api import Browser, expect
from running_app import App, settled
from sample_accounts import ACTOR, Accounts, Downloaded

from komet import language
from komet.clients.providers import edit_provider
from komet.export.template import title_of
from komet.language import _

pytestmark = pytest.mark.browser


@pytest.fixture
def yesterday(downloaded: Downloaded) -> Accounts:
    """What was downloaded yesterday, and a list of SKUs like the products; then Komet went on."""
    accounts = downloaded(3, 6)
    with accounts.ctx.db.write() as con:
        con.run(
            "INSERT INTO skus SELECT 'OUR-' || product_id, any_value(description), now()"
            " FROM komet_products WHERE provider_id = $p AND description IS NOT NULL"
            " GROUP BY product_id",
            {"p": accounts.magnolia.id},
        )
    for held in accounts.both:
        edit_provider(accounts.ctx, ACTOR, held.id, {"days_back": 3, "days_ahead": 6})
    for _step in range(3):
        accounts.sandbox.state.advance()
    return accounts


@pytest.mark.parametrize(("code", "locale"), [("en", "en-US"), ("es", "es-EC")])
def test_refresh_changes_suggestions_view_template(
    yesterday: Accounts, app: App, browser: Browser, tmp_path: Path, code: str, locale: str
) -> None:
    context = browser.new_context(
        locale=locale, viewport={"width": 1440, "height": 900}, accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(30_000)
    with language.using(code):
        page.goto(app.url)
        settled(page)
        page.get_by_role("button", name=_("Refresh"), exact=True).click()
        expect(page.get_by_role("heading", name=_("Last download"))).to_be_visible(timeout=90_000)

        page.get_by_role("link", name=_("Changes"), exact=True).first.click()
        settled(page)
        moved = page.get_by_role("button", name=re.compile(_("Moved") + r" [1-9]"))
        moved.click()
        settled(page)
        assert "kind=moved" in page.url
        page.reload()
        settled(page)
        with page.expect_download(timeout=60_000) as changes:
            page.get_by_role("button", name=_("Export to Excel")).click()
        changes.value.save_as(tmp_path / "changes.xlsx")
        book = fastexcel.read_excel(tmp_path / "changes.xlsx")
        assert book.sheet_names[0] == _("Changes")
        assert set(book.load_sheet(0).to_polars()[_("What happened")]) == {_("Moved")}

        page.get_by_role("link", name=_("SKU mapping")).click()
        settled(page)
        page.get_by_role("tab", name=_("Suggestions")).click()
        slider = page.get_by_role("slider").first
        slider.focus()
        slider.press("Home")
        settled(page)
        some = re.escape(_("Accept all {n:,} from {score} upwards")).replace(r"\{n:,\}", ".+")
        page.get_by_role("button", name=re.compile(some.replace(r"\{score\}", "50"))).click()
        none_left = _("**{mapped:,} of {products:,} products** have a SKU; {unmapped_ordered:,}"
                      " products in orders have none.").split("; ")[1]  # fmt: skip
        expect(page.get_by_text(none_left.format(unmapped_ordered=0))).to_be_visible()

        settled(page)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=_("Purchase orders")).click()
        expect(page.get_by_role("heading", name=_("Purchase orders"))).to_be_visible()
        settled(page)
        page.get_by_role("combobox", name=_("View"), exact=True).click()
        page.get_by_role("option", name=_("Partly confirmed")).click()
        expect(
            page.get_by_text(_("Lines with fewer boxes confirmed than ordered, but not none."))
        ).to_be_visible()
        settled(page)
        page.get_by_role("button", name=_("Save view")).click()
        page.get_by_label(_("Name"), exact=True).fill("Friday")
        page.get_by_test_id("stFormSubmitButton").get_by_role("button", name=_("Save")).click()
        expect(page.get_by_text(_("Saved {name}.").format(name="Friday"))).to_be_visible()
        settled(page)
        shown = page.get_by_text("/purchase_orders?view=")
        button = page.get_by_role("button", name=_("Save view"))
        if button.get_attribute("aria-expanded") != "true":
            button.click()
        link = shown.inner_text().strip()
        sums = OrdersScreen(page).strip.inner_text()
        other = context.new_page()
        other.goto(app.url + link)
        settled(other)
        expect(OrdersScreen(other).strip).to_have_text(sums)
        assert "work=partly" in other.url

        other.get_by_test_id("stPopover").get_by_role("button", name=_("Export")).click()
        other.get_by_role("combobox", name=_("Template"), exact=True).click()
        other.get_by_role("option", name=title_of("As Komet")).click()
        expect(other.get_by_text(re.compile("as.komet-", re.IGNORECASE))).to_be_visible()
        settled(other)
        with other.expect_download(timeout=60_000) as exported:
            other.get_by_role("button", name=_("With this template")).click()
        exported.value.save_as(tmp_path / "komet.xlsx")
        sheet = fastexcel.read_excel(tmp_path / "komet.xlsx").load_sheet(0).to_polars()
        assert sheet.columns[0] == "PO #"
        assert sheet.height > 0
    context.close()
    assert "Traceback" not in app.log


def test_language_and_name_are_remembered(app: App, browser: Browser) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(app.url)
    settled(page)
    page.get_by_test_id("stSidebar").get_by_test_id("stPopover").click()
    page.get_by_role("textbox", name="Your name").fill("Ana")
    page.get_by_role("textbox", name="Your name").press("Enter")
    settled(page)
    expect(page.get_by_test_id("stSidebar").get_by_text("Ana", exact=True)).to_be_visible()
    language_box = page.get_by_role("combobox", name="Language", exact=True)
    if not language_box.is_visible():
        page.get_by_test_id("stSidebar").get_by_test_id("stPopover").click()
    language_box.click()
    page.get_by_role("option", name="Español").click()
    expect(page.get_by_role("link", name="Órdenes de compra").first).to_be_visible()
    # a function, not an expression: the page forbids the evaluation of texts
    page.wait_for_function("() => document.cookie.includes('komet_desk')")
    expect(page.locator("html")).to_have_attribute("lang", "es")
    again = context.new_page()
    again.goto(app.url)
    settled(again)
    expect(again.get_by_role("link", name="Órdenes de compra").first).to_be_visible()
    expect(again.locator("html")).to_have_attribute("lang", "es")
    expect(again).to_have_title("Inicio · Komet Desk")
    expect(again.get_by_test_id("stSidebar").get_by_text("Ana", exact=True)).to_be_visible()
    context.close()
