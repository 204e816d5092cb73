"""The one way that a text reaches a person: `_()`.

English is the source. Every sentence that a screen, a message, an export or the command line shows
is written as `_("...")`, with named placeholders filled afterwards: `_("{n:,} lines").format(n=3)`.
Other languages are gettext catalogs in `komet/locale/`, found by their file names: `pt.po` is all
that Portuguese needs. What Babel knows of a language (its own name, its numbers, the order of a
date) is not said again. A test fails when a text has no translation.

Which language is in force: what `using` says in this context, else what the place we run in says
(`follow`: the browser's session), else the process's own (`use_by_default`: the command line).
"""

import re
import string
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple, Self

from komet import time_zone

DEFAULT = "en"
"""The language of the sources."""
CATALOGS = Path(__file__).parent / "locale"
"""The folder of the catalogs: one file a language, named by its code."""

_chosen: ContextVar[str | None] = ContextVar("language", default=None)
_follow: list[Callable[[], str | None]] = []
_process = [DEFAULT]

_DAY_SIGNS = {"d": "%d", "M": "%m", "y": "%Y"}
_DAY_ORDERS = ("dMy", "Mdy", "yMd")
"""The orders that date fields of a browser can show."""

Origin = dict[str, Any]
"""What a text was made of: `text` in English, or `one`, `many` and `count`; `data` it was filled
with."""


class _Conventions(NamedTuple):
    """How a language writes figures and days."""

    decimal: str
    thousands: str
    day: str
    """In the directives of strftime."""


_SOURCE = _Conventions(".", ",", "%Y-%m-%d")


def languages() -> dict[str, str]:
    """The languages that we have: code → its own name for itself, the source's first."""
    return {code: _own_name(code) for code in _codes(CATALOGS)}


def current() -> str:
    """The code of the language in force: a key of `languages()`."""
    for asked in (_chosen.get, *_follow):
        code = asked()
        if code in _codes(CATALOGS):
            return code
    return _process[0]


@contextmanager
def using(code: str) -> Iterator[None]:
    """Use this language in the block, whatever is in force around it."""
    token = _chosen.set(code)
    try:
        yield
    finally:
        _chosen.reset(token)


def follow(ask: Callable[[], str | None]) -> None:
    """Ask this function for the language from now on; it returns None where it does not know."""
    _follow[:] = [ask]


def use_by_default(code: str) -> None:
    """Set the language of this process, for where nothing else says one."""
    _process[0] = code


def nearest(tag: str | None) -> str:
    """The language for a tag such as `es-EC` or `es_CO.UTF-8`; English for any that we lack."""
    asked = (tag or "").partition(".")[0].replace("-", "_").casefold()
    ours = {code.casefold(): code for code in _codes(CATALOGS)}
    return ours.get(asked) or ours.get(asked.partition("_")[0]) or DEFAULT


def tag(code: str) -> str:
    """The code of a language as browsers write it: `pt_BR` is `pt-BR`."""
    return code.replace("_", "-")


class Message(str):
    """A text whose `format` writes numbers and dates as the language in force does.

    It remembers its `origin`, so that it can be stored and shown again in another language.
    """

    __slots__ = ("origin",)
    origin: Origin | None

    def __new__(cls, text: str, origin: Origin | None = None) -> Self:
        """The text, and what it was made of."""
        made = super().__new__(cls, text)
        made.origin = origin
        return made

    def format(self, *args: object, **kwargs: object) -> str:
        """Fill the placeholders. A bare date is written as on screen, `{n:,}` as a number."""
        origin = {**self.origin, "data": kwargs} if self.origin and not args else None
        return Message(_Filler().vformat(str(self), args, kwargs), origin)


def to_json(value: Any) -> Any:
    """A text as what it was made of, for `from_json`; other values so that JSON can hold them."""
    match value:
        case Message(origin=dict() as origin):
            data = {name: to_json(part) for name, part in origin.get("data", {}).items()}
            return {"message": origin | {"data": data}}
        case datetime():
            return {"moment": value.isoformat()}
        case date():
            return {"day": value.isoformat()}
        case Decimal():
            return {"decimal": str(value)}
        case None | bool() | int() | float():
            return value
    return str(value)


def from_json(value: Any) -> Any:
    """What `to_json` was given; a text in the language that is in force now."""
    match value:
        case {"message": {"one": one, "many": many, "count": count, "data": dict() as data}}:
            return _filled(_n(one, many, count), data)
        case {"message": {"text": english, "data": dict() as data}}:
            return _filled(_(english), data)
        case {"moment": str() as text}:
            return datetime.fromisoformat(text)
        case {"day": str() as text}:
            return date.fromisoformat(text)
        case {"decimal": str() as text}:
            return Decimal(text)
    return value


