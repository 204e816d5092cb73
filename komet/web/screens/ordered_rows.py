"""Rows in an order that a person chooses: moved by arrows, taken out, added at the end."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl
import streamlit as st

from komet.language import _

Row = dict[str, str]
"""What one row shows, by column; every row has the same columns."""

_UP, _DOWN, _OUT = "_up", "_down", "_out"
_NARROW = 56


@dataclass
class _Held:
    """The rows as they are now, what they were made from, and how often they were moved."""

    start: list[Row]
    rows: list[Row]
    moves: int = 0


def ordered_rows(
    key: str,
    rows: Sequence[Row],
    config: Mapping[str, Any],
    *,
    disabled: Collection[str] = (),
    add: Callable[[str], Row],
    choices: Sequence[str],
    add_label: str,
    once: str = "",
) -> list[Row]:
    """The rows as a person has them now; other `rows` than at the last run begin anew.

    `config`: Streamlit's configuration of each column of a row; those `disabled` are not written
    in. A choice of `choices` is added at the end as the row that `add` makes of it; with `once`,
    what stands in that column is not offered again.
    """
    slot, start = f"{key}_held", list(rows)
    held: _Held | None = st.session_state.get(slot)
    if held is None or held.start != start:
        held = st.session_state[slot] = _Held(start, start)
    editor = f"{key}_{held.moves}"
    names = list(config)
    table = [{_UP: "↑", _DOWN: "↓", **row, _OUT: "✕"} for row in held.rows]
    edited = st.data_editor(
        pl.DataFrame(table, schema=dict.fromkeys([_UP, _DOWN, *names, _OUT], pl.String)),
        key=editor,
        hide_index=True,
        placeholder="",
        disabled=list(disabled),
        height=min(36 * (len(table) + 1) + 2, 420),
        column_config={
            _UP: _button(_("Up"), slot, editor, _UP, lambda at: (at, at - 1)),
            _DOWN: _button(_("Down"), slot, editor, _DOWN, lambda at: (at, at + 1)),
            **config,
            _OUT: _button(_("Remove"), slot, editor, _OUT, lambda at: (at, None)),
        },
    )
    taken = {row[once] for row in held.rows} if once else set()
    st.selectbox(
        add_label, [choice for choice in choices if choice not in taken], index=None,
        key=f"{editor}_add", placeholder=_("Choose one"),
        on_change=_append, args=(slot, editor, add),
    )  # fmt: skip
    return [{name: row[name] or "" for name in names} for row in edited.rows(named=True)]


def move_row(rows: Sequence[Row], at: int, to: int | None) -> list[Row]:
    """The rows with the one at a place (from 0) at another, or without it.

    Where there is no such place the rows stay as they are.
    """
    if not 0 <= at < len(rows) or (to is not None and not 0 <= to < len(rows)):
        return list(rows)
    rest = [*rows[:at], *rows[at + 1 :]]
    return rest if to is None else [*rest[:to], rows[at], *rest[to:]]


def _button(
    label: str, slot: str, editor: str, name: str, target: Callable[[int], tuple[int, int | None]]
) -> Any:
    return st.column_config.ButtonColumn(
        label, width=_NARROW, type="tertiary", key=f"{editor}{name}",
        on_click=_move, args=(slot, editor, name, target),
    )  # fmt: skip


def _move(
    slot: str, editor: str, name: str, target: Callable[[int], tuple[int, int | None]]
) -> None:
    clicked = st.session_state.get(f"{editor}{name}")
    if clicked is not None:
        held: _Held = st.session_state[slot]
        _replace(slot, move_row(_written(held, editor), *target(clicked["row"])))


def _append(slot: str, editor: str, add: Callable[[str], Row]) -> None:
    chosen = st.session_state.get(f"{editor}_add")
    if chosen is not None:
        held: _Held = st.session_state[slot]
        _replace(slot, [*_written(held, editor), add(chosen)])


def _replace(slot: str, rows: list[Row]) -> None:
    """Other rows under another key: what was written in the table is part of them."""
    held: _Held = st.session_state[slot]
    st.session_state[slot] = _Held(held.start, rows, held.moves + 1)


def _written(held: _Held, editor: str) -> list[Row]:
    edits: dict[int, dict[str, str | None]] = st.session_state[editor]["edited_rows"]
    return [
        row | {name: value or "" for name, value in edits.get(at, {}).items()}
        for at, row in enumerate(held.rows)
    ]
