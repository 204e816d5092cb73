"""Data folders that are made once in a test session, and copied for each test that asks for one."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

from komet import demo
from komet.context import AppContext, open_context
from komet.ingest.engine import execute
from komet.permissions import SYSTEM
from komet.sandbox.server import Sandbox
from komet.settings import Settings

Make = Callable[[AppContext], object]


class PreparedFolders:
    """`folder` keeps the originals; the processes of a session may share it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(exist_ok=True)

    def copy(self, name: str, home: Path, make: Make) -> AppContext:
        """The context of `home`, which becomes a copy of what `make` has made of a new folder."""
        original = self._folder / name
        with (self._folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not original.exists():
                _make(original, make)
        shutil.copytree(original, home, ignore=shutil.ignore_patterns("*.queue", "*.lock"))
        return open_context(Settings(home=home))

    def new(self, home: Path) -> AppContext:
        """A data file as it is after its migrations."""
        return self.copy("new", home, lambda ctx: None)

    def samples(self, home: Path) -> AppContext:
        """What "Try it with sample data" makes, downloaded."""
        return self.copy("samples", home, _make_samples)


def _make(folder: Path, make: Make) -> None:
    growing = folder.with_name(f"{folder.name}-growing")
    shutil.rmtree(growing, ignore_errors=True)
    ctx = open_context(Settings(home=growing))
    make(ctx)
    with ctx.db.read():
        pass  # made, even where `make` makes nothing
    ctx.db._lease.close_for_good()
    growing.rename(folder)


def _make_samples(ctx: AppContext) -> None:
    with Sandbox() as sandbox:
        chosen = demo.prepare(ctx, SYSTEM, sandbox)
        for one in demo.start_passes(ctx, SYSTEM, sandbox, chosen):
            if one.before:
                one.before()
            execute(ctx, SYSTEM, one.run.id)
