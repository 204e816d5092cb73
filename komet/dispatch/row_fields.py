"""The columns of files with new orders and stock: which each kind takes, and their headings.

A heading is read in English, in Spanish, or as Komet itself calls the parameter; case, accents,
spaces and punctuation do not count. Where orders are read from files too, their words hold here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from komet.dispatch.model import WriteKind
from komet.ingest.sources.portal_file.fields import BY_NAME
from komet.language import _, _later, languages, using
from komet.text import normalize_text


class Kind(Enum):
    """How the cells of a column are read."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    COUNT = "count"
    MONEY = "money"
    DATE = "date"
    FLAG = "flag"


@dataclass(frozen=True)
class Field:
    """`label`: the heading in our own files. `help`: what belongs there, for the template."""

    name: str
    kind: Kind
    label: str
    headings: tuple[str, ...]
    help: str = ""


def _orders(name: str, *, loose: bool = True) -> tuple[str, ...]:
    field = BY_NAME[name]
    return (*field.certain, *(field.loose if loose else ()))


_T, _I, _C, _M, _D, _F = (
    Kind.TEXT, Kind.IDENTIFIER, Kind.COUNT, Kind.MONEY, Kind.DATE, Kind.FLAG,
)  # fmt: skip

_FIELDS = (
    Field("ship_date", _D, _later("Ship date"), _orders("ship_date")),
    Field("arrival_date", _D, _later("Arrival date"), ("fecha de llegada", "fecha llegada")),
    Field("awb", _I, _later("AWB"), ("awb number", "guía", "guia aérea", "guía madre",
                                     "número de guía", "no. guía")),
    Field("temporary", _F, _later("Temporary AWB"), ("isTmpAwb", "guía temporal"),
          _later("yes, where the AWB is not the real one yet")),
    Field("vendor_id", _I, _later("Vendor ID"), ("grower ID", "ID proveedor", "ID de proveedor",
                                                 "ID del proveedor", "ID finca")),
    Field("vendor_code", _I, _later("Vendor code"), ("grower code", "código proveedor",
                                                     "código de proveedor", "código del proveedor",
                                                     "código finca")),
    Field("vendor", _T, _later("Vendor"), _orders("vendor_name"),
          _later("ID, code or name; not needed with a Vendor token")),
    Field("product_id", _I, _later("Product ID"), _orders("product_id")),
    Field("product_code", _I, _later("Product code"), (
        "código producto", "código de producto", "código del producto", "legacy code",
        "código legado", "Komet code", "código Komet"),
        _later("Komet's own code")),
    Field("sku", _I, _later("SKU"), ("our SKU", "nuestro SKU", "SKU UNOSOF", "código interno",
                                     "nuestro código", "internal code")),
    Field("product", _T, _later("Product"), _orders("product_description"),
          _later("ID, code, our SKU or name; one column for the product is enough")),
    Field("boxes", _C, _later("Boxes"), _orders("total_boxes")),
    Field("boxes_to_add", _C, _later("Boxes to add"), (
        "boxes", "quantity", "qty", "cajas", "cantidad", "cajas por agregar", "cajas a agregar",
        "cajas a sumar", "add boxes"),
        _later("boxes MORE, never a new total; empty for none")),
    Field("box_type", _I, _later("Box type"), (*_orders("box_type"), "boxTypeCode", "caja")),
    Field("unit_type", _T, _later("Unit type"), _orders("unit_type"), _later("stem or bunch")),
    Field("bunches", _C, _later("Bunches per box"), _orders("bunches")),
    Field("stems_bunch", _C, _later("Stems per bunch"), _orders("stems_bunch")),
    Field("unit_cost", _M, _later("Unit cost"), _orders("unit_cost"),
          _later("of one stem or bunch, as the unit type says")),
    Field("price", _M, _later("Sales price"), ("price", "precio de venta", "precio venta",
                                               "sales unit price")),
    Field("price_a", _M, _later("Price A"), ("precio A",)),
    Field("price_b", _M, _later("Price B"), ("precio B",)),
    Field("reference", _T, _later("Reference"), _orders("reference_number")),
    Field("inventory_id", _I, _later("Inventory ID"), (
        "order item ID", "orderItemId", "ID inventario", "ID de inventario", "ID del inventario",
        "inventory line ID"),
        _later("the ID of the stock line")),
    Field("customer_id", _I, _later("Customer ID"), ("ID cliente", "ID de cliente",
                                                     "ID del cliente")),
    Field("customer_code", _I, _later("Customer code"), ("código cliente", "código de cliente",
                                                         "código del cliente")),
    Field("customer", _T, _later("Customer"), _orders("customer_name"),
          _later("ID, code or name")),
    Field("carrier_id", _I, _later("Carrier ID"), ("ID transportista", "ID de transportista")),
    Field("carrier_code", _I, _later("Carrier code"), ("código transportista",
                                                       "código de transportista")),
    Field("carrier", _T, _later("Carrier"), (*_orders("carrier_name"), "carguera"),
          _later("ID, code or name")),
    Field("location_code", _I, _later("Location code"), (
        "companyLocationCode", "código de ubicación", "código ubicación", "código de locación"),
        _later("where the importer has several locations")),
    Field("po_number", _I, _later("Add to PO"), (
        *_orders("po_number", loose=False), "purchaseOrderNumber", "agregar a PO"),
        _later("number of a PO that is there; empty for a new one")),
    Field("order", _I, _later("Order"), (
        "group", "order no", "orden", "pedido", "grupo", "no. pedido"),
        _later("rows with the same word become one order of their own")),
    Field("prebook_item_id", _I, _later("Prebook line ID"), (
        "prebookItemId", "prebook item ID", "ID línea de prebook", "ID línea prebook")),
    Field("prebook_id", _I, _later("Prebook ID"), ("prebookId", "ID prebook", "ID de prebook")),
    Field("mixed_box", _I, _later("Mixed box"), (
        "mix", "box", "mixta", "caja mixta", "surtido", "box label", "assortment"),
        _later("rows with the same word are one mixed box")),
    Field("mixed_product", _T, _later("Mixed product"), (
        "assorted product", "producto mixto", "producto surtido", "producto de la caja"),
        _later("the product of the whole box: ID, code, our SKU or name")),
    Field("customer_po", _I, _later("Customer PO"), ("customer PO number", "PO cliente",
                                                     "PO del cliente", "PO de cliente")),
    Field("comments", _T, _later("Comments"), _orders("comments")),
    Field("mark_code", _I, _later("Mark code"), _orders("mark_code")),
    Field("notes", _T, _later("Notes"), _orders("notes")),
)  # fmt: skip

