"""The API explorer: a method found, filled in, sent, read and exported; a writing one locked."""

import re
from pathlib import Path

import fastexcel
import pytest
from playwright.sync_api import Page, expect
from running_app import App, settled
from sample_accounts import Accounts

from komet.sandbox.tokens import IMPORTER_A_COMPANY

pytestmark = pytest.mark.browser


def choose(page: Page, label: str, typed: str, option: str) -> None:
    page.get_by_role("combobox", name=label, exact=True).click()
    page.keyboard.type(typed)
    page.get_by_role("option", name=re.compile(option)).first.click()
    settled(page)


def test_find_fill_send_read_export_and_locked(
    accounts: Accounts, app: App, page: Page, tmp_path: Path
) -> None:
    secret = IMPORTER_A_COMPANY.secret
    expected = accounts.sandbox.state.totals("magnolia", accounts.today, accounts.today)
    page.goto(f"{app.url}/api_explorer")
    settled(page)
    choose(page, "Send as", "Magnolia", "Magnolia")
    choose(page, "Method", "product.list", r"^product\.list")
    expect(page.get_by_text("GET /product.list")).to_be_visible()
    choose(page, "Method", "purchase.order.list", r"^purchase\.order\.list")
    page.get_by_role("textbox", name="locationId").fill("Miami")
    page.get_by_role("textbox", name="locationId").press("Enter")
    expect(page.get_by_text("locationId: a whole number is wanted.")).to_be_visible()
    settled(page)
    expect(page.get_by_role("button", name="Send", exact=True)).to_be_disabled()
    page.get_by_role("textbox", name="locationId").fill("")
    page.get_by_role("textbox", name="locationId").press("Enter")
    settled(page)
    page.get_by_role("tab", name="curl").click()
    expect(page.get_by_text("KOMET_TOKEN").first).to_be_visible()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    settled(page)
    rows = expected["purchase_orders"]
    expect(page.get_by_text(re.compile(rf"^{rows} rows?$"))).to_be_visible()
    with page.expect_download(timeout=60_000) as exported:
        page.get_by_role("button", name="Export to Excel").click()
    exported.value.save_as(tmp_path / "answer.xlsx")
    sheet = fastexcel.read_excel(tmp_path / "answer.xlsx").load_sheet("purchase.order.list")
    assert sheet.to_polars().height == rows
    page.get_by_role("tab", name="Tree").click()
    expect(page.get_by_test_id("stJson").get_by_text("purchaseOrders")).to_be_visible()
    with page.expect_download(timeout=60_000) as postman:
        page.get_by_role("button", name="Postman").click()
    postman.value.save_as(tmp_path / "postman.json")

    page.get_by_role("button", name="Send again").click()
    settled(page)
    with accounts.ctx.db.read() as con:
        assert con.value("SELECT count(*) FROM method_calls") == 2

    choose(page, "Method", "item.confirm", r"^purchase\.order\.item\.confirm")
    expect(page.get_by_text("changes data", exact=True)).to_be_visible()
    for name, value in (("poItemId", "1"), ("quantityConfirmed", "1")):
        page.get_by_role("textbox", name=name).fill(value)
        page.get_by_role("textbox", name=name).press("Enter")
        settled(page)
    locked = page.get_by_test_id("stPopover").get_by_role("button", name="Send")
    expect(locked).to_be_disabled()
    page.get_by_text("Switch on methods that change data").click()
    settled(page)
    expect(locked).to_be_enabled()
    locked.click()
    expect(page.get_by_text("It is sent once, and recorded in Activity.")).to_be_visible()
    page.get_by_role("button", name="Yes, send it").click()
    expect(page.get_by_role("heading", name="Answer")).to_be_visible()
    settled(page)
    with accounts.ctx.db.read() as con:
        assert con.value("SELECT subject FROM audit WHERE what = 'method called'") == (
            "purchase.order.item.confirm"
        )
        kept = str(con.rows("FROM method_calls")) + str(con.rows("FROM audit"))
    files = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.glob("*.json"))
    for place in (kept, files, page.content(), app.log):
        assert secret not in place
    assert "Traceback" not in app.log


def test_the_sandbox_answers_without_any_account(app: App, page: Page) -> None:
    page.goto(f"{app.url}/api_explorer")
    settled(page)
    choose(page, "Method", "location.list", r"^location\.list")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("3 rows")).to_be_visible()
    page.get_by_role("button", name="Send again").click()
    settled(page)
    expect(page.get_by_test_id("stException")).to_have_count(0)
