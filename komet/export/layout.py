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
from komet.language import _, _later
from komet.orders.column import Grain
from komet.orders.column import Kind as Stored
from komet.orders.columns import exported

Layout = tuple[tuple[str, str, Kind], ...]
_KINDS: dict[Stored, Kind] = {kind: Kind(kind.value) for kind in Stored if kind is not Stored.JSON}

UNMAPPED: Layout = (
    ("provider", _later("Provider"), Kind.TEXT),
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
"""The columns of order items whose sums stand in the row of totals."""

INFO: Layout = (("what", _later("What"), Kind.TEXT), ("value", _later("Value"), Kind.TEXT))

CHANGES: Layout = (
    ("seen_at", _later("Seen"), Kind.TIME),
    ("kind", _later("What happened"), Kind.TEXT),
    ("provider", _later("Provider"), Kind.TEXT),
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


def sheet_of(
    name: str,
    columns: Layout,
    frame: pl.DataFrame,
    totals: dict[str, Any] | None = None,
    *,
    marked: Collection[str] = (),
) -> Sheet:
    """A sheet of a frame by its layout; the filled cells of the `marked` columns stand out."""
    named = _named(frame, columns)
    shown = [
        Column(heading_of(heading, kind), kind, marked=column in marked)
        for column, heading, kind in columns
    ]
    if "extra" in frame.columns:
        extras = _extras(frame["extra"], headings_used=[column.heading for column in shown])
        named = pl.concat([named, extras], how="horizontal")
        shown += [Column(heading, Kind.TEXT) for heading in extras.columns]
    return Sheet(name, tuple(shown), named, totals)


def _named(frame: pl.DataFrame, columns: Layout) -> pl.DataFrame:
    return frame.select(
        pl.col(name).alias(heading_of(heading, kind)) for name, heading, kind in columns
    )


def _extras(extra: pl.Series, headings_used: Sequence[str]) -> pl.DataFrame:
    """The fields that Komet sent and we have no column for, a text column each."""
    rows = [json.loads(value) if value else {} for value in extra]
    names = sorted({name for row in rows for name in row})
    used = {heading.casefold() for heading in headings_used}
    headings: dict[str, str] = {}
    for name in names:
        heading = name
        while heading.casefold() in used:
            heading += " (Komet)"
        used.add(heading.casefold())
        headings[name] = heading
    return pl.DataFrame(
        {headings[name]: [_text(row.get(name)) for row in rows] for name in names},
        schema={headings[name]: pl.String for name in names},
    )


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
