"""A walk over all screens: nothing is asked for elsewhere, and nothing breaks our own policy."""

import urllib.request
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import ConsoleMessage, Page, Request, expect
from running_app import App, settled
from test_screens import SCREENS

pytestmark = pytest.mark.browser

_COLLECT = """
window.refused = [];
document.addEventListener('securitypolicyviolation', event => window.refused.push(
  event.violatedDirective + ' ' + event.blockedURI + ' ' + event.sourceFile + ':' + event.lineNumber
));
"""


def test_all_screens_live_on_their_own_origin(app: App, page: Page) -> None:
    asked: list[str] = []
    said: list[str] = []

    def note(request: Request) -> None:
        asked.append(request.url)

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    page.context.on("request", note)
    page.on("console", hear)
    page.context.add_init_script(_COLLECT)
    page.goto(app.url)
    settled(page)
    own = urlsplit(app.url).netloc
    page.get_by_role("button", name="Try it with sample data").click()
    expect(page.get_by_text("Last download")).to_be_visible(timeout=90_000)
    for screen in SCREENS:
        page.goto(f"{app.url}/{'' if screen == 'overview' else screen}")
        settled(page)
        icon = page.locator("link[rel~=icon]").first.evaluate("i => i.href")
        assert icon.startswith("data:image/svg+xml"), (
            screen
        )  # Streamlit puts our file into the page
        assert page.evaluate("window.refused") == [], screen
    with urllib.request.urlopen(icon) as drawn:
        assert b"<title>Komet Desk</title>" in drawn.read()
    # charts are drawn, and tables
    page.goto(f"{app.url}/planning")
    settled(page)
    expect(page.locator("canvas, svg.marks").first).to_be_visible()
    assert len(asked) > 100
    abroad = [url for url in asked if urlsplit(url).scheme not in {"data", "blob"}]
    assert {urlsplit(url).netloc for url in abroad} == {own}
    assert not [text for text in said if "Content Security Policy" in text or "ERR_" in text]
