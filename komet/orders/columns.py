"""The table of contents of an order item: every column that orders have, one row each.

From it are made the schemas of the tables and their check, the derivation and the query of order
items, what counts as a change, the words for it, the filters by value, the grid, and the
layouts of all exports and templates. A new column is a migration (of every table that stores it,
filled from `extra` where Komet sent it before) and one row here, and nothing else: a member that
`komet.api.models` has no field for is read by its kind.

The place of a row is its place in every layout. What a row says, and the letters of the tables in
its SQL: see `komet.orders.column`.
"""

from collections.abc import Mapping
from functools import cache

import polars as pl

from komet import formulas
from komet.language import _, _later
from komet.orders import statuses
from komet.orders.column import Grain, Kind, OrderColumn, Shown

_NOWHERE: frozenset[Grain] = frozenset()


def _everywhere(sql: str) -> dict[Grain, str]:
    return dict.fromkeys(Grain, sql)


def _below(sql: str) -> dict[Grain, str]:
    """Breakdowns and boxes have it from their line."""
    return dict.fromkeys((Grain.BREAKDOWN, Grain.BOX), sql)


def _our_code(kind: str) -> dict[Grain, str]:
    return {Grain.ITEM: f"{kind}_code.code"}


def _of_order(header: str, of_lines: str) -> str:
    """As the header has it, unless a part of the PO is left out."""
    return f"CASE WHEN h.is_part THEN {of_lines} ELSE coalesce({header}, {of_lines}) END"


_STEMS_OF_BREAKDOWN = formulas.stems("l.total_boxes", "{0}.bunches", "{0}.stems_bunch")