def _filled(text: str, data: dict[str, Any]) -> str:
    parts = {name: from_json(part) for name, part in data.items()}
    return text.format(**parts) if parts else text


class _Filler(string.Formatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, int | float | Decimal) and format_spec:
            return _separated(format(value, format_spec))
        if isinstance(value, datetime) and not format_spec:
            return moment(value)
        if isinstance(value, date) and not format_spec:
            return day(value)
        return format(value, format_spec)


def _(text: str) -> str:
    """The text in the language in force."""
    return Message(_catalog(current()).gettext(text) if text else text, {"text": text})


def _n(one: str, many: str, count: int) -> str:
    """The form that fits a count: `_n("{n} day", "{n} days", 3).format(n=3)`."""
    origin = {"one": one, "many": many, "count": count}
    return Message(_catalog(current()).ngettext(one, many, count), origin)


def _later(text: str) -> str:
    """Mark a text that is kept in English and shown by `_()` afterwards."""
    return text


def number(value: Decimal | float | None, places: int | None = None) -> str:
    """A figure for reading, thousands apart; without `places`, without idle decimals."""
    if value is None:
        return ""
    if places is not None:
        return _separated(f"{value:,.{places}f}")
    text = f"{value:,f}"
    return _separated(text.rstrip("0").rstrip(".") if "." in text else text)


def day(value: date) -> str:
    """A day as it is written on screen: 2026-11-20, or 20/11/2026."""
    return value.strftime(day_code())


def moment(value: datetime) -> str:
    """A time to the minute as it is written on screen, in the time zone in force."""
    here = time_zone.local(value)
    return f"{day(here)} {here:%H:%M}"


def zoned_moment(value: datetime) -> str:
    """The same with the zone: for a sentence, where no heading says it."""
    return time_zone.headed(moment(value))


def exact_moment(value: datetime) -> str:
    """A time to the second with its zone and what that is in UTC: for the head of a file."""
    here = time_zone.local(value)
    return f"{day(here)} {here:%H:%M:%S} {time_zone.name()} ({time_zone.offset(value)})"


def day_code() -> str:
    """How a day is written on screen, in the directives of strftime, which charts share."""
    return _conventions(current()).day


def day_pattern() -> str:
    """The pattern of a day for widgets and tables."""
    return day_code().replace("%d", "DD").replace("%m", "MM").replace("%Y", "YYYY")


def moment_pattern() -> str:
    """The pattern of a time to the minute for tables."""
    return f"{day_pattern()} HH:mm"


def has_decimal_comma(code: str) -> bool:
    """Whether figures have a decimal comma in a language."""
    return _conventions(code).decimal == ","


def _separated(text: str) -> str:
    conventions = _conventions(current())
    if conventions is _SOURCE:
        return text
    return text.translate({ord("."): conventions.decimal, ord(","): conventions.thousands})


@cache
def _codes(folder: Path) -> tuple[str, ...]:
    return (DEFAULT, *sorted(path.stem for path in folder.glob("*.po")))


@cache
def _own_name(code: str) -> str:
    from babel import Locale

    name = Locale.parse(code).display_name or code
    return name[0].upper() + name[1:]


@cache
def _conventions(code: str) -> _Conventions:
    if code == DEFAULT:
        return _SOURCE
    from babel import Locale
    from babel.numbers import get_decimal_symbol, get_group_symbol

    locale = Locale.parse(code)
    short = locale.date_formats["short"].pattern
    order = "".join(dict.fromkeys(re.findall("[dMy]", short)))
    between = re.search(r"[-/.]", short)
    day = _SOURCE.day
    if order in _DAY_ORDERS and between:
        day = between[0].join(_DAY_SIGNS[letter] for letter in order)
    return _Conventions(get_decimal_symbol(locale), get_group_symbol(locale), day)


def _catalog(code: str) -> NullTranslations:
    return _compiled(CATALOGS, code)


@cache
def _compiled(folder: Path, code: str) -> NullTranslations:
    catalog = folder.joinpath(f"{code}.po")
    if code == DEFAULT or not catalog.is_file():
        return NullTranslations()
    # read from the text that people edit: nothing to compile, nothing to forget to commit
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    write_mo(compiled, read_po(BytesIO(catalog.read_bytes()), locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)
