"""The form in which we write mappings, and which the import reads back as it was."""

import polars as pl

from komet.mapping.headings import FIELDS
from komet.mapping.identifiers import protected

_BOM = "\ufeff"  # without it Excel takes UTF-8 for Windows-1252


def mapping_csv(frame: pl.DataFrame) -> bytes:
    """CSV (UTF-8 with BOM, commas) of a frame with the six fields as String columns.

    The fields are provider, komet_product_id, komet_legacy_code, komet_description, sku and
    sku_description. Text that a spreadsheet would run as a formula gets an apostrophe before
    it. Raises polars' ColumnNotFoundError when a field is missing.
    """
    safe = frame.select(
        # Files with a zero byte are refused as binary, so none is written.
        protected(pl.col(field).cast(pl.String).str.replace_all("\x00", "", literal=True))
        for field in FIELDS
    )
    return _BOM.encode() + safe.write_csv(quote_style="necessary").encode()


def template_csv() -> bytes:
    """The headings and two example rows, to be overwritten."""
    columns = (
        ("Acme Flowers", "Acme Flowers"),
        ("1234567", ""),
        ("", "ROSFRE50"),
        ("Rose Freedom 50 cm", "Rose Freedom 50 cm"),
        ("007-FREEDOM-50", "007-FREEDOM-50"),
        ("Freedom, red, 50 cm", "Freedom, red, 50 cm"),
    )
    return mapping_csv(pl.DataFrame(dict(zip(FIELDS, columns, strict=True))))
