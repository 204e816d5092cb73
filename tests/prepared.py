"""Data folders that are made once in a test session, and copied for each test that asks for one."""

import shutil
from collections.abc import Callable
from pathlib import Path

from komet.context import AppContext, open_context
from komet.settings import Settings


class PreparedFolders:
    """`folder` keeps the originals of this process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def copy(self, name: str, home: Path, make: Callable[[AppContext], object]) -> AppContext:
        """The context of `home`, which becomes a copy of what `make` has made of a new folder."""
        original = self._folder / name
        if not original.exists():
            growing = original.with_name(f"{name}-growing")
            shutil.rmtree(growing, ignore_errors=True)
            ctx = open_context(Settings(home=growing))
            make(ctx)
            with ctx.db.read():
                pass  # made, even where `make` makes nothing
            ctx.db._lease.close_for_good()
            growing.rename(original)
        shutil.copytree(original, home, ignore=shutil.ignore_patterns("*.queue", "*.lock"))
        return open_context(Settings(home=home))
