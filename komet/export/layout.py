"""The sheets of an orders export: which columns, in which order, under which headings.

The same thing has the same heading on every sheet. Each entry is (column of the frame, heading,
kind). Quantities are boxes, bunches and stems; amounts are in the provider's currency; times are in
the time zone in force, which their headings say.
"""

from komet import time_zone
from komet.export.sheet import ColumnKind as Kind
from komet.language import _, _later

Layout = tuple[tuple[str, str, Kind], ...]


def heading_of(heading: str, kind: Kind) -> str:
    """A heading of a layout in the language in force; that of times says their zone."""
    return time_zone.headed(_(heading)) if kind is Kind.TIME else _(heading)


ITEMS: Layout = (
    ("provider", _later("Provider"), Kind.TEXT),
    ("po_number", _later("PO number"), Kind.TEXT),
    ("ship_date", _later("Ship date"), Kind.DATE),
    ("po_status", _later("PO status"), Kind.TEXT),
    ("line_status", _later("Line status"), Kind.TEXT),
    ("vendor_name", _later("Vendor"), Kind.TEXT),
    ("customer_name", _later("Customer"), Kind.TEXT),
    ("location_name", _later("Location"), Kind.TEXT),
    ("origin", _later("Origin"), Kind.TEXT),
    ("carrier_name", _later("Carrier"), Kind.TEXT),
    ("mark_code", _later("Mark code"), Kind.TEXT),
    ("product_id", _later("Komet product ID"), Kind.TEXT),
    ("product", _later("Product"), Kind.TEXT),
    ("sku", _later("SKU"), Kind.TEXT),
    ("sku_description", _later("SKU description"), Kind.TEXT),
    ("box_type", _later("Box type"), Kind.TEXT),
    ("boxes", _later("Boxes"), Kind.QUANTITY),
    ("bunches", _later("Bunches"), Kind.QUANTITY),
    ("stems_bunch", _later("Stems per bunch"), Kind.QUANTITY),
    ("unit_type", _later("Unit type"), Kind.TEXT),
    ("total_units", _later("Total units"), Kind.QUANTITY),
    ("stems", _later("Stems"), Kind.QUANTITY),
    ("fbe", _later("FBE"), Kind.FACTOR),
    ("unit_cost", _later("Unit cost"), Kind.UNIT_COST),
    ("total_cost", _later("Total cost"), Kind.MONEY),
    ("quantity_confirmed", _later("Quantity confirmed"), Kind.QUANTITY),
    ("order_type", _later("Order type"), Kind.TEXT),
    ("prebook", _later("Prebook"), Kind.TEXT),
    ("truck_date", _later("Truck date"), Kind.DATE),
    ("reference", _later("Reference"), Kind.TEXT),
    ("notes", _later("Notes"), Kind.TEXT),
    ("po_item_id", _later("PO item ID"), Kind.TEXT),
    ("box_type_code", _later("Our box type"), Kind.TEXT),
    ("carrier_code", _later("Our carrier"), Kind.TEXT),
    ("customer_code", _later("Our customer"), Kind.TEXT),
    ("location_code", _later("Our location"), Kind.TEXT),
    ("downloaded_at", _later("Downloaded at"), Kind.TIME),
)

_NOT_OF_A_LINE = {
    "sku", "sku_description", "downloaded_at", "box_type_code", "carrier_code", "customer_code",
    "location_code",
}  # fmt: skip

LINES: Layout = (
    *(entry for entry in ITEMS if entry[0] not in _NOT_OF_A_LINE),
    ("breakdown_count", _later("Breakdowns"), Kind.INTEGER),
    ("standing_order", _later("Standing order"), Kind.TEXT),
    ("prebook_item_id", _later("Prebook item ID"), Kind.TEXT),
    ("custom_field1", _later("Custom field 1"), Kind.TEXT),
    ("custom_fields", _later("Custom fields"), Kind.TEXT),
    ("downloaded_at", _later("Downloaded at"), Kind.TIME),
    ("gone_at", _later("Gone since"), Kind.TIME),
)

POS: Layout = (
    ("provider", _later("Provider"), Kind.TEXT),
    ("po_number", _later("PO number"), Kind.TEXT),
    ("ship_date", _later("Ship date"), Kind.DATE),
    ("po_status", _later("PO status"), Kind.TEXT),
    ("vendor_name", _later("Vendor"), Kind.TEXT),
    ("location_name", _later("Location"), Kind.TEXT),
    ("origin", _later("Origin"), Kind.TEXT),
    ("boxes", _later("Boxes"), Kind.QUANTITY),
    ("total_cost", _later("Total cost"), Kind.MONEY),
    ("lines", _later("Lines"), Kind.INTEGER),
    ("comments", _later("Comments"), Kind.TEXT),
    ("created_on", _later("Created"), Kind.TIME),
    ("updated_on", _later("Updated"), Kind.TIME),
    ("po_id", _later("PO ID"), Kind.TEXT),
    ("downloaded_at", _later("Downloaded at"), Kind.TIME),
    ("gone_at", _later("Gone since"), Kind.TIME),
)

BREAKDOWNS: Layout = (
    ("provider", _later("Provider"), Kind.TEXT),
    ("po_number", _later("PO number"), Kind.TEXT),
    ("ship_date", _later("Ship date"), Kind.DATE),
    ("line_product", _later("Mixed box"), Kind.TEXT),
    ("product_id", _later("Komet product ID"), Kind.TEXT),
    ("product", _later("Product"), Kind.TEXT),
    ("sku", _later("SKU"), Kind.TEXT),
    ("sku_description", _later("SKU description"), Kind.TEXT),
    ("bunches", _later("Bunches"), Kind.QUANTITY),
    ("stems_bunch", _later("Stems per bunch"), Kind.QUANTITY),
    ("stems", _later("Stems"), Kind.QUANTITY),
    ("unit_cost", _later("Unit cost"), Kind.UNIT_COST),
    ("po_item_id", _later("PO item ID"), Kind.TEXT),
)

BOXES: Layout = (
    ("provider", _later("Provider"), Kind.TEXT),
    ("po_number", _later("PO number"), Kind.TEXT),
    ("ship_date", _later("Ship date"), Kind.DATE),
    ("product", _later("Product"), Kind.TEXT),
    ("box_type", _later("Box type"), Kind.TEXT),
    ("box_code", _later("Box code"), Kind.TEXT),
    ("lot_number", _later("Lot number"), Kind.TEXT),
    ("position", _later("Position"), Kind.TEXT),
    ("status_name", _later("Box status"), Kind.TEXT),
    ("po_item_id", _later("PO item ID"), Kind.TEXT),
)

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
