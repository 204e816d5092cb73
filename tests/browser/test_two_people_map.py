"""Two people map the same client in two browsers: what one has stored, the other's stale tab keeps.

Edits are typed into the table's own cells, as a person does.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from running_app import App, settled

pytestmark = pytest.mark.browser


@pytest.fixture
def people(browser: Browser, sample_app: App) -> Iterator[tuple[Page, Page]]:
    """Ana and Luis, each in a browser of their own, on SKU mapping with sample data."""
    contexts = [browser.new_context(viewport={"width": 1440, "height": 1000}) for _n in range(2)]
    ana, luis = (context.new_page() for context in contexts)
    for page in (ana, luis):
        page.set_default_timeout(30_000)
    for page in (ana, luis):
        page.goto(f"{sample_app.url}/sku_mapping")
        settled(page)
    yield ana, luis
    for context in contexts:
        context.close()


def table(page: Page) -> tuple[float, float]:
    """Where the first row's SKU cell of the table that is on the screen is."""
    frame = page.get_by_test_id("stDataFrame").locator("visible=true").first
    box = frame.bounding_box()
    assert box
    return box["x"], box["y"]


def type_sku(page: Page, row: int, sku: str) -> None:
    """Double-click the cell, type, leave it with Enter."""
    x, y = table(page)
    page.mouse.dblclick(x + 240, y + 38 + 35 * row + 17)
    cell = page.locator("#portal .gdg-input")
    cell.fill(sku)
    cell.press("Enter")
    expect(cell).to_have_count(0)
    settled(page)


def save(page: Page, saying: str, button: str = "Save 1 SKU") -> None:
    page.get_by_role("button", name=button).locator("visible=true").first.click()
    expect(page.get_by_text(saying)).to_be_visible()
    settled(page)


def copied(page: Page, row: int) -> str:
    """The text of a SKU cell, read as a person would copy it."""
    x, y = table(page)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.bring_to_front()
    page.evaluate("navigator.clipboard.writeText('')")  # both people share one
    for _attempt in range(20):  # a grid that is being drawn anew takes no key
        page.mouse.click(x + 240, y + 38 + 35 * row + 17)
        page.keyboard.press("Control+C")
        page.wait_for_timeout(300)
        text: str = page.evaluate("navigator.clipboard.readText()").strip()
        if text:
            return text
    return ""


def test_a_stale_tab_does_not_overwrite_in_all_products(people: tuple[Page, Page]) -> None:
    ana, luis = people
    for page in people:
        page.get_by_role("tab", name="All", exact=True).click()
        settled(page)
    type_sku(ana, 0, "ACTOR-1")
    save(ana, "Saved 1 code.")

    # Luis still sees what was there before: he changes the same row, and another one
    type_sku(luis, 0, "LUIS-1")
    type_sku(luis, 1, "LUIS-2")
    save(luis, "Saved 1 code.", "Save 2 SKUs")
    expect(luis.get_by_text("because somebody has changed it since you looked")).to_be_visible()
    warning = luis.get_by_test_id("stAlert").filter(has_text="since you looked").inner_text()
    assert "LUIS-1" in warning
    assert "ACTOR-1" in warning
    assert "LUIS-2" not in warning

    # both rows are as the one who was first, or alone, has left them, in both browsers
    assert [copied(luis, row) for row in (0, 1)] == ["ACTOR-1", "LUIS-2"]
    ana.reload()
    settled(ana)
    ana.get_by_role("tab", name="All", exact=True).click()
    settled(ana)
    assert [copied(ana, row) for row in (0, 1)] == ["ACTOR-1", "LUIS-2"]

    # having seen it, Luis may
    type_sku(luis, 0, "LUIS-1")
    save(luis, "Saved 1 code.")
    expect(luis.get_by_text("since you looked")).to_have_count(0)
    assert copied(luis, 0) == "LUIS-1"


def test_a_stale_queue_does_not_overwrite(people: tuple[Page, Page]) -> None:
    ana, luis = people
    type_sku(ana, 0, "ACTOR-1")
    save(ana, "Saved 1 code.")
    type_sku(luis, 0, "LUIS-1")
    save(luis, "Saved 0 codes.")
    expect(luis.get_by_text("because somebody has changed it since you looked")).to_be_visible()
    warning = luis.get_by_test_id("stAlert").filter(has_text="since you looked").inner_text()
    assert "LUIS-1" in warning
    assert "ACTOR-1" in warning
    luis.get_by_test_id("stButton").get_by_role("button", name="Close").click()
    settled(luis)
    expect(luis.get_by_text("since you looked")).to_have_count(0)


def test_typed_codes_stay_until_they_are_saved(people: tuple[Page, Page]) -> None:
    ana, luis = people
    ana.get_by_role("tab", name="All", exact=True).click()
    settled(ana)
    expect(ana.get_by_role("button", name="Save")).to_have_count(0)
    type_sku(ana, 0, "KEPT-1")
    search = ana.get_by_label("Search name, Komet ID or code").locator("visible=true")
    search.fill("no such product")
    search.press("Enter")
    settled(ana)
    search.fill("")
    search.press("Enter")
    settled(ana)
    assert copied(ana, 0) == "KEPT-1"
    save(ana, "Saved 1 code.")
    expect(ana.get_by_role("button", name="Save")).to_have_count(0)

    # nobody else has seen it before
    luis.reload()
    settled(luis)
    luis.get_by_role("tab", name="All", exact=True).click()
    settled(luis)
    assert copied(luis, 0) == "KEPT-1"

    # dropped, it is as it was
    type_sku(luis, 0, "DROPPED")
    luis.get_by_role("button", name="Discard").locator("visible=true").first.click()
    settled(luis)
    assert copied(luis, 0) == "KEPT-1"
