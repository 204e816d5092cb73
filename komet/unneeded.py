"""Packages that are installed, and that this process does without.

DuckDB imports pandas, and numpy with it, as soon as a statement has parameters: to recognise their
values among them. None of ours ever is one, and importing both takes longer than most commands.
Where they cannot be imported, DuckDB goes on without; so do polars and pyarrow.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_PACKAGES = frozenset({"numpy", "pandas"})


class _Refuse:
    """A finder of modules that finds these to be missing."""

    @staticmethod
    def find_spec(
        name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in _PACKAGES:
            raise ModuleNotFoundError(f"This process does without {name}.", name=name)
        return None


def leave_out() -> None:
    """Let this process do without them, unless it has them already. For good."""
    if _Refuse not in sys.meta_path:
        sys.meta_path.insert(0, _Refuse)
