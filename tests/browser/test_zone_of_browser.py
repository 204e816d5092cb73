"""Days and times on the screen are those of the browser's time zone."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect
from running_app import App, settled
from sample_accounts import Accounts

pytestmark = pytest.mark.browser


def other_day() -> tuple[str, str]:
    """A zone in which it is another day than in UTC just now, and that day."""
    now = datetime.now(UTC)
    name, hours = ("Pacific/Kiritimati", 14) if now.hour >= 11 else ("Pacific/Midway", -11)
    return name, f"{now + timedelta(hours=hours):%Y-%m-%d}"


def entered(page: Page, label: str) -> str:
    parts = [
        int(page.get_by_role("spinbutton", name=f"{part}, {label}").inner_text())
        for part in ("year", "month", "day")
    ]
    return "{:04}-{:02}-{:02}".format(*parts)


def test_today_is_the_browsers(accounts: Accounts, app: App, browser: Browser) -> None:
    accounts.download(*accounts.days(1, 1), [accounts.magnolia])
    name, today = other_day()
    assert today != f"{datetime.now(UTC):%Y-%m-%d}"
    context = browser.new_context(
        timezone_id=name, locale="en-US", viewport={"width": 1440, "height": 900}
    )
    page = context.new_page()
    page.goto(f"{app.url}/po_download")
    settled(page)
    page.get_by_text("Today", exact=True).click()
    expect(page.get_by_text(f"{today} to {today}")).to_be_visible()
    page.get_by_role("link", name="Changes", exact=True).first.click()
    settled(page)
    expect(page.get_by_text(f"Seen since {today}")).to_be_visible()
    expect(page.get_by_text(f"({name.split('/')[1]})")).to_be_visible()
    page.get_by_text("A date", exact=True).click()
    settled(page)
    assert entered(page, "From") == today
    page.get_by_role("link", name="Planning", exact=True).first.click()
    settled(page)
    day = datetime.strptime(today, "%Y-%m-%d").replace(tzinfo=UTC)
    monday = day - timedelta(days=day.weekday(), weeks=4)
    assert entered(page, "Ships from") == f"{monday:%Y-%m-%d}"
    context.close()
