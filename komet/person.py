"""Who is at work: the name that changes, runs and exports are recorded under.

There is no sign-in: a name is what a person says of himself, not a proof. In the browser it is the
name chosen there (`follow`), on the command line `KOMET_PERSON`, else the computer's user.
"""

import getpass
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_chosen: ContextVar[str | None] = ContextVar("person", default=None)
_follow: list[Callable[[], str | None]] = []


def current() -> str:
    """The name of whoever is at work."""
    for asked in (_chosen.get, *_follow):
        name = asked()
        if name:
            return name
    return computer_user()


@contextmanager
def using(name: str) -> Iterator[None]:
    """Whoever is at work in a block."""
    token = _chosen.set(name)
    try:
        yield
    finally:
        _chosen.reset(token)


def follow(ask: Callable[[], str | None]) -> None:
    """Ask this for the name from now on; None means that it does not know."""
    _follow[:] = [ask]


def computer_user() -> str:
    """The name of the user of this computer."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "unknown"
