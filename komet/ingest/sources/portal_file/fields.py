"""The words of an order file: its headings, by the field they name, and its status words.

Case, accents, spaces and punctuation of a heading do not count: see `normalize_text`.
`CERTAIN` headings mean one field. `LOOSE` headings are everyday words that mean it only where no
certain heading does. Both languages, as the portal and people's own files write them. A status
word that is in neither list stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from komet.language import languages, using
from komet.orders import statuses
from komet.text import normalize_text


class Kind(Enum):
    """How the cells of a field are read."""

    TEXT = "text"
    IDENTIFIER = "identifier"
    QUANTITY = "quantity"
    MONEY = "money"
    DATE = "date"


@dataclass(frozen=True)
class Field:
    """`of_order`: it belongs to the PO, so that a file may give it on the PO's first row only."""

    name: str
    kind: Kind
    of_order: bool
    certain: tuple[str, ...]
    loose: tuple[str, ...] = ()


_T, _I, _Q, _M, _D = Kind.TEXT, Kind.IDENTIFIER, Kind.QUANTITY, Kind.MONEY, Kind.DATE

FIELDS: tuple[Field, ...] = (
    Field(
        "po_number", _I, True,
        ("PO #", "PO number", "PO no", "PO num", "P.O. number", "PO nro", "purchase order",
         "purchase order number", "purchase order no", "número de PO",
         "número PO", "nro PO", "no. de PO", "núm. PO", "orden de compra", "no. orden de compra",
         "número de orden de compra", "nro. orden de compra", "número orden de compra", "OC",
         "# OC", "N° PO"),
        ("order", "order number", "order no", "orden", "número de orden", "no. orden",
         "nro. orden", "pedido", "número de pedido", "no. pedido", "nro. pedido"),
    ),
    Field(
        "ship_date", _D, True,
        ("ship date", "vendor ship date", "shipping date", "farm ship date", "PO ship date",
         "shipment date", "fecha de despacho", "fecha despacho", "fecha de envío", "fecha envío",
         "fecha de embarque", "fecha embarque", "fecha de salida", "fecha de despacho finca"),
        ("date", "fecha"),
    ),
    Field(
        "vendor_name", _T, True,
        ("vendor", "vendor name", "farm", "farm name", "grower", "supplier", "supplier name",
         "proveedor", "nombre proveedor", "nombre del proveedor", "finca", "nombre de la finca",
         "productor"),
    ),
    Field("origin", _T, True, ("origin", "port of origin", "origin port", "origen",
                               "puerto de origen", "puerto origen")),
    Field(
        "status", _T, True,
        ("status", "PO status", "order status", "estado", "estado PO", "estado de la PO",
         "estado de la orden", "estado del pedido", "estatus"),
    ),
    Field(
        "location_name", _T, True,
        ("location", "location name", "warehouse", "ubicación", "locación", "bodega",
         "localidad"),
    ),
    Field(
        "comments", _T, True,
        ("comments", "comment", "PO comments", "order comments", "comentarios", "comentario",
         "comentarios PO", "comentarios de la orden"),
    ),
    Field(
        "customer_name", _T, False,
        ("customer", "customer name", "ship to customer", "end customer", "cliente",
         "nombre cliente", "nombre del cliente", "cliente final"),
        ("client", "ship to", "consignee", "consignatario"),
    ),
    Field(
        "carrier_name", _T, False,
        ("carrier", "carrier name", "trucking company", "transportista", "transporte",
         "nombre del transportista"),
    ),
    Field(
        "mark_code", _I, False,
        ("mark code", "mark", "box mark", "markcode", "código de marca", "código marca",
         "marcación", "código de marcación"),
        ("marca",),
    ),
    Field(
        "product_description", _T, False,
        ("product", "product name", "product description", "producto", "nombre producto",
         "nombre del producto", "nombre de producto", "descripción producto",
         "descripción del producto", "descripción de producto"),
        ("description", "item description", "variety", "descripción", "variedad",
         "artículo", "flor"),
    ),
    Field(
        "product_id", _I, False,
        ("product ID", "Komet product ID", "Komet ID", "KS ID", "ID producto", "ID de producto",
         "ID del producto", "ID Komet"),
    ),
    Field(
        "box_type", _T, False,
        ("B/T", "box type", "type of box", "tipo de caja", "tipo caja", "T/C",
         "tipo de empaque"),
    ),
    Field(
        "total_boxes", _Q, False,
        ("qty PO", "quantity PO", "PO qty", "PO quantity", "total boxes", "boxes", "qty boxes",
         "box qty", "box quantity", "number of boxes", "no. of boxes", "boxes ordered",
         "cantidad PO", "cant. PO", "cajas", "total cajas", "total de cajas",
         "cantidad de cajas", "cantidad cajas", "número de cajas", "no. cajas", "cant. cajas"),
        ("qty", "quantity", "cantidad", "cant", "piezas", "pieces", "pcs"),
    ),
    Field(
        "bunches", _Q, False,
        ("bunches", "bunches per box", "bunches/box", "bun/box", "bun", "bunch per box",
         "ramos", "ramos por caja", "ramos/caja", "ramos x caja", "bonches", "bonches por caja"),
    ),
    Field(
        "stems_bunch", _Q, False,
        ("stems per bunch", "stems/bunch", "stems bunch", "St/Bun", "St/Bunch", "stem per bunch",
         "stems x bunch", "stems/bun", "tallos por ramo", "tallos/ramo", "tallos x ramo",
         "tallos por bonche", "tallos/bonche", "tallos x bonche"),
    ),
    Field(
        "units", _Q, False,
        ("pack", "units per box", "units/box", "pack size", "unidades por caja",
         "unidades/caja", "unidades x caja", "empaque"),
        ("units", "unidades"),
    ),
    Field(
        "unit_type", _T, False,
        ("unit type", "unit", "UOM", "unit of measure", "tipo de unidad", "tipo unidad",
         "unidad", "unidad de medida"),
    ),
    Field(
        "total_units", _Q, False,
        ("total U", "total units", "tot units", "total unit", "total und", "total unidades",
         "total de unidades", "unidades totales"),
    ),
    Field(
        "unit_cost", _M, False,
        ("unit cost", "cost per unit", "cost/unit", "unit price", "price per unit",
         "costo unitario", "coste unitario", "costo por unidad", "precio unitario",
         "precio por unidad"),
        ("cost", "price", "FOB", "FOB price", "costo", "coste", "precio", "precio FOB"),
    ),
    Field(
        "total_cost", _M, False,
        ("total cost", "total price", "total amount", "amount", "line total", "extended cost",
         "costo total", "coste total", "precio total", "importe", "importe total", "monto",
         "monto total", "valor total"),
    ),
    Field(
        "quantity_confirmed", _Q, False,
        ("confirmed", "qty confirmed", "quantity confirmed", "confirmed qty",
         "confirmed quantity", "boxes confirmed", "confirmed boxes", "confirmado",
         "confirmadas", "cajas confirmadas", "cantidad confirmada", "cant. confirmada"),
    ),
    Field(
        "line_item_status", _T, False,
        ("line status", "line item status", "item status", "detail status", "product status",
         "estado línea", "estado de la línea", "estado de línea", "estado del ítem",
         "estado ítem", "estado del producto"),
    ),
    Field(
        "notes", _T, False,
        ("notes for the vendor", "notes for vendor", "vendor notes", "notes", "note",
         "item notes", "line notes", "notas para el proveedor", "notas para proveedor",
         "notas del proveedor", "notas", "nota", "observaciones", "observación"),
    ),
    Field("prebook", _I, False, ("prebook", "prebook #", "prebook number", "prebook no",
                                 "preventa", "número de prebook", "no. prebook")),
    Field("prebook_truck_date", _D, False, ("truck date", "prebook truck date",
                                            "fecha de camión", "fecha camión")),
    Field("reference_number", _I, False, ("reference", "reference #", "reference number",
                                          "ref", "ref #", "referencia", "número de referencia",
                                          "no. referencia")),
)  # fmt: skip

