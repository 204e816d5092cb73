"""What the words of a heading mean, in English and Spanish, whole or abbreviated.

Case, accents, punctuation, singular and plural do not count, nor does the order of the words, nor
whether they are written together ("idProducto", "codigosku").
"""

import re
from functools import lru_cache

from komet.text import normalize_text

KOMET, LEGACY, OWN, SKU, PART = "komet", "legacy", "own", "sku", "part"
ID, NUMBER, CODE, REFERENCE = "id", "number", "code", "reference"
PRODUCT, ITEM, NAME, VARIETY, CLIENT = "product", "item", "name", "variety", "client"
OTHER = "other"
"""A word of something else that is in files beside the mapping: boxes, dates, orders, people."""
UNKNOWN = "unknown"

WORDS = {
    KOMET: "komet kometsales kommet ks",
    LEGACY: "legacy legado legada heredado heredada",
    OWN: "our ours own my mine nuestro nuestra nuestros nuestras propio propia propios propias"
    " mio mia interno interna internos internas internal finca fincas farm grower unosof local"
    " erp inhouse house",
    SKU: "sku skus",
    PART: "part parts parte partes",
    ID: "id ids identificador identificadores identifier identifiers identificacion",
    NUMBER: "number numbers numero numeros num nums no nos nro nros nr n nbr #",
    CODE: "code codes codigo codigos cod cods cdg clave claves cve",
    REFERENCE: "reference references referencia referencias ref refs",
    PRODUCT: "product products producto productos prod prods",
    ITEM: "item items articulo articulos article articles art",
    NAME: "name names nombre nombres description descriptions descripcion descripciones desc"
    " descr denominacion detalle",
    VARIETY: "variety varieties variedad variedades",
    CLIENT: "provider providers client clients cliente clientes importer importers importador"
    " importadora importadores buyer buyers comprador compradores proveedor proveedores",
    OTHER: "final end po pos order orders orden ordenes pedido pedidos customer customers box"
    " boxes caja cajas color colour colores category categoria grade grado date fecha day dia"
    " status estado price precio cost costo quantity cantidad qty line linea type tipo carrier"
    " transportista carguera agencia location ubicacion locacion vendor group grupo barcode"
    " barras upc ean gtin mark marca marcacion lot lote token company compania empresa prebook"
    " stems stem tallos tallo bunch bunches ramo ramos bonche bonches unit units unidad unidades"
    " notes nota notas comments comentarios invoice factura awb guia user usuario country pais"
    " length largo size tamano origin origen total reason motivo fbe season temporada",
}

_NOISE_WORDS = (
    "a al an and as con d de del el en for in is la las lo los of on para por s sales segun su sus"
    " the to un una with y"
)

_NOISE = frozenset(_NOISE_WORDS.split())
_MEANING = {word: meaning for meaning, words in WORDS.items() for word in words.split()}
_LONGEST = 60
"""Characters of the longest heading: a sentence is none."""
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

# "Nº", "N°" and "№" come apart as "No", "N" and "No"
_TOKEN = re.compile(r"[a-z]+|\d+|#")
_YEAR_OR_DIGIT = re.compile(r"(?:19|20)\d\d|\d")


@lru_cache(maxsize=20_000)
def find_meanings(heading: str) -> frozenset[str]:
    """The meanings of its words; empty for a blank, a sentence, or numbers only."""
    text = heading.strip()
    if len(text) > _LONGEST:
        return frozenset()
    # "SKUs" and "IDs" are words with an s, not "SK" and "Us"
    text = _CAMEL.sub(" ", re.sub(r"(?<=[A-Z]{2})s\b", "", text))
    found: set[str] = set()
    for token in _TOKEN.findall(normalize_text(text)):
        if token.isdigit():
            found |= set() if _YEAR_OR_DIGIT.fullmatch(token) else {OTHER}
        elif token in _MEANING:
            found.add(_MEANING[token])
        elif token not in _NOISE:
            found |= _written_together(token) or {UNKNOWN}
    return frozenset(found)


@lru_cache(maxsize=20_000)
def _written_together(token: str) -> frozenset[str]:
    """The meanings of the known words that a token is made of; empty when it is not."""
    whole: list[frozenset[str] | None] = [frozenset(), *[None] * len(token)]
    for end in range(2, len(token) + 1):
        for start in range(end - 1):
            before, word = whole[start], token[start:end]
            if before is None or (word not in _MEANING and word not in _NOISE):
                continue
            whole[end] = before | ({_MEANING[word]} if word in _MEANING else set())
            break
    return whole[-1] or frozenset()
