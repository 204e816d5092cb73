"""What the mapping is made of: the kinds and fields, a file that was read, its dry run, its import.

A mapping is (client provider, kind, Komet ID) → our code. The kind `product` has a SKU for its
code; box types, carriers, customers and locations have codes of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

import polars as pl

from komet.errors import InvalidInput
from komet.language import _, _later
from komet.mapping.history import Source

PRODUCT = "product"

KINDS = {
    PRODUCT: _later("Products"),
    "box_type": _later("Box types"),
    "carrier": _later("Carriers"),
    "customer": _later("Customers"),
    "location": _later("Locations"),
}


def check_kind(kind: str) -> str:
    """The kind itself. Raises `InvalidInput` where there is none of that name."""
    if kind not in KINDS:
        raise InvalidInput(
            _("There are no mappings of the kind “{kind}”.").format(kind=kind),
            next_step=_("Choose one of {kinds}.").format(kinds=", ".join(KINDS)),
        )
    return kind


PROVIDER = "provider"
KOMET_ID = "komet_product_id"
LEGACY_CODE = "komet_legacy_code"
DESCRIPTION = "komet_description"
SKU = "sku"
SKU_DESCRIPTION = "sku_description"

# The order is that of our own export.
FIELDS = (PROVIDER, KOMET_ID, LEGACY_CODE, DESCRIPTION, SKU, SKU_DESCRIPTION)
KOMET_FIELDS = (KOMET_ID, LEGACY_CODE, DESCRIPTION)

FIELD_LABELS = {
    PROVIDER: _later("Importer"),
    KOMET_ID: _later("Komet product ID"),
    LEGACY_CODE: _later("Komet legacy code"),
    DESCRIPTION: _later("Komet description"),
    SKU: _later("SKU"),
    SKU_DESCRIPTION: _later("SKU description"),
}


@dataclass(frozen=True)
class Headings:
    """Where each field is: `columns` maps a field to its position, `ignored` lists the rest.

    `notes` says, in sentences, what the values decided where the headings could not.
    """

    names: tuple[str, ...]
    columns: Mapping[str, int]
    ignored: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def name(self, field: str) -> str:
        """The heading as the file spells it, or our own word for a field it does not have."""
        return self.names[self.columns[field]] if field in self.columns else field


_PRODUCTS = dict.fromkeys(("provider_id", "komet_id", "legacy_code", "description"), pl.String)
_MAPPINGS = dict.fromkeys(("provider_id", "komet_id", "sku", "sku_description"), pl.String)


@dataclass(frozen=True)
class Known:
    """Products, mappings and clients in force.

    `products`: [provider_id, komet_id, legacy_code, description: String]; `mappings`:
    [provider_id, komet_id, sku, sku_description: String]; `providers`: name → provider_id;
    `default_provider_id` is for rows that name no client; `skus`: further SKUs of ours, exactly as
    they are stored; `listed`: the clients whose product list is here (None: those with products);
    `remembered`: set of headings → field → position, as a person has given them before.
    """

    products: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_PRODUCTS))
    mappings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_MAPPINGS))
    providers: Mapping[str, str] = field(default_factory=dict)
    default_provider_id: str | None = None
    skus: frozenset[str] = frozenset()
    listed: frozenset[str] | None = None
    remembered: Mapping[tuple[str, ...], Mapping[str, int]] = field(default_factory=dict)

    @cached_property
    def verbatim(self) -> Mapping[str, frozenset[str]]:
        """Field → the identifiers that we hold exactly so: none of them is damaged."""
        return {
            SKU: self.skus | _texts(self.mappings, "sku"),
            KOMET_ID: _texts(self.products, "komet_id") | _texts(self.mappings, "komet_id"),
            LEGACY_CODE: _texts(self.products, "legacy_code"),
        }

    @cached_property
    def providers_with_list(self) -> frozenset[str]:
        """The clients whose product list is here, so that an ID which is not in it is unknown."""
        if self.listed is not None:
            return self.listed
        return _texts(self.products, "provider_id")


def _texts(frame: pl.DataFrame, column: str) -> frozenset[str]:
    return frozenset(frame.get_column(column).drop_nulls().to_list())


@dataclass(frozen=True)
class MappingFile:
    """What a file says, before anyone compares it with what we hold.

    `rows`: [row: Int64, provider, komet_product_id, komet_legacy_code, komet_description, sku,
    sku_description: String], null for empty; `row` is the number that Excel shows.
    `problems`: [row: Int64, column, severity, reason: String], severity "error" or "warning",
    column the file's own heading (null: the whole row), sorted by row, errors first.
    `source`: [row: Int64, then the original cells as String]; a heading that appears twice is
    numbered there, while `headings.names` keeps the originals in order.
    `encoding` and `delimiter` are None for a workbook, `sheet` for a text file.
    `notes`: sentences about the file as a whole, such as which of its sheets was read.
    """

    rows: pl.DataFrame
    problems: pl.DataFrame
    source: pl.DataFrame
    headings: Headings
    encoding: str | None
    delimiter: str | None
    sheet: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def ignored_columns(self) -> tuple[str, ...]:
        """Headings that mean nothing to us."""
        return self.headings.ignored


NEW = "new"
UNKNOWN = "unknown"
"""Would be new, but the client's product list does not have the ID. Written all the same: a list
may be older than the product."""
CHANGED = "changed"
UNCHANGED = "unchanged"
SKIPPED = "skipped"
FAILED = "error"
OUTCOMES = (NEW, UNKNOWN, CHANGED, UNCHANGED, SKIPPED, FAILED)


@dataclass(frozen=True)
class DryRun:
    """The result of checking a file, or of copying; nothing has been written.

    `rows`: [row: Int64, kind, provider_id, komet_id, komet_description, sku_before, sku,
    sku_description, reason, column: String], one for each row of the file, in its order; kind
    is one of `OUTCOMES`; reason and column are those of its first error, else first warning.
    `problems`: [row: Int64, column, severity, reason: String], all of them.
    `file`: the file that was checked. `source` and `name`: what the import is recorded as.
    """

    rows: pl.DataFrame
    problems: pl.DataFrame
    file: MappingFile
    kind: str = PRODUCT
    source: Source = Source.FILE
    name: str = ""

    @property
    def notes(self) -> tuple[str, ...]:
        """How the file was read, in sentences: the sheet, and what only the values could decide."""
        return (*self.file.notes, *self.file.headings.notes)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many rows of each kind; every kind is a key."""
        counted = self.rows.group_by("kind").len()
        found = dict(zip(counted["kind"].to_list(), counted["len"].to_list(), strict=True))
        return MappingProxyType({kind: int(found.get(kind, 0)) for kind in OUTCOMES})

    @property
    def to_apply(self) -> pl.DataFrame:
        """What to write, a product once.

        [provider_id, komet_id, sku, sku_description: String].
        """
        return self._to_apply().select("provider_id", "komet_id", "sku", "sku_description")

    @property
    def shown(self) -> pl.DataFrame:
        """[provider_id, komet_id, shown: String]: what those products had when it was checked."""
        return self._to_apply().select("provider_id", "komet_id", shown="sku_before")

    def _to_apply(self) -> pl.DataFrame:
        return self.rows.filter(pl.col("kind").is_in([NEW, UNKNOWN, CHANGED]))


