"""What a row names, found among what is known of the client: products, vendors, box types …

Komet skips a product that it does not know (UNKNOWN) without a word, so that such a row is refused
here, before it is sent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from komet.context import AppContext
from komet.dispatch.row_fields import FIELDS
from komet.dispatch.row_file import Row
from komet.dispatch.table import known
from komet.errors import InvalidInput
from komet.ingest.sources.portal_file.fields import unit_word
from komet.language import _
from komet.orders import statuses
from komet.text import normalize_text

_NOUNS = {"vendor": "vendors", "customer": "customers", "carrier": "carriers"}
_SHORT_UNITS = {"st": "Stem", "unit": "Stem", "units": "Stem", "bu": "Bunch", "bun": "Bunch"}


@dataclass(frozen=True)
class Product:
    """A product of Komet's list, or that the orders name.

    Not `listed`: an ID that may be right, while there is no list here to look it up in.
    """

    id: str
    description: str
    code: str | None
    listed: bool = True


@dataclass(frozen=True)
class Party:
    """A vendor, customer or carrier. Without an ID it is known by the code of the row alone."""

    id: str | None
    name: str
    code: str | None


class Known:
    """What is known of one client."""

    def __init__(self, ctx: AppContext, provider_id: str) -> None:
        with ctx.read() as con:
            self._products = known.load_products(con, provider_id)
            self.has_list = known.has_product_list(con, provider_id)
            self._box_types = known.load_box_type_ids(con, provider_id)
            self._parties = {
                noun: known.load_named(con, provider_id, plural) for noun, plural in _NOUNS.items()
            }
        self._by_id = {str(row["product_id"]): row for row in self._products}
        self._by_code = _grouped(self._products, "legacy_code")
        self._by_sku = _grouped(self._products, "sku")
        self._by_name = _grouped(self._products, "description")

    def product(self, row: Row, prefix: str = "product") -> Product:
        """The one product that all columns of a row mean.

        `prefix`: the column, where it is another one. Raises `InvalidInput` with the reason.
        """
        asked = {
            name: text
            for name in (("product_id", "product_code", "sku", "product")
                         if prefix == "product" else (prefix,))
            if (text := row.text(name))
        }  # fmt: skip
        if not asked:
            raise InvalidInput(_("No product is named."))
        if any("UNKNOWN" in text.upper() for text in asked.values()):
            raise InvalidInput(
                _("UNKNOWN is no product: Komet would skip it without a word."),
                next_step=_("Map or alias this product in Komet first."),
            )
        found = {name: self._meant(name, text) for name, text in asked.items()}
        ids = set.intersection(*found.values())
        if len(ids) == 1:
            return _as_product(self._by_id[ids.pop()])
        unknown = [asked[name] for name, meant in found.items() if not meant]
        if not unknown:
            raise self._ambiguous(asked, found)
        own = asked.get("product_id", "")
        if own in unknown and len(unknown) == len(asked) and not self.has_list and _is_id(own):
            return Product(own, asked.get("product", own), None, listed=False)
        raise self._unknown(unknown[0])

    def _meant(self, column: str, text: str) -> set[str]:
        """IDs of the products that a cell may mean: by the first of ID, code, SKU and name."""
        key = normalize_text(text)
        ways: dict[str, Iterable[str]] = {
            "product_id": [text] if text in self._by_id else [],
            "product_code": self._by_code.get(key, ()),
            "sku": self._by_sku.get(key, ()),
            "name": self._by_name.get(key, ()),
        }
        if column in ways:
            return set(ways[column])
        return next((set(ids) for ids in ways.values() if ids), set())

    def _unknown(self, text: str) -> InvalidInput:
        return InvalidInput(
            _(
                "“{text}” is no product that this importer has: Komet would skip it (UNKNOWN)."
            ).format(text=text),
            next_step=_("Map or alias this product first, or fetch the product list anew.")
            if self.has_list
            else _("Fetch the importer's product list first."),
        )

    def _ambiguous(self, asked: Mapping[str, str], found: Mapping[str, set[str]]) -> InvalidInput:
        common = set.intersection(*found.values())
        if common:
            names = ", ".join(
                f"{id_} {self._by_id[id_]['description']}" for id_ in sorted(common)[:5]
            )
            return InvalidInput(
                _("“{text}” may be several products: {names}.").format(
                    text=next(iter(asked.values())), names=names
                ),
                next_step=_("Write the product ID."),
            )
        told = ", ".join(f"{_(FIELDS[name].label)} “{text}”" for name, text in asked.items())
        return InvalidInput(_("These are different products: {told}.").format(told=told))

    def party(self, row: Row, noun: str, *, needed: bool = True) -> Party | None:
        """The vendor, customer or carrier of a row, by ID, code or name.

        A code that nobody here knows is passed on as it is. Raises `InvalidInput`.
        """
        rows = self._parties[noun]
        own_id, code, any_ = (row.text(f"{noun}_id"), row.text(f"{noun}_code"), row.text(noun))
        if own_id:
            match = [one for one in rows if one["id"] == own_id]
            if not _is_id(own_id):
                raise InvalidInput(_("“{text}” is not an ID.").format(text=own_id))
            return _as_party(match[0]) if match else Party(own_id, any_ or own_id, code or None)
        if code:
            match = [one for one in rows if _same(one["code"], code)]
            return _as_party(match[0]) if match else Party(None, any_ or code, code)
        if any_:
            for key in ("id", "code", "name"):
                match = [one for one in rows if _same(one[key], any_)]
                if len(match) == 1:
                    return _as_party(match[0])
                if match:
                    raise InvalidInput(
                        _("“{text}” may be several: {names}.").format(
                            text=any_, names=", ".join(f"{o['id']} {o['name']}" for o in match[:5])
                        )
                    )
            raise InvalidInput(
                _("“{text}” is nobody that this importer's orders or lists name.").format(
                    text=any_
                ),
                next_step=_("Write the ID or the code in a column of its own."),
            )
        if needed:
            label = FIELDS[noun].label
            raise InvalidInput(_("The column “{name}” is empty.").format(name=_(label)))
        return None

    def box_type(self, row: Row) -> str:
        """The code of the box type. Raises `InvalidInput` for one that the client has not."""
        text = row.text("box_type").upper()
        if not text:
            label = FIELDS["box_type"].label
            raise InvalidInput(_("The column “{name}” is empty.").format(name=_(label)))
        if self._box_types and text not in self._box_types:
            raise InvalidInput(
                _("“{text}” is no box type of this importer: {known}.").format(
                    text=text, known=", ".join(sorted(self._box_types)[:20])
                )
            )
        return text

    def box_type_id(self, code: str) -> str:
        """Komet's ID of a box type. Raises `InvalidInput` where no list says it."""
        found = self._box_types.get(code)
        if found is None:
            raise InvalidInput(
                _("The ID of the box type {code} is not known.").format(code=code),
                next_step=_("Fetch the list of box types on the Catalogs page."),
            )
        return found


def unit_type(row: Row) -> str:
    """Stem or Bunch, as Komet writes it. Raises `InvalidInput`."""
    word = normalize_text(row.text("unit_type"))
    unit = _SHORT_UNITS.get(word) or unit_word(word)
    if unit in statuses.UNIT:
        return unit
    if not word:
        label = FIELDS["unit_type"].label
        raise InvalidInput(_("The column “{name}” is empty.").format(name=_(label)))
    raise InvalidInput(_("“{text}” is neither stem nor bunch.").format(text=row.text("unit_type")))


def _grouped(rows: Sequence[Mapping[str, Any]], key: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        if row[key]:
            found.setdefault(normalize_text(str(row[key])), []).append(str(row["product_id"]))
    return found


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _same(value: object, text: str) -> bool:
    return bool(value) and normalize_text(str(value)) == normalize_text(text)


def _as_product(row: Mapping[str, Any]) -> Product:
    code = str(row["legacy_code"]) if row["legacy_code"] else None
    return Product(str(row["product_id"]), str(row["description"] or row["product_id"]), code)


def _as_party(row: Mapping[str, Any]) -> Party:
    code = str(row["code"]) if row["code"] else None
    return Party(str(row["id"]), str(row["name"] or row["id"]), code)