COLUMNS: tuple[OrderColumn, ...] = (
    OrderColumn(name="provider", label=_later("Importer"),
                sql=_everywhere("p.name"), shown=Shown.FIRST, width=86),
    OrderColumn(name="po_number", label=_later("PO number"), short=_later("PO"), head="number",
                copied="po_number", sql=_below("l.po_number"), tracked=True, shown=Shown.FIRST,
                pinned=True),
    # another ship date is reported as a move; an unreadable one is the day that was asked for
    OrderColumn(name="ship_date", label=_later("Ship date"), short=_later("Ships"),
                kind=Kind.DATE, head="ship_date", copied="ship_date",
                solid="coalesce(l.ship_date, l.slice_date)", sql=_below("l.ship_date"),
                shown=Shown.FIRST),
    OrderColumn(name="po_status", label=_later("PO status"), head="status", copied="po_status",
                codes=statuses.HEADER, tracked=True, filter_name="statuses", shown=Shown.FIRST),
    OrderColumn(name="line_status", label=_later("Line status"), short=_later("Status"),
                line="line_item_status", codes=statuses.LINE, tracked=True,
                filter_name="line_statuses", shown=Shown.FIRST, width=122),
    OrderColumn(name="vendor_id", head="vendor_id",
                copied="vendor_id", of_item=False, exported=_NOWHERE),
    OrderColumn(name="vendor_name", label=_later("Vendor"), head="vendor_name",
                copied="vendor_name", tracked=True, filter_name="vendors", shown=Shown.FIRST),
    OrderColumn(name="customer_id", label=_later("Komet customer ID"), line="customer_id",
                tracked=True, exported=_NOWHERE),
    OrderColumn(name="customer_name", label=_later("Customer"), line="customer_name", tracked=True,
                filter_name="customers", shown=Shown.FIRST, width=120),
    OrderColumn(name="location_id", head="location_id",
                copied="location_id", exported=_NOWHERE),
    OrderColumn(name="location_name", label=_later("Location"), head="location_name",
                copied="location_name", tracked=True, filter_name="locations", shown=Shown.LATER),
    OrderColumn(name="origin", label=_later("Origin"), head="origin", copied="origin", tracked=True,
                filter_name="origins", shown=Shown.LATER),
    OrderColumn(name="carrier_id", line="carrier_id",
                exported=_NOWHERE),
    OrderColumn(name="carrier_name", label=_later("Carrier"), line="carrier_name", tracked=True,
                shown=Shown.LATER),
    OrderColumn(name="mark_code", label=_later("Mark code"), line="mark_code", tracked=True,
                filter_name="mark_codes", shown=Shown.LATER),
    OrderColumn(name="line_product", label=_later("Mixed box"),
                sql={Grain.BREAKDOWN: "l.product_description"}),
    OrderColumn(name="product_id", label=_later("Komet product ID"), line="product_id",
                breakdown="product_id", tracked=True, shown=Shown.LAST),
    OrderColumn(name="product", label=_later("Product"), line="product_description",
                breakdown="product_description", sql={Grain.BOX: "l.product_description"},
                tracked=True, shown=Shown.FIRST, width=205),
    OrderColumn(name="product_folded",
                solid=formulas.folded("l.product_description"),
                mixed=formulas.folded("b.product_description"), exported=_NOWHERE),
    OrderColumn(name="sku", label=_later("SKU"),
                sql={Grain.ITEM: "m.code", Grain.BREAKDOWN: "m.code"}, shown=Shown.FIRST,
                width=145),
    OrderColumn(name="sku_description", label=_later("SKU description"),
                sql={Grain.ITEM: "s.description", Grain.BREAKDOWN: "s.description"},
                shown=Shown.LAST),
    OrderColumn(name="box_type", label=_later("Box type"), short=_later("Box"), line="box_type",
                sql={Grain.BOX: "l.box_type"}, tracked=True, filter_name="box_types",
                shown=Shown.FIRST),
    OrderColumn(name="box_code", label=_later("Box code"), box="box_code"),
    OrderColumn(name="lot_number", label=_later("Lot number"), box="lot_number"),
    OrderColumn(name="position", label=_later("Position"), box="position"),
    OrderColumn(name="status_id", box="status_id", exported=_NOWHERE),
    OrderColumn(name="status_name", label=_later("Box status"), box="status_name",
                codes=statuses.BOX,
                sql={Grain.BOX: "coalesce(i.status_name, i.status_id)"}),
    OrderColumn(name="boxes", label=_later("Boxes"), kind=Kind.QUANTITY, unit="boxes",
                head="total_boxes", line="total_boxes",
                sql={Grain.PO: _of_order("i.total_boxes", "h.boxes")}, once=True, tracked=True,
                shown=Shown.FIRST),
    OrderColumn(name="bunches", label=_later("Bunches"), kind=Kind.QUANTITY, unit="bunches a box",
                line="bunches", breakdown="bunches", tracked=True, shown=Shown.FIRST),
    OrderColumn(name="stems_bunch", label=_later("Stems per bunch"), kind=Kind.QUANTITY,
                unit="stems a bunch", line="stems_bunch", breakdown="stems_bunch", tracked=True,
                shown=Shown.FIRST),
    OrderColumn(name="units", label=_later("Units"), kind=Kind.QUANTITY,
                unit="stems or bunches a box, as the unit type says", line="units", of_item=False,
                tracked=True, exported=_NOWHERE),
    OrderColumn(name="unit_type", label=_later("Unit type"), line="unit_type",
                codes=statuses.UNIT, tracked=True, shown=Shown.FIRST),
    OrderColumn(name="total_units", label=_later("Total units"), kind=Kind.QUANTITY,
                unit="stems or bunches, as the unit type says", line="total_units",
                mixed=formulas.breakdown_units("l", "b"), tracked=True, shown=Shown.FIRST),
    OrderColumn(name="stems", label=_later("Stems"), kind=Kind.QUANTITY, unit="stems",
                solid=formulas.line_stems("l"), mixed=_STEMS_OF_BREAKDOWN.format("b"),
                sql={Grain.LINE: "c.stems", Grain.BREAKDOWN: _STEMS_OF_BREAKDOWN.format("i")},
                shown=Shown.FIRST),
    OrderColumn(name="fbe", label=_later("FBE"), kind=Kind.FACTOR, unit="full boxes",
                help=_later("Full-box equivalent"),
                sql={Grain.ITEM: formulas.fbe("i.boxes", "i.box_type", "f"),
                     Grain.LINE: formulas.fbe("i.total_boxes", "i.box_type", "f")},
                once=True, shown=Shown.FIRST),
    OrderColumn(name="unit_cost", label=_later("Unit cost"), kind=Kind.PRICE,
                unit="the provider's currency a stem or bunch", line="unit_cost",
                breakdown="cost", tracked=True, shown=Shown.FIRST),
    OrderColumn(name="total_cost", label=_later("Total cost"), short=_later("Cost"),
                kind=Kind.MONEY,
                unit="the provider's currency", head="total_cost", line="total_cost",
                sql={Grain.PO: _of_order("i.total_cost", "h.cost")}, once=True, tracked=True,
                shown=Shown.FIRST),
    OrderColumn(name="quantity_confirmed", label=_later("Quantity confirmed"),
                short=_later("Confirmed"), kind=Kind.QUANTITY, unit="boxes",
                line="quantity_confirmed", once=True, tracked=True, shown=Shown.FIRST),
    OrderColumn(name="order_type", label=_later("Order type"), line="order_type",
                codes=statuses.ORDER_TYPE, tracked=True, shown=Shown.LATER),
    OrderColumn(name="prebook", label=_later("Prebook"), line="prebook", tracked=True,
                shown=Shown.LATER),
    OrderColumn(name="truck_date", label=_later("Truck date"), kind=Kind.DATE,
                line="prebook_truck_date", tracked=True, shown=Shown.LATER),
    OrderColumn(name="reference", label=_later("Reference"), line="reference_number", tracked=True,
                shown=Shown.LATER),
    OrderColumn(name="notes", label=_later("Notes"), line="notes", tracked=True, shown=Shown.LATER),
    OrderColumn(name="po_item_id", label=_later("PO item ID"),
                sql=dict.fromkeys(set(Grain) - {Grain.PO}, "i.po_item_id"), shown=Shown.LAST),
    OrderColumn(name="box_type_code", label=_later("Our box type"), sql=_our_code("box_type")),
    OrderColumn(name="carrier_code", label=_later("Our carrier"), sql=_our_code("carrier")),
    OrderColumn(name="customer_code", label=_later("Our customer"), sql=_our_code("customer")),
    OrderColumn(name="location_code", label=_later("Our location"), sql=_our_code("location")),
    OrderColumn(name="lines", label=_later("Lines"), kind=Kind.INTEGER, unit="lines",
                sql={Grain.PO: "coalesce(h.lines, 0)"}),
    OrderColumn(name="comments", label=_later("Comments"), head="comments", tracked=True),
    OrderColumn(name="created_on", label=_later("Created"), kind=Kind.TIME, head="created_on"),
    OrderColumn(name="updated_on", label=_later("Updated"), kind=Kind.TIME, head="updated_on"),
    OrderColumn(name="po_id", label=_later("PO ID"), sql={Grain.PO: "i.po_id"}),
    OrderColumn(name="breakdown_count", label=_later("Breakdowns"), kind=Kind.INTEGER,
                unit="breakdowns", sql={Grain.LINE: "c.breakdown_count"}),
    OrderColumn(name="standing_order", label=_later("Standing order"), line="standing_order",
                of_item=False, tracked=True),
    OrderColumn(name="prebook_item_id", label=_later("Prebook item ID"), line="prebook_item_id",
                of_item=False),
    OrderColumn(name="custom_field1", label=_later("Custom field 1"), line="custom_field1",
                of_item=False, tracked=True),
    OrderColumn(name="custom_fields", label=_later("Custom fields"), kind=Kind.JSON,
                line="custom_fields", of_item=False),
    OrderColumn(name="downloaded_at", label=_later("Downloaded at"), short=_later("Downloaded"),
                kind=Kind.TIME, sql=dict.fromkeys((Grain.ITEM, Grain.LINE, Grain.PO),
                                                  "d.fetched_at"), shown=Shown.LAST),
    OrderColumn(name="gone_at", label=_later("Gone since"), kind=Kind.TIME,
                sql=dict.fromkeys((Grain.LINE, Grain.PO), "i.gone_at")),
)  # fmt: skip