BY_NAME: Mapping[str, Field] = {field.name: field for field in FIELDS}
CERTAIN: Mapping[str, str] = {
    normalize_text(heading, solid=True): field.name for field in FIELDS for heading in field.certain
}
LOOSE: Mapping[str, str] = {
    normalize_text(heading, solid=True): field.name for field in FIELDS for heading in field.loose
}

NEEDED = ("po_number", "ship_date", "product_description")
"""Without these columns no line could be stored, or would say what was ordered."""

# As growers write them, besides the app's own translations.
_SPANISH_HEADER = {
    "pendiente de aprobación": "PA", "pendiente por aprobar": "PA", "aprobado": "A",
    "aprobada": "A", "confirmado por finca": "CF", "confirmado por la finca": "CF",
    "confirmada por finca": "CF", "confirmada por la finca": "CF", "enviado a Cargomaster": "SC",
    "enviada a Cargomaster": "SC", "cancelado": "CA", "cancelada": "CA", "anulado": "CA",
    "anulada": "CA",
}  # fmt: skip
_SPANISH_LINE = {
    "pendiente": "P", "confirmado": "C", "confirmada": "C", "parcialmente confirmado": "PC",
    "parcialmente confirmada": "PC", "confirmado parcialmente": "PC", "confirmado parcial": "PC",
    "cancelado": "CA", "cancelada": "CA", "anulado": "CA", "anulada": "CA", "despachado": "S",
    "despachada": "S", "enviado": "S", "enviada": "S", "embarcado": "S", "embarcada": "S",
}  # fmt: skip
_OTHER_SPELLINGS_HEADER = {"canceled": "CA"}
_OTHER_SPELLINGS_LINE = {"canceled": "CA"}
_UNITS = {
    word: unit
    for unit, words in {
        "Stem": "stem stems tallo tallos",
        "Bunch": "bunch bunches ramo ramos bonche bonches",
    }.items()
    for word in words.split()
}
_HEADER = {
    normalize_text(word, solid=True): code
    for word, code in (_SPANISH_HEADER | _OTHER_SPELLINGS_HEADER).items()
}
_LINE = {
    normalize_text(word, solid=True): code
    for word, code in (_SPANISH_LINE | _OTHER_SPELLINGS_LINE).items()
}


def header_code(word: str) -> str:
    """The code of a PO's status; what is none comes back as it is."""
    return _code(statuses.HEADER, _HEADER, word)


def line_code(word: str) -> str:
    """The code of a line's status; what is none comes back as it is."""
    return _code(statuses.LINE, _LINE, word)


def unit_word(word: str) -> str:
    """Stem or Bunch, as Komet writes it; what is neither comes back as it is."""
    return _UNITS.get(normalize_text(word), word.strip())


def is_line_word(word: str) -> bool:
    """Whether it is a status of lines and not of POs: "Shipped", "Confirmed"."""
    return header_code(word) not in statuses.HEADER and line_code(word) in statuses.LINE


def _code(codes: dict[str, str], words: dict[str, str], word: str) -> str:
    for language in languages():
        with using(language):
            found = statuses.find_code(codes, word)
        if found in codes:
            return found
    return words.get(normalize_text(word, solid=True), word.strip())
