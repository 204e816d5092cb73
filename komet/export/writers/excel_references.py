"""How a workbook says where something is: letters of columns, names of sheets, ranges."""

from __future__ import annotations

import re


def letters_of(index: int) -> str:
    """How Excel calls a column; `index` counts from 0."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def quoted(name: str) -> str:
    """A sheet's name in a reference: in quotes wherever it might be taken for something else."""
    if re.fullmatch(r"[^\W\d_]+", name) and name.upper() not in {"R", "C", "RC"}:
        return name
    return "'" + name.replace("'", "''") + "'"


def below_heading(index: int, height: int, sheet: str = "") -> str:
    """The `height` cells of a column below its heading, on a sheet of that name or on this one."""
    letters = letters_of(index)
    return f"{quoted(sheet)}!" * bool(sheet) + f"{letters}2:{letters}{height + 1}"