_OF_WORK = (
    "po_number", "ship_date", "product", "sku", "box_type", "boxes", "stems", "total_cost",
    "line_status", "customer_name", "provider",
)  # fmt: skip
"""What a person works with, from left to right: the grid begins with it, and shows no more."""
_CONTENTS = {"breakdowns": _later("Breakdowns"), "boxes": _later("Box codes")}
"""Changes of what is below a line are reported as one text, which is no column."""


def exported(grain: Grain) -> list[OrderColumn]:
    """What an export of that grain holds, in its order."""
    return [c for c in COLUMNS if grain in c.exported and c.read(grain)]


def shown() -> list[OrderColumn]:
    """The columns that the grid can show, in its order."""
    groups = [group for group in Shown if group is not Shown.NO]
    work = {c.name: c for c in COLUMNS if c.name in _OF_WORK}
    rest = [c for group in groups for c in COLUMNS if c.shown is group and c.name not in work]
    return [work[name] for name in _OF_WORK] + rest


def standard() -> tuple[str, ...]:
    """The names of the columns that the grid shows until somebody chooses others."""
    return _OF_WORK


def filterable() -> dict[str, OrderColumn]:
    """The columns whose values can be filtered, by the name of their filter."""
    return {c.filter_name: c for c in COLUMNS if c.filter_name}


