"""A row of the registry of order columns (`komet.orders.columns`), and what follows from it.

The SQL of a grain names its tables by these letters: `i` the row itself, `l` its line, `b` its
breakdown (where order items are derived), `p` the client provider, `m` its product's mapping, `s`
the SKU, `f` the box type, `d` the day slice, `c` what was chosen of a line, `h` sums over the lines
of a PO.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import polars as pl

from komet.db.database import MONEY, QUANTITY, TIME


class Kind(StrEnum):
    """What a column holds. `quantity`, `money` and `price` are exact decimals."""

    TEXT = "text"
    JSON = "json"
    INTEGER = "integer"
    QUANTITY = "quantity"
    MONEY = "money"
    PRICE = "unit_cost"
    FACTOR = "factor"
    DATE = "date"
    TIME = "time"

    @property
    def dtype(self) -> pl.DataType | type[pl.DataType]:
        """The type of a stored value in polars; `duckdb_type` is the same in the data file."""
        return _DTYPES.get(self, pl.String)

    @property
    def duckdb_type(self) -> str:
        """The type of a stored value in the data file."""
        return _DUCKDB_TYPES[self]


_DTYPES: dict[Kind, pl.DataType | type[pl.DataType]] = {
    Kind.INTEGER: pl.Int64,
    Kind.QUANTITY: QUANTITY,
    Kind.MONEY: MONEY,
    Kind.PRICE: MONEY,
    Kind.FACTOR: QUANTITY,
    Kind.DATE: pl.Date,
    Kind.TIME: TIME,
}
_DUCKDB_TYPES = {
    Kind.TEXT: "VARCHAR",
    Kind.JSON: "JSON",
    Kind.INTEGER: "BIGINT",
    Kind.QUANTITY: "DECIMAL(18,4)",
    Kind.MONEY: "DECIMAL(18,6)",
    Kind.PRICE: "DECIMAL(18,6)",
    Kind.FACTOR: "DECIMAL(18,4)",
    Kind.DATE: "DATE",
    Kind.TIME: "TIMESTAMP WITH TIME ZONE",
}


class Grain(StrEnum):
    """What one row is."""

    PO = "po"
    LINE = "line"
    ITEM = "item"
    BREAKDOWN = "breakdown"
    BOX = "box"


class Shown(StrEnum):
    """Where the grid shows a column: `first` to last, each group in the order of the registry."""

    FIRST = "first"
    LATER = "later"
    LAST = "last"
    NO = "no"


@dataclass(frozen=True, eq=False, kw_only=True)
class OrderColumn:
    """One column. `name` is ours; mirrored tables store it under Komet's name in snake case.

    `head`, `line`, `breakdown`, `box` name the columns of the mirrored tables that hold it, and
    `copied` the one in which lines repeat their PO's value. `member` is Komet's name for it, where
    that is not the stored name in camel case. An order item has it where its line has, unless
    `of_item` is false; `solid` and `mixed` derive it where it is not simply the line's or the
    breakdown's.

    `sql` says how a grain reads it where that is no stored column of its own. `once`: it belongs
    to the line, and stands on the first item of a mixed one alone. `tracked`: another value is a
    change. `filter_name` names the filter of its values, in `OrderFilter` and in links. `width`: in
    pixels, in the grid; 0 is as wide as what it holds.
    """

    name: str
    label: str = ""
    kind: Kind = Kind.TEXT
    unit: str = ""
    short: str = ""
    help: str = ""
    head: str = ""
    copied: str = ""
    line: str = ""
    breakdown: str = ""
    box: str = ""
    member: str = ""
    of_item: bool = True
    solid: str = ""
    mixed: str = ""
    sql: Mapping[Grain, str] = field(default_factory=dict)
    once: bool = False
    codes: Mapping[str, str] | None = None
    tracked: bool = False
    filter_name: str = ""
    shown: Shown = Shown.NO
    pinned: bool = False
    width: int = 0
    exported: frozenset[Grain] = frozenset(Grain)

    @property
    def derived(self) -> tuple[str, str] | None:
        """How an order item has it: of a solid line, and of a breakdown of a mixed one."""
        stored = self.line or self.copied
        if not self.of_item or not (stored or self.solid):
            return None
        solid = self.solid or f"l.{stored}"
        return solid, self.mixed or (f"b.{self.breakdown}" if self.breakdown else solid)

    def stored(self, grain: Grain) -> str:
        """The column of that grain's own mirrored table that holds it; empty where none does."""
        return {
            Grain.PO: self.head,
            Grain.LINE: self.line,
            Grain.BREAKDOWN: self.breakdown,
            Grain.BOX: self.box,
        }.get(grain, "")

    def read(self, grain: Grain) -> str:
        """The SQL by which rows of that grain have it; empty where they have not."""
        if grain in self.sql:
            return self.sql[grain]
        if grain is Grain.ITEM:
            return f"i.{self.name}" if self.derived else ""
        stored = self.stored(grain) or (self.copied if grain is Grain.LINE else "")
        return f"i.{stored}" if stored else ""
