"""New orders and stock in the browser: a file, its preview, Send, the receipt; nothing twice."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect
from running_app import App, settled

from komet.context import open_context
from komet.dispatch.outbox import list_writes
from komet.sandbox.state import SandboxState
from komet.settings import Settings

pytestmark = pytest.mark.browser


def stock_file(boxes: list[int | str]) -> bytes:
    """Rows for the sample importer, of its own product and vendor."""
    company = SandboxState().companies["magnolia"]
    day = datetime.now(UTC).date() + timedelta(days=1)
    text = io.StringIO()
    out = csv.writer(text)
    out.writerow(["Ship date", "AWB", "Vendor ID", "Product ID", "Boxes", "Box type", "Unit type",
                  "Bunches per box", "Stems per bunch", "Unit cost"])  # fmt: skip
    for count in boxes:
        out.writerow([day, "729-1234 5675", company.vendors[0].id, company.products[3].id, count,
                      "QB", "stem", 10, 25, "0.3"])  # fmt: skip
    return text.getvalue().encode()


def choose(page: Page, client: str) -> None:
    page.get_by_role("combobox", name="Importer").click()
    page.get_by_role("option", name=client).first.click()
    settled(page)


def upload(page: Page, data: bytes) -> None:
    page.locator("input[type=file]").first.set_input_files(
        {"name": "stock.csv", "mimeType": "text/csv", "buffer": data}
    )
    settled(page)


def test_stock_is_previewed_sent_and_not_sent_twice(sample_app: App, page: Page) -> None:
    page.goto(f"{sample_app.url}/new_orders")
    settled(page)
    # where the token may not, it is said before a file is made
    choose(page, "Pétalo")
    expect(page.get_by_text("inventory.add is not for Vendor tokens.")).to_be_visible()
    choose(page, "Magnolia")
    settled(page)
    upload(page, stock_file([250, "x", 7]))
    expect(page.get_by_text("1 row is in error and is not sent")).to_be_visible()
    page.get_by_role("button", name="Send to Komet (4)").click()
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    settled(page)
    expect(page.get_by_text("4 rows need not be sent")).to_be_visible()
    expect(page.get_by_role("button", name="Send to Komet (0)")).to_be_disabled()
    ctx = open_context(Settings(home=sample_app.home))
    assert sorted(write.content["boxes"] for write in list_writes(ctx)) == [7, 50, 100, 100]
    assert {write.state for write in list_writes(ctx)} == {"sent"}
