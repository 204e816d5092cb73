"""The main job in the browser, on the sandbox: sample data to an Excel file whose totals agree."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from orders_screen import OrdersScreen
from playwright.sync_api import Page, Request, expect
from running_app import App, settled

pytestmark = pytest.mark.browser


def test_sample_data_mapping_download_filter_excel(app: App, page: Page, tmp_path: Path) -> None:
    asked: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    page.context.on("request", note)
    page.goto(app.url)
    settled(page)
    expect(page.get_by_text("Four steps to your first export")).to_be_visible()
    page.get_by_role("button", name="Try it with sample data").click()

    expect(page.get_by_text("Building the sample data")).to_be_visible()
    expect(page.get_by_text("Three stops to look around")).to_be_visible(timeout=90_000)
    settled(page)
    page.get_by_role("link", name="1. See what has changed").click()
    expect(page.get_by_role("button", name=re.compile("Moved [1-9]"))).to_be_visible()
    page.go_back()
    page.get_by_role("button", name="End the tour").click()
    expect(page.get_by_text("Three stops to look around")).to_have_count(0)

    page.get_by_role("link", name="PO download").first.click()
    expect(page.get_by_text("Last download")).to_be_visible()
    found = page.get_by_text(re.compile(r"\d+ POs with [\d,]+ lines: .*\d+ on days"))
    expect(found).to_be_visible()
    expect(page.get_by_role("link", name="See orders")).to_be_visible()
    expect(page.get_by_role("link", name="See changes")).to_be_visible()

    # a mapping file for what the sample leaves unmapped
    page.get_by_role("link", name="SKU mapping").click()
    settled(page)
    page.get_by_role("tab", name="Import and export").click()
    with page.expect_download() as exported:
        page.get_by_role("button", name="Export the mapping (CSV)").click()
    rows = Path(exported.value.path()).read_text(encoding="utf-8-sig").splitlines()
    header, unmapped = rows[0], [row for row in rows[1:] if row.endswith(",,")]
    assert unmapped
    filled = [row[:-2] + f",NEW-{n:03},By hand" for n, row in enumerate(unmapped)]
    file = tmp_path / "filled.csv"
    file.write_text("\n".join([header, *filled]), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    expect(page.get_by_role("button", name=f"Apply {len(filled)} rows")).to_be_visible()
    page.get_by_role("button", name=f"Apply {len(filled)} rows").click()
    expect(page.get_by_text(f"{len(filled)} new")).to_be_visible()
    expect(page.get_by_text("0 products in orders have none")).to_be_visible()

    # filter, and take the filtered set away
    page.get_by_role("link", name="Purchase orders").click()
    settled(page)
    screen = OrdersScreen(page)
    ahead = screen.strip.inner_text()
    screen.choose_days("all days")
    expect(screen.strip).not_to_have_text(ahead)
    everything = screen.strip.inner_text()
    screen.search("ñandu")
    expect(screen.strip).not_to_have_text(everything)
    settled(page)
    assert "=%C3%B1andu" in page.url
    sums = screen.sums()

    page.reload()
    settled(page)
    assert screen.sums() == sums

    page.get_by_test_id("stPopover").get_by_role("button", name="Export").click()
    with page.expect_download(timeout=60_000) as downloaded:
        page.get_by_role("button", name="Excel, all sheets").click()
    assert downloaded.value.suggested_filename.endswith(".xlsx")
    downloaded.value.save_as(tmp_path / "orders.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "orders.xlsx", data_only=True)
    assert workbook.sheetnames == [
        "Items", "POs", "Lines", "Breakdowns", "Boxes", "Unmapped", "Changes", "Info",
    ]  # fmt: skip
    items = workbook["Items"]
    headings = [cell.value for cell in items[1]]
    last = items.max_row
    column = headings.index("Boxes") + 1
    assert items.cell(last, 1).value == "Total"
    assert f"{items.cell(last, column).value:,.0f}" == sums.boxes
    assert sum(items.cell(r, column).value or 0 for r in range(2, last)) == (
        items.cell(last, column).value
    )
    products = {items.cell(r, headings.index("Product") + 1).value for r in range(2, last)}
    assert products
    assert all("ñandú" in str(product).lower() for product in products)
    assert f"{workbook['POs'].max_row - 2:,}" == sums.purchase_orders
    for secret in ("sandbox-company-magnolia-0001", "sandbox-vendor-petalo-0004"):
        assert secret not in app.log
    abroad = [url for url in asked if urlsplit(url).scheme not in {"data", "blob"}]
    assert {urlsplit(url).netloc for url in abroad} == {urlsplit(app.url).netloc}


def pick(page: Page, y: float) -> None:
    """Click a cell of the last table, at that height of it."""
    table = page.get_by_test_id("stDataFrame").last
    table.hover(position={"x": 330, "y": y})  # without a move, the table knows no cell to click
    table.click(position={"x": 330, "y": y})


def test_a_po_and_what_a_screen_shows_are_found_by_their_address(
    sample_app: App, page: Page
) -> None:
    page.goto(f"{sample_app.url}/purchase_orders?mapped=unmapped")
    settled(page)
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box
    page.mouse.click(box["x"] + 480, box["y"] + 55)  # any cell of the first row
    panel = page.get_by_role("dialog")
    number = panel.get_by_test_id("stMetricValue")
    expect(number).to_be_visible()
    settled(page)
    first = number.inner_text()
    assert re.search(rf"[?&]po={first}\b", page.url)
    assert "mapped=unmapped" in page.url
    for told in ("Ship date", "Total cost", "Changes"):
        expect(panel.get_by_text(told).first).to_be_visible()
    expect(panel.get_by_role("button", name="Previous")).to_be_disabled()

    panel.get_by_role("button", name="Next").click()
    expect(number).not_to_have_text(first)
    settled(page)
    assert f"po={number.inner_text()}" in page.url
    page.keyboard.press("ArrowLeft")
    expect(number).to_have_text(first)
    settled(page)

    field = panel.get_by_placeholder("Your SKU").first
    field.fill("PO-PANEL-1")
    field.press("Enter")
    expect(page.get_by_text("Saved 1 code.")).to_be_visible()

    page.reload()
    settled(page)
    expect(number).to_have_text(first)
    page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    settled(page)
    assert "po=" not in page.url
    page.go_back()
    expect(number).to_have_text(first)
    page.goto(f"{sample_app.url}/purchase_orders?po=NONE-SUCH")
    expect(panel.get_by_text("There is no purchase order NONE-SUCH here.")).to_be_visible()

    # the back button takes back what was chosen last, and a slash finds the search
    page.goto(f"{sample_app.url}/planning?sum=stems")
    settled(page)
    measure = page.get_by_role("combobox", name="Sum of")
    measure.click()
    page.get_by_role("option", name="FBE").click()
    expect(page).to_have_url(re.compile(r"sum=fbe"))
    settled(page)
    page.go_back()
    expect(measure).to_have_value("Stems")
    settled(page)
    pick(page, 90)  # the largest species in the first week
    expect(page).to_have_url(re.compile(r"/purchase_orders\?.*ship_from=\d{4}-\d\d-\d\d"))

    page.goto(f"{sample_app.url}/changes?since=yesterday&kind=first")
    settled(page)
    pick(page, 55)
    expect(number).to_be_visible()
    assert re.search(r"/changes\?.*po=P\d+", page.url)
    page.goto(f"{sample_app.url}/sku_mapping?tab=all&all=rose")
    settled(page)
    search = page.get_by_label("Search name, Komet ID or code").filter(visible=True)
    expect(search).to_have_value("rose")
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.get_by_test_id("stSkipToContent").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#stMain")).to_be_focused()

    # a card and an importer of the Overview open their orders
    page.goto(sample_app.url)
    settled(page)
    page.get_by_role("link", name="Ships tomorrow").click()
    expect(page).to_have_url(re.compile(r"purchase_orders\?ship_from="))
    page.goto(sample_app.url)
    settled(page)
    table = page.get_by_test_id("stDataFrame").first
    table.scroll_into_view_if_needed()
    settled(page)
    box = table.bounding_box()
    assert box
    page.mouse.click(box["x"] + 60, box["y"] + 55)
    expect(page).to_have_url(re.compile(r"purchase_orders\?providers="))
