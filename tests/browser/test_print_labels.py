"""Labels in the browser: seen before they are printed, printed, marked when printed again."""

import re
from pathlib import Path

import pypdfium2
import pytest
from label_samples import read_barcodes, read_texts
from playwright.sync_api import Page, expect
from running_app import App, settled

pytestmark = pytest.mark.browser


def printed(page: Page, name: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=name).click()
    return Path(download.value.path()).read_bytes()


def test_labels_are_seen_printed_and_marked_when_printed_again(sample_app: App, page: Page) -> None:
    page.goto(f"{sample_app.url}/labels")
    settled(page)
    summary = page.get_by_text(re.compile(r"^[\d,]+ labels · [\d,]+ pages"))
    expect(summary).to_be_visible()
    labels = int(summary.inner_text().split()[0].replace(",", ""))
    picture = page.get_by_test_id("stImage").locator("img")
    expect(picture).to_be_visible()
    assert picture.evaluate("i => i.naturalWidth / i.naturalHeight") == pytest.approx(4 / 3, 0.01)

    pdf = printed(page, "Print to PDF")
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == labels
        assert document[0].get_size() == pytest.approx((288, 216))
    assert all(len(codes) == 1 for codes in read_barcodes(pdf, 203))
    assert not any("REPRINT" in text for text in read_texts(pdf))

    # the page knows by itself that they were printed
    expect(page.get_by_text(f"{labels:,} reprints")).to_be_visible()
    settled(page)
    page.get_by_role("combobox", name="Label template", exact=True).click()
    page.get_by_role("option", name="Box A4, 8 a sheet, in Spanish").click()
    sheets = page.get_by_text(re.compile(rf"· {-(-labels // 8)} pages ·"))
    expect(sheets).to_be_visible()
    settled(page)
    again = printed(page, "Print to PDF")
    with pypdfium2.PdfDocument(again) as document:
        assert len(document) == -(-labels // 8)
    assert read_texts(again)[0].count("REIMPRESIÓN 1") == 8
    settled(page)
    page.get_by_role("combobox", name="Label template", exact=True).click()
    page.get_by_role("option", name="GS1 4 × 3 in (GTIN is our SKU)").click()
    expect(page.get_by_text(f"{labels:,} boxes get no label")).to_be_visible()
    expect(page.get_by_role("button", name="Print to PDF")).to_have_count(0)
    page.get_by_text("Only what was not printed yet").click()
    expect(page.get_by_text("Every label of these days was printed.")).to_be_visible()
