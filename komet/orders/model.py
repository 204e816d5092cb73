"""What operations on orders take and give: totals, POs in full, changes, pivots, saved views."""

import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, field_validator

from komet import time_zone
from komet.language import _later

_SUMMED = "boxes", "fbe", "stems", "total_cost"


@dataclass(frozen=True)
class Totals:
    """Sums over a filter. Amounts are in the providers' currency; empty where nothing has a value.

    Stems are not bunches: `total_units` of both unit types are separate sums.
    """

    items: int
    purchase_orders: int
    lines: int
    boxes: Decimal | None
    fbe: Decimal | None
    stems: Decimal | None
    total_cost: Decimal | None
    stem_units: Decimal | None
    bunch_units: Decimal | None
    quantity_confirmed: Decimal | None


@dataclass(frozen=True)
class OrderKey:
    """Which PO: of a client, by Komet's ID; `number` is what people call it."""

    provider_id: str
    po_id: str
    number: str
    provider: str = ""


@dataclass(frozen=True)
class LineSums:
    """What the lines of a PO come to; amounts in the provider's currency."""

    lines: int
    boxes: Decimal
    fbe: Decimal
    stems: Decimal
    total_cost: Decimal


@dataclass(frozen=True)
class OrderDetail:
    """`header`: a row of purchase_orders, with `provider`. Frames: see `table.order.order`."""

    header: dict[str, Any]
    items: pl.DataFrame
    breakdowns: pl.DataFrame
    boxes: pl.DataFrame
    changes: pl.DataFrame
    problems: pl.DataFrame
    extra: pl.DataFrame

    @property
    def ship_date(self) -> date | None:
        """The vendor ship date."""
        ship_date: date | None = self.header["ship_date"]
        return ship_date

    @property
    def total_cost(self) -> Decimal | None:
        """Komet's total, in the provider's currency."""
        cost: Decimal | None = self.header["total_cost"]
        return cost

    @property
    def gone_at(self) -> datetime | None:
        """Since when Komet no longer shows it."""
        gone_at: datetime | None = self.header["gone_at"]
        return gone_at

    def sum_lines(self, *, cancelled: bool = False) -> LineSums:
        """The lines that Komet still shows: those that stand, or those that were cancelled."""
        found = self.items.filter(pl.col("gone_at").is_null(), pl.col("stands") != cancelled)
        sums = {name: Decimal(found[name].sum()) for name in _SUMMED}
        return LineSums(lines=found["po_item_id"].n_unique(), **sums)

    @property
    def products_without_sku(self) -> dict[str, str]:
        """Komet product ID → name, of the products of this PO that still need a SKU."""
        found = self.items.filter("needs_sku").unique("product_id", maintain_order=True)
        names = found["product"].fill_null("")
        return dict(zip(found["product_id"].to_list(), names.to_list(), strict=True))


class ChangeKind(StrEnum):
    """What happened."""

    NEW = "new"
    MOVED = "moved"
    CHANGED = "changed"
    SUBSTITUTED = "substituted"
    CANCELLED = "cancelled"
    GONE = "gone"
    BACK = "back"
    FIRST = "first"


CHANGE_WORDS = {
    ChangeKind.NEW: _later("New"),
    ChangeKind.MOVED: _later("Moved"),
    ChangeKind.CHANGED: _later("Changed"),
    ChangeKind.SUBSTITUTED: _later("Substituted"),
    ChangeKind.CANCELLED: _later("Cancelled"),
    ChangeKind.GONE: _later("Gone"),
    ChangeKind.BACK: _later("Back again"),
    ChangeKind.FIRST: _later("First download"),
}
CHANGE_GROUPS = {
    "provider": _later("Importer"),
    "customer_name": _later("Customer"),
    "product": _later("Product"),
}


class Download(BaseModel):
    """The beginning of a run: `at`, by the clock of that day, and what tells it from what followed.

    `commit` is the newest commit that was there, so that no clock decides what came after.
    """

    model_config = ConfigDict(frozen=True)

    at: datetime
    commit: int


class ChangeFilter(BaseModel):
    """Which changes: seen `since`, of these providers (IDs) and kinds; texts find a part.

    Without `first_downloads`, what is only new to us is left out, unless `kinds` ask for it.
    """

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    since: datetime | Download | None = None
    until: datetime | Download | None = None
    providers: tuple[str, ...] = ()
    kinds: tuple[ChangeKind, ...] = ()
    customer: str = ""
    product: str = ""
    po_number: str = ""
    first_downloads: bool = True

    @field_validator("since", "until")
    @classmethod
    def _is_an_instant(cls, value: datetime | Download | None) -> datetime | Download | None:
        # a bare day or time is one of the person who wrote it
        return time_zone.instant(value) if isinstance(value, datetime) else value


@dataclass(frozen=True)
class ChangeSums:
    """What changes of a kind come to: POs, and by how much what stands of them went up or down.

    `boxes_more` and `boxes_less` (not above 0) add up to `boxes`: where one product took the place
    of another, the sum alone would hide it. Amounts are in the providers' currency.
    """

    purchase_orders: int = 0
    boxes: Decimal = Decimal(0)
    boxes_more: Decimal = Decimal(0)
    boxes_less: Decimal = Decimal(0)
    stems: Decimal = Decimal(0)
    total_cost: Decimal = Decimal(0)


@dataclass(frozen=True)
class ChangeReport:
    """Of one snapshot: the changes, how many POs each kind concerns, and what they come to.

    Frames and keys: see `changes.find_changes`, `count_changes` and `sum_differences`.
    """

    changes: pl.DataFrame
    counts: dict[str, int]
    differences: pl.DataFrame


DIMENSIONS = {
    "species": _later("Species"),
    "product": _later("Product"),
    "sku": _later("SKU"),
    "customer_name": _later("Customer"),
    "carrier_name": _later("Carrier"),
    "origin": _later("Origin"),
    "provider": _later("Importer"),
    "vendor_name": _later("Vendor"),
    "location_name": _later("Location"),
    "box_type": _later("Box type"),
    "mark_code": _later("Mark code"),
}
PERIODS = {
    "week": _later("Ship week"),
    "day": _later("Ship date"),
    "month": _later("Ship month"),
}
MEASURES = {
    "boxes": _later("Boxes"),
    "fbe": _later("FBE"),
    "stems": _later("Stems"),
    "total_cost": _later("Total cost"),
}


@dataclass(frozen=True)
class Pivot:
    """`cells`: the row dimensions (String), a Float64 column for each of `columns`, and `total`.

    `columns` are periods or values in their order; `totals` are the sums of the columns.
    """

    rows: tuple[str, ...]
    columns: tuple[str, ...]
    cells: pl.DataFrame
    totals: dict[str, float]


class SavedView(BaseModel):
    """`query` is the filter as URL parameters; no `columns` means all of them."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    owner: str
    shared: bool
    query: dict[str, list[str]]
    columns: tuple[str, ...] = ()
    sort: str
    updated_at: datetime

    @field_validator("query", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value


ColumnWidth = Literal["small", "medium", "large"]
"""How wide a column is, where it is not as wide as what it holds."""


class ColumnChoice(BaseModel):
    """The names of the columns in their order, and the widths of those that have one."""

    model_config = ConfigDict(frozen=True)

    columns: tuple[str, ...]
    widths: dict[str, ColumnWidth] = {}

    @field_validator("widths", mode="before")
    @classmethod
    def _from_json(cls, value: object) -> object:
        return json.loads(value) if isinstance(value, str) else value