FIELDS: Mapping[str, Field] = {field.name: field for field in _FIELDS}
_PRODUCT = ("product", "product_id", "product_code", "sku")
_VENDOR = ("vendor", "vendor_id", "vendor_code")
_PACK = ("unit_type", "bunches", "stems_bunch", "unit_cost")
_PO = ("ship_date", *_VENDOR, "carrier", "carrier_id", "carrier_code", "location_code",
       "po_number", "order")  # fmt: skip

COLUMNS: Mapping[WriteKind, tuple[str, ...]] = {
    WriteKind.ADD_STOCK: (
        "ship_date", "awb", "temporary", "arrival_date", *_VENDOR, *_PRODUCT, "boxes", "box_type",
        *_PACK, "reference", "customer", "customer_id", "customer_code",
    ),
    WriteKind.UPDATE_STOCK: (
        "inventory_id", "product", "boxes_to_add", "unit_cost", "price_a", "price_b",
    ),
    WriteKind.DELETE_STOCK: ("inventory_id", "product"),
    WriteKind.CREATE_PO: (
        *_PO, "prebook_item_id", *_PRODUCT, "boxes", "box_type", *_PACK, "mark_code", "notes",
    ),
    WriteKind.CREATE_MIXED_PO: (
        *_PO, "mixed_box", "mixed_product", "boxes", "box_type", *_PRODUCT, "bunches",
        "stems_bunch", "unit_cost", "unit_type", "mark_code", "notes",
    ),
    WriteKind.CREATE_PREBOOK: (
        "ship_date", "customer", "customer_id", "customer_code", "carrier", "carrier_id",
        "carrier_code", "customer_po", "comments", "order", *_VENDOR, *_PRODUCT, "boxes",
        "box_type", *_PACK, "price", "mark_code", "notes",
    ),
    WriteKind.DELETE_PREBOOK_ITEM: ("prebook_id", "prebook_item_id", "product"),
}  # fmt: skip
"""The columns of a file of each kind, in the order of its template."""
NEEDED: Mapping[WriteKind, tuple[str, ...]] = {
    WriteKind.ADD_STOCK: (
        "ship_date", "awb", "boxes", "box_type", *_PACK,
    ),
    WriteKind.UPDATE_STOCK: ("inventory_id", "unit_cost"),
    WriteKind.DELETE_STOCK: ("inventory_id",),
    WriteKind.CREATE_PO: ("ship_date",),
    WriteKind.CREATE_MIXED_PO: ("ship_date", "mixed_box", "mixed_product", "boxes", "box_type"),
    WriteKind.CREATE_PREBOOK: ("ship_date", "boxes", "box_type", "unit_type", "bunches",
                               "stems_bunch"),
    WriteKind.DELETE_PREBOOK_ITEM: ("prebook_id", "prebook_item_id"),
}  # fmt: skip
"""The columns without which no row of a file can be sent."""
IN_STOCK = _later("In stock")
"""The heading of a column that the template for stock shows, and that nobody reads back."""


def is_only_shown(heading: str) -> bool:
    """Whether one of our templates calls a column so, in any language, that is not read back."""
    bare = normalize_text(heading, solid=True)
    for code in languages():
        with using(code):
            if normalize_text(_(IN_STOCK), solid=True) == bare:
                return True
    return False


def headings_of(kind: WriteKind) -> dict[str, str]:
    """Heading in its bare form (letters and digits) → column; of two, the first of the kind has it.

    A label wins over what another column may be called as well.
    """
    found: dict[str, str] = {}
    for name in COLUMNS[kind]:
        for code in languages():
            with using(code):
                found.setdefault(normalize_text(_(FIELDS[name].label), solid=True), name)
        found.setdefault(normalize_text(name, solid=True), name)
    for name in COLUMNS[kind]:
        for heading in FIELDS[name].headings:
            found.setdefault(normalize_text(heading, solid=True), name)
    return found
