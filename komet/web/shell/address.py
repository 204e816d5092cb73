"""What a screen shows, in its address: a reload, the back button and a link find it again.

A screen names the fields that its address has, before it draws their widgets, which then take no
default of their own:

    address.bind("planning", choices("planning_providers", "client", names), ...)

Streamlit's own `bind="query-params"` writes the words of the options instead: a link would open in
one language alone, and with figures in the words, once. No secret is ever a field. What a link asks
for and is not there is left out, with a sentence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from komet.language import _
from komet.web.shell import failures, state

Said = dict[str, list[str]]
"""Parameters of an address: name → values; what is at its default is left out."""


@dataclass(frozen=True)
class Field:
    """The widget of `key` as the parameter of `name`, and what the widget is at first.

    `read` gives the value for the texts of the parameter, and those of them that mean nothing;
    `write` is its inverse, and raises `ValueError` for a value that is none of the widget's.
    """

    key: str
    name: str
    read: Callable[[Sequence[str]], tuple[Any, list[str]]]
    write: Callable[[Any], list[str]]
    default: Any = None

    def value(self, texts: Sequence[str]) -> tuple[Any, list[str]]:
        """What the widget is to show for these texts, and those that mean nothing."""
        return self.read([text for text in texts if text]) if texts else (self.default, [])

    def texts(self, value: Any) -> list[str]:
        """How the address says a value: nothing where it is the default."""
        return [] if value == self.default else self.write(value) or [""]


@dataclass(frozen=True)
class _Kept:
    """What a part of a screen has last said, on which visit, and what of a link meant nothing."""

    said: Said
    visit: int
    unknown: tuple[str, ...] = ()


def choices(key: str, name: str, options: Sequence[Any], default: Sequence[Any] = ()) -> Field:
    """A widget of several of these options; an option is written as `str` says it."""
    by_text = {str(option): option for option in options}

    def read(texts: Sequence[str]) -> tuple[list[Any], list[str]]:
        known = [by_text[text] for text in dict.fromkeys(texts) if text in by_text]
        return known, [text for text in texts if text not in by_text]

    def write(values: Sequence[Any]) -> list[str]:
        return [_known(str(value), by_text) for value in values]

    return Field(key, name, read, write, list(default))


def choice(key: str, name: str, options: Sequence[Any], default: Any = None) -> Field:
    """A widget of one of these options, or of none."""
    return _single(key, name, {str(option): option for option in options}, default)


def worded(key: str, name: str, words: Mapping[str, str], default: str) -> Field:
    """A widget whose value is a word of the reader's language, such as tabs; `words`: by code."""
    return _single(key, name, words, words[default])


def text(key: str, name: str) -> Field:
    """A field of free text; several values of a link are parts of it. Never for a secret."""
    return Field(key, name, lambda texts: (", ".join(texts), []), lambda value: [value], "")


def day(key: str, name: str, default: date | None = None) -> Field:
    """A date, written as 2026-11-20."""

    def read(texts: Sequence[str]) -> tuple[date | None, list[str]]:
        try:
            return (date.fromisoformat(texts[0]) if texts else None), []
        except ValueError:
            return default, [texts[0]]

    return Field(key, name, read, lambda value: [value.isoformat()] if value else [], default)


def bind(part: str, *fields: Field) -> None:
    """Bring the widgets of a part of a screen and the address into line, before they are drawn.

    Where the address has changed and no widget has since this was last called, somebody followed
    a link or went back: the address counts. Else the widgets do. `part` names the fields together.
    """
    names = [one.name for one in fields]
    kept = _kept().get(part)
    link = asked(part, names, _said(part, fields))
    unknown: list[str] = []
    for one in fields:
        if link is not None:
            st.session_state[one.key], lost = one.value(link.get(one.name, []))
            unknown += lost
        elif kept and _texts(one) is None:
            st.session_state[one.key] = one.value(kept.said.get(one.name, []))[0]
    said = _said(part, fields)
    if link is not None:
        _kept()[part] = _Kept(said, _visit(), tuple(unknown))
    say(part, names, said)
    _say_unknown(_kept()[part].unknown)


def asked(part: str, names: Sequence[str], now: Said) -> Said | None:
    """What the address, or else the last visit, wants of these names; None where widgets count.

    `now`: what the widgets say.
    """
    kept, link = _kept().get(part), _link(names)
    if kept is None or kept.visit != _visit():
        return link or (kept.said if kept else {})
    return link if link != kept.said and now == kept.said else None


def say(part: str, names: Sequence[str], said: Said) -> None:
    """Let the address say these of its names, and leave the others alone."""
    kept = _kept().get(part)
    _kept()[part] = _Kept(said, _visit(), kept.unknown if kept and kept.said == said else ())
    if said != _link(names):
        others = {
            name: st.query_params.get_all(name) for name in st.query_params if name not in names
        }
        st.query_params.from_dict(others | said)


def forget(*names: str) -> None:
    """Take these out of the address, in a callback: what they were about is not shown any more."""
    for name in names:
        st.query_params.pop(name, None)


def visit(page: str) -> None:
    """Count the visits of screens; the guard calls it on every run."""
    last, count = st.session_state.get(state.VISIT, ("", 0))
    if page != last:
        st.session_state[state.VISIT] = (page, count + 1)


def _visit() -> int:
    count: int = st.session_state.get(state.VISIT, ("", 0))[1]
    return count


def _kept() -> dict[str, _Kept]:
    kept: dict[str, _Kept] = st.session_state.setdefault(state.ADDRESSES, {})
    return kept


def _link(names: Sequence[str]) -> Said:
    found = {name: st.query_params.get_all(name) for name in names}
    return {name: values for name, values in found.items() if values}


def _said(part: str, fields: Sequence[Field]) -> Said:
    """What the widgets say; of one that is not drawn just now, what it said last."""
    kept = _kept().get(part)
    said = {}
    for one in fields:
        texts = _texts(one)
        said[one.name] = texts if texts is not None else kept.said.get(one.name, []) if kept else []
    return {name: texts for name, texts in said.items() if texts}


def _texts(one: Field) -> list[str] | None:
    """None where the widget has no state, or one that is no value of it any more."""
    if one.key not in st.session_state:
        return None
    try:
        return one.texts(st.session_state[one.key])
    except ValueError:
        return None


def _say_unknown(values: Sequence[str]) -> None:
    if not values:
        return
    named = ", ".join(f"“{value[:40]}”" for value in values[:5])
    told = _("The link asks for {values}, which is not known here: it was left out.")
    st.warning(failures.plain(told.format(values=named)), icon=":material/link_off:")


def _single(key: str, name: str, by_text: Mapping[str, Any], default: Any) -> Field:
    texts_of = {value: text for text, value in by_text.items()}

    def read(texts: Sequence[str]) -> tuple[Any, list[str]]:
        if not texts:
            return None, []
        return (by_text[texts[0]], []) if texts[0] in by_text else (default, [texts[0]])

    def write(value: Any) -> list[str]:
        return [] if value is None else [texts_of[_known(value, texts_of)]]

    return Field(key, name, read, write, default)


def _known(value: Any, among: Mapping[Any, Any]) -> Any:
    if value not in among:
        raise ValueError(value)
    return value
