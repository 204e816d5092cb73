"""Files to fill in for new orders and stock, as Excel: the columns, and a sheet that explains them.

The one for stock to update has the lines that Komet last listed, so that nobody types an ID.
"""

from functools import partial
from pathlib import Path

import polars as pl

from komet.context import AppContext
from komet.dispatch.model import WriteKind
from komet.dispatch.row_fields import COLUMNS, FIELDS, IN_STOCK, NEEDED, Kind
from komet.dispatch.stock import Stock
from komet.export.sheet import Column, ColumnKind, Sheet
from komet.export.writers.writer import explain_write_errors, written_bytes
from komet.export.writers.xlsx import write_workbook
from komet.language import _, _later
from komet.permissions import Actor, Permission

NAMES = {
    WriteKind.ADD_STOCK: _later("Stock to add"),
    WriteKind.UPDATE_STOCK: _later("Stock to update"),
    WriteKind.DELETE_STOCK: _later("Stock to delete"),
    WriteKind.CREATE_PO: _later("POs to create"),
    WriteKind.CREATE_MIXED_PO: _later("POs of mixed boxes to create"),
    WriteKind.CREATE_PREBOOK: _later("Prebooks to create"),
    WriteKind.DELETE_PREBOOK_ITEM: _later("Prebook lines to delete"),
}
"""What a file of each kind is called; marked by `_later`."""
_KINDS = {
    Kind.COUNT: (ColumnKind.INTEGER, pl.Int64),
    Kind.MONEY: (ColumnKind.UNIT_COST, pl.Float64),
    Kind.DATE: (ColumnKind.DATE, pl.Date),
}
_CHOICES = {
    "product": ("product_id", "product_code", "sku"),
    "vendor": ("vendor_id", "vendor_code"),
    "customer": ("customer_id", "customer_code"),
    "carrier": ("carrier_id", "carrier_code"),
}
"""A column that takes what any of several may say: the others are for files that have them."""


def write_template(
    ctx: AppContext, actor: Actor, kind: WriteKind, provider_id: str | None, target: Path
) -> None:
    """Write the file of a kind to fill in, in the language in force.

    Raises `InvalidInput` where it cannot be written, `NotPermitted` before anything is read.
    """
    ctx.authorize(actor, Permission.EXPORT)
    shown = [
        name
        for name in COLUMNS[kind]
        if not any(name in others and first in COLUMNS[kind] for first, others in _CHOICES.items())
    ]
    stock = kind is WriteKind.UPDATE_STOCK and provider_id is not None
    rows = _stock_rows(ctx, provider_id or "") if stock else []
    columns, data = [], {}
    for name in shown:
        column_kind, dtype = _KINDS.get(FIELDS[name].kind, (ColumnKind.TEXT, pl.String))
        label = _(FIELDS[name].label)
        prefilled = stock and name in {"inventory_id", "product"}
        columns.append(Column(label, column_kind, to_fill=not prefilled))
        data[label] = pl.Series(label, [row.get(name) for row in rows], dtype=dtype)
    if stock:
        label = _(IN_STOCK)
        columns.append(Column(label, ColumnKind.QUANTITY))
        data[label] = pl.Series(label, [row["quantity"] for row in rows], dtype=pl.Float64)
    sheets = [Sheet(_(NAMES[kind]), tuple(columns), pl.DataFrame(data)), _explained(kind, shown)]
    with explain_write_errors(target):
        write_workbook(target, sheets)


def template_bytes(
    ctx: AppContext, actor: Actor, kind: WriteKind, provider_id: str | None = None
) -> bytes:
    """The same file as bytes, for a browser to download."""
    return written_bytes("template.xlsx", partial(write_template, ctx, actor, kind, provider_id))


def _explained(kind: WriteKind, shown: list[str]) -> Sheet:
    also = {name: others for name, others in _CHOICES.items() if name in shown}
    rows = []
    for name in shown:
        words = [_(FIELDS[name].help)] if FIELDS[name].help else []
        if others := [_(FIELDS[other].label) for other in also.get(name, ())]:
            words.append(_("or columns of their own: {names}").format(names=", ".join(others)))
        needed = _("yes") if name in NEEDED[kind] else ""
        rows.append((_(FIELDS[name].label), needed, "; ".join(words)))
    headings = (_("Heading"), _("Always needed"), _("What belongs there"))
    frame = pl.DataFrame(rows, schema=dict.fromkeys(headings, pl.String), orient="row")
    columns = tuple(Column(heading, ColumnKind.TEXT) for heading in headings)
    return Sheet(_("About the columns"), columns, frame)


def _stock_rows(ctx: AppContext, provider_id: str) -> list[dict[str, object]]:
    return [
        {
            "inventory_id": inventory_id,
            "product": row.get("productDescription"),
            "quantity": _figure(row.get("quantity")),
        }
        for inventory_id, row in Stock.of(ctx, provider_id).lines.items()
    ]


def _figure(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) else None
