"""Setting up by hand, as a new user does: token, check, provider, test, a mapping file, errors."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from running_app import App, settled
from table_samples import ods, ods_cell, ods_row

from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY, ORDERS_ONLY, SAMPLE_LOGIN

pytestmark = pytest.mark.browser


def add_token(page: Page, base_url: str, label: str, secret: str) -> None:
    page.get_by_label("Name", exact=True).fill(label)
    page.get_by_role("textbox", name="Token", exact=True).fill(secret)
    form = page.get_by_test_id("stForm").filter(has_text="Add token")
    if not form.get_by_label("Base URL").is_visible():
        form.get_by_text("Advanced", exact=True).click()
    form.get_by_label("Base URL").fill(base_url)
    page.get_by_role("button", name="Add token").click()


def test_token_provider_mapping_download(
    app: App, page: Page, sandbox: Sandbox, tmp_path: Path
) -> None:
    page.goto(f"{app.url}/tokens")
    settled(page)
    name, badge = page.get_by_label("Name", exact=True), page.locator(".stMarkdownBadge")
    name.fill("Magnolia")
    page.get_by_role("button", name="Add token").click()
    expect(page.get_by_text("That is not a Komet token")).to_be_visible()
    expect(name).to_have_value("Magnolia")  # what was typed stays after a failure
    # a check is made by itself; what it finds is red, and stays, while nothing is known to be wrong
    add_token(page, sandbox.base_url, "Magnolia", "not-a-token-of-this-komet")
    refused = page.get_by_test_id("stAlertContentError").filter(has_text="does not accept")
    expect(refused.first).to_be_visible()
    settled(page)
    expect(name).to_have_value("")
    expect(page.get_by_role("textbox", name="Token", exact=True)).to_have_value("")
    page.reload()
    settled(page)
    expect(refused).to_have_count(1)
    page.get_by_role("button", name="Replace secret").click()
    page.get_by_label("New secret").fill(ORDERS_ONLY.secret)
    page.get_by_role("button", name="Replace", exact=True).click()
    expect(page.get_by_text("••••" + ORDERS_ONLY.secret[-4:])).to_be_visible()
    settled(page)
    page.keyboard.press("Escape")
    expect(refused).to_have_count(0)
    expect(badge).to_contain_text("Works")
    expect(page.get_by_text("1 of 7 methods may be called")).to_be_visible()

    page.get_by_role("tab", name="Get one by login").click()
    form = page.get_by_test_id("stForm").filter(has_text="Get token")
    form.get_by_label("Komet user name").fill(SAMPLE_LOGIN[0])
    form.get_by_role("textbox", name="Password").fill(SAMPLE_LOGIN[1])
    form.get_by_label("Name of the new token").fill("By login")
    form.get_by_text("Advanced", exact=True).click()
    form.get_by_label("Base URL").fill(sandbox.base_url)
    form.get_by_role("button", name="Get token").click()
    expect(page.get_by_text("••••" + IMPORTER_A_COMPANY.secret[-4:])).to_be_visible()
    works = page.get_by_test_id("stAlertContentSuccess")
    expect(works.filter(has_text="By login: The token works: 7 of 7")).to_be_visible()

    page.get_by_role("link", name="Client providers").click()
    settled(page)
    page.get_by_role("combobox", name="Token", exact=True).click()
    page.get_by_role("option", name="By login").first.click()
    settled(page)
    page.get_by_role("button", name="Load locations").click()
    expect(page.get_by_role("combobox", name="Komet location")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("Magnolia Imports")
    page.get_by_text("Advanced", exact=True).click()
    page.get_by_label("Base URL", exact=True).fill("http://example.com/api")
    page.get_by_role("button", name="Add client provider").click()
    expect(page.get_by_text("must begin with https")).to_be_visible()
    page.get_by_label("Base URL", exact=True).fill(sandbox.base_url)
    page.get_by_role("button", name="Add client provider").click()
    expect(works.filter(has_text="Magnolia Imports: Komet answers:")).to_be_visible()
    expect(badge).to_contain_text("Works")
    sandbox.state.faults.add("purchase.order.list", status=403, times=1, message="Not yours.")
    page.get_by_role("button", name="Test").click()
    expect(page.get_by_test_id("stAlertContentError").first).to_contain_text("Not yours.")
    page.reload()
    settled(page)
    expect(page.get_by_test_id("stAlertContentError").first).to_contain_text("Not yours.")
    page.get_by_role("button", name="Test").click()
    expect(badge).to_contain_text("Works")

    page.get_by_role("link", name="SKU mapping").click()
    settled(page)
    page.get_by_role("tab", name="Import and export").click()
    junk = tmp_path / "order.csv"
    junk.write_bytes(b"%PDF-1.7\x00\x01\x02 not a table")
    page.locator("input[type=file]").set_input_files(junk)
    expect(page.get_by_test_id("stAlertContentError")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    spreadsheet = tmp_path / "códigos.ods"
    rows = [["SKU", "Komet ID"], ["00123", "10001"], ["B-2", "10002"]]
    tables = {"Léame": ods_row(ods_cell("Nada")), "Códigos": ""}
    tables["Códigos"] = "".join(ods_row(*map(ods_cell, row)) for row in rows)
    spreadsheet.write_bytes(ods(tables))
    page.locator("input[type=file]").set_input_files(spreadsheet)
    expect(page.get_by_role("button", name="Apply 2 rows")).to_be_visible()
    expect(page.get_by_text("The sheet “Códigos” was read.")).to_be_visible()
    dialect = tmp_path / "códigos.csv"
    dialect.write_bytes(
        "Código SKU;ID de producto Komet\n007;10001\n;10002\n1,0E+05;10003\n".encode("cp1252")
    )
    page.locator("input[type=file]").set_input_files(dialect)
    expect(page.get_by_role("button", name="Apply 1 row")).to_be_visible()
    expect(page.get_by_text("1 problem keeps rows from being written")).to_be_visible()
    page.get_by_role("button", name="Apply 1 row").click()
    expect(page.get_by_text("Written: 1 new, 0 changed.")).to_be_visible()
    settled(page)
    page.get_by_role("tab", name="History").click()
    page.get_by_role("button", name="Undo an import").click()
    page.get_by_role("button", name="Undo it").click()
    expect(page.get_by_text("Undone.")).to_be_visible()

    page.get_by_role("link", name="PO download").click()
    settled(page)
    sandbox.state.faults.add("purchase.order.list", status=404, times=1, message="No such day.")
    page.get_by_role("button", name="Start download").click()
    expect(page.get_by_text("1 day failed")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Retry failed days")).to_be_visible()
    expect(page.get_by_role("heading", name="Failed days")).to_be_visible()
    expect(page.get_by_text("Komet says: “No such day.”")).to_be_visible()
    page.get_by_role("button", name="Retry", exact=True).click()
    expect(page.get_by_test_id("stAlert").filter(has_text="lines")).to_be_visible(timeout=60_000)
    for secret in (ORDERS_ONLY.secret, IMPORTER_A_COMPANY.secret, SAMPLE_LOGIN[1]):
        assert secret not in app.log
        assert secret not in page.content()
