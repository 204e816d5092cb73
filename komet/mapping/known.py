"""What we hold, as a mapping file is read and compared with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import polars as pl

from komet.mapping.headings import KOMET_ID, LEGACY_CODE, SKU

_PRODUCTS = dict.fromkeys(("provider_id", "komet_id", "legacy_code", "description"), pl.String)
_MAPPINGS = dict.fromkeys(("provider_id", "komet_id", "sku", "sku_description"), pl.String)


@dataclass(frozen=True)
class Known:
    """Products, mappings and clients in force.

    `products`: [provider_id, komet_id, legacy_code, description: String]; `mappings`:
    [provider_id, komet_id, sku, sku_description: String]; `providers`: name → provider_id;
    `default_provider_id` is for rows that name no client; `skus`: further SKUs of ours, exactly as
    they are stored; `listed`: the clients whose product list is here (None: those with products).
    """

    products: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_PRODUCTS))
    mappings: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=_MAPPINGS))
    providers: Mapping[str, str] = field(default_factory=dict)
    default_provider_id: str | None = None
    skus: frozenset[str] = frozenset()
    listed: frozenset[str] | None = None

    @cached_property
    def verbatim(self) -> Mapping[str, frozenset[str]]:
        """Field → the identifiers that we hold exactly so: none of them is damaged."""
        return {
            SKU: self.skus | _texts(self.mappings, "sku"),
            KOMET_ID: _texts(self.products, "komet_id") | _texts(self.mappings, "komet_id"),
            LEGACY_CODE: _texts(self.products, "legacy_code"),
        }

    @cached_property
    def with_a_list(self) -> frozenset[str]:
        """The clients whose product list is here, so that an ID which is not in it is unknown."""
        if self.listed is not None:
            return self.listed
        return _texts(self.products, "provider_id")


def _texts(frame: pl.DataFrame, column: str) -> frozenset[str]:
    return frozenset(frame.get_column(column).drop_nulls().to_list())
