"""Names that people give are shown as they are: no link, no emphasis, no formula comes of them."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, TimeoutError, expect
from pydantic import SecretStr
from running_app import App, settled

from komet.clients.model import ProviderFields, TokenFields
from komet.clients.providers import add_provider, list_providers
from komet.clients.tokens import add_token
from komet.context import open_context
from komet.export.template import READY_MADE
from komet.export.templates import save_template
from komet.ingest.engine import execute
from komet.ingest.model import ScheduleFields
from komet.ingest.plan import plan_days
from komet.ingest.runs import start_run
from komet.ingest.schedules import save_schedule
from komet.orders import views
from komet.permissions import Actor
from komet.sandbox.server import Sandbox
from komet.sandbox.tokens import IMPORTER_A_COMPANY
from komet.settings import Settings

pytestmark = pytest.mark.browser
NAME = "[x](http://evil.example) **b** :red[c] $a$ #1"
SHOWN_ON = {
    "tokens", "client_providers", "po_download", "purchase_orders", "changes", "planning",
    "sku_mapping", "catalogs", "excel_import", "api_explorer", "export_templates", "activity", "",
}  # fmt: skip
_RENDERED = """() => {
  const found = [];
  for (const link of document.querySelectorAll('a[href*="evil.example"]'))
    found.push('link: ' + link.outerHTML);
  for (const strong of document.querySelectorAll('strong, b'))
    if (strong.textContent === 'b') found.push('strong: ' + strong.parentElement.outerHTML);
  for (const formula of document.querySelectorAll('.katex'))
    found.push('formula: ' + formula.parentElement.textContent);
  for (const colour of document.querySelectorAll('.stMarkdownColoredText, [style*="color"]'))
    if (colour.textContent === 'c') found.push('colour: ' + colour.parentElement.outerHTML);
  return found.map(text => text.slice(0, 300));
}"""
# a popover, or the choices of a list, at its place
_OPENED = """() => [...document.querySelectorAll('[role=listbox], [data-testid=stPopoverBody]')]
  .some(found => found.innerText.trim() && found.getAnimations({subtree: true}).length === 0)"""
# the word joiner is not seen, and keeps an address from becoming a link
_VERBATIM = """name => [...document.querySelectorAll('*')].some(node =>
  [node.innerText, node.value, node.children.length ? '' : node.textContent].some(text =>
    typeof text === 'string' && text.replaceAll('\\u2060', '').includes(name)))"""


@pytest.fixture
def named(tmp_path: Path, sandbox: Sandbox) -> Iterator[App]:
    """An app in which everything that can have a name has this one."""
    ctx = open_context(Settings(home=tmp_path / "home"))
    actor = Actor(name=NAME)
    token = add_token(
        ctx,
        actor,
        TokenFields(label=NAME, kind="Company", owner=NAME, base_url=sandbox.base_url),
        SecretStr(IMPORTER_A_COMPANY.secret),
    )
    for name in (NAME, NAME + " two"):
        fields = ProviderFields(
            name=name, token_id=token.id, location_name=NAME,
            komet_group=NAME, company_id=NAME,
        )  # fmt: skip
        add_provider(ctx, actor, fields, overlap_too=True)
    chosen = list_providers(ctx)
    schedule = ScheduleFields(name=NAME, provider_ids=(chosen[0].id,), times=("06:00",))
    save_schedule(ctx, actor, schedule)
    views.save_view(ctx, actor, NAME, {}, sort="newest", shared=True)
    today = ctx.now().date()
    template = next(iter(READY_MADE.values())).model_copy(update={"name": NAME})
    save_template(ctx, actor, template)
    plan = plan_days(ctx, chosen, today - timedelta(days=3), today + timedelta(days=3))
    execute(ctx, actor, start_run(ctx, actor, plan, source="test")[0].id)
    running = App(tmp_path / "home")
    yield running
    running.stop()


def opened(page: Page) -> Iterator[str]:
    """The screen as it is, then with each tab, expander, popover and list of choices open."""
    yield "as it is"
    for tab in page.get_by_role("tab").all():
        tab.click()
        settled(page)
        yield "tab"
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()
            settled(page)
    yield "expanders"
    for where in (page.get_by_test_id("stPopoverButton"), page.get_by_role("combobox")):
        for box in _visible(where):
            box.click()
            _wait(page, _OPENED, most=400)
            yield "open"
            page.keyboard.press("Escape")
            _wait(page, f"() => !({_OPENED})()", most=150)


def _wait(page: Page, condition: str, *, most: int) -> None:
    """At most so many milliseconds: not everything that can be clicked opens something."""
    with suppress(TimeoutError):
        page.wait_for_function(condition, timeout=most)


def _visible(where: Locator) -> list[Locator]:
    return [found for found in where.all() if found.is_visible() and found.is_enabled()][:14]


def test_no_screen_renders_a_name(named: App, page: Page) -> None:
    rendered: dict[str, set[str]] = {}
    unseen = []
    for screen in sorted(SHOWN_ON):
        page.goto(f"{named.url}/{screen}")
        settled(page)
        seen = False
        for state in opened(page):
            for found in page.evaluate(_RENDERED):
                rendered.setdefault(f"{screen or 'overview'} ({state})", set()).add(found)
            seen = seen or page.evaluate(_VERBATIM, NAME)
        if not seen:
            unseen.append(screen)
    assert rendered == {}
    assert unseen == []
    expect(page.get_by_test_id("stException")).to_have_count(0)
