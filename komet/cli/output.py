"""Writing for a person or for a program: tables, sentences, JSON."""

import json
import sys
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from komet.language import number

_WIDE = 200
Json = Annotated[bool, Parameter(name="--json", negative="", help="Print JSON.")]
err = Console(stderr=True, width=None if sys.stderr.isatty() else _WIDE)


_quiet = False
_verbose = False


def set_verbosity(*, quiet: bool, verbose: bool) -> None:
    """Set how much is said beside results: nothing by `note` (quiet), or every step (verbose)."""
    global _quiet, _verbose
    _quiet, _verbose = quiet, verbose


def quiet() -> bool:
    """Whether only results and failures are to be written."""
    return _quiet


def verbose() -> bool:
    """Whether every step is to be written."""
    return _verbose


def note(text: str) -> None:
    """Say on standard error what is going on; nothing with `--quiet`."""
    if not _quiet:
        warn(text)


def warn(text: str) -> None:
    """Write a message to standard error, without markup."""
    err.print(text, markup=False, highlight=False)


def say(text: str) -> None:
    """Write a message to standard output, without markup."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def figure(value: Decimal | int | None) -> str:
    """A quantity as a person reads it: thousands separated, no trailing zeros."""
    return number(value or 0)


def say_json(value: Any) -> None:
    """Write a value to standard output as JSON; dates and decimals become text."""
    say(json.dumps(value, default=str, ensure_ascii=False, indent=2))


def table(headings: Sequence[str], rows: Sequence[Sequence[Any]], empty: str) -> None:
    """Write a table to standard output, or the message `empty` where there are no rows."""
    if not rows:
        say(empty)
        return
    drawn = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        drawn.add_column(heading, overflow="fold")
    for row in rows:
        drawn.add_row(*("" if cell is None else str(cell) for cell in row))
    out = Console(width=None if sys.stdout.isatty() else _WIDE, markup=False, highlight=False)
    out.print(drawn)