_MOST_NAMED = 20


@dataclass(frozen=True)
class Written:
    """`new` and `changed` count what was written, a mapping taken away among the changed.

    `overtaken` [provider_id, komet_id, description, shown, stored, typed: String]: what was not,
    because somebody has stored another code since the person looked.
    """

    new: int
    changed: int
    overtaken: pl.DataFrame

    @property
    def written(self) -> int:
        """How many were written."""
        return self.new + self.changed

    def messages(self) -> list[str]:
        """What was left alone, a message each, the first twenty."""
        messages = [
            _("{product}: you entered “{typed}”; meanwhile “{shown}” has become “{stored}”.")
            .format(
                product=f"{row['description']} ({row['komet_id']})"
                if row["description"]
                else row["komet_id"],
                **{name: row[name] or _("empty") for name in ("typed", "stored", "shown")},
            )
            for row in self.overtaken.head(_MOST_NAMED).rows(named=True)
        ]  # fmt: skip
        more = self.overtaken.height - _MOST_NAMED
        return [*messages, _("… and {more} more.").format(more=more)] if more > 0 else messages


class AtStake(NamedTuple):
    """Figures of unmapped products; `lines` are PO lines, boxes and stems of their unmapped part.

    `unidentified`: standing items without a Komet product ID, which cannot be mapped.
    """

    products: int
    items: int
    lines: int
    boxes: Decimal
    stems: Decimal
    unidentified: int
