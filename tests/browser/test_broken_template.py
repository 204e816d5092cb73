"""A stored template that cannot be used is named with its reason; the others go on."""

import re

import pytest
from playwright.sync_api import Browser, expect
from running_app import App, settled
from sample_accounts import Accounts

from komet import language
from komet.export import table as export_templates
from komet.language import _, _n

pytestmark = pytest.mark.browser


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
    context.close()
