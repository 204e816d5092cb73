"""The tables that mirror purchase orders, and the order items derived from them, by the registry.

Quantities are boxes, bunches and stems as Komet counts them; amounts are in the provider's
currency. A unit test holds the schemas against the migrations.
"""

import polars as pl

from komet import formulas
from komet.db.database import TIME, Schema
from komet.mapping.table.products import KEY_OF
from komet.orders import columns, statuses
from komet.orders.column import Grain, OrderColumn, Shown

_SEEN: Schema = {
    "fetched_at": TIME,
    "first_seen_at": TIME,
    "changed_at": TIME,
    "gone_at": TIME,
}

ASKED: Schema = {
    "asked_commit": pl.Int64,
    "asked_by": pl.String,
    "asked_turn": pl.Int64,
}
"""When the request was sent, see `commit_clock.RequestMark`."""

_PO: Schema = {"provider_id": pl.String, "po_id": pl.String, "slice_date": pl.Date}
_LINE: Schema = {**_PO, "po_item_id": pl.String}
_KEPT: dict[Grain, Schema] = {
    Grain.PO: {**_PO, "extra": pl.String, "content_hash": pl.String, **_SEEN, **ASKED},
    Grain.LINE: {**_LINE, "position": pl.Int32, "extra": pl.String, **_SEEN},
    Grain.BREAKDOWN: {**_LINE, "position": pl.Int32, "extra": pl.String},
    Grain.BOX: {**_LINE, "extra": pl.String},
}
"""Keys and bookkeeping, which the registry does not name."""


def purchase_orders() -> Schema:
    """The columns of `purchase_orders`."""
    return _schema(Grain.PO)


def po_lines() -> Schema:
    """The columns of `po_lines`."""
    copies = {c.copied: c.kind.dtype for c in columns.COLUMNS if c.copied}
    return _schema(Grain.LINE) | copies


def po_breakdowns() -> Schema:
    """The columns of `po_breakdowns`."""
    return _schema(Grain.BREAKDOWN)


def po_boxes() -> Schema:
    """The columns of `po_boxes`."""
    return _schema(Grain.BOX)


def order_items() -> Schema:
    """The columns of `order_items`."""
    of_line = {name: dtype for name, dtype in _SEEN.items() if name != "fetched_at"}
    own: Schema = {**_LINE, "item_no": pl.Int32, "mixed": pl.Boolean, **of_line}
    return own | {c.name: c.kind.dtype for c in columns.COLUMNS if c.derived}


def _schema(grain: Grain) -> Schema:
    return _KEPT[grain] | {name: c.kind.dtype for name, c in columns.stored(grain).items()}


PO_CHANGES: Schema = {
    "run_id": pl.String,
    "provider_id": pl.String,
    "slice_date": pl.Date,
    "po_id": pl.String,
    "po_number": pl.String,
    "po_item_id": pl.String,
    "kind": pl.String,
    "field": pl.String,
    "before": pl.String,
    "after": pl.String,
    "seen_at": TIME,
    "commit_no": pl.Int64,
    "first_download": pl.Boolean,
}

DATA_PROBLEMS: Schema = {
    "provider_id": pl.String,
    "slice_date": pl.Date,
    "po_id": pl.String,
    "po_item_id": pl.String,
    "field": pl.String,
    "value": pl.String,
    "seen_at": TIME,
}

NOT_IMPLIED = """NOT (c.kind = 'gone' AND c.po_item_id IS NOT NULL AND EXISTS (
  FROM po_changes g WHERE g.provider_id = c.provider_id AND g.po_id = c.po_id
  AND g.commit_no = c.commit_no AND g.kind = 'gone' AND g.po_item_id IS NULL))"""
"""Condition on `po_changes c`: that a PO is gone says of its lines that they are, too."""


_ITEM_KEY = (
    "l.provider_id, l.po_id, l.po_item_id, l.slice_date, l.first_seen_at, l.changed_at, l.gone_at"
)


