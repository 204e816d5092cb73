"""The sheets of an orders export: which columns, in which order, under which headings.

The same thing has the same heading on every sheet. Each entry is (column of the frame, heading,
kind). Quantities are boxes, bunches and stems; amounts are in the provider's currency; times UTC.
"""

from komet.export.sheet import ColumnKind as Kind

Layout = tuple[tuple[str, str, Kind], ...]

ITEMS: Layout = (
    ("provider", "Provider", Kind.TEXT),
    ("po_number", "PO number", Kind.TEXT),
    ("ship_date", "Ship date", Kind.DATE),
    ("po_status", "PO status", Kind.TEXT),
    ("line_status", "Line status", Kind.TEXT),
    ("vendor_name", "Vendor", Kind.TEXT),
    ("customer_name", "Customer", Kind.TEXT),
    ("location_name", "Location", Kind.TEXT),
    ("origin", "Origin", Kind.TEXT),
    ("carrier_name", "Carrier", Kind.TEXT),
    ("mark_code", "Mark code", Kind.TEXT),
    ("product_id", "Komet product ID", Kind.TEXT),
    ("product", "Product", Kind.TEXT),
    ("sku", "SKU", Kind.TEXT),
    ("sku_description", "SKU description", Kind.TEXT),
    ("box_type", "Box type", Kind.TEXT),
    ("boxes", "Boxes", Kind.QUANTITY),
    ("bunches", "Bunches", Kind.QUANTITY),
    ("stems_bunch", "Stems per bunch", Kind.QUANTITY),
    ("unit_type", "Unit type", Kind.TEXT),
    ("total_units", "Total units", Kind.QUANTITY),
    ("stems", "Stems", Kind.QUANTITY),
    ("fbe", "FBE", Kind.FACTOR),
    ("unit_cost", "Unit cost", Kind.UNIT_COST),
    ("total_cost", "Total cost", Kind.MONEY),
    ("quantity_confirmed", "Quantity confirmed", Kind.QUANTITY),
    ("order_type", "Order type", Kind.TEXT),
    ("prebook", "Prebook", Kind.TEXT),
    ("truck_date", "Truck date", Kind.DATE),
    ("reference", "Reference", Kind.TEXT),
    ("notes", "Notes", Kind.TEXT),
    ("po_item_id", "PO item ID", Kind.TEXT),
    ("downloaded_at", "Downloaded at", Kind.TIME),
)

_NOT_OF_A_LINE = {"sku", "sku_description", "downloaded_at"}

LINES: Layout = (
    *(entry for entry in ITEMS if entry[0] not in _NOT_OF_A_LINE),
    ("breakdown_count", "Breakdowns", Kind.INTEGER),
    ("standing_order", "Standing order", Kind.TEXT),
    ("prebook_item_id", "Prebook item ID", Kind.TEXT),
    ("custom_field1", "Custom field 1", Kind.TEXT),
    ("custom_fields", "Custom fields", Kind.TEXT),
    ("downloaded_at", "Downloaded at", Kind.TIME),
    ("gone_at", "Gone since", Kind.TIME),
)

POS: Layout = (
    ("provider", "Provider", Kind.TEXT),
    ("po_number", "PO number", Kind.TEXT),
    ("ship_date", "Ship date", Kind.DATE),
    ("po_status", "PO status", Kind.TEXT),
    ("vendor_name", "Vendor", Kind.TEXT),
    ("location_name", "Location", Kind.TEXT),
    ("origin", "Origin", Kind.TEXT),
    ("boxes", "Boxes", Kind.QUANTITY),
    ("total_cost", "Total cost", Kind.MONEY),
    ("lines", "Lines", Kind.INTEGER),
    ("comments", "Comments", Kind.TEXT),
    ("created_on", "Created", Kind.TIME),
    ("updated_on", "Updated", Kind.TIME),
    ("po_id", "PO ID", Kind.TEXT),
    ("downloaded_at", "Downloaded at", Kind.TIME),
    ("gone_at", "Gone since", Kind.TIME),
)

BREAKDOWNS: Layout = (
    ("provider", "Provider", Kind.TEXT),
    ("po_number", "PO number", Kind.TEXT),
    ("ship_date", "Ship date", Kind.DATE),
    ("line_product", "Mixed box", Kind.TEXT),
    ("product_id", "Komet product ID", Kind.TEXT),
    ("product", "Product", Kind.TEXT),
    ("sku", "SKU", Kind.TEXT),
    ("sku_description", "SKU description", Kind.TEXT),
    ("bunches", "Bunches", Kind.QUANTITY),
    ("stems_bunch", "Stems per bunch", Kind.QUANTITY),
    ("stems", "Stems", Kind.QUANTITY),
    ("unit_cost", "Unit cost", Kind.UNIT_COST),
    ("po_item_id", "PO item ID", Kind.TEXT),
)

BOXES: Layout = (
    ("provider", "Provider", Kind.TEXT),
    ("po_number", "PO number", Kind.TEXT),
    ("ship_date", "Ship date", Kind.DATE),
    ("product", "Product", Kind.TEXT),
    ("box_type", "Box type", Kind.TEXT),
    ("box_code", "Box code", Kind.TEXT),
    ("lot_number", "Lot number", Kind.TEXT),
    ("position", "Position", Kind.TEXT),
    ("status_name", "Box status", Kind.TEXT),
    ("po_item_id", "PO item ID", Kind.TEXT),
)

UNMAPPED: Layout = (
    ("provider", "Provider", Kind.TEXT),
    ("product_id", "Komet product ID", Kind.TEXT),
    ("product", "Product", Kind.TEXT),
    ("legacy_code", "Komet code", Kind.TEXT),
    ("boxes", "Boxes", Kind.QUANTITY),
    ("stems", "Stems", Kind.QUANTITY),
    ("items", "Items", Kind.INTEGER),
    ("first_ship_date", "First ship date", Kind.DATE),
    ("last_ship_date", "Last ship date", Kind.DATE),
)

INFO: Layout = (("what", "What", Kind.TEXT), ("value", "Value", Kind.TEXT))
