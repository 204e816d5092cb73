"""The one way that a text reaches a person: `_()`.

English is the source. Catalogs of other languages are gettext's, so every sentence that a
screen, a message or the command line shows is written as `_("...")`, with named placeholders
filled afterwards: `_("{count} lines").format(count=3)`.
"""

from gettext import NullTranslations

_catalog = NullTranslations()


def _(text: str) -> str:
    """The text in the language in force (English, until a catalog is installed)."""
    return _catalog.gettext(text) if text else text


def _n(one: str, many: str, count: int) -> str:
    """The form that fits a count: `_n("{n} day", "{n} days", 3).format(n=3)`."""
    return _catalog.ngettext(one, many, count)
