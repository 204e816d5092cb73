"""What a worksheet is made of, independent of the library that writes it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

import polars as pl


class ColumnKind(StrEnum):
    """How a column's values are stored and shown in Excel."""

    TEXT = "text"
    """Strings, and codes: "007" and long digit strings stay as they are."""
    INTEGER = "integer"
    """Whole numbers without a thousands separator, such as ids."""
    QUANTITY = "quantity"
    """Counts of things: 1,234, or 1,234.50 once the column holds any fraction."""
    MONEY = "money"
    """Amounts with 2 decimals."""
    UNIT_COST = "unit_cost"
    """Prices per stem or unit, with 4 decimals."""
    FACTOR = "factor"
    """Ratios such as full box equivalents, with 2 to 4 decimals."""
    DATE = "date"
    """Calendar days, without a time of day."""
    TIME = "time"
    """Instants, shown to the minute, in the time zone in force."""

    @property
    def is_number(self) -> bool:
        """Whether cells of this kind hold numbers that can be added up."""
        return self in _NUMBERS


_NUMBERS = frozenset(
    {
        ColumnKind.INTEGER,
        ColumnKind.QUANTITY,
        ColumnKind.MONEY,
        ColumnKind.UNIT_COST,
        ColumnKind.FACTOR,
    }
)


@dataclass(frozen=True)
class Column:
    """One column of a sheet.

    ``width`` is in Excel's unit, about one digit of the default font; ``None``
    chooses one by kind, heading and content. The filled cells of a ``marked`` column
    stand out by their colour. A column ``to_fill`` is for a person to write in: all of it has the
    colour, and the format of its kind. ``decimals`` is how many a number has in a file of text;
    ``None`` writes those that it needs.
    """

    heading: str
    kind: ColumnKind
    width: float | None = None
    marked: bool = False
    to_fill: bool = False
    decimals: int | None = None


class Rows(Protocol):
    """Rows that need not be in memory all at once."""

    @property
    def schema(self) -> pl.Schema:
        """The columns, and the type of each."""

    @property
    def height(self) -> int:
        """How many rows there are."""

    def stretches(self, first: int = 0) -> Iterator[pl.DataFrame]:
        """The rows in their order, from `first` on (counted from 0), at least one frame."""


@dataclass(frozen=True)
class Sheet:
    """One worksheet: rows, how to show each of their columns, and perhaps totals.

    ``rows`` have exactly the columns' headings as their column names, in the same
    order. ``totals`` maps headings to values that become one bold last row whose
    first cell reads "Total"; it therefore may not name the first column. A total of None
    (the SQL sum of no rows) is an empty cell. In Excel a total is that of the rows which a filter
    shows, but for those ``apart``: headings whose total is no sum of their column.
    """

    name: str
    columns: tuple[Column, ...]
    rows: pl.DataFrame | Rows
    totals: Mapping[str, Decimal | int | float | None] | None = None
    apart: frozenset[str] = frozenset()

    @property
    def height(self) -> int:
        """How many rows there are below the headings, without totals."""
        return self.rows.height

    @property
    def frame(self) -> pl.DataFrame:
        """All rows at once; ask for `stretches` where memory is to stay small."""
        return self.rows if isinstance(self.rows, pl.DataFrame) else pl.concat(self.stretches())

    def stretches(self, first: int = 0) -> Iterator[pl.DataFrame]:
        """The rows in their order, from `first` on (counted from 0), at least one frame."""
        return stretches_of(self.rows, first)

    def check(self) -> None:
        """Raise ``ValueError`` unless columns, rows and totals fit together."""
        headings = [column.heading for column in self.columns]
        if not headings:
            raise ValueError(f"Sheet {self.name!r} has no columns.")
        if (found := list(self.rows.schema)) != headings:
            raise ValueError(
                f"Sheet {self.name!r}: the rows have {found}, the columns are {headings}."
            )
        if any(c.marked for c in self.columns) and any(c.to_fill for c in self.columns):
            raise ValueError(f"Sheet {self.name!r}: columns are either marked or to be filled.")
        numbers = {column.heading for column in self.columns[1:] if column.kind.is_number}
        if wrong := sorted(set(self.totals or ()) - numbers):
            raise ValueError(
                f"Sheet {self.name!r}: totals belong to number columns after the first, "
                f"not to {wrong}."
            )


def stretches_of(rows: pl.DataFrame | Rows, first: int = 0) -> Iterator[pl.DataFrame]:
    """Rows in their order, from `first` on (counted from 0), at least one frame."""
    if isinstance(rows, pl.DataFrame):
        yield rows.slice(first)
    else:
        yield from rows.stretches(first)
