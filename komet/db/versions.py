"""Which tables have changed since they were read: a stamp a table, kept in the file.

The transaction that writes a table gives it a new stamp; `Connection` sees by the statements which
those are, so that no operation has to say it, and none can forget. A stamp is drawn by chance and
is no count: after a backup was brought back a count would come to the same numbers again, with
other rows behind them.

What a read depends on is seen likewise: every table whose name is a word of its statements. That
may be one too many, which costs a read, and never one too few.
"""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

import duckdb

Stamps = Mapping[str, int]
"""Table → stamp."""

EVERYTHING = frozenset({"*"})
"""What a statement is said to write of which we cannot tell what it writes."""

_CLOCKS = frozenset(
    {"now", "current_timestamp", "current_date", "current_time", "get_current_timestamp", "today"}
)
_WORD = re.compile(r"\w+")
_NAME = r'(?:"?\w+"?\.)*"?(\w+)"?'
_WRITTEN = re.compile(
    r"\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?"
    r"|(?:ALTER|DROP)\s+TABLE(?:\s+IF\s+EXISTS)?"
    rf"|CREATE\s+(?:OR\s+REPLACE\s+)?TABLE(?:\s+IF\s+NOT\s+EXISTS)?)\s+{_NAME}",
    re.IGNORECASE,
)
_HARMLESS = re.compile(
    r"\s*(?:SELECT|FROM|WITH|VALUES|DESCRIBE|PIVOT|UNPIVOT|EXPLAIN"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?TEMP(?:ORARY)?)\b",
    re.IGNORECASE,
)
_COUNTED = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|MERGE)\b(?!.*\bRETURNING\b)", re.I | re.S)


class Followed:
    """What was read in a block, and whether it would be read the same again."""

    def __init__(self, stamps: Callable[[], Stamps]) -> None:
        self._stamps = stamps
        self._before = stamps()
        self._words: set[str] = set()
        self.asks_the_time = False
        """Whether a statement asked for the present moment, so that the rows may change alone."""

    def note(self, words: Iterable[str]) -> None:
        """Say that tables of these names, if there are any, were read."""
        self._words.update(words)
        self.asks_the_time = self.asks_the_time or not _CLOCKS.isdisjoint(self._words)

    def settle(self) -> None:
        """Forget what was not read; where nothing was seen to be, it depends on every table."""
        if self._words:
            self._before = {n: stamp for n, stamp in self._before.items() if n in self._words}
            self._words = set(self._before)

    def is_current(self) -> bool:
        """Whether no table that was read has been written since. Raises `StoreError`."""
        now = self._stamps()
        if now is self._before:
            return True
        if not self._words:
            return now == self._before
        return all(now.get(name) == stamp for name, stamp in self._before.items())

    def pass_on(self) -> None:
        """Say to whoever follows now that all of this was read: it was, the first time."""
        for other in _following.get():
            other.note(self._words or self._before)
            other.asks_the_time = other.asks_the_time or self.asks_the_time


_following: ContextVar[tuple[Followed, ...]] = ContextVar("following", default=())


@contextmanager
def following(stamps: Callable[[], Stamps]) -> Iterator[Followed]:
    """Follow what this thread reads in the block."""
    followed = Followed(stamps)
    token = _following.set((*_following.get(), followed))
    try:
        yield followed
    finally:
        _following.reset(token)
        followed.settle()


def note_statement(sql: str) -> None:
    """Tell whoever follows what a statement reads."""
    for followed in _following.get():
        followed.note(_WORD.findall(sql.lower()))


@lru_cache(maxsize=500)
def written_by(sql: str) -> frozenset[str]:
    """The tables that a statement writes; names that are no tables of the file may be among them.

    `EVERYTHING` where a statement is neither one that reads nor one that we know.
    """
    found = frozenset(name.lower() for name in _WRITTEN.findall(sql))
    return found if found or _HARMLESS.match(sql) else EVERYTHING


def wrote_nothing(sql: str, rows: list[tuple[object, ...]]) -> bool:
    """Whether the result of a statement says that it changed no row."""
    return rows == [(0,)] and ";" not in sql and bool(_COUNTED.match(sql))


def read(raw: duckdb.DuckDBPyConnection) -> Stamps:
    """The stamps of all tables."""
    return dict(raw.execute("SELECT name, stamp FROM versions").fetchall())


def renew(raw: duckdb.DuckDBPyConnection, tables: Iterable[str]) -> None:
    """Give these tables a new stamp, in the transaction that has written them."""
    names = sorted(tables)
    if not names:
        return
    which = ", ".join(f"'{name}'" for name in names)  # words of our own statements
    everything = "" if EVERYTHING.isdisjoint(names) else " OR true"
    raw.execute(
        f"UPDATE versions SET stamp = {_new_stamp()} WHERE name IN ({which}){everything}"
    ).fetchall()


def renew_all(raw: duckdb.DuckDBPyConnection) -> None:
    """Give every table that there is a new stamp: after a migration, and for a restored file."""
    raw.execute(
        "DELETE FROM versions; INSERT INTO versions"
        f" SELECT table_name, {_new_stamp()} FROM duckdb_tables()"
        " WHERE NOT internal AND NOT temporary AND database_name = current_database()"
        " AND table_name <> 'versions'"
    ).fetchall()


def _new_stamp() -> int:
    return secrets.randbits(62)
