"""The app as a process of its own, on a port of its own, with a log that tests can read."""

import atexit
import os
import socket
import time
import urllib.request
from functools import cache
from pathlib import Path

from playwright.sync_api import Page, expect
from warm_interpreter import WarmInterpreter

ROOT = Path(__file__).parents[2]
_IMPORTED = (
    "streamlit.web.cli",
    "streamlit.web.bootstrap",
    "altair",
    "pandas",
    "komet.web.shell.doors",
    *(f"komet.web.screens.{path.stem}" for path in (ROOT / "komet/web/screens").glob("[a-z]*.py")),
)
expect.set_options(timeout=30_000)
# A click is drawn some time after it was made: the app is at rest when it has been so for a while.
_QUIET = """() => {
  const app = document.querySelector('[data-testid=stApp]');
  if (!app || app.dataset.testScriptState !== 'notRunning') {
    window.quietSince = undefined;
    return false;
  }
  window.quietSince ??= performance.now();
  return performance.now() - window.quietSince > 400;
}"""


@cache
def _warm_streamlit() -> WarmInterpreter:
    interpreter = WarmInterpreter("komet.web", _IMPORTED)
    atexit.register(interpreter.close)
    return interpreter


class App:
    """A running app: its address, its log, and whether its screens show an exception."""

    def __init__(self, home: Path, **settings: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        self.home = home
        self.log_path = home.parent / f"app-{port}.log"
        self._log = self.log_path.open("w")
        with Path(os.devnull).open() as nothing:
            self._process = _warm_streamlit().start(
                "streamlit",
                ["run", "app.py", "--server.port", str(port)],
                cwd=ROOT,
                env=os.environ | {"KOMET_HOME": str(home), "KOMET_LOG_LEVEL": "DEBUG"} | settings,
                streams=(nothing.fileno(), self._log.fileno(), self._log.fileno()),
            )
        deadline = time.monotonic() + 60
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/_stcore/health").close()
                return
            except OSError:
                assert time.monotonic() < deadline, self.log_path.read_text()
                time.sleep(0.05)

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._log.close()

    @property
    def log(self) -> str:
        return self.log_path.read_text()


def settled(page: Page) -> None:
    """Wait until Streamlit has drawn the page, and see that it shows no exception."""
    expect(page.locator("h1").first).to_be_visible()
    expect(page.get_by_test_id("stSkeleton")).to_have_count(0)
    page.evaluate("window.quietSince = undefined")
    page.wait_for_function(_QUIET)
    expect(page.get_by_test_id("stException")).to_have_count(0)