def derive_items() -> str:
    """`SELECT …` of order items from the tables `lines` and `breakdowns`, for `BY NAME`.

    One row a solid line, one a breakdown of a mixed line.
    """
    found = [(c.name, *c.derived) for c in columns.COLUMNS if c.derived]
    solid = ", ".join(f"{sql} AS {name}" for name, sql, _mixed in found)
    mixed = ", ".join(f"{sql} AS {name}" for name, _solid, sql in found)
    return f"""
    SELECT {_ITEM_KEY}, 0 AS item_no, false AS mixed, {solid}
    FROM lines l ANTI JOIN breakdowns b USING (provider_id, po_id, po_item_id)
    UNION ALL BY NAME
    SELECT {_ITEM_KEY}, b.position AS item_no, true AS mixed, {mixed}
    FROM lines l JOIN breakdowns b USING (provider_id, po_id, po_item_id)
    """


MAPPING_JOIN = formulas.SKU_JOIN
BOX_TYPE_JOIN = (
    " LEFT JOIN box_types f ON f.provider_id = i.provider_id AND f.code = upper(i.box_type)"
)
PROVIDER_JOIN = " JOIN providers p ON p.id = i.provider_id"
SLICE_JOIN = (
    " LEFT JOIN day_slices d ON d.provider_id = i.provider_id AND d.slice_date = i.slice_date"
)
SKU_JOIN = f"{MAPPING_JOIN} LEFT JOIN skus s ON s.sku = m.code"
_OUR_CODES = (
    ("box_type", "box_type"),
    ("carrier", "carrier_id"),
    ("customer", "customer_id"),
    ("location", "location_id"),
)
_CODES_JOIN = "".join(
    f" LEFT JOIN mappings {kind}_code ON {kind}_code.kind = '{kind}'"
    f" AND {kind}_code.provider_id = i.provider_id"
    f" AND {kind}_code.komet_id = {KEY_OF[kind].replace(column, f'i.{column}')}"
    for kind, column in _OUR_CODES
)
_GRID_LOOKUPS = f"{SKU_JOIN}{BOX_TYPE_JOIN} LEFT{PROVIDER_JOIN}{SLICE_JOIN}"
LOOKUPS = f"{_GRID_LOOKUPS}{_CODES_JOIN}"
"""What `items_sql` needs of an order item `i`."""


def items_sql(*, decoded: bool = False) -> str:
    """The columns that are read of an item; needs `LOOKUPS` and a column `is_first` on `i`.

    A column of a mixed line that counts once is null on its further items. `sku` is null where
    unmapped. `decoded`: codes in words.
    """
    return _items(
        [c for c in columns.COLUMNS if Grain.ITEM in c.exported or c.shown is not Shown.NO],
        decoded,
    )


def grid_sql() -> tuple[str, str]:
    """The columns of `items_sql` that a grid shows, and the joins that they need of `i`.

    To look our codes up takes as long as all the rest, and no grid shows them.
    """
    selected = _items([c for c in columns.COLUMNS if c.shown is not Shown.NO], decoded=False)
    needs_codes = any(f"{kind}_code." in selected for kind, _column in _OUR_CODES)
    return selected, LOOKUPS if needs_codes else _GRID_LOOKUPS


def _items(chosen: list[OrderColumn], decoded: bool) -> str:
    found = {
        c.name: f"CASE WHEN i.is_first THEN {sql} END" if c.once else sql
        for c in chosen
        if (sql := c.read(Grain.ITEM))
    }
    kept = "i.provider_id, i.po_id, i.item_no, i.mixed, i.changed_at, i.gone_at"
    return f"{kept}, {_list(found, decoded)}"


def sheet_sql(grain: Grain) -> str:
    """The columns of an export of that grain, codes in words; letters as in `orders.column`."""
    return _list({c.name: c.read(grain) for c in columns.exported(grain)}, decoded=True)


def _list(found: dict[str, str], decoded: bool) -> str:
    codes = columns.code_lists() if decoded else {}
    return ", ".join(
        f"{statuses.decode_sql(codes[name], sql) if name in codes else sql} AS {name}"
        for name, sql in found.items()
    )
