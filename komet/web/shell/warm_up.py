"""What screens import, imported before somebody waits for it.

The server is idle while a browser loads the scripts of its first page, and again while the person
reads the first screen. A thread uses the one for what every first screen needs, and the other for
the rest: else the first visit of each screen would pay for it.
"""

from importlib import import_module
from pkgutil import iter_modules
from threading import Event, Thread

from komet.web import screens

_FIRST = (
    "komet.web.shell.resources",
    "komet.web.screens.orders",
    "komet.web.screens.overview",
    "komet.web.screens.charts",
    # DuckDB and Streamlit import these for the first parameter and the first table
    "pandas",
    "pyarrow.dataset",
)
_THEN = ("altair",)

_begun, _ready, _shown = Event(), Event(), Event()


def begin() -> None:
    """Start the thread; `app.py` calls it when the server starts."""
    _begun.set()
    Thread(target=_import_all, name="warm-up", daemon=True).start()


def wait() -> None:
    """Let the thread import what every screen needs; `navigation.py` calls it on every run.

    Two threads that import packages such as pandas at once may each meet half of one.
    """
    if _begun.is_set():
        _ready.wait()


def go_on() -> None:
    """Let the thread import the rest; `navigation.py` calls it when it has drawn a screen."""
    _shown.set()


def _import_all() -> None:
    try:
        for name in _FIRST:
            import_module(name)
    finally:
        _ready.set()
    for name in _THEN:
        import_module(name)
    _shown.wait()
    for module in iter_modules(screens.__path__, f"{screens.__name__}."):
        import_module(module.name)