def code_lists() -> dict[str, Mapping[str, str]]:
    """Name of each column that holds codes → its codes with their words."""
    return {c.name: c.codes for c in COLUMNS if c.codes}


def tracked(grain: Grain) -> tuple[str, ...]:
    """The stored names of the columns of which a change is reported, of POs or of their lines."""
    return _tracked(COLUMNS, grain)


def copied() -> dict[str, str]:
    """Column of a PO → column in which its lines repeat it."""
    return {c.head: c.copied for c in COLUMNS if c.copied}


def stored(grain: Grain) -> dict[str, OrderColumn]:
    """What the mirrored table of that grain holds of the registry, by stored name."""
    return {c.stored(grain): c for c in COLUMNS if c.stored(grain)}


def field_label(name: str | None) -> str | None:
    """The label of a tracked field by its stored name, in the language in force."""
    if name is None:
        return None
    labels = {**_labels(COLUMNS), **_CONTENTS}
    return _(labels.get(name) or name.replace("_", " "))


def decode_value(name: str | None, value: str | None) -> str | None:
    """A value of the field of that stored name as a person reads it: codes in words."""
    codes = _codes(COLUMNS).get(name or "")
    return value if value is None or codes is None else statuses.decode(codes, value)


def decode_codes(frame: pl.DataFrame) -> pl.DataFrame:
    """The same rows with codes of statuses, order types and units in words."""
    return frame.with_columns(
        pl.col(name).replace(
            {v: statuses.decode(codes, v) for v in frame[name].unique().drop_nulls()}
        )
        for name, codes in code_lists().items()
        if name in frame.columns
    )


@cache
def _tracked(columns: tuple[OrderColumn, ...], grain: Grain) -> tuple[str, ...]:
    return tuple(c.stored(grain) for c in columns if c.tracked and c.stored(grain))


@cache
def _labels(columns: tuple[OrderColumn, ...]) -> dict[str, str]:
    return {n: c.label for c in columns for n in (c.line, c.head) if n and c.label}


@cache
def _codes(columns: tuple[OrderColumn, ...]) -> dict[str, Mapping[str, str]]:
    return {n: c.codes for c in columns if c.codes for n in (c.line, c.head) if n}
