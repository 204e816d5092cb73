"""Which column of a file is which field: the table of heading synonyms, and how it is applied.

Case, accents, spaces, underscores and punctuation do not count. `CERTAIN` headings mean one
field and nothing else. `LOOSE` headings are everyday words ("code", "item") that take the
first of their fields that no certain heading has taken: with a column "SKU" next to it,
"Código" is Komet's code; alone it is ours. A loose heading with no field left is ignored.
"""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from komet.language import _
from komet.mapping.errors import MappingFileError

PROVIDER = "provider"
KOMET_ID = "komet_product_id"
LEGACY_CODE = "komet_legacy_code"
DESCRIPTION = "komet_description"
SKU = "sku"
SKU_DESCRIPTION = "sku_description"

# The order is that of our own export.
FIELDS = (PROVIDER, KOMET_ID, LEGACY_CODE, DESCRIPTION, SKU, SKU_DESCRIPTION)
KOMET_FIELDS = (KOMET_ID, LEGACY_CODE, DESCRIPTION)

# How far down the headings may be: reports carry a title, a date and a blank line above them.
HEADING_DEPTH = 25

CERTAIN: Mapping[str, tuple[str, ...]] = {
    PROVIDER: (
        *("provider", "provider name", "client", "client name", "importer", "importer name"),
        *("buyer", "buyer name", "cliente", "nombre cliente", "proveedor", "nombre proveedor"),
        *("importador", "comprador"),
    ),
    KOMET_ID: (
        *("komet product id", "product id", "komet id", "komet sales id", "ks id", "id komet"),
        *("id producto", "id de producto", "id producto komet", "id de producto komet"),
        *("id del producto", "producto id", "komet producto id", "identificador de producto"),
    ),
    LEGACY_CODE: (
        *("komet legacy code", "legacy code", "legacy product code", "product code"),
        *("komet code", "komet product code", "código legado", "código heredado"),
        *("código legado komet", "código komet", "código de komet", "código producto"),
        *("código de producto", "código producto komet", "código de producto komet"),
    ),
    DESCRIPTION: (
        *("komet description", "komet product", "komet product name", "product description"),
        *("product name", "komet name", "descripción komet", "descripción de komet"),
        *("producto komet", "nombre producto", "nombre de producto", "nombre del producto"),
        *("nombre komet", "descripción producto", "descripción de producto"),
        *("descripción del producto",),
    ),
    SKU: (
        *("sku", "our sku", "own sku", "my sku", "sku code", "sku number", "sku propio"),
        *("nuestro sku", "código sku", "código de sku", "our code", "our item", "own code"),
        *("item code", "item number", "internal code", "código interno", "código propio"),
        *("nuestro código", "código ítem", "código de ítem"),
        *("código artículo", "código de artículo"),
    ),
    SKU_DESCRIPTION: (
        *("sku description", "sku name", "our description", "own description", "item name"),
        *("item description", "descripción sku", "descripción de sku", "descripción del sku"),
        *("descripción propia", "nuestra descripción", "descripción interna", "nombre sku"),
        *("nombre de sku", "nombre del sku", "nombre propio", "descripción ítem"),
        *("descripción artículo", "descripción del artículo"),
    ),
}
LOOSE: Mapping[str, tuple[str, ...]] = {
    "código": (SKU, LEGACY_CODE),
    "code": (LEGACY_CODE,),
    "item": (SKU,),
    "artículo": (SKU,),
    "id": (KOMET_ID,),
    "description": (DESCRIPTION,),
    "descripción": (DESCRIPTION,),
    "product": (DESCRIPTION,),
    "producto": (DESCRIPTION,),
}


def plain(text: str) -> str:
    """The letters and digits of a text, without case and accents: "Código SKU" → "codigosku"."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in letters if letter.isalnum())


_CERTAIN = {plain(name): field for field, names in CERTAIN.items() for name in names}
_LOOSE = {plain(name): fields for name, fields in LOOSE.items()}


@dataclass(frozen=True)
class Headings:
    """Where each field is: `columns` maps a field to its position, `ignored` lists the rest."""

    names: tuple[str, ...]
    columns: Mapping[str, int]
    ignored: tuple[str, ...]

    def name(self, field: str) -> str:
        """The heading as the file spells it, or our own word for a field it does not have."""
        return self.names[self.columns[field]] if field in self.columns else field


def candidates(names: Sequence[str]) -> dict[str, list[int]]:
    """The columns that claim each field, by position; an unclaimed field is not a key."""
    claims: dict[str, list[int]] = {}
    for position, name in enumerate(names):
        if field := _CERTAIN.get(plain(name)):
            claims.setdefault(field, []).append(position)
    certain = set(claims)
    for position, name in enumerate(names):
        wanted = _LOOSE.get(plain(name), ())
        if free := next((field for field in wanted if field not in certain), None):
            claims.setdefault(free, []).append(position)
    return claims


def heading_score(names: Sequence[str]) -> tuple[bool, int]:
    """How much a row looks like the headings: (is it enough to import?, fields recognised)."""
    found = set(candidates(names))
    return SKU in found and not found.isdisjoint(KOMET_FIELDS), len(found)


def find_headings(records: Sequence[Sequence[str]]) -> int | None:
    """The position of the row of headings: the first that suffices, else the likeliest.

    None when every row looked at is blank.
    """
    likeliest: int | None = None
    best = (False, -1)
    for position, record in enumerate(records[:HEADING_DEPTH]):
        if any(cell.strip() for cell in record) and (score := heading_score(record)) > best:
            likeliest, best = position, score
            if best[0]:
                break
    return likeliest


def resolve_headings(names: Sequence[str]) -> Headings:
    """Give each field its column.

    Raises MappingFileError when two columns claim one field, when there is no SKU column, or
    when no column tells which Komet product a row is about.
    """
    claims = candidates(names)
    for field, positions in claims.items():
        if len(positions) > 1:
            raise MappingFileError(
                _("Two columns mean the same"),
                _("The columns {columns} would all be read as {field}.").format(
                    columns=", ".join(f"“{names[position]}”" for position in positions),
                    field=field,
                ),
                _("Keep one of them, or rename the others, and upload the file again."),
            )
    if SKU not in claims or set(claims).isdisjoint(KOMET_FIELDS):
        found = ", ".join(f"“{name.strip()[:40]}”" for name in names[:20] if name.strip())
        raise MappingFileError(
            _("Headings are missing"),
            _("The file has the headings {found}.").format(found=found),
            _(
                "It needs a column “sku” and at least one of “komet_product_id”, "
                "“komet_legacy_code” and “komet_description”. The template has them all."
            ),
        )
    columns = {field: positions[0] for field, positions in claims.items()}
    taken = set(columns.values())
    ignored = tuple(
        name for position, name in enumerate(names) if position not in taken and name.strip()
    )
    return Headings(names=tuple(names), columns=columns, ignored=ignored)
