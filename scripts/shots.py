"""Screenshots of every screen, empty and with sample data, in all looks: `make shots`.

Wide and narrow, light and dark, English and Spanish.

They are written to `shots/`. The app runs on a data folder of its own and on the sandbox.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).parents[1]
OUT = ROOT / "shots"
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
SCREENS = (
    "",
    "purchase_orders",
    "changes",
    "planning",
    "dispatch",
    "ship",
    "labels",
    "invoices",
    "in_transit",
    "new_orders",
    "outbox",
    "po_download",
    "excel_import",
    "sku_mapping",
    "export_templates",
    "client_providers",
    "tokens",
    "activity",
    "catalogs",
    "api_explorer",
)
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def settle(page: Page) -> None:
    """Wait until Streamlit has drawn and nothing is running."""
    page.wait_for_selector("h1", timeout=30_000)
    page.wait_for_function(
        "!document.querySelector('[data-testid=stStatusWidget], [data-testid=stSkeleton]')",
        timeout=30_000,
    )
    page.wait_for_timeout(700)


def shoot(
    browser: Browser, url: str, state: str, scheme: str = "light", locale: str = "en-US"
) -> None:
    """One picture of each screen in each size."""
    for size, (width, height) in SIZES.items():
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=locale,
            bypass_csp=True,  # `settle` asks the page a question in JavaScript
        )
        page = context.new_page()
        page.goto(url)
        settle(page)
        for screen in SCREENS:
            page.goto(f"{url}/{screen}")
            settle(page)
            name = f"{state}-{screen or 'overview'}-{size}-{scheme}-{locale[:2]}.png"
            page.screenshot(path=OUT / name)
        context.close()


def main() -> None:
    """Start the app, take the pictures, stop it."""
    OUT.mkdir(exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        app = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)],
            cwd=ROOT,
            env=os.environ | {"KOMET_HOME": home},
        )
        url = f"http://127.0.0.1:{port}"
        try:
            for _try in range(100):
                try:
                    urllib.request.urlopen(f"{url}/_stcore/health")
                    break
                except OSError:
                    time.sleep(0.2)
            browser = playwright.chromium.launch(
                executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=list(FLAGS)
            )
            shoot(browser, url, "empty")
            page = browser.new_page()
            page.goto(url)
            page.get_by_role("button", name="Try it with sample data").click()
            page.wait_for_selector("text=End the tour", timeout=90_000)
            page.close()
            shoot(browser, url, "full")
            shoot(browser, url, "full", "dark")
            shoot(browser, url, "full", "light", "es-EC")
            shoot(browser, url, "full", "dark", "es-EC")
        finally:
            app.terminate()
            app.wait()


if __name__ == "__main__":
    main()
