"""Purchase orders as a person handles it: the bar, the strip, the chips, the table."""

import re
from typing import NamedTuple

from playwright.sync_api import Locator, Page, expect
from running_app import settled

from komet.language import _

ROW, HEADING = 35, 35
"""Heights in the table, in pixels."""


class Sums(NamedTuple):
    """The figures of the strip, as they are written."""

    purchase_orders: str
    boxes: str
    fbe: str
    stems: str
    cost: str


class OrdersScreen:
    """The screen that is open in the page, in the language in force."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.strip = page.get_by_test_id("stMarkdown").filter(has_text=" FBE · ").first
        self.order = page.get_by_role("combobox", name=_("Order"), exact=True)
        self.table = page.get_by_test_id("stDataFrame").first

    def sums(self) -> Sums:
        return Sums(*(part.split()[0] for part in self.strip.inner_text().split(" · ")))

    def search(self, words: str) -> None:
        field = self.page.get_by_role("searchbox", name=_("Search"))
        field.fill(words)
        field.press("Enter")

    def open(self, label: str) -> Locator:
        """Open one of the bar's popovers; what is in it."""
        self.page.get_by_test_id("stPopover").get_by_role(
            "button", name=re.compile(re.escape(label))
        ).click()
        body = self.page.get_by_test_id("stPopoverBody")
        expect(body).to_be_visible()
        return body

    def close(self) -> None:
        self.page.keyboard.press("Escape")
        expect(self.page.get_by_test_id("stPopoverBody")).to_have_count(0)

    def choose_days(self, words: str) -> None:
        self.open(_("Ships: {days}").format(days="")).get_by_role(
            "radio", name=words, exact=True
        ).or_(
            self.page.get_by_test_id("stPopoverBody").get_by_role("button", name=words, exact=True)
        ).click()
        settled(self.page)
        self.close()

    def chip(self, words: str) -> Locator:
        return self.page.get_by_test_id("stBaseButton-secondary").filter(has_text=words)

    def sort(self, by: str) -> None:
        self.order.click()
        self.page.get_by_role("option", name=by, exact=True).click()
        settled(self.page)

    def headings(self) -> list[str]:
        heads = self.table.locator("[role=columnheader]")
        expect(heads.first).to_be_attached()
        return heads.all_text_contents()

    def hidden_width(self) -> int:
        """How many pixels of the table's columns are beyond its edge."""
        hidden: int = self.table.locator(".dvn-scroller").evaluate(
            "scroller => scroller.scrollWidth - scroller.clientWidth"
        )
        return hidden

    def rows_in_sight(self) -> int:
        """How many whole rows of the table can be seen without scrolling."""
        size = self.page.viewport_size
        box = self.table.bounding_box()
        assert size
        assert box
        lowest = min(size["height"], box["y"] + box["height"])
        return int((lowest - box["y"] - HEADING) // ROW)
