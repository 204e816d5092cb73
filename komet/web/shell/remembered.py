"""What was read is remembered until a table that it was read from is written.

Not until the file changes: the heartbeats of a download change it every few seconds. All
sessions share what is remembered, so each gets a copy.
"""

import copy
import dataclasses
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import polars as pl
import streamlit as st
from pydantic import BaseModel

from komet import language, time_zone
from komet.web.shell.resources import context

_LONGEST = 20.0
"""Seconds for which an answer holds that the clock alone can change."""
P = ParamSpec("P")
R = TypeVar("R")
_MOST_BYTES = 64 * 1024 * 1024
"""Of all that is remembered; what was used longest ago goes first."""


def remembered(read: Callable[P, R]) -> Callable[P, R]:
    """A read of the data file, which is made again only where its answer may be another one.

    Its arguments can be hashed; beside them and the file it depends on the day, the language and
    the time zone of the session at most, and it reads in the thread that calls it. What it tells
    of the present moment, by its SQL, may be some seconds old.
    """
    return _remembered(read, briefly=False)


def remembered_briefly(read: Callable[P, R]) -> Callable[P, R]:
    """The same for a read that looks at the clock outside of its SQL."""
    return _remembered(read, briefly=True)


def _remembered(read: Callable[P, R], *, briefly: bool) -> Callable[P, R]:
    @wraps(read)
    def read_or_remember(*args: P.args, **kwargs: P.kwargs) -> R:
        ctx, memory = context(), _memory()
        now = ctx.now()
        told_in = (language.current(), time_zone.name(), time_zone.today(now), now.date())
        key = (read.__module__, read.__qualname__, ctx.db.path, told_in, args, *kwargs.items())
        entry = memory.get(key)
        if entry is not None and entry.is_young() and entry.followed.is_current():
            entry.followed.pass_on()
        else:
            with ctx.db.following() as followed:
                value = read(*args, **kwargs)
            followed.asks_the_time = followed.asks_the_time or briefly
            entry = _Entry(value, followed, _bytes_of(value), time.monotonic())
            memory.put(key, entry)
        given: R = copy.deepcopy(entry.value)
        return given

    return read_or_remember


@dataclasses.dataclass(frozen=True)
class _Entry:
    value: Any
    followed: Any
    """`komet.db.versions.Followed`, which the skin does not know."""
    size: int
    read_at: float

    def is_young(self) -> bool:
        """Whether it would be the same by the clock."""
        asks: bool = self.followed.asks_the_time
        return not asks or time.monotonic() - self.read_at < _LONGEST


class _Memory:
    def __init__(self) -> None:
        self._entries: OrderedDict[Hashable, _Entry] = OrderedDict()
        self._size = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> _Entry | None:
        with self._lock:
            if key in self._entries:
                self._entries.move_to_end(key)
            return self._entries.get(key)

    def put(self, key: Hashable, entry: _Entry) -> None:
        with self._lock:
            before = self._entries.pop(key, None)
            self._size += entry.size - (before.size if before else 0)
            self._entries[key] = entry
            while self._size > _MOST_BYTES:
                self._size -= self._entries.popitem(last=False)[1].size


@st.cache_resource(show_spinner=False)
def _memory() -> _Memory:
    return _Memory()


def _bytes_of(value: Any) -> int:
    """About how much memory a value takes."""
    match value:
        case pl.DataFrame():
            return 1_000 + int(value.estimated_size())
        case dict():
            inner = [*value.keys(), *value.values()]
        case list() | tuple() | set() | frozenset():
            inner = list(value)
        case BaseModel():
            inner = list(vars(value).values())
        case _ if dataclasses.is_dataclass(value):
            inner = [getattr(value, member.name) for member in dataclasses.fields(value)]
        case _:
            inner = []
    return sys.getsizeof(value) + sum(map(_bytes_of, inner))
