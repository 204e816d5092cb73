"""A form for the parameters of any method, made from the registry."""

import json
from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from komet import time_zone
from komet.api.methods import Kind, Method, Parameter
from komet.errors import InvalidInput
from komet.language import _, day_pattern
from komet.web.shell import failures, state


def parameters(spec: Method, now: datetime) -> dict[str, Any]:
    """What the user has filled in. Raises `InvalidInput` for JSON that is none."""
    if st.toggle(_("As JSON"), key=state.EXPLORER_RAW):
        text = st.text_area(_("Parameters"), key=state.EXPLORER_JSON, height=200)
        return parsed(text)
    entries = [*spec.headers, *spec.sendable]
    if not entries:
        st.caption(_("This method takes no parameters but the token."))
    wide = {Kind.LIST, Kind.BYTES}
    small = [entry for entry in entries if entry.kind not in wide]
    small.sort(key=lambda entry: not _is_needed(entry))
    values: dict[str, Any] = {}
    for at in range(0, len(small), 3):  # row by row, so that a narrow screen keeps the order
        for entry, column in zip(small[at : at + 3], st.columns(3), strict=False):
            values[entry.name] = _field(spec, entry, column, now)
    for entry in entries:
        if entry.kind in wide:
            values[entry.name] = _list(spec, entry)
    order = [entry.name for entry in entries]
    return {name: values[name] for name in order if values[name] not in (None, "", [])}


def parsed(text: str) -> dict[str, Any]:
    """The JSON object that was typed; nothing for no text."""
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise InvalidInput(_("That is not JSON: {reason}.").format(reason=error)) from error
    if not isinstance(value, dict):
        raise InvalidInput(_("One JSON object is wanted: {example}.").format(example='{"a": 1}'))
    return value


def _label(entry: Parameter) -> str:
    name = failures.plain(entry.name)
    return f"**{name}**" if _is_needed(entry) else name


def _is_needed(entry: Parameter) -> bool:
    """Whether it is always needed, or one of several of which one is."""
    return entry.required or bool(entry.unless)


def _help(entry: Parameter) -> str:
    parts = [entry.description, entry.condition and _("Needed: {when}.").format(
        when=entry.condition), entry.note]  # fmt: skip
    return failures.plain(" ".join(filter(None, parts))) or failures.plain(entry.name)


def _field(spec: Method, entry: Parameter, column: Any, now: datetime) -> Any:
    key = f"explorer_{spec.name}_{entry.name}"
    label, help_ = _label(entry), _help(entry)
    if entry.choices:
        return column.selectbox(
            label, list(entry.choices), index=None, help=help_, key=key, placeholder="",
            format_func=lambda code: f"{code} · {entry.choices[code]}",
        )  # fmt: skip
    if entry.kind is Kind.BOOLEAN:
        words = {1: _("yes"), 0: _("no")}
        return column.selectbox(
            label, list(words), index=None, help=help_, key=key, placeholder="",
            format_func=lambda value: words[value],
        )  # fmt: skip
    if entry.kind is Kind.DATE:
        # today to begin with; and still a day that can be cleared, which a default could not be
        st.session_state.setdefault(key, time_zone.today(now) if _is_needed(entry) else None)
        return column.date_input(label, None, help=help_, key=key, format=day_pattern())
    return column.text_input(label, help=help_, key=key).strip()


def _list(spec: Method, entry: Parameter) -> Any:
    key = f"explorer_{spec.name}_{entry.name}"
    if entry.kind is Kind.BYTES:
        file = st.file_uploader(_label(entry), help=_help(entry), key=key)
        return file.getvalue() if file else None
    if not entry.items:
        text = st.text_input(
            _label(entry), help=_help(entry), key=key, placeholder=_("separated by commas")
        )
        return [part.strip() for part in text.split(",") if part.strip()]
    st.markdown(_label(entry), help=_help(entry))
    names = [item.name for item in entry.items]
    empty = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    edited = st.data_editor(
        empty,
        num_rows="dynamic",
        hide_index=True,
        key=key,
        column_config={
            item.name: st.column_config.TextColumn(
                item.name, help=item.description, required=item.required
            )
            for item in entry.items
        },
    )
    return [
        {name: value for name, value in row.items() if value not in (None, "")}
        for row in edited.rows(named=True)
        if any(row.values())
    ]
