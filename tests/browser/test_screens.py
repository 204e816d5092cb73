"""Each screen opened first on a fresh server, empty, full, and on a phone: no exception."""

import re
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from accessibility import axe_script, count_skipped_levels, find_violations
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect
from running_app import App, settled
from screen_titles import TITLES

pytestmark = pytest.mark.browser

FIRST_VISITS = ("overview", "purchase_orders", "sku_mapping", "dispatch", "api_explorer")
"""A group of the navigation each: what a fresh server shows first does not depend on the page."""

DARK = "rgb(20, 26, 23)"
"""The background of the dark theme in `.streamlit/config.toml`."""
_COLLECT = """
window.refused = [];
document.addEventListener('securitypolicyviolation', event => window.refused.push(
  event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber
));
"""


def test_every_page_file_is_a_screen_of_this_test() -> None:
    pages = Path(__file__).parents[2] / "pages"
    assert {path.stem for path in pages.glob("*.py")} == set(TITLES)


@pytest.mark.parametrize("screen", FIRST_VISITS)
def test_a_page_cannot_be_opened_past_the_app(
    tmp_path: Path, browser: Browser, screen: str
) -> None:
    """The first visit to a fresh server goes to the page's own URL, with a link's parameters."""
    app = App(tmp_path / "home")
    try:
        page = browser.new_page()
        page.goto(f"{app.url}/{screen}?product=rose")
        settled(page)
        # the app's own navigation is there, and Streamlit's list of files is not
        navigation = page.get_by_test_id("stSidebarNav")
        expect(navigation.get_by_text("Client providers", exact=True)).to_be_visible()
        expect(navigation.get_by_text("client providers", exact=True)).to_have_count(0)
        expect(navigation.get_by_text("Set-up", exact=True)).to_be_visible()
        if screen == "purchase_orders":
            assert page.url.endswith("?product=rose")
        expect(page.get_by_role("heading", level=1)).to_have_text(TITLES[screen])
        page.close()
    finally:
        app.stop()


def test_every_screen_empty_and_full_wide_and_narrow_on_its_own_origin(
    app: App, sample_app: App, page: Page
) -> None:
    """Nothing comes from elsewhere, nothing breaks our own policy, and axe-core finds no fault."""
    asked: list[str] = []
    said: list[str] = []
    wrong: list[str] = []
    icon = ""

    def note(request: Request) -> None:
        asked.append(request.url)

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.context.on("request", note)
    page.on("console", hear)
    page.context.add_init_script(_COLLECT)
    page.context.add_init_script(axe_script())
    for state, server in (("empty", app), ("full", sample_app)):
        for screen, title in TITLES.items():
            page.goto(f"{server.url}/{'' if screen == 'overview' else screen}")
            for width in (1440, 390) if state == "full" else (1440,):
                page.set_viewport_size({"width": width, "height": 900})
                settled(page)
                expect(page.get_by_role("heading", level=1)).to_have_text(title)
                expect(page).to_have_title(re.compile(r".+ · Komet Desk$"))
                assert "Traceback" not in page.inner_text("body"), (state, screen, width)
            page.set_viewport_size({"width": 1440, "height": 900})
            assert count_skipped_levels(page) == 0, (state, screen)
            if state == "full":
                wrong += [f"{screen}, light: {one}" for one in find_violations(page)]
                page.emulate_media(color_scheme="dark")
                expect(page.get_by_test_id("stApp")).to_have_css("background-color", DARK)
                wrong += [f"{screen}, dark: {one}" for one in find_violations(page, dark=True)]
                page.emulate_media(color_scheme="light")
            icon = page.locator("link[rel~=icon]").first.evaluate("i => i.href")
            # Streamlit puts our file into the page
            assert icon.startswith("data:image/svg+xml"), screen
            assert page.evaluate("window.refused") == [], screen
            if screen == "planning" and state == "full":  # charts are drawn, and tables
                expect(page.locator("canvas, svg.marks").first).to_be_visible()
    assert not wrong, "\n".join(wrong)
    with urllib.request.urlopen(icon) as drawn:
        assert b"<title>Komet Desk</title>" in drawn.read()
    assert len(asked) > 100
    abroad = [url for url in asked if urlsplit(url).scheme not in {"data", "blob"}]
    assert {urlsplit(url).netloc for url in abroad} == {
        urlsplit(server.url).netloc for server in (app, sample_app)
    }
    assert not [text for text in said if "Content Security Policy" in text or "ERR_" in text]
    assert "Traceback" not in app.log
    assert "Traceback" not in sample_app.log


def test_a_download_goes_on_when_the_tab_is_closed(app: App, browser: Browser) -> None:
    first = browser.new_page()
    first.goto(app.url)
    first.get_by_role("button", name="Try it with sample data").click()
    expect(first.get_by_text("Building the sample data")).to_be_visible()
    expect(first.get_by_text("Thirty days of purchase orders")).to_be_visible()
    first.close()
    second = browser.new_page()
    second.goto(f"{app.url}/po_download")
    expect(
        second.get_by_text(re.compile(r"\d+ POs with [\d,]+ lines: .*\d+ on days"))
    ).to_be_visible(timeout=90_000)
    second.close()
