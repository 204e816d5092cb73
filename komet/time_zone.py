"""Whose day it is: the time zone that "today" and every time on a screen or in a file are told in.

What is stored is UTC. A person's zone is, in the browser, the browser's (`follow`); elsewhere that
of the process (`use_by_default`: the setting KOMET_TIME_ZONE, else the computer's). The daily
allowance of requests is the exception: it is counted by UTC days, as Komet counts it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import tzlocal

_UTC = ZoneInfo("UTC")
_chosen: ContextVar[ZoneInfo | None] = ContextVar("time_zone", default=None)
_follow: list[Callable[[], str | None]] = []
_process = [_UTC]


def zone_of(name: str | None) -> ZoneInfo | None:
    """The zone of an IANA name such as America/Guayaquil; None for any other text."""
    try:
        return ZoneInfo(name) if name else None
    except (KeyError, ValueError, OSError):  # a folder of the zone data is an OSError
        return None


def of_computer() -> str:
    """The name of the computer's zone; UTC where it names none."""
    try:
        found: str | None = tzlocal.get_localzone_name()
    except (KeyError, ValueError, OSError):
        found = None
    return found if found and zone_of(found) else "UTC"


def current() -> ZoneInfo:
    """The zone in force."""
    if chosen := _chosen.get():
        return chosen
    for ask in _follow:
        if found := zone_of(ask()):
            return found
    return _process[0]


def name() -> str:
    """The IANA name of the zone in force."""
    return current().key


def label() -> str:
    """The zone in force for a heading: Guayaquil for America/Guayaquil."""
    return name().rpartition("/")[2].replace("_", " ")


def headed(heading: str) -> str:
    """The heading of a column of times, with their zone."""
    return f"{heading} ({label()})"


def offset(moment: datetime) -> str:
    """How far the zone in force is from UTC at a moment: UTC−5, UTC+5:30, or UTC."""
    minutes = round((local(moment).utcoffset() or timedelta()).total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    if not minutes:
        return "UTC"
    return f"UTC{'−' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}"


@contextmanager
def using(zone: ZoneInfo) -> Iterator[None]:
    """The zone of a block, whatever is in force around it."""
    token = _chosen.set(zone)
    try:
        yield
    finally:
        _chosen.reset(token)


def follow(ask: Callable[[], str | None]) -> None:
    """Ask this for the zone's name from now on; None means that it does not know."""
    _follow[:] = [ask]


def use_by_default(zone: str) -> None:
    """The zone of this process, where nothing else says one."""
    _process[0] = ZoneInfo(zone)


def today(now: datetime) -> date:
    """The day that it is at a moment, in the zone in force."""
    return local(now).date()


def local(moment: datetime) -> datetime:
    """A moment in the zone in force; one without a zone stays as it is."""
    return moment.astimezone(current()) if moment.tzinfo else moment


def instant(value: datetime) -> datetime:
    """A time as it was entered, in UTC; one without a zone is read in the zone in force."""
    return (value if value.tzinfo else value.replace(tzinfo=current())).astimezone(UTC)


def begin(day: date) -> datetime:
    """The moment, in UTC, at which a day begins in the zone in force."""
    return instant(datetime.combine(day, time()))
