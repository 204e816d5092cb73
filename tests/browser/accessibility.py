"""What axe-core finds wrong on a page, but for what Streamlit draws itself and we cannot change."""

import os
from functools import cache
from importlib.resources import files
from importlib.util import find_spec
from typing import Any

from playwright.sync_api import Page

_PACKAGE = "axe_playwright_python"  # brings axe-core's script
_SEVERE = ("serious", "critical")
_RUN = """(options) => axe.run(document, options).then(found => found.violations.map(one => ({
  rule: one.id, impact: one.impact, nodes: one.nodes.map(node => ({
    within: document.querySelector(node.target[0])
      ?.closest('[data-testid=stSidebarNav], [data-testid=stExpander]')?.dataset.testid ?? 'page',
    target: node.target.join(' '), html: node.html.slice(0, 160), why: node.failureSummary,
  })),
})))"""
_JUMPS = """() => {
  const levels = [...document.querySelectorAll('h1, h2, h3, h4, h5, h6')]
    .filter(one => one.checkVisibility()).map(one => Number(one.tagName[1]));
  return levels.filter((level, at) => at && level > levels[at - 1] + 1).length;
}"""

OF_STREAMLIT = {
    ("list", "stSidebarNav: "): "its navigation puts a div between the list and its entries",
    ("listitem", "stSidebarNav: "): "the same, seen from an entry",
}
"""(rule, part of where the element is, its path or HTML) → why it stays."""
OF_STREAMLIT_IN_THE_DARK = {
    ("color-contrast", 'data-selected="true"'): (
        "the word of a chosen pill has the primary colour, on which buttons write in white: as"
        " light as white allows, it comes to 3.6 here"
    ),
    ("color-contrast", "stExpander: "): (
        "its head keeps the light colour when the theme changes under it, as it does in this test;"
        " drawn in the dark it has the right one"
    ),
}


@cache
def axe_script() -> str:
    """The script of axe-core, for `add_init_script`: our policy keeps it out of a page otherwise.

    Empty where it is not installed (`make setup-dev` brings it), which CI does not take.
    """
    if find_spec(_PACKAGE) is None:
        assert not os.environ.get("CI"), "CI needs axe-core: see requirements-dev.lock."
        return ""
    return (files(_PACKAGE) / "axe.min.js").read_text(encoding="utf-8")


def find_violations(page: Page, *, dark: bool = False) -> list[str]:
    """Each serious or critical violation with its element, without those of Streamlit's own.

    `dark`: contrast alone, because nothing else depends on the theme.
    """
    if not axe_script():
        return []
    options: dict[str, Any] = {"resultTypes": ["violations"], "preload": False, "iframes": False}
    if dark:
        options["runOnly"] = {"type": "rule", "values": ["color-contrast"]}
    known = {**OF_STREAMLIT, **(OF_STREAMLIT_IN_THE_DARK if dark else {})}
    told = [
        (found["rule"], f"{node['within']}: {node['target']} {node['html']}", node["why"])
        for found in page.evaluate(_RUN, options)
        if found["impact"] in _SEVERE
        for node in found["nodes"]
    ]
    return [
        f"{rule}, {element} {why}"
        for rule, element, why in told
        if not any(rule == one and part in element for one, part in known)
    ]


def count_skipped_levels(page: Page) -> int:
    """How often a heading is more than one level below the one before it."""
    return int(page.evaluate(_JUMPS))
