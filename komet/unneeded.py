"""Packages that are installed, and that this process does without.

DuckDB imports pandas, and numpy with it, as soon as a statement has parameters: to recognise their
values among them. None of ours ever is one, and importing both takes longer than most commands.
Where they cannot be imported, DuckDB goes on without; so do polars and pyarrow.

pyarrow itself carries frames into DuckDB and out of it, and has the longest import of all. Without
it both understand each other by Arrow's C interface, in `komet.db.database`; what writes workbooks
or reads a result by parts needs it, a download does neither.
"""

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

_left_out = {"numpy", "pandas"}


class _Refuse:
    """A finder of modules that finds these to be missing."""

    @staticmethod
    def find_spec(
        name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name in _left_out:
            raise ModuleNotFoundError(f"This process does without {name}.", name=name)
        return None


def leave_out(*others: str) -> None:
    """Let this process do without them and `others`, unless it has them already. For good."""
    _left_out.update(others)
    if _Refuse not in sys.meta_path:
        sys.meta_path.insert(0, _Refuse)


def is_left_out(package: str) -> bool:
    """Whether this process does without the package."""
    return package in _left_out and package not in sys.modules and _Refuse in sys.meta_path
