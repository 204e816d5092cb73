"""A dispatch as an analyst does it: by hand in the grid, by one file, and in two tabs at once."""

import re
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Browser, Page, expect
from running_app import App, settled

pytestmark = pytest.mark.browser

TO_CONFIRM = 90 + 115 + 210 + 75 + 50
"""Where the column to fill is: after PO, client, product and ordered boxes, in pixels."""


def open_dispatch(page: Page, app: App) -> None:
    """The lines of tomorrow that wait; first come those of the importer whose token may confirm."""
    page.goto(f"{app.url}/dispatch?state=to_confirm")
    settled(page)


def cells(page: Page, row: int) -> list[str]:
    """The texts of a row of the first table, as a screen reader hears them."""
    grid = page.get_by_test_id("stDataFrame").locator("visible=true").first
    found = grid.locator(f"tr[aria-rowindex='{row + 2}'] td").all_text_contents()
    return [text.strip() for text in found]


def type_boxes(page: Page, row: int, boxes: str) -> None:
    box = page.get_by_test_id("stDataFrame").locator("visible=true").first.bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + TO_CONFIRM, box["y"] + 38 + 35 * row + 17)
    cell = page.locator("#portal .gdg-input")
    cell.fill(boxes)
    cell.press("Enter")
    expect(cell).to_have_count(0)
    settled(page)


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile(r"Send to Komet \(\d+\)")).click()
    settled(page)


def receipt(page: Page, saying: str) -> None:
    expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
    expect(page.get_by_test_id("stAlert").filter(has_text=saying)).to_be_visible()
    settled(page)


def test_lines_are_confirmed_by_hand_and_a_second_tab_is_told(
    sample_app: App, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 1400})
    ana, luis = context.new_page(), context.new_page()
    for page in (ana, luis):
        page.set_default_timeout(30_000)
        open_dispatch(page, sample_app)
        type_boxes(page, 0, "1")
    number = cells(ana, 0)[0]
    type_boxes(ana, 1, "0")
    type_boxes(ana, 2, "999")
    expect(ana.get_by_text(re.compile("line differs from its order|lines differ"))).to_be_visible()
    expect(ana.get_by_text("nothing has been sent yet")).to_be_visible()
    send(ana)
    receipt(ana, "Sent: 1")
    address = ana.url
    assert "batch=" in address
    # more than ordered was not sent, for nobody said yes: it is not lost, but waits in the table
    expect(ana.get_by_text("1 line filled in, 999 boxes.")).to_be_visible()

    # Luis has the same line typed, and has not seen that it was sent
    send(luis)
    expect(luis.get_by_text("somebody else was first")).to_be_visible()
    expect(luis.get_by_test_id("stAlert").filter(has_text="Sent already")).to_be_visible()

    # the receipt is found again by its address, and the orders show what was confirmed
    luis.goto(address)
    receipt(luis, "Sent: 1")
    luis.get_by_role("link", name="See its PO").click()
    expect(luis.get_by_role("heading", name="Purchase orders")).to_be_visible()
    settled(luis)
    assert number in luis.url
    assert {number, "Partially confirmed"} <= set(cells(luis, 0))
    context.close()


def test_one_file_goes_out_comes_back_filled_in_and_is_sent_once(
    sample_app: App, page: Page, tmp_path: Path
) -> None:
    page.set_viewport_size({"width": 1440, "height": 1400})
    open_dispatch(page, sample_app)
    with page.expect_download() as download:
        page.get_by_role("button", name="To Excel").click()
    path = tmp_path / "dispatch.xlsx"
    download.value.save_as(path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    headings = [cell.value for cell in sheet[1]]
    column = {name: place for place, name in enumerate(headings, start=1)}
    open_rows = [
        row for row in range(2, sheet.max_row + 1)
        if sheet.cell(row, column["State"]).value == "To confirm"
    ]  # fmt: skip
    for row in open_rows[:2]:
        sheet.cell(row, column["Boxes to confirm"]).value = sheet.cell(
            row, column["Ordered boxes"]
        ).value
    sheet.cell(open_rows[2], column["Boxes to confirm"]).value = "many"
    book.save(path)

    def upload() -> None:
        page.get_by_role("button", name="From Excel").click()
        page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(path)
        settled(page)
        page.keyboard.press("Escape")

    upload()
    expect(page.get_by_text("1 row is in error and is not sent:")).to_be_visible()
    send(page)
    receipt(page, "Sent: 2")
    # what is in error stays named until the file is mended or closed
    expect(page.get_by_text("1 row is in error and is not sent:")).to_be_visible()
    expect(page.get_by_text("2 rows need not be sent")).to_be_visible()
    page.locator(".st-key-close_file button").click()
    settled(page)
    expect(page.get_by_text("1 row is in error and is not sent:")).to_have_count(0)
    with page.expect_download() as download:
        page.get_by_role("button", name="Receipt as Excel").click()
    download.value.save_as(tmp_path / "receipt.xlsx")
    told = openpyxl.load_workbook(tmp_path / "receipt.xlsx").worksheets[0]
    assert told.max_row == 3
    # the same file once more sends nothing
    upload()
    expect(page.get_by_text("2 rows need not be sent")).to_be_visible()
    expect(page.get_by_role("button", name="Send to Komet (0)")).to_be_disabled()
