"""Templates: a broken one is named with its reason, the others go on and are put in order."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect
from running_app import App, settled
from sample_accounts import Accounts

from komet import language
from komet.export import table as export_templates
from komet.export.template import KOMET_DESK
from komet.export.templates import find_template
from komet.language import _, _n

pytestmark = pytest.mark.browser


def press_arrow(page: Page, x: int, row: int) -> None:
    """One of the arrows at the left of the editor's table."""
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + x, box["y"] + 46 + 31 * row)
    settled(page)


@pytest.mark.parametrize(("code", "locale"), [("en", "en-US"), ("es", "es-EC")])
def test_the_export_menu_and_the_templates_stay_up(
    accounts: Accounts, app: App, browser: Browser, code: str, locale: str
) -> None:
    accounts.download(*accounts.days(1, 1), [accounts.magnolia])
    with accounts.ctx.db.write() as con:
        broken = {"name": "Old", "columns": [{"source": "product", "format": "two"}]}
        export_templates.save(con, "Old", broken, accounts.ctx.now())
    context = browser.new_context(locale=locale, viewport={"width": 1440, "height": 900})
    page = context.new_page()
    with language.using(code):
        page.goto(f"{app.url}/purchase_orders")
        settled(page)
        page.get_by_role("button", name=_("Export"), exact=True).click()
        expect(page.get_by_role("button", name=_("With this template"))).to_be_visible()
        usual = {"en": "0.5", "es": "0,5"}[code]
        shown = page.get_by_role("combobox", name=_("Columns and decimals of CSV"))
        expect(shown).to_have_value(re.compile(re.escape(usual)))
        told = _n("{n} template cannot be used", "{n} templates cannot be used", 1).format(n=1)
        page.get_by_role("link", name=told).click()
        expect(page.get_by_role("heading", name=_("Export templates"))).to_be_visible()
        settled(page)
        expect(page.get_by_text(_("2 decimals"))).to_be_visible()
        expect(page.get_by_role("heading", name=_("Preview"))).to_be_visible()
        page.get_by_role("button", name=_("Delete {name}").format(name="Old")).click()
        settled(page)
        expect(page.get_by_text(_("Deleted {name}.").format(name="Old"))).to_be_visible()
        settled(page)
        columns = [column.source for column in KOMET_DESK.columns]
        press_arrow(page, 145, row=0)  # down
        press_arrow(page, 48, row=2)  # up
        page.get_by_label(_("Name"), exact=True).fill("Mine")
        page.get_by_role("button", name=_("Save"), exact=True).click()
        expect(page.get_by_text(_("Saved {name}.").format(name="Mine"))).to_be_visible()
    [first, second, third, *rest] = columns
    saved = find_template(accounts.ctx, "Mine")
    assert [column.source for column in saved.columns] == [second, third, first, *rest]
    context.close()
