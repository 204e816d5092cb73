"""The columns of the tables that mirror purchase orders, as polars schemas.

Quantities are boxes, bunches and stems as Komet counts them; amounts are in the provider's
currency. A unit test holds these against the migrations.
"""

import polars as pl

from komet.db.types import MONEY, QUANTITY, TIME, Schema

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
"""When the request was sent, see `commit_order.Asked`."""

PURCHASE_ORDERS: Schema = {
    "provider_id": pl.String,
    "po_id": pl.String,
    "slice_date": pl.Date,
    "number": pl.String,
    "origin": pl.String,
    "vendor_id": pl.String,
    "vendor_name": pl.String,
    "location_id": pl.String,
    "location_name": pl.String,
    "ship_date": pl.Date,
    "status": pl.String,
    "total_boxes": QUANTITY,
    "total_cost": MONEY,
    "comments": pl.String,
    "created_on": TIME,
    "updated_on": TIME,
    "extra": pl.String,
    "content_hash": pl.String,
    **_SEEN,
    **ASKED,
}

PO_LINES: Schema = {
    "provider_id": pl.String,
    "po_id": pl.String,
    "po_item_id": pl.String,
    "slice_date": pl.Date,
    "position": pl.Int32,
    "po_number": pl.String,
    "origin": pl.String,
    "vendor_id": pl.String,
    "vendor_name": pl.String,
    "location_id": pl.String,
    "location_name": pl.String,
    "ship_date": pl.Date,
    "po_status": pl.String,
    "prebook_item_id": pl.String,
    "product_id": pl.String,
    "product_description": pl.String,
    "box_type": pl.String,
    "total_boxes": QUANTITY,
    "bunches": QUANTITY,
    "stems_bunch": QUANTITY,
    "units": QUANTITY,
    "unit_type": pl.String,
    "total_units": QUANTITY,
    "unit_cost": MONEY,
    "total_cost": MONEY,
    "quantity_confirmed": QUANTITY,
    "line_item_status": pl.String,
    "order_type": pl.String,
    "standing_order": pl.String,
    "prebook": pl.String,
    "prebook_truck_date": pl.Date,
    "customer_id": pl.String,
    "customer_name": pl.String,
    "carrier_id": pl.String,
    "carrier_name": pl.String,
    "mark_code": pl.String,
    "reference_number": pl.String,
    "notes": pl.String,
    "custom_field1": pl.String,
    "custom_fields": pl.String,
    "extra": pl.String,
    **_SEEN,
}

PO_BREAKDOWNS: Schema = {
    "provider_id": pl.String,
    "po_id": pl.String,
    "po_item_id": pl.String,
    "slice_date": pl.Date,
    "position": pl.Int32,
    "product_id": pl.String,
    "product_description": pl.String,
    "bunches": QUANTITY,
    "stems_bunch": QUANTITY,
    "cost": MONEY,
    "extra": pl.String,
}

PO_BOXES: Schema = {
    "provider_id": pl.String,
    "po_id": pl.String,
    "po_item_id": pl.String,
    "slice_date": pl.Date,
    "box_code": pl.String,
    "lot_number": pl.String,
    "position": pl.String,
    "status_id": pl.String,
    "status_name": pl.String,
    "extra": pl.String,
}

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

PO_DIFFERENCES: Schema = {
    "run_id": pl.String,
    "provider_id": pl.String,
    "slice_date": pl.Date,
    "po_id": pl.String,
    "po_item_id": pl.String,
    "product": pl.String,
    "customer_name": pl.String,
    "boxes": QUANTITY,
    "stems": QUANTITY,
    "total_cost": MONEY,
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

SAID_ONCE = """NOT (c.kind = 'gone' AND c.po_item_id IS NOT NULL AND EXISTS (
  FROM po_changes g WHERE g.provider_id = c.provider_id AND g.po_id = c.po_id
  AND g.commit_no = c.commit_no AND g.kind = 'gone' AND g.po_item_id IS NULL))"""
"""Condition on `po_changes c`: that a PO is gone says of its lines that they are, too."""
