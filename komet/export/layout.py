"""The sheets of exports: which columns, in which order, under which headings.

Those of orders are made from `komet.orders.columns`; here stand the others. Each entry is (column
of the frame, heading, kind). Quantities are boxes, bunches and stems; amounts are in the provider's
currency; times are in the time zone in force, which their headings say.
"""

import json
from collections.abc import Collection, Sequence
from typing import Any

import polars as pl

from komet import time_zone
from komet.export.sheet import Column, Sheet
from komet.export.sheet import ColumnKind as Kind
from komet.export.spool import SpooledRows
from komet.language import _, _later
from komet.orders.column import Grain
from komet.orders.column import Kind as Stored
from komet.orders.columns import exported

Layout = tuple[tuple[str, str, Kind], ...]
_EXTRA = "\x00extra "
"""Begins the name of a column made from a field that Komet sent and we do not know."""
_KINDS: dict[Stored, Kind] = {kind: Kind(kind.value) for kind in Stored if kind is not Stored.JSON}

UNMAPPED: Layout = (
    ("provider", _later("Importer"), Kind.TEXT),
    ("product_id", _later("Komet product ID"), Kind.TEXT),
    ("product", _later("Product"), Kind.TEXT),
    ("legacy_code", _later("Komet code"), Kind.TEXT),
    ("boxes", _later("Boxes at stake"), Kind.QUANTITY),
    ("stems", _later("Stems"), Kind.QUANTITY),
    ("items", _later("Items"), Kind.INTEGER),
    ("first_ship_date", _later("First ship date"), Kind.DATE),
    ("last_ship_date", _later("Last ship date"), Kind.DATE),
)

TOTALLED = ("boxes", "stems", "fbe", "total_cost", "quantity_confirmed")
"""The columns of orders whose sums stand in the row of totals, where a sheet has them."""

INFO: Layout = (("what", _later("What"), Kind.TEXT), ("value", _later("Value"), Kind.TEXT))

CHANGES: Layout = (
    ("seen_at", _later("Seen"), Kind.TIME),
    ("kind", _later("What happened"), Kind.TEXT),
    ("provider", _later("Importer"), Kind.TEXT),
    ("po_number", _later("PO number"), Kind.TEXT),
    ("ship_date", _later("Ship date"), Kind.DATE),
    ("vendor_name", _later("Vendor"), Kind.TEXT),
    ("customer_name", _later("Customer"), Kind.TEXT),
    ("product", _later("Product"), Kind.TEXT),
    ("field", _later("Field"), Kind.TEXT),
    ("before", _later("Before"), Kind.TEXT),
    ("after", _later("After"), Kind.TEXT),
    ("po_item_id", _later("PO item ID"), Kind.TEXT),
)
CHANGES_MARKED = frozenset({"after"})

DIFFERENCES: Layout = (
    ("group", _later("Of"), Kind.TEXT),
    ("purchase_orders", _later("POs"), Kind.INTEGER),
    ("boxes", _later("Boxes"), Kind.QUANTITY),
    ("stems", _later("Stems"), Kind.QUANTITY),
    ("total_cost", _later("Total cost"), Kind.MONEY),
)


def heading_of(heading: str, kind: Kind) -> str:
    """A heading of a layout in the language in force; that of times says their zone."""
    return time_zone.headed(_(heading)) if kind is Kind.TIME else _(heading)


def layout_of(grain: Grain) -> Layout:
    """The columns of a sheet whose rows are of that grain, by the registry of order columns."""
    return tuple((c.name, c.label, _KINDS.get(c.kind, Kind.TEXT)) for c in exported(grain))


def totalled(columns: Layout) -> list[str]:
    """The names of the columns of a layout that are added up."""
    return [name for name, _heading, _kind in columns if name in TOTALLED]


def sheet_of(
    name: str,
    columns: Layout,
    rows: pl.DataFrame | SpooledRows,
    totals: dict[str, Any] | None = None,
    *,
    marked: Collection[str] = (),
) -> Sheet:
    """A sheet of rows by its layout; the filled cells of the `marked` columns stand out.

    Rows that were `parted` have a column more for each further field that Komet sent.
    """
    shown = [
        Column(heading_of(heading, kind), kind, marked=column in marked)
        for column, heading, kind in columns
    ]
    picked = [
        pl.col(column).alias(one.heading)
        for (column, _heading, _kind), one in zip(columns, shown, strict=True)
    ]
    schema = rows.schema
    extras = sorted(column for column in schema if column.startswith(_EXTRA))
    for extra, heading in zip(extras, _extra_headings(extras, shown), strict=True):
        picked.append(pl.col(extra).alias(heading))
        shown.append(Column(heading, Kind.TEXT))
    if isinstance(rows, pl.DataFrame):
        return Sheet(name, tuple(shown), rows.select(picked), totals)
    return Sheet(name, tuple(shown), rows.changed(lambda frame: frame.select(picked)), totals)


def parted(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with a column of text for each field that Komet sent and we have no column for.

    They stand in its column `extra`, an object of JSON in each row, which goes.
    """
    extra = frame["extra"]
    frame = frame.drop("extra")
    if extra.null_count() == extra.len():
        return frame
    rows = [json.loads(value) if value else {} for value in extra]
    names = {name for row in rows for name in row}
    return frame.with_columns(
        pl.Series(_EXTRA + name, [_text(row.get(name)) for row in rows], pl.String)
        for name in sorted(names)
    )


def _extra_headings(extras: Sequence[str], shown: Sequence[Column]) -> list[str]:
    used = {column.heading.casefold() for column in shown}
    headings: list[str] = []
    for extra in extras:
        heading = extra.removeprefix(_EXTRA)
        while heading.casefold() in used:
            heading += " (Komet)"
        used.add(heading.casefold())
        headings.append(heading)
    return headings


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
