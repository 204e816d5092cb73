"""An invoice from a file to the receipt, in a browser, and what Komet has of it."""

import hashlib
import json
import urllib.request
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from running_app import App, settled

from komet.clients.providers import get_provider
from komet.context import open_context
from komet.dispatch.invoices import InvoiceFilter, list_invoice_states
from komet.settings import Settings

pytestmark = pytest.mark.browser
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n"


def type_into(page: Page, column: int, text: str) -> None:
    """Click the first cell of the first row, go to that column, open it, type, leave it."""
    box = page.get_by_test_id("stDataFrame").locator("visible=true").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 60, box["y"] + 38 + 17)
    for _step in range(column):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    editor = page.locator("#portal .gdg-input")
    editor.fill(text)
    editor.press("Enter")
    expect(editor).to_have_count(0)
    settled(page)


def test_an_invoice_is_uploaded_previewed_sent_and_told(page: Page, sample_app: App) -> None:
    ctx = open_context(Settings(home=sample_app.home))
    today = ctx.now().date()
    states = list_invoice_states(ctx, InvoiceFilter(today - timedelta(14), today))
    # a number that only one client has
    order = states.filter(states["po_number"].is_unique()).row(0, named=True)
    page.goto(f"{sample_app.url}/invoices")
    settled(page)
    page.locator("input[type=file]").set_input_files(
        [
            {"name": f"{order['po_number']}.pdf", "mimeType": "application/pdf", "buffer": PDF},
            # the same document, for another PO of which the total is not known yet
            {"name": "later.pdf", "mimeType": "application/pdf", "buffer": PDF},
        ]
    )
    settled(page)
    expect(page.get_by_test_id("glide-cell-1-0")).to_have_text(order["po_number"])
    expect(page.get_by_test_id("glide-cell-2-0")).to_have_text(order["provider"])
    type_into(page, 3, "F-4711")
    type_into(page, 4, f"$ {order['total'] + 1:,.2f}")
    expect(page.get_by_text("1 file lacks its PO, number or total yet.")).to_be_visible()
    page.get_by_text("Yes, send this row too").click()
    settled(page)
    page.get_by_role("button", name="Send to Komet (1)").click()
    expect(page.get_by_test_id("stAlertContentSuccess")).to_contain_text("Sent: 1")
    settled(page)
    # the file that was not ready is still there
    expect(page.get_by_text("1 of these files was sent.")).to_be_visible()
    expect(page.get_by_text("1 file lacks its PO, number or total yet.")).to_be_visible()

    address = get_provider(ctx, order["provider_id"]).base_url or ""
    root = address.removesuffix("/api")
    with urllib.request.urlopen(f"{root}/_sandbox/effects?method=v2/vendor/invoice") as answer:
        (effect,) = json.load(answer)["effects"]
    assert effect["target"] == order["po_number"]
    assert effect["parameters"]["invoiceNumber"] == "F-4711"
    assert effect["parameters"]["invoiceTotal"] == f"{order['total'] + 1:.2f}"
    assert effect["parameters"]["attachment"]["sha256"] == hashlib.sha256(PDF).hexdigest()
